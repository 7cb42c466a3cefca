package dialect

import (
	"strconv"
	"strings"
	"time"

	"chatsim/manager/wire"
)

// raw is the dialect of the original chat room: its client's part without its
// window. There is no Join or Leave, only a Roster after each change, and no
// Welcome from the server: one is made before the first roster that has the user.
//
// One send is one message, without an end that the server could see. It is signed
// with the name asked for, whatever name was given: the original client knows no
// other.
type raw struct {
	Base
	in      wire.Raw
	login   string
	rosters int // that came before the user's name was known

	// The claim that may be under way, a message in somebody else's name. It has no
	// end by which a server could part it from the next one, so that one waits.
	claim string
	since time.Time // when somebody first waited for it; zero: nobody has
	holds bool
}

const (
	// ClaimWait is how long a claim may take to come back before it is given up.
	ClaimWait = time.Second

	// maxRosters is how many rosters may lack the user's name before it takes the
	// one that it asked for: one that was on its way when the user came may be
	// older than its join.
	maxRosters = 3
)

// NewRaw returns the codec of the raw dialect, that of the original chat room.
// Without a name it sends what the original sends then, and is called by its
// address, which local is.
func NewRaw(name, local string) Codec {
	r := &raw{login: name}
	r.in.Asked = strings.TrimSpace(name)
	if wire.IsUnnamed(r.in.Asked) {
		r.login, r.in.Asked = wire.NoName, local
	}
	return r
}

func (r *raw) Name() string {
	if r.in.Given != "" {
		return r.in.Given
	}
	return r.in.Asked
}

func (r *raw) Signs() string { return r.in.Asked }

func (r *raw) Login(dst []byte) ([]byte, error) { return append(dst, r.login...), nil }

func (r *raw) Say(dst, text []byte) ([]byte, error) {
	return wire.AppendRawMessage(dst, text, r.in.Asked, wire.Group), nil
}

func (r *raw) Tell(dst []byte, target string, text []byte) ([]byte, error) {
	if strings.Contains(target, "@") {
		return dst, ErrTarget
	}
	return wire.AppendRawMessage(dst, text, r.in.Asked, target), nil
}

// Claim has what is sent next wait until the claim has come back.
func (r *raw) Claim(dst []byte, sender string, text []byte) ([]byte, error) {
	r.holds, r.claim, r.since = true, string(text), time.Time{}
	return wire.AppendRawMessage(dst, text, sender, wire.Group), nil
}

func (r *raw) Held(now time.Time) (until time.Time) {
	if !r.holds {
		return time.Time{}
	}
	if r.since.IsZero() {
		r.since = now
	}
	if until = r.since.Add(ClaimWait); !now.Before(until) {
		r.holds = false
		return time.Time{}
	}
	return until
}

// Decode skips what a server told to others and to whoever was there, before it
// told this user of its own join.
func (r *raw) Decode(f *Frame, in []byte, cut bool) (n int, err error) {
	for {
		f.Raw, f.More = nil, false
		size, err := r.in.Parse(&f.Frame, in[n:], cut)
		switch {
		case size == 0:
			return n, ErrShort
		case err != nil:
			return n + size, NewFrameError(in[n:n+size], err)
		case f.Kind == wire.Roster && r.in.Given == "" && r.finds(f.Names):
			f.Frame = wire.Frame{Kind: wire.Welcome, Names: [][]byte{[]byte(r.in.Given)}}
			return n, nil // the roster is next
		}
		n += size
		if r.in.Given != "" || f.Kind == wire.Error {
			r.returned(f)
			return n, nil
		}
	}
}

// finds looks for the user's own name in a roster: it is the last of those that
// it may have got, as a roster is in order of joining.
func (r *raw) finds(names [][]byte) bool {
	r.rosters++
	name := ""
	for _, n := range names {
		if r.mayBe(string(n)) {
			name = string(n)
		}
	}
	if name == "" && r.rosters == maxRosters {
		name = r.in.Asked
	}
	r.in.Given = name
	return name != ""
}

// mayBe reports whether a name is the one asked for, or that with a suffix.
func (r *raw) mayBe(name string) bool {
	suffix, ok := strings.CutPrefix(name, r.in.Asked)
	if !ok || suffix == "" {
		return ok
	}
	k, err := strconv.Atoi(suffix)
	return err == nil && k > 1 && suffix[0] != '+' && suffix[0] != '0'
}

// returned lets what waits for a claim go on.
func (r *raw) returned(f *Frame) {
	if r.holds && f.Kind == wire.Line && strings.HasPrefix(string(f.Text), r.claim) {
		r.holds = false
	}
}
