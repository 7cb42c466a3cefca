package room

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what comes out into the scenarios")

// The scenarios are files of commands, each a line that starts with "> " and
// is followed by what it must print:
//
//	strict            names that look alike count as one; before any other
//	join NAME         the name given
//	joins N NAME      the names given, in one line
//	return TOKEN NAME the name given to one with a token, and whose stay goes on until then
//	void NAME         makes its token that of nobody
//	leave NAME        whether someone left
//	leaves N          who came first leaves, N times; prints how many are left
//	who               the roster of now
//	keep LABEL        takes a roster
//	read LABEL        prints it
//	find TEXT         whom LookupPrefix finds, and the rest
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, commands := play(t, string(want))
			if commands == 0 {
				t.Fatal("the scenario has no command")
			}
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != strings.ReplaceAll(string(want), "\r\n", "\n") {
				t.Errorf("came out as\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// play returns the scenario with what its commands print now.
func play(t *testing.T, scenario string) (trace string, commands int) {
	p := player{kept: map[string]Roster{}}
	var out strings.Builder
	for line := range strings.Lines(scenario) {
		line = strings.TrimRight(line, "\r\n")
		command, ok := strings.CutPrefix(line, "> ")
		if !ok {
			if line == "" || strings.HasPrefix(line, "#") {
				fmt.Fprintln(&out, line)
			}
			continue
		}
		printed, err := p.do(command)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		fmt.Fprintf(&out, "%s\n%s\n", line, printed)
		commands++
	}
	return out.String(), commands
}

type player struct {
	room Room
	kept map[string]Roster
}

func (p *player) do(command string) (string, error) {
	verb, arg, _ := strings.Cut(command, " ")
	switch verb {
	case "strict":
		p.room.Keys = strict
		return "yes", nil
	case "join":
		m, _ := p.room.Join(arg)
		return m.Name(), nil
	case "joins":
		count, name, _ := strings.Cut(arg, " ")
		n, err := strconv.Atoi(count)
		var names []string
		for range n {
			m, _ := p.room.Join(name)
			names = append(names, m.Name())
		}
		return strings.Join(names, " "), err
	case "return":
		word, name, _ := strings.Cut(arg, " ")
		token := Token{}
		copy(token[:], word)
		known, ghost := p.room.Knows(token), p.room.Holder(token)
		m, _ := p.room.Return(name, token)
		if p.room.Holder(token) != m || m.left.Load() != 0 || ghost != nil && p.room.Leave(ghost) {
			return "", fmt.Errorf("%s holds the token of %s", m.Name(), word)
		}
		switch {
		case ghost != nil:
			return m.Name() + ", in place of " + ghost.Name(), nil
		case known:
			return m.Name() + ", again", nil
		}
		return m.Name(), nil
	case "void":
		p.room.Void(p.room.Lookup(arg))
		return "yes", nil
	case "leave":
		m := p.room.Lookup(arg)
		if m == nil {
			return "nobody", nil
		}
		return fmt.Sprint(p.room.Leave(m)), nil
	case "leaves":
		n, err := strconv.Atoi(arg)
		for name := range p.room.Roster().Names() {
			if n--; n >= 0 {
				p.room.Leave(p.room.Lookup(name))
			}
		}
		return fmt.Sprint(p.room.Len()), err
	case "who":
		return show(p.room.Roster()), nil
	case "keep":
		p.kept[arg] = p.room.Roster()
		return show(p.kept[arg]), nil
	case "read":
		return show(p.kept[arg]), nil
	case "find":
		m, rest := p.room.LookupPrefix([]byte(arg))
		if m == nil {
			return "nobody", nil
		}
		return fmt.Sprintf("%q, rest %q", m.Name(), rest), nil
	}
	return "", fmt.Errorf("unknown command %q", verb)
}

func show(s Roster) string {
	return fmt.Sprintf("%d present: %s.", s.Len(), strings.Join(slices.Collect(s.Names()), ", "))
}
