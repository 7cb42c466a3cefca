package term

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"chatsim/manager/wire"
)

// talk is what a chatter for a person knows, and what it makes of a frame or of
// a typed line. It knows no terminal, no connection and no clock.
type talk struct {
	words  *words
	asked  string   // without what cannot be seen
	wanted string   // asked, as it was typed
	me     string   // assigned; empty until welcomed
	online []string // in join order
	wrote  string   // who last wrote privately
}

// style is how a line is set off, where there are colours. It never says alone
// what the text does not say too.
type style uint8

const (
	plain   style = iota
	own           // said by oneself
	private       // from or to one person
	note          // joins, leaves, help
	trouble
)

// shown is one line on the screen, without line breaks and control characters.
type shown struct {
	style style
	text  string
}

// event is a frame that outlives the reading of the next, with nothing in it
// that may not be shown.
type event struct {
	kind                 wire.Kind
	private              bool
	sender, text, target string
	names                []string
	reason               wire.Reason // of an Error; None if it has no known one
}

// newEvent copies a frame.
func newEvent(f *wire.Frame) event {
	safe := func(b []byte) string { return string(wire.AppendShown(nil, b)) }
	name := func(b []byte) string { return cmp.Or(safe(b), "?") }
	e := event{kind: f.Kind}
	switch f.Kind {
	case wire.Line:
		e.private, e.sender, e.text, e.target = f.Private, name(f.Sender), safe(f.Text), name(f.Target)
	case wire.Error:
		e.text = safe(f.Text)
		e.reason, _ = wire.ParseReason(f.Text)
	default:
		for _, n := range f.Names {
			e.names = append(e.names, name(n))
		}
	}
	return e
}

// hear takes a frame in and says what to show.
func (t *talk) hear(e event) []shown {
	switch e.kind {
	case wire.Welcome:
		return t.welcome(e.names[0])
	case wire.Roster:
		t.online = e.names
		return []shown{{note, t.who()}}
	case wire.Join:
		t.online = append(t.online, e.names...)
		return []shown{{note, fmt.Sprintf(t.words.Joined, t.list(e.names))}}
	case wire.Leave:
		t.online = slices.DeleteFunc(t.online, func(n string) bool { return slices.Contains(e.names, n) })
		return []shown{{note, fmt.Sprintf(t.words.Left, t.list(e.names))}}
	case wire.Error:
		return []shown{{trouble, fmt.Sprintf(t.words.Server, e.text)}}
	case wire.Line:
		return []shown{t.line(e)}
	}
	return nil
}

func (t *talk) welcome(name string) []shown {
	was := t.me
	t.me = name
	of := []shown{{note, t.words.Welcome}}
	switch {
	case name == was: // back again, which is told elsewhere
	case name != t.asked:
		of = append(of, shown{note, fmt.Sprintf(t.words.Renamed, name, t.asked)})
	case was != "":
		of = append(of, shown{note, fmt.Sprintf(t.words.Given, name)})
	case name != t.wanted:
		of = append(of, shown{note, fmt.Sprintf(t.words.Unseen, name)})
	}
	return of
}

// line is how a chat line is shown.
func (t *talk) line(e event) shown {
	text := e.sender + ": " + e.text
	act, acts := strings.CutPrefix(e.text, "/me ")
	if acts {
		text = "* " + e.sender + " " + act
	}
	switch {
	case !e.private && e.sender == t.me:
		return shown{own, text}
	case !e.private:
		return shown{plain, text}
	}
	inner := e.text
	if acts {
		inner = text
	}
	if e.sender == t.me && e.target != t.me {
		return shown{private, fmt.Sprintf(t.words.To, e.target, inner)}
	}
	t.wrote = e.sender
	return shown{private, fmt.Sprintf(t.words.From, e.sender, inner)}
}

// maxListed is how many names are listed at once.
const maxListed = 30

func (t *talk) list(names []string) string {
	if len(names) <= maxListed {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:maxListed], ", ") + ", " + fmt.Sprintf(t.words.More, len(names)-maxListed)
}

