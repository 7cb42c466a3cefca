package term

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"chatsim/manager/wire"
)

// isRefusal says whether an error is the server's refusal for this reason.
func isRefusal(reason wire.Reason, err error) bool {
	var e *Error
	return errors.As(err, &e) && e.reason == reason
}

// lost goes on without a connection, if there is hope for another.
func (p *person) lost(err error) (done bool, _ error) {
	missing := p.pending
	p.drop()
	switch {
	case p.why != wire.None && p.why != wire.Shutdown && p.why != wire.Stalled && p.why != wire.Slow:
		return true, &Error{msg: "the room says: " + p.why.Text(), reason: p.why}
	case !p.present && (missing > 0 || !p.ended):
		return true, &Error{msg: "the connection to the room was lost: " + reasonOf(p.why, err), hint: fmt.Sprintf("%d lines may not have arrived", missing)}
	case p.ended:
		return true, nil
	}
	p.since, p.wait = time.Now(), firstRetry
	p.limit = time.NewTimer(p.wait)
	return false, p.screen.print([]shown{
		{trouble, fmt.Sprintf(p.talk.words.Lost, reasonOf(p.why, err))},
		{note, fmt.Sprintf(p.talk.words.Again, int(p.wait.Seconds()))},
	})
}

// reasonOf is why a connection ended, in a few words.
func reasonOf(why wire.Reason, err error) string {
	switch {
	case why != wire.None:
		return why.Text()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "closed by the server"
	}
	return err.Error()
}

// again tries to come back.
func (p *person) again(ctx context.Context) (done bool, _ error) {
	err := p.join(ctx, p.talk.asked)
	switch {
	case err == nil:
		return false, p.screen.print([]shown{{note, p.talk.words.Back}})
	case ctx.Err() != nil:
		return true, nil
	case refusedForGood(err), time.Since(p.since) > giveUp:
		return true, err
	}
	p.wait = min(2*p.wait, lastRetry)
	p.limit = time.NewTimer(p.wait)
	return false, p.screen.print([]shown{{note, fmt.Sprintf(p.talk.words.Again, int(p.wait.Seconds()))}})
}

// refusedForGood says that trying again is of no use.
func refusedForGood(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.reason != wire.None && e.reason != wire.Shutdown && e.reason != wire.Full
}
