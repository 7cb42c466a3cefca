package dialect

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode"

	"chatsim/manager/wire"
)

// Account is by whom and for what a broker is used.
type Account struct {
	Name     string // of the chatter, which no other one has: brokers know no names
	Room     string // a channel, a subject or a topic
	User     string // that the broker asks for; empty: none
	Password string // empty: none
}

// broker is what the codecs of brokers share: a room is a subject to which each
// chatter subscribes and publishes. A broker tells nobody who is there, so the
// message has its sender, before the first tab: "bob\thello". A chatter is in the
// room once its subscription is acknowledged, and what is published after that is
// due to it.
type broker struct {
	Base
	Account
	payload []byte // of the message that is said
	due     []owed // frames that come without further bytes of the server
	names   [1][]byte
	bad     error // what is wrong with the account
	left    bool
}

// What a broker's message, and its account, cannot carry.
var (
	ErrPrivate = errors.New("chatter: a broker's subject has no private lines")
	ErrTab     = errors.New("chatter: a name cannot hold a tab where it is part of a message")
	ErrRoom    = errors.New("chatter: the room's name holds what a broker takes for more than a name")
)

// newBroker returns what codecs embed; forbidden is what a room's name may not hold
// beside control characters.
func newBroker(a Account, forbidden string) broker {
	b := broker{Account: a}
	b.names[0] = []byte(a.Name)
	switch {
	case strings.Contains(a.Name, "\t"):
		b.bad = ErrTab
	case a.Room == "" || strings.ContainsAny(a.Room, forbidden) || strings.ContainsFunc(a.Room, unicode.IsControl):
		b.bad = ErrRoom
	}
	return b
}

func (b *broker) Name() string { return b.Account.Name }

// Leave has the sending direction closed: a broker has no goodbye.
func (b *broker) Leave(dst []byte) (out []byte, shut bool) {
	b.left = true
	return dst, true
}

// End takes the end of the stream for an orderly one behind a leave, wherever it
// comes: what is under way then a broker may drop, in the middle of a message too.
func (b *broker) End(rest int) error {
	if b.left {
		return io.EOF
	}
	return b.Base.End(rest)
}

// Tell fails: who subscribes to a subject gets all of it.
func (b *broker) Tell(dst []byte, _ string, _ []byte) ([]byte, error) { return dst, ErrPrivate }

// message returns what is published for a text. It holds until the next one.
func (b *broker) message(text []byte) []byte {
	b.payload = append(append(b.payload[:0], b.names[0]...), '\t')
	b.payload = append(b.payload, text...)
	return b.payload
}

// joined has the frames of a chatter who is in the room be next.
func (b *broker) joined() { b.due = append(b.due, owed{kind: wire.Welcome}, owed{kind: wire.Roster}) }

// refuse has an Error be next.
func (b *broker) refuse(text string) {
	b.due = append(b.due, owed{wire.Error, []byte(text)})
}

// owed is a frame that is due.
type owed struct {
	kind wire.Kind
	text []byte // of an Error
}

// next sets a frame that is due without any bytes of the server; false if none is.
func (b *broker) next(f *Frame) bool {
	if len(b.due) == 0 {
		return false
	}
	f.Frame = wire.Frame{Kind: b.due[0].kind, Text: b.due[0].text}
	if b.due = b.due[1:]; f.Kind != wire.Error {
		f.Names = b.names[:]
	}
	f.More = len(b.due) > 0
	return true
}

// senseless returns the error that ends a stream which goes on with in, but that a
// message is only not whole.
func senseless(in []byte, err error) error {
	if err == ErrShort {
		return err
	}
	return &StreamError{Frame: NewFrameError(in, err)}
}

// StreamError ends a stream that makes no sense from some byte on.
type StreamError struct{ Frame *FrameError }

func (e *StreamError) Error() string { return e.Frame.Err.Error() }
func (e *StreamError) Unwrap() error { return e.Frame.Err }

// publication sets the frame of a message. Its Raw is the payload: what is around
// it may differ from receiver to receiver. more reports whether another whole one
// follows.
func publication(f *Frame, payload []byte, more bool) {
	f.Frame = wire.Frame{Raw: payload, Kind: wire.Line, Target: group, Text: payload}
	if sender, text, ok := bytes.Cut(payload, tab); ok {
		f.Sender, f.Text = sender, text
	}
	f.More = more
}

var (
	group = []byte(wire.Group)
	tab   = []byte{'\t'}
)