func (t *talk) who() string { return fmt.Sprintf(t.words.Online, len(t.online), t.list(t.online)) }

// action is what a typed line leads to: something to send, to show, or to leave.
type action struct {
	send   bool
	target string // of what is sent: a name, or wire.Group
	text   string
	show   []shown
	quit   bool
}

func (t *talk) hint(s style, text string) action {
	var a action
	for line := range strings.Lines(text) {
		a.show = append(a.show, shown{s, strings.TrimSuffix(line, "\n")})
	}
	return a
}

// typed takes in what a person has typed. A command that is not known, or that
// is spelled otherwise, is never said to anybody.
func (t *talk) typed(line string) action {
	line = strings.TrimRight(line, "\r\n")
	meant, misspelled := wire.Misspelled([]byte(line))
	line = string(wire.AppendText(nil, []byte(line)))
	command, rest, _ := strings.Cut(line, " ")
	switch {
	case strings.TrimSpace(line) == "":
		return action{}
	case strings.HasPrefix(line, "//"):
		return t.say(line[1:], wire.Group)
	case command == meant && misspelled:
		return t.obey(command, strings.TrimSpace(rest))
	case misspelled:
		return t.hint(trouble, fmt.Sprintf(t.words.Slip, meant, meant))
	case isWord(command):
		return t.hint(trouble, fmt.Sprintf(t.words.Unknown, command, command[1:]))
	}
	return t.say(line, wire.Group)
}

// isWord reports whether a slash and letters stand there, as they do in a
// command, and not the path of a file.
func isWord(command string) bool {
	return len(command) > 1 && command[0] == '/' && !strings.ContainsFunc(command[1:], func(r rune) bool { return !unicode.IsLetter(r) })
}

// obey carries out a command.
func (t *talk) obey(command, rest string) action {
	switch command {
	case "/quit":
		return action{quit: true}
	case "/help":
		return t.hint(note, t.words.Help)
	case "/who":
		return t.hint(note, t.who())
	case "/me":
		if rest == "" {
			return t.hint(trouble, fmt.Sprintf(t.words.NoText, command))
		}
		return t.say("/me "+rest, wire.Group)
	case "/msg":
		return t.message(rest)
	case "/reply":
		switch {
		case t.wrote == "":
			return t.hint(trouble, t.words.NoReply)
		case rest == "":
			return t.hint(trouble, fmt.Sprintf(t.words.NoText, command))
		}
		return t.tell(t.wrote, rest)
	}
	return action{}
}

// message is a /msg: names may hold spaces, so the longest that is online counts.
func (t *talk) message(rest string) action {
	name, text := t.addressed(rest)
	if name == "" {
		if name, text, _ = strings.Cut(rest, " "); name == "" {
			return t.hint(trouble, fmt.Sprintf(t.words.NoText, "/msg"))
		}
	}
	if text == "" {
		return t.hint(trouble, fmt.Sprintf(t.words.NoText, "/msg "+name))
	}
	return t.tell(name, text)
}

// addressed finds the longest name online that a text begins with, as far as a
// person can see, and what is behind it.
func (t *talk) addressed(text string) (name, rest string) {
	online := make(map[string]string, len(t.online))
	for _, n := range t.online {
		online[wire.Visible(n)] = n
	}
	for end := len(text); end > 0; end = strings.LastIndexByte(text[:end], ' ') {
		if n, ok := online[wire.Visible(text[:end])]; ok {
			return n, strings.TrimSpace(text[end:])
		}
	}
	return "", ""
}

func (t *talk) tell(name, text string) action {
	if !slices.Contains(t.online, name) {
		return t.hint(trouble, fmt.Sprintf(t.words.NotHere, name))
	}
	return t.say(text, name)
}

func (t *talk) say(text, target string) action {
	if most := t.room(target); len(text) > most {
		return t.hint(trouble, fmt.Sprintf(t.words.TooLong, len(text), most))
	}
	return action{send: true, text: text, target: target}
}

// room is how many bytes of text a line to a target has room for.
func (t *talk) room(target string) int {
	return wire.DefaultMaxLine - len("@@") - len(t.me) - len(target)
}
