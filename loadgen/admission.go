package loadgen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sync"
	"syscall"
	"time"

	"chatsim/chatter"
	"chatsim/chatter/dialect"
	"chatsim/loadgen/check"
	"chatsim/manager/wire"
)

// denied has the judge know that the user, who asked at dialled, was not let in,
// and how; unless that is the run's own doing or the Client's. It reports whether
// that was to be.
func (u *user) denied(ctx context.Context, session *check.Session, dialled time.Duration, err error) (declared bool) {
	r := u.run
	if u.barred() != "" { // it was to be kept out
		return false
	}
	var refused *refusedError
	var fe *chatter.FrameError
	var called *dialect.CallError
	how, words := check.KeptOut, ""
	switch {
	case errors.As(err, &refused) && isFull(refused.said):
		how, words = check.Turned, refused.said
		if r.cfg.ExpectFull > 0 {
			how = check.Declared
		}
	case errors.As(err, &refused):
		words = fmt.Sprintf("it was refused, and told %q", clip(refused.said))
	case errors.As(err, &called):
		words = "it was refused: " + clip(called.Error())
	case errors.As(err, &fe):
		words = "what came cannot be understood"
	case ctx.Err() != nil || errors.Is(err, errStopping):
		if r.clock.now()-dialled < min(r.joinLimit(), r.cfg.Drain) {
			return false // it had not the time
		}
		how, words = check.Waiting, "it was not answered until the run ended"
	case errors.Is(err, errSilent):
		how, words = check.Waiting, "it was not answered within "+r.joinLimit().String()
	case errors.Is(err, syscall.ECONNREFUSED):
		words = "nobody listens any more"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		words = "its connection was reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		words = "its connection was closed without a word"
	case errors.Is(err, context.DeadlineExceeded):
		words = "no connection came about within " + r.joinLimit().String()
	default:
		return false
	}
	session.Denied(how, words, r.clock.now())
	if how == check.Declared {
		r.turned.add(refused.said)
	}
	return how == check.Declared
}

// full is how servers say that they take nobody more, or nobody more of us.
var full = regexp.MustCompile(`(?i)\bfull\b|too many|limit|capacity|maximum|\bbann?ed\b|\bblock|throttl|overload|\bbusy\b|try again`)

// isFull reports whether a refusal has such a reason, and not one that is about
// the name.
func isFull(said string) bool {
	switch reason, known := wire.ParseReason([]byte(said)); {
	case !known:
		return full.MatchString(said)
	default:
		return reason == wire.Full || reason == wire.Crowded || reason == wire.Kicked || reason == wire.Shutdown
	}
}

// turned are those who were not let in, as was to be.
type turned struct {
	mu sync.Mutex
	// Guarded by mu.
	times int
	said  string // by the server, to the last one
}

func (t *turned) add(said string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.times++
	t.said = said
}

// warnings tells of them, where so many were expected to fill the room, and so many were
// in it at most.
func (t *turned) warnings(expected, most int) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case expected == 0:
		return nil
	case most > expected:
		return []string{fmt.Sprintf("%d chatters were in the room at once, although -expect-full %d says that it is full then", most, expected)}
	case t.times == 0:
		return []string{fmt.Sprintf("nobody was refused, although -expect-full %d says that the room is full then: with more -users somebody is", expected)}
	}
	return []string{fmt.Sprintf("the server refused %d of those who asked to be let in, as -expect-full declares, and said %q", t.times, clip(t.said))}
}
