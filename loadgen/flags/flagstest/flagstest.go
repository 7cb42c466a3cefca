// Package flagstest tries what the hints of errors propose, so that none of
// them is wrong. A hint proposes in these words, and in no others:
//
//	write -users 5, or -rate max     in place of the flag, or beside the others
//	a room needs somebody: -users 1  the same
//	add -serve                       beside the others
//	leave -trace out                 without that flag
//	write 'sent>5'                   as the value of the flag that the error names
//	write it like 30s, 2m or 500ms   the same, each
//	one of full, order, count        the same, each
//	chatsim -serve -listen :1        a command line of its own
//
// Each flag that a hint mentions otherwise must be one of the program's.
package flagstest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"chatsim/loadgen/flags"
)

// Try parses each command line that an error and its hint propose to who wrote
// args. It returns how many there were, and an error for one that is refused.
func Try(args []string, msg, hint string, known flags.Known) (tried int, err error) {
	t := &try{args: args, known: known, tokens: tokens(hint)}
	if m := blamed.FindStringSubmatch(msg); m != nil {
		t.blamed = m[1]
	}
	t.message(msg)
	t.read()
	for _, line := range t.lines {
		if _, err := flags.Parse(line, known.Groups(), known); err != nil && t.err == nil {
			t.err = fmt.Errorf("chatsim %s is proposed and refused: %w", strings.Join(line, " "), err)
		}
	}
	return len(t.lines), t.err
}

// Mentioned returns an error if a hint mentions a flag that there is not.
func Mentioned(hint string, known flags.Known) error {
	t := &try{known: known, tokens: tokens(hint)}
	t.read()
	return t.err
}

// try is a hint while it is read.
type try struct {
	args   []string
	known  flags.Known
	blamed string // the flag that the error names
	tokens []token
	at     int
	lines  [][]string // the command lines that are proposed
	err    error
}

// token is a word of a hint.
type token struct {
	text   string
	quoted bool
	end    string // the punctuation that follows
}

var word = regexp.MustCompile(`'([^']*)'([,;:]?)|(\S+?)([,;:]?)(?:\s|$)`)

func tokens(hint string) []token {
	var out []token
	for _, m := range word.FindAllStringSubmatch(hint, -1) {
		if m[3] == "" {
			out = append(out, token{m[1], true, m[2]})
		} else {
			out = append(out, token{m[3], false, m[4]})
		}
	}
	return out
}

// placeholders stand for values that a hint leaves to its reader.
var placeholders = map[string]string{"HOST:PORT": "127.0.0.1:9999", "ADDR": "127.0.0.1:9999", "FILE": "a-file", "DIR": ".",
	"PROGRAM": "chatsim", "COMMAND": "my/server", "NAME": "Ann", "WORD": "sesame", "HOST": "example.org"}

var (
	blamed    = regexp.MustCompile(`^-([a-z-]+)`)
	meantFlag = regexp.MustCompile(`^unknown flag -(\S+), did you mean -([a-z-]+)\?$`)
	meantWord = regexp.MustCompile(`, did you mean (\w+)\?$`)
	operator  = regexp.MustCompile(`^[^<>]*[<>]=?`)
	leftover  = regexp.MustCompile(`^unexpected argument (\S+)`)
)

// read reads the hint to its end.
func (t *try) read() {
	for t.at < len(t.tokens) {
		t.step()
	}
}

// message tries what the error itself proposes.
func (t *try) message(msg string) {
	if m := meantFlag.FindStringSubmatch(msg); m != nil {
		line := slices.Clone(t.args)
		for i, arg := range line {
			if name, rest, _ := strings.Cut(arg, "="); strings.TrimLeft(name, "-") == m[1] {
				line[i] = "-" + m[2] + strings.TrimPrefix(arg[len(name):], rest)
			}
		}
		t.lines = append(t.lines, line)
	}
	if m := meantWord.FindStringSubmatch(msg); m != nil {
		t.lines = append(t.lines, t.with(t.args, t.blamed, m[1]))
	}
	if m := leftover.FindStringSubmatch(msg); m != nil && !strings.HasPrefix(m[1], "-") {
		t.args = t.args[:max(0, slices.Index(t.args, strings.Trim(m[1], `"`)))]
	}
}

func (t *try) word(at int) token {
	if at < 0 || at >= len(t.tokens) {
		return token{}
	}
	return t.tokens[at]
}

// step reads what begins at the next token.
func (t *try) step() {
	now, before := t.word(t.at), t.word(t.at-1)
	switch {
	case now.text == "go" || strings.TrimPrefix(now.text, "(") == "ulimit": // a command of another program
		for t.at < len(t.tokens)-1 && t.word(t.at).end == "" {
			t.at++
		}
		t.at++
	case now.quoted && before.text == "write":
		t.lines = append(t.lines, t.with(t.args, t.blamed, now.text))
		t.at++
	case now.text == "chatsim" && strings.HasPrefix(t.word(t.at+1).text, "-"):
		t.at++
		t.lines = append(t.lines, t.flags())
	case t.at == 0 && (t.says("one", "of") || t.says("write", "it", "like")):
		t.list()
	case strings.HasPrefix(now.text, "-") && !now.quoted && now.text != "-":
		t.flag(now, before)
	default:
		t.at++
	}
}

