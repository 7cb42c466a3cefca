package manager

import (
	"errors"
	"io"
	"net"

	"chatsim/manager/wire"
)

// end is who or what has ended a session.
type end int32

const (
	nobody end = iota

	// Its peer.
	closed      // by a FIN behind all that it has said
	violated    // by breaking the protocol below its lines
	lost        // by an RST, or the connection has failed
	cutClosed   // by a FIN, with more unread than can be said in time
	cutLost     // by an RST, likewise
	neverJoined // before it was in

	// The Manager.
	stalled
	slow
	panicked
	refused // it was not let in
	unasked // likewise, and nothing had come from it
	closing // the Manager is shutting down
	kicked  // by the operator

	replaced // the user itself, who has come in from elsewhere
	quit     // or has said that it goes

	expelled // its Manager has lost the room that it has together with others
)

// ending is what an end means for the peer; everybody else is told of the leave.
type ending struct {
	why     string  // for the log; empty: the error tells
	owed    bool    // it is sent what came before its leave
	word    string  // its last error frame, behind that; where nothing is owed, Evicted tells it
	close   closure // how the connection is closed then
	cut     bool    // what is still read is refused, not said
	dismiss bool    // its reading ends at once
	holds   bool    // the name is held for who comes back with its token
}

// errLost tells why of an end that has no words of its own.
var errLost = errors.New("connection lost")

// closure is a way to close a connection.
type closure uint8

const (
	fin    closure = iota // what is queued is still sent, then a FIN; nothing is unread
	linger                // a FIN, and input is thrown away until the peer has got our last words
	rst                   // an RST: nothing stays queued
	asRead                // as what then ends the reading says
)

const muchUnsaid = "closed, with much unsaid"

var endings = [...]ending{
	closed:      {why: "closed its connection", owed: true, close: fin},
	violated:    {owed: true, close: linger},
	lost:        {close: rst, holds: true},
	cutClosed:   {why: muchUnsaid, owed: true, word: wire.LeftEarly.With("the rest of your lines was not said to anybody"), cut: true, close: asRead},
	cutLost:     {why: muchUnsaid, cut: true, close: rst, holds: true},
	neverJoined: {close: fin},
	stalled:     {why: wire.Stalled.String(), word: wire.Stalled.Text(), close: rst, holds: true},
	slow:        {why: wire.Slow.String(), word: wire.Slow.Text(), close: rst, holds: true},
	panicked:    {why: "panic", close: rst},
	refused:     {close: linger}, // its word depends
	unasked:     {close: rst},    // likewise
	closing:     {owed: true, word: wire.Shutdown.Text(), close: linger},
	kicked:      {why: wire.Kicked.String(), owed: true, word: wire.Kicked.Text(), dismiss: true, close: linger},
	quit:        {why: "quit", owed: true, word: "you have left", close: linger},
	expelled:    {why: wire.Moved.String(), owed: true, word: wire.Moved.Text(), dismiss: true, close: linger},
	replaced:    {why: wire.Elsewhere.String(), owed: true, word: wire.Elsewhere.Text(), dismiss: true, close: linger},
}

// isCut reports whether the stay has ended before all that was sent was said.
func (st *stay) isCut() bool { return endings[st.endedBy()].cut }

// isDismissed reports whether the reading is to end whatever the peer does.
func (st *stay) isDismissed() bool { return endings[st.endedBy()].dismiss }

// endOf returns the end that an error of reading stands for, of one who was in;
// draining: the Manager is shutting down.
func endOf(err error, draining bool) end {
	_, violates := errors.AsType[violation](err)
	switch {
	case draining:
		return closing
	case errors.Is(err, io.EOF):
		return closed
	case err == errQuit:
		return quit
	case violates:
		return violated
	}
	return lost
}

// whyOf returns an end in a few words, for the log.
func whyOf(by end, err error) string {
	if why := endings[by].why; why != "" || err == nil {
		return why
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err
	}
	return err.Error()
}
