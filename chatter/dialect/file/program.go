package file

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
	"github.com/itchyny/gojq"
)

// What a program may need. One that takes longer is run a second time before it is
// ended: the first time this process may have stood still.
const (
	maxSteps   = 1_000_000
	maxTime    = 250 * time.Millisecond
	maxOutputs = 20_000
)

// variables are what a program is given, in this order.
var variables = []string{"$name", "$text", "$to", "$room", "$password", "$n", "$ref", "$s"}

// forbidden are functions that reach out of the program, and what is said of them.
var forbidden = map[string]string{"env": "the environment", "$ENV": "the environment", "input": "other input", "inputs": "other input",
	"debug": "a terminal", "stderr": "a terminal", "input_line_number": "other input", "input_filename": "other input",
	"halt": "the end of the process", "halt_error": "the end of the process"}

// program is a jq program of the file. Codecs of several goroutines run it.
type program struct {
	// Static once compiled.
	file   string
	key    string
	source string
	at     token.Position // of its first byte, or of the | before it
	block  bool           // its lines stand below at, indented
	indent int            // of those lines
	quotes int            // 1 where a quote stands before the first byte
	tags   bool           // it yields what tagged says
	within time.Duration  // it has to end; 0: maxTime
	code   *gojq.Code
}

// UnmarshalYAML takes the text of a program, and where it stands.
func (p *program) UnmarshalYAML(node ast.Node) error {
	start := node.GetToken()
	p.at = *start.Position
	switch n := node.(type) {
	case *ast.LiteralNode:
		p.source, p.block, p.at = n.Value.Value, true, *n.Start.Position
	case *ast.StringNode:
		p.source = n.Value
		if start.Type == token.SingleQuoteType || start.Type == token.DoubleQuoteType {
			p.quotes = 1
		}
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
		return p.wrong(0, "this is YAML where a jq program is asked for", `put it in quotes: say: '{type: "message", body: $text}'`)
	default:
		p.source = start.Value
	}
	return nil
}

// isEmpty reports whether there is no program, or only space.
func (p *program) isEmpty() bool { return strings.TrimSpace(p.source) == "" }

// wrong returns the error for what stands at an offset of the program.
func (p *program) wrong(offset int, what, advice string) *Error {
	before := p.source[:min(max(offset, 0), len(p.source))]
	lines := strings.Count(before, "\n")
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	e := &Error{File: p.file, Line: p.at.Line, Column: p.at.Column + p.quotes + column, What: what, Advice: advice}
	switch {
	case p.block:
		e.Line, e.Column = p.at.Line+1+lines, p.indent+column+1
	case lines > 0: // a folded or quoted text, of which only the beginning is known
		e.Column = p.at.Column
	}
	return e
}

// compile makes the program ready to run; source is all lines of the file.
func (p *program) compile(file, key string, lines []string) error {
	p.file, p.key = file, key
	if p.block && p.at.Line < len(lines) {
		first := lines[p.at.Line]
		p.indent = len(first) - len(strings.TrimLeft(first, " "))
	}
	query, err := gojq.Parse(p.source)
	if err != nil {
		return p.syntax(err)
	}
	if name := reaches(reflect.ValueOf(query)); name != "" {
		return p.wrong(strings.Index(p.source, name), fmt.Sprintf("%s: %s is out of a program's reach", key, name),
			"a program has its input and "+strings.Join(variables, " ")+", no module and nothing of the world")
	}
	p.code, err = gojq.Compile(query, gojq.WithVariables(variables))
	if err != nil {
		what, at := err.Error(), 0
		if _, name, ok := strings.Cut(what, ": "); ok { // "function not defined: foo/0"
			name, _, _ = strings.Cut(name, "/")
			at = max(strings.Index(p.source, name), 0)
		}
		return p.wrong(at, key+": "+what, "a program is given "+strings.Join(variables, " "))
	}
	if p.tags {
		query, err = gojq.Parse(tagged(query, false))
		if err == nil {
			p.code, err = gojq.Compile(query, gojq.WithVariables(variables))
		}
		if err != nil {
			return p.wrong(0, fmt.Sprintf("%s: %v", key, err), "please report this program as a bug in chatsim")
		}
	}
	return nil
}

// syntax returns the error for a program that is not jq.
func (p *program) syntax(err error) error {
	var at *gojq.ParseError
	offset := 0
	if errors.As(err, &at) {
		offset = max(at.Offset-len(at.Token), 0)
	}
	advice := "jq's language is described at https://jqlang.org/manual"
	if strings.TrimSpace(p.source) == "" {
		advice = "leave " + p.key + " out where nothing is to be sent"
	}
	return p.wrong(offset, fmt.Sprintf("%s is no jq program: %v", p.key, err), advice)
}

// reaches returns what a program uses that is forbidden; empty: nothing.
func reaches(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		switch x := v.Interface().(type) {
		case *gojq.Func:
			if forbidden[x.Name] != "" {
				return x.Name
			}
		case *gojq.Import:
			if x.IncludePath != "" {
				return "include"
			}
			return "import"
		}
		return reaches(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if name := reaches(v.Field(i)); name != "" {
				return name
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if name := reaches(v.Index(i)); name != "" {
				return name
			}
		}
	}
	return ""
}

// run returns what a program yields. Its errors are the file's.
func (p *program) run(input any, values []any) (out []any, err error) {
	for range 2 {
		b := bound{Context: context.Background(), until: time.Now().Add(cmp.Or(p.within, maxTime))}
		out, err = p.once(&b, input, values)
		if b.err != errTime {
			break
		}
	}
	return out, err
}

func (p *program) once(b *bound, input any, values []any) (out []any, err error) {
	iter := p.code.RunWithContext(b, input, values...)
	for {
		v, ok := iter.Next()
		if !ok {
			return out, nil
		}
		if err, failed := v.(error); failed {
			return nil, p.wrong(0, p.key+": "+err.Error(), "")
		}
		if out = append(out, v); len(out) > maxOutputs {
			return nil, p.wrong(0, fmt.Sprintf("%s yields more than %d values", p.key, maxOutputs), "does it end? repeat, recurse and range without an end do not")
		}
	}
}

// bound is a context that ends a program: gojq asks it before each step.
type bound struct {
	context.Context
	steps int
	until time.Time
	err   error
}

var (
	errSteps = fmt.Errorf("it has not ended within %d steps: does it end? repeat, until and def f: f do not", maxSteps)
	errTime  = fmt.Errorf("it has not ended within %v: does it end, and what does it add up?", maxTime)
)

var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Done returns a channel that is closed once the program has to end. Where a few
// steps may double what is in memory, the clock is looked at often.
func (b *bound) Done() <-chan struct{} {
	b.steps++
	switch {
	case b.err != nil:
	case b.steps > maxSteps:
		b.err = errSteps
	case b.steps > 256 && b.steps%16 == 0 && time.Now().After(b.until):
		b.err = errTime
	default:
		return nil
	}
	return closed
}

// Err returns why the program has to end.
func (b *bound) Err() error { return b.err }