// flag reads what a hint says of a flag.
func (t *try) flag(now, before token) {
	switch lead := before.text; {
	case lead == "leave" && t.word(t.at+1).text == "out":
		t.lines = append(t.lines, t.without(t.args, strings.TrimLeft(now.text, "-")))
		t.at++
	case lead == "write" || lead == "add" || lead == "or" || before.end == ":" && t.blamed != "":
		line := t.args
		for _, f := range t.flags() {
			name, value, _ := strings.Cut(f, "=")
			line = t.with(line, strings.TrimLeft(name, "-"), value)
		}
		t.lines = append(t.lines, line)
	default:
		t.takesValue(now.text)
		t.at++
	}
}

func (t *try) says(words ...string) bool {
	for i, w := range words {
		if t.word(t.at+i).text != w {
			return false
		}
	}
	t.at += len(words)
	return true
}

// list tries each value of a list that ends with the hint, or at a colon.
func (t *try) list() {
	for ; t.at < len(t.tokens) && !strings.HasPrefix(t.word(t.at).text, "-"); t.at++ {
		if v := t.word(t.at).text; v != "or" {
			if t.blamed == "threshold" || t.blamed == "find-rate" { // the limit alone
				v = operator.FindString(t.valueOf(t.args, t.blamed)) + v
			}
			t.lines = append(t.lines, t.with(t.args, t.blamed, v))
		}
		if end := t.word(t.at).end; end == ";" || end == ":" {
			t.at++
			return
		}
	}
}

// flags reads flags with their values, as -name=value.
func (t *try) flags() []string {
	var out []string
	for ; strings.HasPrefix(t.word(t.at).text, "-") && !t.word(t.at).quoted; t.at++ {
		f := t.word(t.at)
		if !strings.Contains(f.text, "=") && t.takesValue(f.text) {
			t.at++
			value := t.word(t.at)
			name := f.text
			f = token{name + "=" + orPlaceholder(value.text), false, value.end}
			if second := t.word(t.at + 1); value.quoted && second.quoted && value.end == "" { // of a flag that takes two
				out = append(out, f.text)
				f = token{name + "=" + second.text, false, second.end}
				t.at++
			}
		}
		out = append(out, f.text)
		if f.end != "" {
			t.at++
			break
		}
	}
	return out
}

func orPlaceholder(value string) string {
	if p := placeholders[value]; p != "" {
		return p
	}
	return strings.Replace(value, "HOST:PORT", placeholders["HOST:PORT"], 1)
}

// takesValue reports whether a flag has a value; that there is none of this name
// is an error.
func (t *try) takesValue(name string) bool {
	name, _, _ = strings.Cut(name, "=")
	k := t.kindOf(name)
	if k == unknown {
		t.err = fmt.Errorf("%s is mentioned and is no flag", name)
	}
	return k == valued
}

// kind is what is known of a flag's name.
type kind int

const (
	unknown kind = iota
	alone
	valued
)

// kinds are those that were asked for already.
var kinds sync.Map

// kindOf asks the parser about a name with its dash.
func (t *try) kindOf(name string) kind {
	if k, ok := kinds.Load(name); ok {
		return k.(kind)
	}
	k := alone
	_, err := flags.Parse([]string{name}, t.known.Groups(), flags.Known{Groups: t.known.Groups})
	switch {
	case err != nil && strings.HasPrefix(err.Error(), "unknown flag"):
		k = unknown
	case err != nil && strings.HasSuffix(err.Error(), " needs a value"):
		k = valued
	}
	kinds.Store(name, k)
	return k
}

// find returns where a flag is, and how many words it takes.
func (t *try) find(args []string, name string) (at, n int) {
	for i, arg := range args {
		word, _, hasValue := strings.Cut(arg, "=")
		if !strings.HasPrefix(arg, "-") || strings.TrimLeft(word, "-") != name {
			continue
		}
		if !hasValue && t.kindOf(word) == valued {
			return i, min(2, len(args)-i)
		}
		return i, 1
	}
	return len(args), 0
}

func (t *try) valueOf(args []string, name string) string {
	at, n := t.find(args, name)
	switch {
	case n == 2:
		return args[at+1]
	case n == 1:
		_, value, _ := strings.Cut(args[at], "=")
		return value
	}
	return ""
}

// with is args with a flag in place of what they say of it.
func (t *try) with(args []string, name, value string) []string {
	at, n := t.find(args, name)
	f := "-" + name
	if value != "" {
		f += "=" + value
	}
	return slices.Concat(args[:at], []string{f}, args[at+n:])
}

func (t *try) without(args []string, name string) []string {
	at, n := t.find(args, name)
	return slices.Concat(args[:at], args[at+n:])
}
