package scenario

import (
	"fmt"
	"slices"
	"time"

	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario/file"
)

// Window is a part of the measured time, from its start.
type Window struct{ From, To time.Duration }

// Turn is a window in which all chatters talk and read as usual, and the one
// behind it in which those of a role do not. Before the first there is a time as
// long for what the turn before has left behind: one half of what is without a role.
type Turn struct {
	Role       int // of Spec.Roles
	Calm, Acts Window
}

// RoleUsers returns how many chatters have roles beside so many users.
func (s *Spec) RoleUsers(users int) int {
	n := 0
	for i := range s.Roles {
		n += s.Roles[i].Of(users)
	}
	return n
}

// Turns returns when which role acts in a run of d: one after the other, so that
// what happens to the others in a window is one role's doing.
func (s *Script) Turns(d time.Duration) []Turn {
	var out []Turn
	parts := s.parts(d)
	for _, p := range parts {
		at := p.From
		for more := true; more; {
			more = false
			for _, role := range p.roles {
				if w := window(&s.Roles[role], role, parts); at+2*w <= p.To {
					out = append(out, Turn{role, Window{at + w/2, at + w}, Window{at + w, at + 2*w}})
					at, more = at+2*w, true
				}
			}
		}
	}
	return out
}

// part is a part of the measured time in which the same roles act.
type part struct {
	Window
	roles []int
}

func (s *Script) parts(d time.Duration) []part {
	var out []part
	at := time.Duration(0)
	for _, p := range s.Phases {
		if p.Warm {
			continue
		}
		if roles := s.rolesIn(p.Name); len(out) > 0 && slices.Equal(out[len(out)-1].roles, roles) {
			out[len(out)-1].To += p.For
		} else {
			out = append(out, part{Window{at, at + p.For}, roles})
		}
		at += p.For
	}
	if len(s.Phases) == 0 {
		out = []part{{Window{0, d}, s.rolesIn("")}}
	}
	return out
}

// rolesIn returns the roles that act in a phase. Who stalls and talks is not the
// first chatter, who sees all, and one more sees what that does to others.
func (s *Script) rolesIn(phase string) []int {
	var out []int
	for i := range s.Roles {
		if r := &s.Roles[i]; r.ActsIn(phase) && !(r.Talks && s.Users < 3) {
			out = append(out, i)
		}
	}
	return out
}

// maxRolePairs bounds the windows of a role: each takes memory.
const maxRolePairs = 100

// window returns how long the windows of a role are, by its number too: where its file does not say it, so
// many seconds that there are enough of them.
func window(r *file.Role, role int, parts []part) time.Duration {
	acts, beside := time.Duration(0), 1
	for _, p := range parts {
		if slices.Contains(p.roles, role) {
			acts, beside = acts+p.To-p.From, max(beside, len(p.roles))
		}
	}
	if every := r.Every; every > 0 {
		return max(every, acts/(2*maxRolePairs))
	}
	return max(acts/time.Duration(2*report.RolePairs*beside)/time.Second, 1) * time.Second
}

// StallWindows returns the parts of a run of d in which somebody does not read.
func (s *Script) StallWindows(d time.Duration) []Window {
	var out []Window
	for _, t := range s.Turns(d) {
		if s.Roles[t.Role].Kind == file.Stalled {
			out = append(out, t.Acts)
		}
	}
	return out
}

// Staller returns the chatter of those who talk that stops reading: never the first,
// who sees all.
func (s *Script) Staller() int { return 1 + s.draw('r', 0, 0).below(s.Users-1) }

// RoleName returns the name that the nth chatter of a role asks for.
func RoleName(r *file.Role, n int) string { return fmt.Sprintf("%s%d", r.Kind, n+1) }

// RoleAbout returns what each chatter of a role does, in words.
func RoleAbout(r *file.Role) string {
	switch r.Kind {
	case file.Slow:
		return "reads " + report.Bytes(r.Bytes) + "/s"
	case file.Dribble:
		return "writes its lines byte by byte, " + report.Bytes(r.Bytes) + "/s"
	case file.Flood:
		return "says " + report.Count(r.Rate) + " lines/s"
	case file.Noise:
		return "sends " + report.Count(r.Rate) + " pieces a second that are no protocol"
	}
	switch {
	case r.Good:
		return "stops reading for good"
	case r.For > 0:
		return "reads nothing for " + short(r.For)
	}
	return "reads nothing"
}
