package wire

import "bytes"

// Reason is why a server refuses a client, a line of it, or its further stay:
// the part of an error frame's text that programs understand.
type Reason uint8

// The reasons; all before LineTooLong are followed by a close.
const (
	None Reason = iota
	Stalled
	Slow
	LoginTimeout
	BadName
	Full
	Shutdown
	Internal
	Password
	Kicked
	Crowded
	NeedTLS
	Elsewhere
	Moved
	LineTooLong
	NoSuchUser
	NotSaid
	LeftEarly
	NotDone

	numReasons
)

var reasons = [numReasons]struct{ word, text string }{
	None:         {"none", ""},
	Stalled:      {"stalled", "evicted: read nothing for too long"},
	Slow:         {"slow", "evicted: too far behind"},
	LoginTimeout: {"login timeout", "no name came in time"},
	BadName:      {"bad name", "name refused"},
	Full:         {"full", "the room is full"},
	Shutdown:     {"shutdown", "the server is shutting down"},
	Internal:     {"internal", "internal error of the server"},
	Password:     {"password", "wrong password"},
	Kicked:       {"kicked", "removed by the operator"},
	Crowded:      {"crowded", "too many connections from your address"},
	NeedTLS:      {"need TLS", "this room speaks TLS only"},
	Elsewhere:    {"elsewhere", "you joined from somewhere else"},
	Moved:        {"moved", "this server has lost the room, come in again"},
	LineTooLong:  {"line too long", "line too long"},
	NoSuchUser:   {"no such user", "no such user"},
	NotSaid:      {"not said", "not said to anybody"},
	LeftEarly:    {"left early", "left before all was said"},
	NotDone:      {"not done", "not done"},
}

// String returns a short word for reports and counters.
func (r Reason) String() string { return reasons[r].word }

// Text returns what an error frame says to a person.
func (r Reason) Text() string { return reasons[r].text }

// With is Text and, behind a colon, what it is about: "no such user: amy".
func (r Reason) With(detail string) string { return r.Text() + ": " + detail }

// Closing reports whether the server closes the connection for this reason.
func (r Reason) Closing() bool { return None < r && r < LineTooLong }

// ParseReason finds the reason in the text of an error frame, with or without
// details behind it; false for texts that no Reason has.
func ParseReason(errorText []byte) (Reason, bool) {
	for r := None + 1; r < numReasons; r++ {
		rest, ok := bytes.CutPrefix(errorText, []byte(r.Text()))
		if ok && (len(rest) == 0 || bytes.HasPrefix(rest, []byte(": "))) {
			return r, true
		}
	}
	return None, false
}
