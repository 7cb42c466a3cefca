// Package wire is the protocol's one home: the frames that a server sends, the
// lines that a client sends, and the rules for names and texts. Manager and
// chatter share it. It knows bytes only: no socket, no clock, no room.
//
// # Frames a server sends
//
// Every frame is one line of UTF-8 ending in '\n'. Its first byte tells the
// kind, so no text that a user types can be taken for control:
//
//	' '  a chat line          " bob:hello@bob@------Group chat-------"
//	'['  a roster snapshot    `["bob","bob2"]`, names in join order
//	'{'  a control object     one of {"welcome":NAME} {"join":[NAME…]} {"leave":[NAME…]} {"error":TEXT}
//
// Keys that a reader does not know are ignored, and so is an object that has no
// other: that is how the protocol grows. {"slow":200} tells a client once that
// it says more than so many lines a second, and that the others are read later.
//
// A name never holds '@', so the sender and the target of a chat line are its
// last two '@'-fields: it is parsed from the right and its text may hold any '@'.
//
// # Coming back
//
// A client whose connection breaks may be back before the server knows of it:
// its name is still taken then, by its own ghost. One that writes
//
//	Ann@token=
//
// for its name is told a secret with its welcome, {"welcome":"Ann","token":"3f…"},
// and Ann@token=3f… brings it back under the name that it was given. A stay that
// goes on with that token ends at the place before: the others see the leave and
// the join next to each other, the ghost is told that it joined from somewhere else,
// and what it had still to say is dropped. After the stay the token brings the
// name back for as long as that is free. A token of nobody makes an ordinary
// join, and there is no telling it from another. An operator who removes a user
// makes the token void. Other clients are told of no token.
//
// Where the room is served by several servers, such a client is also told where the
// others are, behind its welcome and whenever that changes:
//
//	{"others":["http://10.0.0.2:9999","https://c.example.org"]}
//
// Each is a [Site]: the address of the room's page, of the WebSocket /ws there, and,
// without the scheme, of the line dialect, over TLS where the scheme is https. When its
// own server does not answer, the client comes back at another one, with its token: the
// order, the places in it and who has which token are the same at all of them.
//
// # History
//
// One that writes Ann@token=@history=200 (or its token before the second @) gets
// what was said last between its welcome and the roster, one who has lost its
// connection by Ann@token=3f…@since=MARK all that it has missed: control objects
// {"history":[{"place":17,"time":"2026-01-02T15:04:05.000Z","line":" bob:hi@bob@…"},…]},
// the last of which has the Mark from which the reader counts on, see Mark, and
// "missing":true where not all of that is kept any more. Private lines are told to
// the two that they were for, as far as those come with their tokens. /history and
// /history 20 are for people without such a client: an object for each line to the
// group. To everybody else a history is an object without a known key.
//
// # Names
//
// A name is what a person can see of it, see Visible: no two users differ in
// anything else, and /msg finds a name however what is unseen was typed. What
// cannot be seen is kept in emoji and where a script is written with it, and is
// otherwise left out of the name that is given, see CleanName.
//
// # Lines a client sends
//
//	client                          server
//	  name asked for      ->
//	                      <-          {"welcome":assigned}, roster snapshot
//	  text@sender@target  ->          (or any other line: text for the group,
//	  /msg NAME text      ->           /msg, /who and /history for people)
//	  FIN                 ->
//	                      <-          what was in flight, FIN
package wire

const (
	// Group is the target of a line for everybody.
	Group = "------Group chat-------"
	// Server is the sender of what the server itself says: no user has it.
	Server = "*"
	// NoName is what the original client sends where its user gave no name;
	// like an empty line it asks for the socket's address as the name.
	NoName = "用户名不存在"
	// MaxName limits the name asked for, in bytes after trimming.
	MaxName = 64
	// DefaultMaxLine limits a client's line, in bytes without its '\n'.
	DefaultMaxLine = 4096
	// DefaultAddr is where a live server listens unless told otherwise.
	DefaultAddr = "127.0.0.1:9999"
)

// Kind is what a frame is about.
type Kind uint8

// The kinds of frames that a server sends.
const (
	Invalid Kind = iota
	Line         // Sender, Text, Target
	Roster       // Names: everybody present, in join order
	Welcome      // Names[0]: the receiver's assigned name
	Join         // Names: who has joined, consecutive in the order
	Leave        // Names: who has left, consecutive in the order
	Error        // Text: why
	Unknown      // a control object without a key of this package: ignored by whoever reads it
)

// Frame is one parsed frame. Its slices point into the bytes it was parsed
// from or into memory of the Frame itself, and hold until the next Parse.
type Frame struct {
	Raw     []byte // the frame as it came, without its '\n'; nil if it was not parsed from bytes
	Kind    Kind
	Private bool // of a Line: Target is a name, not Group
	Sender  []byte
	Text    []byte
	Target  []byte
	Names   [][]byte
	Token   []byte // of a Welcome: by which to come back; empty if none was asked for

	scratch []byte // unescaped names
}
