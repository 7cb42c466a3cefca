package flags

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/pflag"

	"chatsim/loadgen/repair"
	"chatsim/loadgen/report"
)

// decimal is what a number looks like here: the parsers below also read 0x10
// and 1p3 as numbers, and 010 as eight.
type decimal struct {
	pflag.Value
	form *regexp.Regexp
}

var (
	wholeForm = regexp.MustCompile(`^[+-]?(0|[1-9][0-9]*)$`)
	floatForm = regexp.MustCompile(`^[+-]?[0-9.]+([eE][+-]?[0-9]+)?$`)
	errForm   = errors.New("not a decimal number")
)

func (d decimal) Set(s string) error {
	if !d.form.MatchString(s) {
		return errForm
	}
	return d.Value.Set(s)
}

// meant returns the value that a refused one of a flag was probably meant to be, one
// that the flag takes; empty if none is found.
func (s *set) meant(f *pflag.Flag, value string) string {
	for _, v := range candidates(f, value) {
		if v != "" && v != value && report.Printable(v) == v && s.takes(f.Name, v) {
			return v
		}
	}
	return ""
}

// candidates are what a value may have been meant to be, the likeliest first.
func candidates(f *pflag.Flag, value string) []string {
	text := repair.Text(value)
	switch f.Value.Type() {
	case "duration":
		return repair.Duration(value)
	case "tolerance":
		return repair.Percentage(value)
	case "rate":
		return append(repair.Number(value), strings.ToLower(text))
	case "int", "uint64", "float64":
		return repair.Number(value)
	case "threshold":
		return []string{text, strings.Replace(text, "==", "<=", 1), strings.Replace(text, "=", "<=", 1)}
	case "string", "stringArray":
		return []string{text, strings.ToLower(text)}
	}
	return nil
}

// takes reports whether a flag accepts a value, with nothing else on the line.
func (s *set) takes(name, value string) bool {
	c := &Line{}
	c.set = newSet(c, s.known.Groups(), s.known)
	return c.set.Set(name, value) == nil && checkValues(c) == nil
}

// write returns the hint with the value that was probably meant; otherwise one of the
// right form, or the flag's help.
func (s *set) write(name, value string) string {
	f := s.Lookup(name)
	if v := s.meant(f, value); v != "" {
		return "write -" + name + " " + quote(v)
	}
	switch f.Value.Type() {
	case "duration":
		return fmt.Sprintf("write it like 500ms, 30s or 2m: -%s %s", name, report.ShortDuration(f.DefValue))
	case "rate":
		return "write -rate 100, or -rate max"
	case "tolerance":
		return "write -tolerance " + f.DefValue
	case "bool":
		return "write -" + name
	}
	return s.line(f)
}
