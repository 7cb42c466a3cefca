package term

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
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

	here   bool      // who is online is known, of this connection
	mark   wire.Mark // how far the order was heard; zero: the room does not tell
	before int       // lines of before that were told since the welcome
	past   []shown   // of those, what is shown when all of them are there
	told   bool      // the room has told a mark since the welcome
	gone   bool      // the connection was lost, and what was missed is to be told
	gaps   bool      // not all of it was told
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

// shown is one entry on the screen: a line, or several where there are line breaks
// in it, without control characters.
type shown struct {
	style style
	text  string
	at    time.Time // when it was said; zero: now
}

func say(s style, text string) shown { return shown{style: s, text: text} }

// event is a frame that outlives the reading of the next, with nothing in it
// that may not be shown.
type event struct {
	kind                 wire.Kind
	private              bool
	sender, text, target string
	names                []string
	reason               wire.Reason // of an Error; None if it has no known one
	detail               string      // of that
	history              *wire.History
	notice               string
	others               []wire.Site // where else the room is; nil: nothing is told of that
}

// newEvent copies a frame.
func newEvent(f *wire.Frame) event {
	safe := func(b []byte) string { return string(wire.AppendShown(nil, b)) }
	name := func(b []byte) string { return cmp.Or(safe(b), "?") }
	e := event{kind: f.Kind}
	switch f.Kind {
	case wire.Line:
		e.private, e.sender, e.text, e.target = f.Private, name(f.Sender), shownText(f.Text), name(f.Target)
	case wire.Error:
		e.text = safe(f.Text)
		e.reason, _ = wire.ParseReason(f.Text)
		_, e.detail, _ = strings.Cut(e.text, ": ")
	case wire.Unknown:
		e.learn(f.Raw)
	default:
		for _, n := range f.Names {
			e.names = append(e.names, name(n))
		}
	}
	return e
}

// shownText returns a text as it may be shown, with '\n' for each line break in it.
func shownText(b []byte) string {
	parts := bytes.FieldsFunc(b, wire.EndsLine)
	for i, part := range parts {
		parts[i] = wire.AppendShown(nil, part)
	}
	return string(bytes.Join(parts, []byte("\n")))
}

// learn reads a control object that is for those who asked for it.
func (e *event) learn(raw []byte) {
	if h, ok := wire.ParseHistory(raw); ok {
		e.history = &h
	} else if text, ok := wire.ParseNotice(raw); ok {
		e.notice = string(wire.AppendShown(nil, []byte(text)))
	} else if others, ok := wire.ParseOthers(raw); ok {
		e.others = append([]wire.Site{}, others...)
	}
}

// hear takes a frame in and says what to show.
func (t *talk) hear(e event) []shown {
	t.count(e)
	switch e.kind {
	case wire.Welcome:
		return t.welcome(e.names[0])
	case wire.Roster:
		return t.arrive(e.names)
	case wire.Join:
		t.online = append(t.online, e.names...)
		return []shown{say(note, fmt.Sprintf(t.words.Joined, t.list(e.names)))}
	case wire.Leave:
		t.online = slices.DeleteFunc(t.online, func(n string) bool { return slices.Contains(e.names, n) })
		return []shown{say(note, fmt.Sprintf(t.words.Left, t.list(e.names)))}
	case wire.Error:
		return []shown{say(trouble, t.words.serverSays(e.reason, e.text, e.detail))}
	case wire.Line:
		return []shown{t.line(e)}
	case wire.Unknown:
		return t.learned(e)
	}
	return nil
}

// line returns how a chat line is shown.
func (t *talk) line(e event) shown {
	if e.sender == wire.Server && !e.private {
		if told, ok := t.words.Language.Notice(e.text); ok {
			return say(note, told)
		}
	}
	text := e.sender + ": " + e.text
	act, acts := strings.CutPrefix(e.text, "/me ")
	if acts {
		text = "* " + e.sender + " " + act
	}
	switch {
	case !e.private && e.sender == t.me:
		return say(own, text)
	case !e.private:
		return say(plain, text)
	}
	inner := e.text
	if acts {
		inner = text
	}
	if e.sender == t.me && e.target != t.me {
		return say(private, fmt.Sprintf(t.words.To, e.target, inner))
	}
	t.wrote = e.sender
	return say(private, fmt.Sprintf(t.words.From, e.sender, inner))
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

// action is what a typed line leads to: something to send, an order to the room, to
// show, or to leave.
type action struct {
	order  string // a line for the room itself
	send   bool
	target string // of what is sent: a name, or wire.Group
	text   string
	show   []shown
	quit   bool
}

func (t *talk) hint(s style, text string) action {
	var a action
	for line := range strings.Lines(text) {
		a.show = append(a.show, say(s, strings.TrimSuffix(line, "\n")))
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
	case "/quit", "/leave":
		return action{quit: true}
	case "/history":
		return action{order: strings.TrimSpace("/history " + rest)}
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
	return t.order(command, rest)
}

// order returns a command that the room carries out.
func (t *talk) order(command, rest string) action {
	switch {
	case rest != "" || command == "/bans":
		return action{order: strings.TrimSpace(command + " " + rest)}
	case command == "/op":
		return t.hint(trouble, t.words.NoWord)
	}
	return t.hint(trouble, fmt.Sprintf(t.words.NoName, command))
}

// message returns a /msg: names may hold spaces, so the longest that is online counts.
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

// room returns how many bytes of text a line to a target has room for.
func (t *talk) room(target string) int {
	return wire.DefaultMaxLine - len("@@") - len(t.me) - len(target)
}
