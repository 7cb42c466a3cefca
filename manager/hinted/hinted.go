// Package hinted is an error with a hint: what whoever gets it can do about it.
// The program prints the hint in a line of its own.
//
// Errors that tell more than a text and a hint have types of their own, with a
// method Hint.
package hinted

import "errors"

// Error is an error and what to do about it.
type Error struct {
	err  error
	hint string
}

// New returns an error of that text.
func New(text, hint string) error { return &Error{errors.New(text), hint} }

// Wrap returns err with a hint.
func Wrap(err error, hint string) error { return &Error{err, hint} }

func (e *Error) Error() string { return e.err.Error() }
func (e *Error) Unwrap() error { return e.err }

// Hint returns what to do about the error; it may be empty.
func (e *Error) Hint() string { return e.hint }

// Text returns what err says, and in a second line its hint, if it has one.
func Text(err error) string {
	if h := Hint(err); h != "" {
		return err.Error() + "\nhint: " + h
	}
	return err.Error()
}

// Hint returns the hint of err or of what it wraps, empty where there is none.
func Hint(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}
