package outside

import (
	"bufio"
	"time"
)

// Hooks are where a fault changes what the room does. Each is called with the
// room's lock held; nil changes nothing.
type Hooks struct {
	Refuses func(c *conn, asked string) (dealt bool)             // who asks for a name that is none
	Input   func(m *Member, line string, long bool) (dealt bool) // a line as it came
	Rest    func(m *Member, rest []byte) (drop int)              // what has come behind a line
	Admit   func(c *conn, asked string) (in bool)                // false: the hook has dealt with who asks
	Name    func(m *Member, due string) string                   // what a newcomer is called
	Greet   func(m *Member, frames []Frame) []Frame              // what it is told first
	Line    func(m *Member, f Frame) (Frame, bool)               // a line before it has a place; false: it gets none
	All     func(f Frame) []Frame                                // what everybody is told for a frame
	Emit    func(to *Member, f Frame) []Frame                    // what a member is told for a frame
	Leave   func(m *Member) (told bool)                          // false: the hook tells of the leave, or does not
	Lookup  func(from *Member, target string) *Member            // who gets a private line; nil: nobody
	Ended   func(m *Member)                                      // a member is about to be off the roster
	Parted  func(m *Member) (kept bool)                          // a member has left; true: the hook has its connection
	Late    func(m *Member) time.Duration                        // by how much a leave is found out late
	Refuse  func(m *Member, f Frame) (text string)               // an error in place of a line; empty: none
	Tell    func(from, to *Member, f Frame) (fin bool)           // a private line; true: the hook has dealt with it
}

// rest has a fault deal with what has come behind a line.
func (r *Room) rest(m *Member, in *bufio.Reader) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if h := r.Hooks.Rest; h != nil && in.Buffered() > 0 && !m.gone {
		b, _ := in.Peek(in.Buffered()) // it is there
		_, _ = in.Discard(h(m, b))
	}
}
