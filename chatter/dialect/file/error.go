package file

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// Error is what is wrong with a dialect's file, and where.
type Error struct {
	File         string
	Line, Column int // from 1; 0: it is about the file as a whole
	What         string
	Advice       string // may be empty
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.What
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.What)
}

// Hint returns what to do about it.
func (e *Error) Hint() string { return e.Advice }

// ofYAML returns the error for a file that is not YAML, or not of this layout.
func ofYAML(name string, err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		own.File = name
		return own
	}
	out := &Error{File: name, What: err.Error(), Advice: "a dialect file is YAML; chatsim -help dialect has an example"}
	var at yaml.Error
	if !errors.As(err, &at) {
		return out
	}
	out.What = strings.TrimSpace(at.GetMessage())
	if t := at.GetToken(); t != nil && t.Position != nil {
		out.Line, out.Column = t.Position.Line, t.Position.Column
	}
	var unknown *yaml.UnknownFieldError
	if errors.As(err, &unknown) {
		out.Advice = keysAt(unknown.Token)
	}
	return out
}
