// Package dialect holds the protocols of chat rooms, each as a codec: the client's
// end of one connection as a function of bytes. Requests go in and bytes come out,
// bytes go in and frames come out, and the time is handed in. A codec knows no
// socket, no clock and no goroutine, so it is tested by tables, cut at every byte,
// and replayed from transcripts (testdata). chatter.Client puts a codec and a
// connection together; package loadgen has its own readers drive codecs.
//
// There is
//
//	NewLine       chatsim's line dialect, also for who comes back by a token
//	NewRaw        the original desktop client's, which has no framing
//	NewWebSocket  a layer under any codec whose messages are lines of text
//
// # What a codec must provide
//
// A new dialect is a type that embeds Base, which has what most dialects do not
// need, and has these methods:
//
//	Name    the name that the server gave, until then the one asked for
//	Login   appends what a client writes first, with the name it asks for
//	Say     appends a line for the group
//	Tell    appends a line for one user
//	Decode  takes one frame out of the bytes that have come
//
// Frames come in the vocabulary of package wire: first a Welcome with the assigned
// name and a Roster, then Line, Join, Leave and Error frames. A protocol that
// begins otherwise makes them from what it has. Decode may set only f.Raw, where a
// frame is much cheaper to find than to understand, and leave the rest to Parse.
//
// Beside that a codec may answer the server (Answer), speak at times of its own
// (Tick), have the next request wait (Held), say goodbye (Leave), tell an orderly
// end from a broken one (End), claim another's name (Claimer), send a line as it is
// (Typist) and sign by another name than it has (Signer).
//
// # Rules for whoever drives one
//
// Nothing of a codec may be called by two goroutines at a time. Decode is called
// with all bytes that have come and that no earlier call has consumed, again and
// again until it returns ErrShort, and then once there are more; the slices of a
// frame hold until the next Decode. After each round of that, what Answer appends
// is written.
package dialect

import (
	"errors"
	"time"

	"chatsim/manager/wire"
)

// Frame is one frame from the server.
type Frame struct {
	wire.Frame
	At   time.Time // right after the read that brought its last byte, or the error; zero until the connection sets it
	More bool      // another whole frame is known to be at hand; may always be false
}

// Codec is the client's end of one connection.
type Codec interface {
	// Name returns the assigned name, before the Welcome the one asked for.
	Name() string

	// Login appends what is written first.
	Login(dst []byte) ([]byte, error)
	// Say appends a line for the group. The text is not kept.
	Say(dst, text []byte) ([]byte, error)
	// Tell appends a line for the user called target.
	Tell(dst []byte, target string, text []byte) ([]byte, error)
	// Leave appends a goodbye. With shut, the sending direction of the connection
	// is closed behind it; else the server closes.
	Leave(dst []byte) (out []byte, shut bool)

	// Decode takes the first frame out of in, sets f, and returns how many bytes of
	// in are done with, which may be none. Its errors are
	//
	//	ErrShort      n bytes are done with, and the rest is no whole frame yet
	//	*FrameError   n bytes could not be understood and are skipped
	//	io.EOF        the server has said goodbye: nothing follows
	//	others        the stream makes no sense, and ends here
	//
	// With cut, in may end in the middle of what the peer has written at once: the
	// read has filled its memory. Only a dialect without framing needs that.
	Decode(f *Frame, in []byte, cut bool) (n int, err error)
	// Parse sets the rest of a frame of which Decode has set only Raw. It fails by a
	// *FrameError.
	Parse(f *Frame) error

	// Answer appends what the codec itself has to say to the server, by reason of
	// what was decoded: the next step of a handshake, a pong.
	Answer(dst []byte) []byte
	// Tick appends what is due at now, and returns when it is to be called next;
	// the zero Time for never. The first call is right after the login.
	Tick(dst []byte, now time.Time) (out []byte, next time.Time)
	// Held returns until when the next request has to wait, unless a frame that is
	// decoded before lets it go; the zero Time if it need not.
	Held(now time.Time) (until time.Time)
	// End returns what the end of the stream means, rest bytes of which are no whole
	// frame: io.EOF or io.ErrUnexpectedEOF.
	End(rest int) error
}

// Claimer is a codec that can claim another sender for a line to the group.
type Claimer interface {
	Claim(dst []byte, sender string, text []byte) ([]byte, error)
}

// Typist is a codec in which a line may be sent just as somebody types it, such as
// a command, and without the sender and target that Say adds.
type Typist interface {
	Type(dst, line []byte) ([]byte, error) // a line holds no line break
	// Framed reports whether each line is a message of its own, which is valid UTF-8
	// and has no end.
	Framed() bool
}

// Signer is a codec whose lines carry another name than its assigned one where
// that is not the one asked for.
type Signer interface{ Signs() string }

// Typed is a codec whose requests are what a person types at nc: between them bytes
// may be sent as they are.
type Typed interface{ Typed() }

// Bounded is a codec whose server takes texts up to a length.
type Bounded interface {
	// Longest returns how many bytes of text a line may have for a target, empty for
	// the group; 0: no limit is known.
	Longest(target string) (bytes int)
}

// Skipper is a codec whose frames need not be decoded where their bytes are known
// already: of those that Decode leaves to Parse.
type Skipper interface {
	// Skip takes the first frame out of in if it is the one of which Decode has set
	// f.Raw to raw before, to this client or another, and returns its bytes; else 0.
	Skip(in []byte, raw string) (n int)
}

// Messenger is a codec of messages, each of which may be no frame or several. Under
// a WebSocket it has no framing of its own.
type Messenger interface {
	// Bare has messages be appended with EndOfMessage behind each, from now on.
	Bare()
	// Take takes a whole message and sets the first frame that comes of it; false if
	// none does. It may leave all but f.Raw to Parse, like Decode.
	Take(f *Frame, message []byte) (ok bool, err error)
	// Queued sets the next frame of what was taken before; false if there is none.
	Queued(f *Frame) (ok bool, err error)
	Waiter
}

// Waiter is a codec that may have frames without further bytes of the server, also by
// reason of a request.
type Waiter interface {
	// Waits reports whether Decode has a frame although nothing has come.
	Waits() bool
}

// EndOfMessage stands behind each message of a Messenger under a WebSocket. It is no
// byte of UTF-8.
const EndOfMessage = 0xff

// Holder is a codec that keeps the beginning of a frame itself.
type Holder interface {
	Holds() int            // bytes
	LimitFrames(bytes int) // the longest frame from now on; longer ones are a *FrameError of ErrTooLong
}

// DefaultFrame is the longest frame where nothing else is said, in bytes: a roster
// of 8,000 names of the longest, and of tens of thousands of usual ones.
const DefaultFrame = 1 << 20

// ErrTooLong reports a frame that is longer than it may be.
var ErrTooLong = errors.New("the frame is too long")

// What a line cannot carry, and when nothing can be said.
var (
	ErrNewline = errors.New("chatter: a line cannot hold a line break")
	ErrTarget  = errors.New("chatter: no name holds an @")
	ErrLeft    = errors.New("chatter: nothing can be said after the leave")
)

// ErrShort reports that there is no whole frame yet.
var ErrShort = errors.New("chatter: the frame is not whole yet")
