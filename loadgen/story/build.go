package story

import (
	"fmt"
	"strings"

	"chatsim/loadgen/repair"
)

// Builder puts a story together from the texts of a file, one after the other. The
// zero Builder is ready.
type Builder struct{ b builder }

// Step takes a text of one or more steps, which semicolons part.
func (b *Builder) Step(text string, at Pos) error {
	steps, err := b.b.read(text, at)
	for i := 0; i < len(steps) && err == nil; i++ {
		err = b.b.add(steps[i])
	}
	return err
}

// Together takes what several chatters do at once, by texts as those of Step.
func (b *Builder) Together(texts []string, each []Pos, at Pos) error {
	group := Step{Verb: Together, At: at}
	for i := range texts {
		steps, err := b.b.read(texts[i], each[i])
		if err != nil {
			return err
		}
		group.Together = append(group.Together, steps...)
	}
	if len(group.Together) == 0 {
		return &Error{at, "nothing happens together", "write together: [ amy says: one, bob says: two ]"}
	}
	return b.b.add(group)
}

// Story returns what was put together.
func (b *Builder) Story() (*Story, error) {
	if len(b.b.story.Steps) == 0 {
		return nil, &Error{Text: "a story without a step", Advice: "begin with a line - amy joins"}
	}
	return &b.b.story, nil
}

// Parse reads a story in which each line is what Step takes. Empty lines and those
// that begin with # are nothing.
func Parse(text string) (*Story, error) {
	var b Builder
	for i, line := range strings.Split(text, "\n") {
		bare := strings.TrimSpace(line)
		if bare == "" || bare[0] == '#' {
			continue
		}
		if err := b.Step(line, Pos{i + 1, 1}); err != nil {
			return nil, err
		}
	}
	return b.Story()
}

// builder is a story that is being put together, and how its chatters are so far.
type builder struct {
	story   Story
	here    []bool // by chatter: it is in the room, or thinks so
	stalled int    // who reads nothing, +1; 0 for nobody
	empty   bool   // the room, at the end of what was added
}

// read reads the steps of a text.
func (b *builder) read(text string, at Pos) (steps []Step, err error) {
	for s := (&scanner{text: text, at: at}); ; s.i++ { // behind a semicolon
		words, has, err := s.words()
		if err != nil {
			return nil, err
		}
		if len(words) == 0 {
			return nil, &Error{s.pos(), "a step without words", "write who does what: amy joins"}
		}
		step, err := b.step(words, has, s)
		if err != nil {
			return nil, err
		}
		if steps = append(steps, step); s.i == len(s.text) {
			return steps, nil
		}
	}
}

// step reads one step of which the words are read, and whether a text follows.
func (b *builder) step(words []word, text bool, s *scanner) (Step, error) {
	who, rest := words[0], words[1:]
	step := Step{To: -1, At: who.at}
	if len(rest) == 0 {
		return step, &Error{who.at, fmt.Sprintf("%s does nothing", shown(who)), "write what it does: " + ways("joins") + "; " + ways("says")}
	}
	f, name, n := formOf(rest, text)
	if f == nil {
		return step, unknown(who, rest, text)
	}
	if last := rest[len(rest)-1].text; n > mostBytes || n > mostLines && last == "lines" {
		return step, &Error{rest[0].at, fmt.Sprintf("%d %s are too many", n, last), fmt.Sprintf("at most %d lines, of at most %d bytes", mostLines, mostBytes)}
	}
	step.Verb = f.verb
	if err := b.subject(&step, who, rest, name); err != nil {
		return step, err
	}
	if f.set != nil {
		if err := f.set(b, &step, name, n); err != nil {
			return step, err
		}
	}
	if !text {
		return step, nil
	}
	return step, s.textOf(&step, rest[0].at)
}

// textOf reads the text of a step whose verb stands at a place.
func (s *scanner) textOf(step *Step, verb Pos) (err error) {
	if step.Text, err = s.line(); err != nil {
		return err
	}
	if (step.Verb == Says || step.Verb == Tells) && strings.Contains(step.Text, "\n") {
		return &Error{verb, "what is said has a line break in it", "several lines are several steps; bytes as they are: " + ways("types")}
	}
	return nil
}

// unknown returns what is wrong with words that are no step.
func unknown(who word, rest []word, text bool) error {
	first := rest[0].text
	for _, v := range verbs() {
		if v != first {
			continue
		}
		what := fmt.Sprintf("%q cannot be read", plain(append([]word{who}, rest...), text))
		return &Error{rest[0].at, what, "write it as one of: " + ways(first)}
	}
	hint := "there are " + strings.Join(verbs(), ", ")
	if near := repair.Nearest(first, verbs()); near != "" {
		hint = "did you mean " + near + "? " + hint
	}
	return &Error{rest[0].at, fmt.Sprintf("no chatter knows how to do %q", first), hint}
}

// subject finds the chatter of a step, or makes it where it joins.
func (b *builder) subject(step *Step, who word, rest []word, name word) error {
	if step.Verb != Joins || len(rest) == 2 {
		n, err := b.find(who)
		step.Who = n
		return err
	}
	called := who
	if len(rest) == 3 {
		called = name
	}
	if b.index(called.text) >= 0 {
		hint := fmt.Sprintf("one who comes back: %s joins again; another one who asks for that name: %s joins as %s", shown(called), shown(who), quoted(b.unused(called.text)))
		return &Error{called.at, fmt.Sprintf("%s has joined before", shown(called)), hint}
	}
	step.Who = len(b.story.Cast)
	b.story.Cast = append(b.story.Cast, Chatter{Name: called.text, Asked: who.text})
	b.here = append(b.here, false)
	return nil
}

// unused returns a name that no chatter has.
func (b *builder) unused(name string) string {
	for k := 2; ; k++ {
		if other := fmt.Sprint(name, k); b.index(other) < 0 {
			return other
		}
	}
}

func (b *builder) index(name string) int {
	for i, c := range b.story.Cast {
		if c.Name == name {
			return i
		}
	}
	return -1
}

// find returns the chatter that a word names.
func (b *builder) find(w word) (int, error) {
	if i := b.index(w.text); i >= 0 {
		return i, nil
	}
	var all []string
	for _, c := range b.story.Cast {
		all = append(all, c.Name)
	}
	hint := fmt.Sprintf("%s joins before that", shown(w))
	if near := repair.Nearest(w.text, all); near != "" {
		hint = "did you mean " + quoted(near) + "? Else " + hint
	}
	return 0, &Error{w.at, fmt.Sprintf("nobody is called %s", shown(w)), hint}
}

// target sets whom a line is for: a chatter, or a name in quotes that is none's.
func (b *builder) target(step *Step, name word, _ int) error {
	step.To = b.index(name.text)
	if step.To >= 0 {
		return nil
	}
	if !name.quoted {
		_, err := b.find(name)
		e := err.(*Error)
		e.Advice += fmt.Sprintf("; a name that nobody has is in quotes: tells %q", name.text)
		return e
	}
	step.Name = name.text
	return nil
}
