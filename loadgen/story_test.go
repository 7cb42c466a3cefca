package loadgen_test

import (
	"strings"
	"testing"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/loadgen/story"
)

// told performs a story against a server.
func told(t *testing.T, s *server, text string) *report.Report {
	t.Helper()
	st, err := story.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	cfg := loadgen.Config{Join: loadgen.Dial(s.addr), Where: "test server", Story: st, Drain: limit / 3, Seed: 1}
	if s.faults.any() {
		cfg.Drain = patient
	}
	return run(t, cfg)
}

// TestStories: what a right server makes of each is right.
func TestStories(t *testing.T) {
	for name, text := range map[string]string{
		"alone":            "amy joins; amy says: hi; amy leaves",
		"suffixes":         "amy joins; bob joins; bob joins as bob2; bob2 tells amy: psst; bob resets; bob joins again; bob says: back",
		"private":          "amy joins; bob joins; carl joins; amy tells bob: a; bob tells amy: b; amy tells amy: c; amy tells \"nobody\": d",
		"leaver's line":    "amy joins; bob joins; amy says: bye; bob half-closes; amy says: still here",
		"the first leaves": "amy joins; bob joins; amy leaves; carl joins; amy joins again; bob resets; carl says: x; amy says: y",
		"typed":            "amy joins; bob joins; amy types: one; amy types: two\\nthree\\r\\n; amy types byte by byte: four; bob says as amy: mine",
		"unfinished":       "amy joins; bob joins; bob begins: half; amy says: x; bob half-closes",
		"finished later":   "amy joins; bob joins; bob begins: half; amy says: x; bob types: the rest",
		"stalled":          "amy joins; bob joins; bob stops reading; amy says 20 lines; amy says: x; bob reads on; bob says: y",
		"vanished":         "amy joins; bob joins; bob vanishes; amy says 20 lines; carl joins; bob joins again; bob says: back; amy tells bob: x; carl vanishes",
		"still stalled":    "amy joins; bob joins; bob stops reading; amy says: x; amy says: y; bob reads on; bob stops reading; amy says: z",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rep := told(t, serve(t, faults{}), text)
			if strings.Contains(name, "stalled") || name == "vanished" { // what comes late by its own will has no latency
				if rep.Verdict != report.Passed {
					t.Errorf("%s, failed: %q", rep.Verdict, failed(t, rep))
				}
			} else {
				passes(t, rep)
			}
			for _, c := range rep.Checks {
				if c.Name == loadgen.StoryCheck && c.Verdict != report.Passed {
					t.Errorf("the story: %+v", c)
				}
			}
		})
	}
}

// TestStoriesTogether: what several do at once.
func TestStoriesTogether(t *testing.T) {
	t.Parallel()
	var b story.Builder
	step := func(text ...string) {
		t.Helper()
		var err error
		if len(text) == 1 {
			err = b.Step(text[0], story.Pos{})
		} else {
			err = b.Together(text, make([]story.Pos, len(text)), story.Pos{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	step("amy joins")
	step("bob joins", "carl joins", "bob joins as bob2")
	step("amy says 5 lines", "bob says 5 lines; bob half-closes", "carl tells bob: psst", "bob2 resets")
	step("bob joins again", "bob2 joins again; bob2 says: x")
	s, err := b.Story()
	if err != nil {
		t.Fatal(err)
	}
	passes(t, run(t, loadgen.Config{Join: loadgen.Dial(serve(t, faults{}).addr), Story: s, Drain: limit / 3}))
}

// TestStoriesFail: the judge says what is wrong, and a story that waits for what
// does not come says for how long, and what came.
func TestStoriesFail(t *testing.T) {
	for _, c := range []struct {
		name, told string
		faults     faults
		check      string
		says       string // the story, of what did not come
	}{
		{"a line is lost for one", "amy joins; bob joins; amy says: one; amy says: two", faults{copies: func(line int, from, to *peer) int {
			if line == 1 && from != to {
				return 0
			}
			return 1
		}}, "agreement", ""},
		{"the last line is lost for all", "amy joins; bob joins; amy says: one", faults{copies: func(line int, _, _ *peer) int { return 0 }},
			"", "step 3 of 3, line 1 (amy says: one): waited 1.5s: amy has not got its own line back"},
		{"a line comes twice", "amy joins; bob joins; amy says: one", faults{copies: func(int, *peer, *peer) int { return 2 }}, "no duplication", ""},
		{"leaves are not told", "amy joins; bob joins; bob resets", faults{noLeaves: true}, "leave completeness", "nobody was told that bob has left"},
		{"private lines are swallowed", "amy joins; bob joins; amy tells bob: x", faults{noPrivate: true}, "", "amy has not got its own line back"},
		{"a join is not answered", "amy joins; bob joins", faults{join: func(_ *server, join int) bool { return join <= 1 }}, "admission", "bob was not let in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rep := told(t, serve(t, c.faults), c.told)
			names := strings.Join(failed(t, rep), ", ")
			if rep.Verdict != report.Failed || !strings.Contains(names, c.check) {
				t.Errorf("%s, failed: %s, want %s", rep.Verdict, names, c.check)
			}
			last := rep.Checks[len(rep.Checks)-1]
			t.Logf("%+v", last)
			if c.says != "" && (len(last.Witnesses) == 0 || !strings.Contains(last.Witnesses[0].Sentence, c.says)) {
				t.Errorf("the story: %+v, want %q", last, c.says)
			}
		})
	}
}
