package flags

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"chatsim/loadgen/scenario"
	"chatsim/manager/screen"
)

// columns are those of the screen that the help is for.
const columns = 80

// tooWide reports the lines of a text that do not fit, of those that begin so.
func tooWide(t *testing.T, what, text, begin string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > columns && strings.HasPrefix(line, begin) {
			t.Errorf("%s: %d columns: %s", what, n, line)
		}
	}
}

// cannotBeCopied reports what is set in, is broken on the screen, and is no column of
// explanations, which goes on below itself: a file or a command, which would be
// copied with the break.
func cannotBeCopied(t *testing.T, what, text string) {
	t.Helper()
	margin := func(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
	for line := range strings.Lines(text) {
		shown := strings.Split(strings.TrimSuffix(screen.Wrap(line, columns), "\n"), "\n")
		if margin(line) > 0 && len(shown) > 1 && margin(shown[1]) == margin(line) {
			t.Errorf("%s: this is broken: %s", what, line)
		}
	}
}

// TestTopics holds that topics fit a screen, and so do the commands in them that
// are there to be copied.
func TestTopics(t *testing.T) {
	for _, name := range topicNames() {
		var b strings.Builder
		if err := (&Line{set: bare(), Topic: name}).Usage(&b, columns); err != nil {
			t.Fatal(err)
		}
		about, text := topic(name)
		tooWide(t, name, b.String(), "")
		tooWide(t, name, text, "  chatsim ")
		cannotBeCopied(t, name, text)
		if about == "" || strings.Contains(about, "\n") || len(text) < 100 {
			t.Errorf("%s is about %q, in %d bytes", name, about, len(text))
		}
	}
	_, text := topic("scenarios")
	for _, s := range scenario.Names() {
		if !strings.Contains(text, "  "+s+" ") {
			t.Errorf("scenario %s is not explained", s)
		}
	}
}

// TestTopicsCommands holds that what the topics say of the command line is so.
func TestTopicsCommands(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("friday.yaml", []byte("story: [amy joins]"), 0o600); err != nil { // it is read with the command line
		t.Fatal(err)
	}
	examples := 0
	for _, name := range topicNames() {
		_, text := topic(name)
		for line := range strings.Lines(strings.ReplaceAll(text, " \\\n   ", "")) {
			if example, ok := strings.CutPrefix(line, "  chatsim "); ok {
				examples++
				example, _, _ = strings.Cut(strings.TrimSpace(example), " ||")
				if _, _, err := parse(split(t, "chatsim "+example), known); err != nil {
					t.Errorf("%s: %s is refused: %v", name, example, err)
				}
			}
			if strings.Contains(line, "git ") || strings.HasPrefix(line, "  [") {
				continue
			}
			for _, m := range mentions(line) {
				if bare().Lookup(m) == nil {
					t.Errorf("%s: there is no flag -%s", name, m)
				}
			}
		}
	}
	if examples < 15 {
		t.Errorf("only %d examples were tried", examples)
	}
}

// TestHelpOnEverything holds that there is help on each flag and group, and that
// it leads to the topic where there is one.
func TestHelpOnEverything(t *testing.T) {
	s := bare()
	var names []string
	s.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	for _, g := range s.groups {
		names = append(names, groupName(g))
	}
	for _, name := range names {
		_, c, err := parse([]string{"-help", name}, known)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := c.Usage(&b, 80); err != nil || c.Topic != name || b.Len() < 20 {
			t.Errorf("%s: %v, topic %s:\n%s", name, err, c.Topic, b.String())
		}
		if name == "tolerance" && !strings.Contains(b.String(), "see also            chatsim -help compare\n") {
			t.Errorf("-tolerance leads nowhere:\n%s", b.String())
		}
	}
}
