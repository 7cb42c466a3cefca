// Package secret is the password of a room, as its owner and its users tell it:
// as a word, or in a file that holds it.
package secret

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"chatsim/manager/hinted"
)

// longest is far above what one types and below what fits into a line, in bytes.
const longest = 1024

// Password is a word that is sent as a line, or the file that it is in. The zero
// value is none.
type Password struct {
	Word, File string

	Flag string // that names the file; empty: password-file
}

// Flags defines -password and -password-file.
func (p *Password) Flags(fs *pflag.FlagSet) {
	fs.Var((*word)(&p.Word), "password", "`WORD`|that every client has to send first, with -join and -target: to send; better in a file or in CHATSIM_PASSWORD, as others can read it here")
	fs.StringVar(&p.File, "password-file", "", "`FILE`|the password is in it, on one line")
}

// FileFlag defines a flag that names the file, and no flag for the word.
func (p *Password) FileFlag(fs *pflag.FlagSet, name, usage string) {
	p.Flag = name
	fs.StringVar(&p.File, name, "", usage)
}

// Read sets Word from File, if there is one. The end of the file's line is not
// part of it.
func (p *Password) Read() error {
	if p.File == "" {
		return nil
	}
	f, err := os.Open(p.File)
	if err != nil {
		return hinted.New(fmt.Sprintf("read the password: %v", err), "the file holds the password alone, in one line")
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 2*longest))
	if err != nil {
		return hinted.New(fmt.Sprintf("read the password: %v", err), "")
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // some editors begin a file so
	p.Word = strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	if wrong := wrong(p.Word); wrong != "" {
		return hinted.New(fmt.Sprintf("-%s %q: it %s", cmp.Or(p.Flag, "password-file"), p.File, wrong), "the file holds the password alone, in one line")
	}
	return nil
}

// wrong returns what is wrong with a word; empty if nothing is.
func wrong(word string) string {
	switch {
	case word == "":
		return "needs a word on one line"
	case strings.ContainsAny(word, "\r\n"):
		return "has more than one line"
	case len(word) > longest:
		return fmt.Sprintf("has more than %d bytes", longest)
	}
	return ""
}

// word is a flag's value; its type keeps it from being shown.
type word string

func (w *word) String() string { return string(*w) }
func (w *word) Type() string   { return "secret" }

func (w *word) Set(s string) error {
	if wrong := wrong(s); wrong != "" {
		return hinted.New(wrong, "")
	}
	*w = word(s)
	return nil
}
