package room

import (
	"slices"
	"testing"
)

// A name that is held goes to nobody but to who comes back with its token, until it
// is free; a suffix of it counts as taken too.
func TestHeld(t *testing.T) {
	var r Room
	token := Token{1}
	bob, _ := r.Return("bob", token)
	bob.Kept = "of bob"
	amy, _ := r.Join("amy")
	if !r.LeaveHeld(bob) || r.LeaveHeld(bob) || r.Leave(bob) {
		t.Error("a stay ends once")
	}
	if r.Lookup("bob") != nil || r.Len() != 1 {
		t.Error("one who has left is there")
	}
	if m, _ := r.LookupPrefix([]byte("bob hi")); m != nil {
		t.Error("one who has left is addressed")
	}
	other, _ := r.Join("bob")
	if other.Name() != "bob2" {
		t.Errorf("the held name went to %s", other.Name())
	}
	if got := r.Given("bob", token); got != "bob" {
		t.Errorf("the holder would get %s", got)
	}
	back, roster := r.Return("bob", token)
	if back.Name() != "bob" || back.Kept != "of bob" || !slices.Equal(slices.Collect(roster.Names()), []string{"amy", "bob2", "bob"}) {
		t.Errorf("back as %s", back.Name())
	}
	r.LeaveHeld(back)
	r.Free(back)
	r.Free(back)
	if m, _ := r.Join("bob"); m.Name() != "bob" {
		t.Errorf("when it is free one is %s", m.Name())
	}
	if back, _ = r.Return("bob", token); back.Name() != "bob3" {
		t.Errorf("then the holder is %s", back.Name())
	}
	if !r.LeaveHeld(amy) {
		t.Error("amy cannot leave")
	}
	if m, _ := r.Join("amy"); m.Name() != "amy" {
		t.Error("a name without a token was held")
	}
	r.LeaveHeld(back)
	r.Void(back)
	if m, _ := r.Join("bob"); m.Name() != "bob3" || r.Knows(token) {
		t.Error("a void token holds a name")
	}
}

// A new name is a leave and a join, and the token is the same.
func TestRename(t *testing.T) {
	var r Room
	token := Token{1}
	bob, _ := r.Return("bob", token)
	bob.Kept = "of bob"
	r.Join("amy")
	bob = r.Rename(bob, "amy")
	if bob.Name() != "amy2" || r.Lookup("bob") != nil || r.Holder(token) != bob || bob.Kept != "of bob" || r.Len() != 2 {
		t.Errorf("renamed to %s", bob.Name())
	}
	r.Leave(bob)
	if back, _ := r.Return("amy", token); back.Name() != "amy2" {
		t.Errorf("back as %s", back.Name())
	}
	amy := r.Rename(r.Lookup("amy"), "eve")
	if amy.Name() != "eve" || r.Given("amy", Token{}) != "amy" || r.Given("eve", Token{}) != "eve2" {
		t.Errorf("renamed to %s", amy.Name())
	}
}
