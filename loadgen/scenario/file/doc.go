package file

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"chatsim/loadgen/repair"
)

// Doc is a file that is being read: it finds what aliases stand for, and makes
// errors that point into the file.
type Doc struct {
	Path    string // as it was given
	anchors map[string]ast.Node
}

// Error is what is wrong in a scenario file, where, and what to write instead.
type Error struct {
	Path         string
	Line, Column int // from 1
	What, Advice string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Path, e.Line, e.Column, e.What)
}

// Hint returns what to write instead; it may be empty.
func (e *Error) Hint() string { return e.Advice }

func (d *Doc) errorAt(line, column int, what, advice string) error {
	return &Error{Path: d.Path, Line: line, Column: column, What: what, Advice: advice}
}

// Error returns that something is wrong with a node.
func (d *Doc) Error(n ast.Node, what, advice string) error {
	line, column := 1, 1
	if t := first(n); t != nil && t.GetToken() != nil && t.GetToken().Position != nil {
		line, column = t.GetToken().Position.Line, t.GetToken().Position.Column
	}
	return d.errorAt(line, column, what, advice)
}

// first returns the node with which a node begins: the token of a mapping that
// is written in lines is its first colon.
func first(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return first(n.Values[0])
		}
	case *ast.MappingValueNode:
		return n.Key
	}
	return n
}

// syntax returns an error of the YAML library as one of ours.
func (d *Doc) syntax(err error) error {
	var se yaml.Error
	if !errors.As(err, &se) || se.GetToken() == nil {
		return d.errorAt(1, 1, "cannot be read: "+err.Error(), "")
	}
	at := se.GetToken().Position
	advice := ""
	switch message := se.GetMessage(); {
	case strings.Contains(message, "'\t'"):
		advice = "indent by spaces: YAML has no tabs there"
	case strings.Contains(message, "already defined"):
		advice = "a key stands once among those that belong together: take one of the two out, or make a list of them, each behind - or between [ ]"
	}
	return d.errorAt(at.Line, at.Column, "cannot be read: "+se.GetMessage(), advice)
}

// elsewhere are words of k6, Artillery, Locust, Gatling and JMeter, and the keys that
// are for the same.
var elsewhere = map[string]string{
	"vus": "users", "threads": "users", "concurrency": "users", "virtualUsers": "users", "maxVusers": "users", "description": "about",
	"stages": "phases", "scenarios": "phases", "thresholds": "expect", "ensure": "expect", "checks": "expect", "flow": "story", "steps": "story",
	"duration": "for", "arrivalRate": "rate", "rps": "rate", "rampTo": "rate", "rampRate": "rate", "target": "join", "arrivalCount": "join", "startVUs": "users",
	"sleep": "think", "thinkTime": "think", "payload": "texts", "file": "from", "messages": "texts", "churn": "leaves",
	"warmup": "warm", "warmUp": "warm", "threshold": "is", "phase": "in",
}

// Key is a key that a mapping may have, and what reads its value.
type Key struct {
	Name string
	Read func(ast.Node) error
}

// Mapping reads a mapping that may have these keys only; what is how people
// call it.
func (d *Doc) Mapping(n ast.Node, what string, keys []Key) error {
	n, err := d.Resolve(n)
	if err != nil {
		return err
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		return d.Error(n, fmt.Sprintf("%s is a list of keys with values, and this is %s", what, kind(n)), "write it like { "+keys[0].Name+": … }; its keys are "+names(keys))
	}
	for it := m.MapRange(); it.Next(); {
		if err := d.entry(it.KeyValue(), what, keys); err != nil {
			return err
		}
	}
	return nil
}

func (d *Doc) entry(v *ast.MappingValueNode, what string, keys []Key) error {
	name := v.Key.GetToken().Value
	for _, k := range keys {
		if k.Name == name {
			value, err := d.Resolve(v.Value)
			if err != nil {
				return err
			}
			if value == nil || value.Type() == ast.NullType {
				return d.Error(v.Key, name+" has no value", "write one behind the colon, or take the line out")
			}
			return k.Read(value)
		}
	}
	hint := "its keys are " + names(keys)
	var all []string
	for _, k := range keys {
		all = append(all, k.Name)
	}
	switch near := repair.Nearest(name, all); {
	case elsewhere[name] != "" && slices.Contains(all, elsewhere[name]):
		hint = fmt.Sprintf("what other tools call %s is %s here; %s", name, elsewhere[name], hint)
	case near != "":
		hint = fmt.Sprintf("did you mean %s? %s", near, hint)
	}
	return d.Error(v.Key, fmt.Sprintf("%s has no key %q", what, name), hint)
}

// List reads the entries of a list one by one.
func (d *Doc) List(n ast.Node, what string, read func(ast.Node) error) error {
	n, err := d.Resolve(n)
	if err != nil {
		return err
	}
	list, ok := n.(*ast.SequenceNode)
	switch {
	case !ok:
		return d.Error(n, fmt.Sprintf("%s is a list, and this is %s", what, kind(n)), "write each entry in a line of its own that begins with -, or all in [ ]")
	case len(list.Values) == 0:
		return d.Error(n, what+" has no entries", "write one, or take the key out")
	}
	for _, v := range list.Values {
		v, err := d.Resolve(v)
		if err != nil {
			return err
		}
		if err := read(v); err != nil {
			return err
		}
	}
	return nil
}

// Resolve returns the node that a node stands for: that of an anchor, or the
// one that an alias repeats.
func (d *Doc) Resolve(n ast.Node) (ast.Node, error) {
	switch n := n.(type) {
	case *ast.AnchorNode:
		d.anchors[n.Name.GetToken().Value] = n.Value
		return d.Resolve(n.Value)
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		to, ok := d.anchors[name]
		if !ok {
			return nil, d.Error(n, fmt.Sprintf("*%s stands for nothing", name), "what it repeats is marked before it: &"+name)
		}
		return d.Resolve(to)
	case *ast.TagNode:
		return nil, d.Error(n, "types are not written: "+n.GetToken().Value, "take it out")
	}
	return n, nil
}

func names(keys []Key) string {
	var all []string
	for _, k := range keys {
		all = append(all, k.Name)
	}
	return strings.Join(all, ", ")
}

// kind returns what people call a node.
func kind(n ast.Node) string {
	switch n.(type) {
	case ast.MapNode:
		return "a list of keys"
	case *ast.SequenceNode:
		return "a list"
	case *ast.NullNode, nil:
		return "nothing"
	}
	return fmt.Sprintf("%q", n.GetToken().Value)
}
