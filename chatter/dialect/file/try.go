package file

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"chatsim/chatter/dialect"
	"chatsim/manager/wire"
)

// A transcript is what one client after the other does, and what comes, a step a
// line:
//
//	login bob                            a client begins, which asks for that name
//	> http {"method":"POST",…}           a request over HTTP, where the file has some
//	< http {"status":200,"body":…}       its answer
//	> open {"path":"/socket",…}          with what the WebSocket is asked for then
//	> {"type":"hello","user":"bob"}      what is to be sent then
//	< {"type":"welcome","name":"bob"}    what comes
//	= welcome "bob"                      what that is to become
//	say hello
//	tell amy hello
//	leave
//	every                                its time has come
//	# anything                           a remark
//
// A message that holds line breaks, or begins with a quote, is written as Go quotes
// it. Where no > and = stand behind a step, whatever comes of it is right.

// DefaultName is asked for where a transcript has no login.
const DefaultName = "bob"

// trial plays a transcript.
type trial struct {
	d       *Dialect
	out     io.Writer
	c       *codec
	got     []string // of the step that was last
	want    []string
	differs int
	at      int // the line of the transcript
	now     time.Time
}

// Try plays a transcript to the dialect, writes the transcript as it becomes to
// out, and returns how many steps became something else than it says.
func (d *Dialect) Try(transcript io.Reader, out io.Writer) (differs int, err error) {
	t := &trial{d: d, out: out, now: time.Unix(0, 0)}
	in := bufio.NewReader(io.LimitReader(transcript, most))
	for {
		line, err := in.ReadString('\n')
		if text := strings.TrimRight(line, "\r\n"); text != "" {
			t.at++
			if err := t.step(text); err != nil {
				return 0, fmt.Errorf("line %d of the transcript: %w", t.at, err)
			}
		} else if line != "" {
			t.at++
		}
		if errors.Is(err, io.EOF) {
			t.compare()
			return t.differs, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// step takes a line of the transcript.
func (t *trial) step(line string) error {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case ">", "=":
		t.want = append(t.want, line)
		return nil
	case "#":
		fmt.Fprintln(t.out, line)
		return nil
	}
	t.compare()
	if verb == "login" || t.c == nil {
		if err := t.login(verb, rest); verb == "login" || err != nil {
			return err
		}
	}
	fmt.Fprintln(t.out, line)
	return t.do(verb, rest)
}

// login has a client begin.
func (t *trial) login(verb, name string) error {
	if name == "" || verb != "login" {
		name = DefaultName
	}
	fmt.Fprintln(t.out, "login "+name)
	t.c = t.d.Codec(Client{Asked: name, N: 1, Nicks: new(dialect.Nicks), Trace: t.note}).(*codec)
	t.c.Bare()
	return t.calls()
}

// calls goes on to the next request over HTTP, or to the login where there is none.
func (t *trial) calls() error {
	call, err := t.c.Call()
	if call != nil || err != nil {
		return err
	}
	if t.d.Calls() {
		if _, _, err := t.c.Upgrade(func(string) string { return "" }); err != nil {
			return err
		}
	}
	_, err = t.c.Login(nil)
	t.c.Tick(nil, t.now)
	if err != nil {
		return err
	}
	return t.asks()
}

// answered has the answer to a request over HTTP come.
func (t *trial) answered(text string) error {
	text, ok := strings.CutPrefix(text, "http ")
	var answer struct {
		Status           int
		Headers, Cookies map[string]string
		Body             json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &answer); !ok || err != nil {
		return fmt.Errorf("%s waits for its answer: < http {\"status\": 200, \"body\": {…}}", cmp.Or(t.c.asked, t.c.what))
	}
	var body string
	if json.Unmarshal(answer.Body, &body) != nil {
		body = string(answer.Body)
	}
	err := t.c.Answered(&dialect.Answer{Status: answer.Status, Header: answer.Headers, Cookies: answer.Cookies, Body: []byte(body)})
	var at *Error
	if refused := new(dialect.CallError); errors.As(err, &refused) && errors.As(err, &at) {
		t.got = append(t.got, fmt.Sprintf("= refused, line %d: %s", at.Line, at.What))
		t.c.made, t.c.asked = 0, "" // a login may follow
		return nil
	}
	switch {
	case err != nil:
		return err
	case t.c.begun:
		return t.queued(new(dialect.Frame), nil)
	}
	return t.calls()
}

// note records what comes of a step; a message that comes is a step itself.
func (t *trial) note(step string) {
	if !strings.HasPrefix(step, "<") {
		t.got = append(t.got, step)
	}
}

// do has the client do a step, or a message or an answer come to it.
func (t *trial) do(verb, rest string) error {
	answers := t.c.asked != "" || t.c.underWay && strings.HasPrefix(rest, "http ")
	var err error
	switch {
	case verb == "<" && answers:
		err = t.answered(rest)
	case t.c.asked != "":
		return t.answered("")
	default:
		err = t.act(verb, rest)
	}
	if err != nil {
		return err
	}
	return t.asks()
}

// act has the client do a step, or a message come to it.
func (t *trial) act(verb, rest string) error {
	var err error
	switch verb {
	case "say":
		_, err = t.c.Say(nil, []byte(rest))
	case "tell":
		to, text, _ := strings.Cut(rest, " ")
		_, err = t.c.Tell(nil, to, []byte(text))
	case "leave":
		t.c.Leave(nil)
		err = t.d.Err()
	case "every":
		t.now = t.now.Add(time.Duration(t.d.Every.Seconds * float64(time.Second)))
		t.c.Tick(nil, t.now)
		err = t.d.Err()
	case "<":
		err = t.comes(rest)
	default:
		err = fmt.Errorf("%s is no step; those are login, say, tell, leave, every, and < MESSAGE", strconv.Quote(verb))
	}
	return err
}

// asks makes the next request that the client has beside its stream.
func (t *trial) asks() error {
	if !t.c.begun {
		return nil
	}
	_, err := t.c.Call()
	return err
}

// comes has a message come.
func (t *trial) comes(text string) error {
	if strings.HasPrefix(text, `"`) {
		quoted, err := strconv.Unquote(text)
		if err != nil {
			return fmt.Errorf("%s: a message that begins with a quote is written as Go quotes it", text)
		}
		text = quoted
	}
	var f dialect.Frame
	ok, err := t.c.Take(&f, []byte(text))
	if ok || err != nil {
		return t.queued(&f, err)
	}
	return nil
}

// queued takes what comes behind a frame or an error.
func (t *trial) queued(f *dialect.Frame, err error) error {
	for ok := true; ok || err != nil; ok, err = t.c.Queued(f) {
		var bad *dialect.FrameError
		switch {
		case errors.As(err, &bad):
			t.got = append(t.got, "= "+bad.Error())
		case errors.As(err, new(*dialect.CallError)): // it has been told
		case err != nil:
			return err
		}
	}
	return nil
}

// compare writes what the last step came to, and what was to come if that is
// something else.
func (t *trial) compare() {
	for _, step := range t.got {
		fmt.Fprintln(t.out, step)
	}
	if len(t.want) > 0 && !slices.Equal(t.got, t.want) {
		t.differs++
		for _, step := range t.want {
			fmt.Fprintln(t.out, "# the transcript has "+step)
		}
	}
	t.got, t.want = nil, nil
}

// written returns a message as a transcript has it.
func written(message string) string {
	if strings.HasPrefix(message, `"`) || strings.ContainsFunc(message, unicode.IsControl) {
		return strconv.Quote(message)
	}
	return message
}

// nothing stands behind a message that means nothing to the file.
const nothing = "= nothing"

// kinds are the words for frames in transcripts.
var kinds = map[wire.Kind]string{wire.Welcome: "welcome", wire.Roster: "roster", wire.Join: "join", wire.Leave: "leave", wire.Error: "error"}

// Show returns a frame as a transcript has it.
func Show(f *wire.Frame) string {
	switch {
	case f.Kind == wire.Line && f.Private:
		return fmt.Sprintf("= line %q to %q: %q", f.Sender, f.Target, f.Text)
	case f.Kind == wire.Line:
		return fmt.Sprintf("= line %q: %q", f.Sender, f.Text)
	case f.Kind == wire.Error:
		return fmt.Sprintf("= error %q", f.Text)
	case kinds[f.Kind] == "":
		return nothing
	}
	words := []string{"=", kinds[f.Kind]}
	for _, name := range f.Names {
		words = append(words, strconv.Quote(string(name)))
	}
	return strings.Join(words, " ")
}
