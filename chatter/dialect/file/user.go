package file

import (
	"maps"
	"slices"

	"chatsim/chatter/dialect"
)

// Client is what a codec is told of its user.
type Client struct {
	Asked    string // the name
	Room     string // empty: the file's
	Password string // empty: none
	N        int    // which no other client of the run has
	Nicks    *dialect.Nicks
	Trace    func(step string) // told of each step as a transcript has it; nil: nobody is
}

// user is what all programs of the file know of a codec's user.
type user struct {
	Client
	d      *Dialect
	name   string // that it asks for; then the one that it has
	chosen bool   // the name is
	state  map[string]any
	values []any // of variables
	ref    int   // of the last message
	steps  int   // that Trace was told of
}

func (u *user) Name() string { return u.name }

// choose has the client ask for a name that is free as far as the run knows.
func (u *user) choose() {
	if u.d.OwnSuffix() && !u.chosen {
		u.name, u.chosen = u.Nicks.Take(u.Asked), true
	}
}

// notOurs is what is wrong with taken where a name is not the client's to choose.
const notOurs = " is for a client that asks for the next name: write can: {suffix: client}"

// chooseNext is choose once a name was taken.
func (u *user) chooseNext() (wrong string) {
	if !u.d.OwnSuffix() {
		return notOurs
	}
	u.name = u.Nicks.Take(u.Asked)
	return ""
}

// set adds to the state.
func (u *user) set(v any) (wrong string) {
	values, ok := v.(map[string]any)
	if !ok {
		return shape(v, "an object")
	}
	s := maps.Clone(u.state) // a program may have kept the old one
	maps.Copy(s, values)
	u.state = s
	return ""
}

// atRef is where $ref stands among the variables.
var atRef = slices.Index(variables, "$ref")

// given returns the values of variables.
func (u *user) given(text, to string) []any {
	u.ref++
	copy(u.values, []any{u.name, text, to, u.Room, u.Password, u.N, u.ref, u.state})
	return u.values
}

// trace tells of a message.
func (u *user) trace(verb string, message []byte) {
	u.step(func() string { return verb + written(string(message)) })
}

// step tells of a step, where somebody wants to know.
func (u *user) step(step func() string) {
	if u.Trace != nil {
		u.steps++
		u.Trace(step())
	}
}
