package flags

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// maxPassword is far above what one types and below what fits into a line.
const maxPassword = 1024

// checkPassword looks at a word that is sent as a line.
func (c *Config) checkPassword() error {
	if wrong := badPassword(c.Password); c.Explicit("password") && wrong != "" {
		return &Error{msg: "-password " + wrong, hint: c.set.line(c.set.Lookup("password"))}
	}
	return nil
}

// badPassword says what is wrong with a word; empty if nothing is.
func badPassword(word string) string {
	switch {
	case word == "":
		return "needs a word on one line"
	case strings.ContainsAny(word, "\r\n"):
		return "has more than one line"
	case len(word) > maxPassword:
		return fmt.Sprintf("has more than %d bytes", maxPassword)
	}
	return ""
}

// Secret is the password of the room, for -serve and -join, from wherever it was
// told; empty: none. The end of the file's line is not part of it.
func (c *Config) Secret() (string, error) {
	if c.PasswordFile == "" {
		return c.Password, nil
	}
	f, err := os.Open(c.PasswordFile)
	if err != nil {
		return "", &Error{fmt.Sprintf("read the password: %v", err), "the file holds the password alone, in one line"}
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 2*maxPassword))
	if err != nil {
		return "", &Error{msg: fmt.Sprintf("read the password: %v", err)}
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // some editors begin a file so
	word := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	if wrong := badPassword(word); wrong != "" {
		return "", &Error{fmt.Sprintf("-password-file %s: it %s", show(c.PasswordFile), wrong), "the file holds the password alone, in one line"}
	}
	return word, nil
}

// Exposed reports whether the password stands on the command line, which
// everybody on the machine can read.
func (c *Config) Exposed() bool {
	return c.Explicit("password") && !slices.Contains(c.environ, "password")
}
