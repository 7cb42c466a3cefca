package irc

import (
	"maps"
	"strconv"
	"strings"
)

// Fit returns the nick of a name: '_' stands for each character that would end
// a nick, or hide where it ends, and before what would make it something else
// than a nick. What IRC can carry stays, whatever script it is of.
func Fit(name string) string {
	if name == "" || strings.IndexByte("#&+!~%@:$=*?", name[0]) >= 0 {
		name = "_" + name
	}
	if strings.IndexFunc(name, breaks) < 0 {
		return name
	}
	return strings.Map(func(r rune) rune {
		if breaks(r) {
			return '_'
		}
		return r
	}, name)
}

// breaks reports whether a nick cannot hold r: what separates parameters and
// targets, the parts of a source, and what makes a mask of it.
func breaks(r rune) bool {
	switch r {
	case ' ', ',', '!', '@', '*', '?':
		return true
	}
	return r < ' ' || r == 0x7f
}

// Fold returns what is the same for nicks that are one to a client: the server
// says CASEMAPPING=ascii.
func Fold(nick string) string {
	for i := range len(nick) {
		if c := nick[i]; 'A' <= c && c <= 'Z' {
			return foldFrom(nick, i)
		}
	}
	return nick
}

func foldFrom(nick string, i int) string {
	b := []byte(nick)
	for ; i < len(b); i++ {
		if 'A' <= b[i] && b[i] <= 'Z' {
			b[i] += 'a' - 'A'
		}
	}
	return string(b)
}

// Book knows who is called what on IRC: each name that is present has a nick of
// its own, which comes back to it. A nick that is taken gets "_2" behind it, or
// the next number that is free. Equal calls in equal order have equal nicks. Its
// zero value is empty and ready.
type Book struct {
	names  map[string]string // of the nicks, folded
	odd    Odd
	shared bool              // odd is somebody else's as well
	crowds map[string]*crowd // of folded nicks that were taken when another came
}

// crowd are the users for whom one nick was the first choice, but for who has it.
type crowd struct{ users, last int }

// Odd are the nicks that are not the names that they stand for, by name. It does
// not change once it was handed out.
type Odd map[string]string

// Nick returns the nick of a name that is present.
func (o Odd) Nick(name string) string {
	if nick, ok := o[name]; ok {
		return nick
	}
	return name
}

// Add assigns a nick to a name that comes.
func (b *Book) Add(name string) (nick string) {
	if b.names == nil {
		b.names, b.crowds = make(map[string]string), make(map[string]*crowd)
	}
	nick = Fit(name)
	folded := Fold(nick)
	if _, taken := b.names[folded]; taken {
		nick = b.number(nick, folded)
		folded = Fold(nick)
	}
	b.names[folded] = name
	if nick != name {
		b.own()
		b.odd[name] = nick
	}
	return nick
}

// number puts a number behind a nick that is taken.
func (b *Book) number(nick, folded string) string {
	c := b.crowds[folded]
	if c == nil {
		c = &crowd{last: 1}
		b.crowds[folded] = c
	}
	c.users++
	for {
		c.last++
		numbered := nick + "_" + strconv.Itoa(c.last)
		if _, taken := b.names[Fold(numbered)]; !taken {
			return numbered
		}
	}
}

// own has odd be ours alone.
func (b *Book) own() {
	if b.shared || b.odd == nil {
		b.odd, b.shared = maps.Clone(b.odd), false
		if b.odd == nil {
			b.odd = make(Odd)
		}
	}
}

// Remove frees the nick of a name that goes.
func (b *Book) Remove(name string) {
	nick := b.odd.Nick(name)
	delete(b.names, Fold(nick))
	if nick == name {
		return
	}
	b.own()
	delete(b.odd, name)
	first := Fold(Fit(name))
	if c := b.crowds[first]; c != nil && Fold(nick) != first {
		if c.users--; c.users == 0 {
			delete(b.crowds, first)
		}
	}
}

// Name returns the name of a nick, in whatever case it is written.
func (b *Book) Name(nick string) (name string, ok bool) {
	name, ok = b.names[Fold(nick)]
	return name, ok
}

// Odd returns the nicks of those present that are not their names.
func (b *Book) Odd() Odd {
	b.shared = true
	return b.odd
}
