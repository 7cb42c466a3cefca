package report

import (
	"fmt"
	"strings"
)

// storyWord is what became of a story, for people.
var storyWord = map[Verdict]string{Passed: "holds", Failed: "FAILS", Inconclusive: "undecided", NotExercised: "not exercised"}

// told returns how many stories hold, fail, and so on, in words.
func (r *Report) told() string {
	n := make(map[Verdict]int)
	for i := range r.Checks {
		n[r.Checks[i].Verdict]++
	}
	hold := "hold"
	if n[Passed] == 1 {
		hold = "holds"
	}
	words := []string{fmt.Sprintf("%d of %s %s", n[Passed], Plural(int64(len(r.Checks)), "story", "stories"), hold)}
	for _, v := range []struct {
		v         Verdict
		one, many string
	}{{Failed, "fails", "fail"}, {Inconclusive, "is undecided", "are undecided"}, {NotExercised, "was not exercised", "were not exercised"}} {
		if n[v.v] > 0 {
			words = append(words, Plural(int64(n[v.v]), v.one, v.many))
		}
	}
	return strings.Join(words, ", ")
}

// stories lists the stories, a line each; what fails with its witness, all of them
// if verbose.
func (p *page) stories(r *Report, verbose bool) {
	for i := range r.Checks {
		c := &r.Checks[i]
		word := storyWord[c.Verdict]
		if p.buf.WriteString("  "); c.Verdict == Failed {
			p.word(Failed, word)
		} else {
			p.buf.WriteString(word)
		}
		p.buf.WriteString(strings.Repeat(" ", max(1, 15-len(word))) + pad(c.Name, 23))
		p.wrap(40, 40, " ", strings.Fields(Printable(c.About)))
		if c.Reason != "" {
			p.buf.WriteString(strings.Repeat(" ", 17))
			p.wrap(17, 19, " ", strings.Fields(Printable(c.Reason)))
		}
		shown := c.Witnesses
		if !verbose && len(shown) > 1 {
			shown = shown[:1]
		}
		for k := range shown {
			w := shown[k]
			w.Sentence = w.Check + ": " + w.Sentence
			p.witness(&w)
		}
		if more := len(c.Witnesses) - len(shown); more > 0 {
			p.line("    and " + thousands(int64(more)) + " more, with -v")
		}
	}
}
