package flags

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

// noShell is the one for which there is nothing to complete.
const noShell = "none"

// shells are those for which there are completions.
var shells = []string{"bash", "zsh", "fish"}

// WriteCompletion writes a script by which a shell completes the flags, the words
// that one of them takes, and files.
func (c *Line) WriteCompletion(w io.Writer) error {
	var b strings.Builder
	switch c.Completion {
	case "bash":
		c.set.bash(&b)
	case "zsh":
		c.set.zsh(&b)
	case "fish":
		c.set.fish(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// completed is a flag as completions know it.
type completed struct {
	name, meaning string
	takes         string   // what its value is called; empty: it takes none
	words         []string // those that it may be
	files         bool     // it names a file
}

// completions returns those of all flags, in the order of the help.
func (s *set) completions() (all []completed) {
	s.VisitAll(func(f *pflag.Flag) {
		value, meaning := pflag.UnquoteUsage(f)
		c := completed{name: f.Name, meaning: strings.TrimPrefix(meaning, value+"|")}
		if f.NoOptDefVal == "" {
			c.takes = value
		}
		if v, ok := f.Value.(interface{ Words() []string }); ok {
			c.words = v.Words()
		}
		if f.Name == "help" {
			c.takes, c.words = value, topicNames()
		}
		c.files = strings.Contains(value, "FILE") || strings.Contains(value, "DIR") || f.Name == "ab" || f.Name == "scenario"
		all = append(all, c)
	})
	return all
}

// bash writes the script for bash.
func (s *set) bash(b *strings.Builder) {
	b.WriteString("# completion of chatsim for bash: source <(chatsim -completion bash)\n_chatsim() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n\tprev=-${prev##*(-)}\n\tCOMPREPLY=()\n\tcase $prev in\n")
	var names, files, values []string
	for _, c := range s.completions() {
		names = append(names, "-"+c.name)
		switch {
		case len(c.words) > 0 && c.files:
			fmt.Fprintf(b, "\t-%s) COMPREPLY=($(compgen -W %s -- \"$cur\") $(compgen -f -- \"$cur\")); return ;;\n", c.name, quote(strings.TrimSpace(strings.Join(c.words, " "))))
		case len(c.words) > 0:
			fmt.Fprintf(b, "\t-%s) COMPREPLY=($(compgen -W %s -- \"$cur\")); return ;;\n", c.name, quote(strings.TrimSpace(strings.Join(c.words, " "))))
		case c.files:
			files = append(files, "-"+c.name)
		case c.takes != "":
			values = append(values, "-"+c.name)
		}
	}
	fmt.Fprintf(b, "\t%s) COMPREPLY=($(compgen -f -- \"$cur\")); compopt -o filenames 2>/dev/null; return ;;\n", strings.Join(files, "|"))
	fmt.Fprintf(b, "\t%s) return ;;\n\tesac\n", strings.Join(values, "|"))
	fmt.Fprintf(b, "\tCOMPREPLY=($(compgen -W %s -- \"-${cur##*(-)}\"))\n}\nshopt -s extglob\ncomplete -F _chatsim chatsim\n", quote(strings.Join(names, " ")))
}

// zsh writes the script for zsh.
func (s *set) zsh(b *strings.Builder) {
	b.WriteString("#compdef chatsim\n# completion of chatsim for zsh: source <(chatsim -completion zsh), or a file _chatsim in $fpath\n_chatsim() {\n\t_arguments")
	plain := strings.NewReplacer("[", "(", "]", ")", ":", " -", "'", "’", "\\", "")
	for _, c := range s.completions() {
		value := ""
		switch {
		case len(c.words) > 0 && c.files:
			value = ":" + c.takes + ":{compadd " + strings.Join(c.words, " ") + "; _files}"
		case len(c.words) > 0:
			value = ":" + c.takes + ":(" + strings.TrimSpace(strings.Join(c.words, " ")) + ")"
		case c.files:
			value = ":" + c.takes + ":_files"
		case c.takes != "":
			value = ":" + plain.Replace(c.takes) + ": "
		}
		fmt.Fprintf(b, " \\\n\t\t'*-%s[%s]%s'", c.name, plain.Replace(c.meaning), value)
	}
	b.WriteString("\n}\nif [ \"$funcstack[1]\" = _chatsim ]; then _chatsim \"$@\"; else compdef _chatsim chatsim; fi\n")
}

// fish writes the script for fish.
func (s *set) fish(b *strings.Builder) {
	b.WriteString("# completion of chatsim for fish: chatsim -completion fish | source\ncomplete -c chatsim -f\n")
	for _, c := range s.completions() {
		fmt.Fprintf(b, "complete -c chatsim -o %s -d %s", c.name, quote(c.meaning))
		switch {
		case len(c.words) > 0 && c.files:
			fmt.Fprintf(b, " -r -F -a %s", quote(strings.Join(c.words, " ")))
		case len(c.words) > 0:
			fmt.Fprintf(b, " -x -a %s", quote(strings.TrimSpace(strings.Join(c.words, " "))))
		case c.files:
			b.WriteString(" -r -F")
		case c.takes != "":
			b.WriteString(" -x")
		}
		b.WriteByte('\n')
	}
}
