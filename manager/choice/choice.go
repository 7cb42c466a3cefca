// Package choice is a flag whose value is one of a few words, or else the name of a
// file.
package choice

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// Value is a flag's value; T is what a word means.
type Value[T any] struct {
	to    *T
	word  string
	words []string
	files bool // the name of a file will do as well
	parse func(word string) (T, error)
}

// Var defines a flag that sets to. The first of the words is the default.
func Var[T any](fs *pflag.FlagSet, to *T, name, usage string, words []string, parse func(word string) (T, error)) {
	v := &Value[T]{to: to, words: words, parse: parse}
	if err := v.Set(words[0]); err != nil {
		panic(err) // a word of the caller's own
	}
	fs.Var(v, name, usage)
}

// VarOrFile is Var for a flag whose value may also be the name of a file, see IsFile.
func VarOrFile[T any](fs *pflag.FlagSet, to *T, name, usage string, words []string, parse func(word string) (T, error)) {
	Var(fs, to, name, usage, words, parse)
	fs.Lookup(name).Value.(*Value[T]).files = true
}

// IsFile reports whether a value that may be a word or a file is a file's name: it
// has a slash, or ends like one.
func IsFile(value string) bool {
	switch filepath.Ext(value) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return strings.ContainsAny(value, `/`+string(filepath.Separator))
}

// Itself returns the meaning of a word that stands for itself.
func Itself(word string) (string, error) { return word, nil }

// Is returns a meaning that is true for one of the words.
func Is(word string) func(string) (bool, error) {
	return func(s string) (bool, error) { return s == word, nil }
}

// Files reports whether the value may be the name of a file.
func (v *Value[T]) Files() bool { return v.files }

// Words returns those there are.
func (v *Value[T]) Words() []string { return v.words }

func (v *Value[T]) String() string { return v.word }

// Type returns that of a string, as far as pflag is concerned.
func (v *Value[T]) Type() string { return "string" }

// Set takes one of the words.
func (v *Value[T]) Set(s string) error {
	if !slices.Contains(v.words, s) && !(v.files && IsFile(s)) {
		return fmt.Errorf("not one of %s", strings.Join(v.words, ", "))
	}
	t, err := v.parse(s)
	if err != nil {
		return err
	}
	*v.to, v.word = t, s
	return nil
}
