// Package file reads scenario files: YAML whose keys are strict, so that a
// misspelt one is told and not ignored. What is wrong is an *Error that points
// at line and column. The package knows what a file may say, not what a run
// does with it; the steps of a story it hands on as they stand.
package file

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// File is a scenario as it is written. Shares are from 0 to 1.
type File struct {
	Name   string        // the file's, without its directory and ending
	About  string        // one line for people
	Users  int           // the talking ones at the start; 0: the run's setting
	Think  time.Duration // of each chatter before it types a line, on the average; 0: there are rates
	Texts  Texts
	Talk   Talk
	Names  Names
	Visits float64 // who ask to be let in under strange names, a second
	Phases []Phase // none: one, of the run's settings
	Leaves Leaves
	Roles  []Role
	Expect []Expect

	// Story is the node of the steps, nil where the file has none; Doc resolves
	// its aliases and makes errors that point into the file.
	Story ast.Node
	Needs ast.Node // the list of what a story takes of a room beside its steps; nil: nothing
	Doc   *Doc

	expectIs, expectIn []ast.Node // where each of Expect says its limit and its phase
}

// Talk is what lines are for, as shares of all.
type Talk struct {
	Private float64 // for one other chatter
	Answers float64 // sent the moment a line is read
	Claims  float64 // in another's name
	Forms   float64 // written in another way than a client's: commands, too long, in pieces
}

// Names is who asks for which name.
type Names struct {
	Shared int     // how many names are shared
	Share  float64 // of the chatters, who ask for one of them
}

// PerSecond is how many chatters leave in a second: a number, and a share of
// those who are there.
type PerSecond struct{ Count, Share float64 }

// Leaves is how chatters leave, and whether they come back.
type Leaves struct {
	Rate  PerSecond // in phases that do not say another
	Most  float64   // a second, whatever the share comes to; 0: no limit
	Kinds []string  // of Kinds; none: FIN, RST, half-close, each as often
	After time.Duration
	Back  float64 // share of those who left that come back, After it
	Reuse bool    // others take the names of those who are away, and private lines are for them
}

// The ways to leave.
const (
	FIN       = "FIN"
	RST       = "RST"
	HalfClose = "half-close"
	Vanish    = "vanish" // silent from one moment on, as a machine without power
)

// Kinds are the ways to leave.
var Kinds = []string{FIN, RST, HalfClose, Vanish}

// Expect is a limit that the run must keep, in all or in one phase.
type Expect struct{ Is, In string }

// String returns the limit as a threshold is written.
func (e Expect) String() string {
	if e.In == "" {
		return e.Is
	}
	return e.In + "." + e.Is
}

// defaults of what a file leaves out.
func defaults() *File { return &File{Leaves: Leaves{After: time.Second, Back: 1}} }

// Read reads the text of a scenario file; path names it in errors and is where
// files that it names are looked for.
func Read(path string, text []byte) (*File, error) {
	doc := &Doc{Path: path, anchors: make(map[string]ast.Node)}
	root, err := doc.parse(text)
	if err != nil {
		return nil, err
	}
	f := defaults()
	f.Name, f.Doc = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), doc
	if err := f.decode(root); err != nil {
		return nil, err
	}
	return f, f.check(root)
}

func (f *File) decode(root ast.Node) error {
	d := f.Doc
	return d.Mapping(root, "a scenario file", []Key{
		{"about", d.text(&f.About)},
		{"users", d.count(&f.Users, 1, maxCount)},
		{"think", d.duration(&f.Think)},
		{"texts", f.Texts.decode(d)},
		{"talk", f.Talk.decode(d)},
		{"names", f.Names.decode(d)},
		{"visits", f.decodeVisits},
		{"phases", f.decodePhases},
		{"leaves", f.Leaves.decode(d)},
		{"roles", f.decodeRoles},
		{"expect", f.decodeExpect},
		{"story", func(n ast.Node) error { f.Story = n; return nil }},
		{"needs", func(n ast.Node) error { f.Needs = n; return nil }},
	})
}

// parse returns the document of a file, an empty one as nil.
func (d *Doc) parse(text []byte) (ast.Node, error) {
	switch {
	case len(text) > maxFile:
		return nil, d.errorAt(1, 1, fmt.Sprintf("has %d bytes, a scenario at most %d", len(text), maxFile), "the lines of a conversation go into a file of their own: texts: { from: lines.txt }")
	case !isText(text):
		return nil, d.errorAt(1, 1, "is not text", "a scenario is written in YAML: chatsim -scenario mixed -print-scenario shows one")
	}
	parsed, err := parser.ParseBytes(bytes.TrimPrefix(text, []byte("\ufeff")), 0)
	if err != nil {
		return nil, d.syntax(err)
	}
	var body ast.Node
	for _, doc := range parsed.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.NullType {
			continue
		}
		if body != nil {
			return nil, d.Error(doc.Body, "a second document", "a file has one scenario: take out the line ---")
		}
		body = doc.Body
	}
	if body == nil {
		return nil, d.errorAt(1, 1, "says nothing", "chatsim -scenario mixed -print-scenario shows a scenario to start from")
	}
	return body, nil
}
