// Package flags is the command line: which flags there are, what they mean
// together, and what is said about one that is wrong. The flags themselves are
// defined by those whose settings they are, in groups that Parse is handed;
// here they are known by name: in the tables of modes, conflicts, needs and
// limits.
package flags

import (
	"strings"

	"github.com/spf13/pflag"
)

// Normalize rewrites args so that pflag reads words with one dash as the
// standard flag package does: -users 500 and --users 500 are the same flag.
// Left alone pflag takes -users for the letters u, s, e, r and s, and silently
// keeps those that it knows. A single letter is a shorthand if one is defined.
//
// The walk ends at the first argument that is no flag, or at "--"; what
// follows is returned as it is, and so are values, whatever they look like.
// fs should not be interspersed.
func Normalize(fs *pflag.FlagSet, args []string) []string {
	out := make([]string, 0, len(args))
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if len(arg) < 2 || arg[0] != '-' || arg == "--" {
			return append(out, args[i:]...)
		}
		word := strings.TrimPrefix(arg[1:], "-")
		name, value, hasValue := strings.Cut(word, "=")
		flag := lookup(fs, name)
		if flag == nil {
			out = append(out, "--"+word) // pflag says that it is unknown
			continue
		}
		if hasValue {
			out = append(out, "--"+flag.Name+"="+value)
			continue
		}
		out = append(out, "--"+flag.Name)
		if takesNext := flag.NoOptDefVal == ""; takesNext && i+1 < len(args) {
			i++
			out = append(out, args[i])
		}
		if takesTwo := flag.Value.Type() == pairKind; takesTwo && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
			i++
			out = append(out, "--"+flag.Name+"="+args[i])
		}
	}
	return out
}

// pairKind is the type of a flag that takes two values, one behind the other or
// each with the flag's name.
const pairKind = "commands"

func lookup(fs *pflag.FlagSet, name string) *pflag.Flag {
	if f := fs.Lookup(name); f != nil {
		return f
	}
	if len(name) == 1 { // pflag panics on longer ones
		return fs.ShorthandLookup(name)
	}
	return nil
}
