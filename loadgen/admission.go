package loadgen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sync"
	"syscall"
	"time"

	"chatsim/chatter"
	"chatsim/chatter/dialect"
	"chatsim/loadgen/check"
	"chatsim/manager/wire"
)

// denied has the judge know that the chatter was not let in, and how; unless that is
// the run's own doing or the Client's. It reports whether that was to be.
func (a *attempt) denied(err error) (declared bool) {
	if a.user.barred() != "" { // it was to be kept out
		return false
	}
	how, words := a.denial(err)
	if words == "" {
		return false
	}
	r := a.user.run
	a.session.Denied(how, words, r.clock.now())
	if how == check.Declared {
		r.turned.add(words)
	}
	return how == check.Declared
}

// denial returns how the server has not let the chatter in, and in what words; no words
// where it was not the server.
func (a *attempt) denial(err error) (how check.Denial, words string) {
	r := a.user.run
	var refused *refusedError
	var called *dialect.CallError
	var fe *chatter.FrameError
	switch {
	case errors.As(err, &refused) && isFull(refused.said):
		if r.cfg.ExpectFull > 0 {
			return check.Declared, refused.said
		}
		return check.Turned, refused.said
	case errors.As(err, &refused):
		return check.KeptOut, fmt.Sprintf("it was refused, and told %q", clip(refused.said))
	case errors.As(err, &called):
		return check.KeptOut, "it was refused: " + clip(called.Error())
	case errors.As(err, &fe):
		return check.KeptOut, "what came cannot be understood"
	case a.ctx.Err() != nil || errors.Is(err, errStopping):
		if r.clock.now()-a.dialled < min(r.presence.joinLimit(), r.cfg.Drain) { // it had not the time
			return check.Waiting, ""
		}
		return check.Waiting, "it was not answered until the run ended"
	case errors.Is(err, errSilent):
		return check.Waiting, "it was not answered within " + r.presence.joinLimit().String()
	}
	return check.KeptOut, wordless(err, r.presence.joinLimit())
}

// cutOff are the ways in which a connection ends, or does not come about, without a word.
var cutOff = []struct {
	by    []error
	words string
}{
	{[]error{syscall.ECONNREFUSED}, "nobody listens any more"},
	{[]error{syscall.ECONNRESET, syscall.EPIPE}, "its connection was reset"},
	{[]error{io.EOF, io.ErrUnexpectedEOF}, "its connection was closed without a word"},
}

// wordless returns in words how a connection has ended; empty: it was not the server.
func wordless(err error, limit time.Duration) string {
	for _, c := range cutOff {
		if slices.ContainsFunc(c.by, func(e error) bool { return errors.Is(err, e) }) {
			return c.words
		}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no connection came about within " + limit.String()
	}
	return ""
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
