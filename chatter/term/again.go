package term

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"chatsim/chatter"
	"chatsim/manager/wire"
)

// isRefusal reports whether an error is the server's refusal for this reason.
func isRefusal(reason wire.Reason, err error) bool {
	var e *Error
	return errors.As(err, &e) && e.reason == reason
}

// lost goes on without a connection, if there is hope for another.
func (p *person) lost(err error) (done bool, _ error) {
	missing := p.pending
	p.drop()
	switch {
	case errors.Is(err, chatter.ErrFrameTooLong):
		return true, p.dialer.endless()
	case forGood(p.why):
		return true, p.talk.words.refused(event{reason: p.why, detail: p.detail})
	case !p.present && (missing > 0 || !p.ended):
		return true, &Error{msg: "the connection to the room was lost: " + reasonOf(p.why, err), hint: fmt.Sprintf("lines that may not have arrived: %d", missing)}
	case p.ended:
		return true, nil
	}
	p.since, p.wait, p.at = time.Now(), firstRetry, p.dialer.Address
	p.limit = time.NewTimer(p.wait)
	of := []shown{say(trouble, fmt.Sprintf(p.talk.words.Lost, p.talk.words.reasonOf(p.why, err), int(giveUp.Minutes())))}
	if missing > 0 {
		of = append(of, say(trouble, fmt.Sprintf(p.talk.words.Missing, missing)))
	}
	p.talk.lost()
	return false, p.screen.print(append(of, say(note, fmt.Sprintf(p.talk.words.Again, int(p.wait.Seconds())))))
}

const byServer = "closed by the server"

// reasonOf is why a connection ended, in a few words.
func reasonOf(why wire.Reason, err error) string {
	switch {
	case why != wire.None:
		return why.Text()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return byServer
	}
	return err.Error()
}

// reasonOf is reasonOf in the language of these words.
func (w *words) reasonOf(why wire.Reason, err error) string {
	text := reasonOf(why, err)
	switch {
	case why != wire.None:
		text = w.reason(why, "")
	case err == errSilent:
		text = w.Silent
	case text == byServer:
		text = w.ByServer
	}
	return text
}

// try is what came of connecting again.
type try struct {
	client *chatter.Client
	first  event
	err    error
}

// again tries to come back, while what is typed is still heard.
func (p *person) again(ctx context.Context) {
	ctx, p.stopTry = context.WithDeadline(ctx, p.since.Add(giveUp+dialTimeout))
	tries, name := make(chan try, 1), p.talk.asked
	if p.talk.mark != (wire.Mark{}) {
		p.dialer.recall = wire.Recall{Since: p.talk.mark}
	}
	p.tries = tries
	go func() {
		defer p.guard()
		var t try
		t.client, t.first, t.err = p.dialer.join(ctx, name)
		tries <- t
	}()
}

// tried goes on with what came of it.
func (p *person) tried(t try) (done bool, _ error) {
	p.stopTry()
	p.tries = nil
	switch {
	case t.err == nil:
		if err := p.joined(t.client, t.first); err != nil || p.dialer.Address == p.at {
			return err != nil, err
		}
		return false, p.show([]shown{say(note, fmt.Sprintf(p.talk.words.Elsewhere, p.dialer.HostPort))})
	case refusedForGood(t.err), time.Since(p.since) > giveUp:
		return true, t.err
	}
	p.wait = min(2*p.wait, lastRetry)
	p.limit = time.NewTimer(p.wait)
	return false, p.screen.print([]shown{say(note, fmt.Sprintf(p.talk.words.Again, int(p.wait.Seconds())))})
}

// refusedForGood reports whether trying again is of no use.
func refusedForGood(err error) bool {
	var e *Error
	return errors.As(err, &e) && forGood(e.reason)
}

// forGood reports whether a server that closes for this reason would do so again.
// A room may be full of those who have come back before us.
func forGood(r wire.Reason) bool {
	switch r {
	case wire.None, wire.Shutdown, wire.Moved, wire.Stalled, wire.Slow, wire.Internal, wire.LoginTimeout, wire.Full:
		return false
	}
	return true
}
