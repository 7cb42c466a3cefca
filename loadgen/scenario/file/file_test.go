package file

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"chatsim/loadgen/report"
)

const launch = `about: Friday's launch
users: 500
texts: { sizes: {64: 80%, 1000: 20%}, plain: true }
talk:
  private: 10%
  answers: 20%
  claims: 1%
names: { shared: 5, share: 20% }
phases:
  - { for: 10s, rate: 0..100, warm: true }
  - { for: 60s, rate: 100, leaves: 1%/s }
  - { for: 5s,  rate: 5000, name: spike }
  - { for: 30s, rate: 100, join: 200 }
  - pause: 2s
  - { for: 1m, leave: 100, leaves: 2.5/s }
leaves: { rate: 3/s, most: 5/s, kinds: [FIN, RST, half-close, vanish], back: { after: 2s, share: 90% } }
roles: { stalled: { talks: true } }
expect:
  - delivery.p99 < 50ms
  - { is: delivery.p99 < 500ms, in: spike }
`

func TestRead(t *testing.T) {
	got, err := Read("in/launch.yaml", []byte(launch))
	if err != nil {
		t.Fatal(err)
	}
	want := &File{
		Name: "launch", About: "Friday's launch", Users: 500,
		Texts: Texts{Sizes: []Sized{{64, 0.8}, {1000, 0.2}}, Plain: true},
		Talk:  Talk{0.1, 0.2, 0.01, 0},
		Names: Names{5, 0.2},
		Phases: []Phase{
			{Name: "phase1", For: 10 * time.Second, From: 0, To: 100, Rated: true, Warm: true},
			{Name: "phase2", For: time.Minute, From: 100, To: 100, Rated: true, Churn: &PerSecond{Share: 0.01}},
			{Name: "spike", For: 5 * time.Second, From: 5000, To: 5000, Rated: true},
			{Name: "phase4", For: 30 * time.Second, From: 100, To: 100, Rated: true, Join: 200},
			{Name: "phase5", For: 2 * time.Second, Rated: true},
			{Name: "phase6", For: time.Minute, Leave: 100, Churn: &PerSecond{Count: 2.5}},
		},
		Leaves: Leaves{Rate: PerSecond{Count: 3}, Most: 5, Kinds: Kinds, After: 2 * time.Second, Back: 0.9},
		Roles:  []Role{{Kind: Stalled, Talks: true}},
		Expect: []Expect{{"delivery.p99 < 50ms", ""}, {"delivery.p99 < 500ms", "spike"}},
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(File{}, Phase{}, Role{}), cmpopts.IgnoreFields(File{}, "Doc")); d != "" {
		t.Error(d)
	}
}

func TestReadOtherForms(t *testing.T) {
	for text, holds := range map[string]func(*File) bool{
		"users: 3":                                    func(f *File) bool { return f.Users == 3 && f.Leaves.After == time.Second && f.Leaves.Back == 1 },
		"about: 'a: b'":                               func(f *File) bool { return f.About == "a: b" },
		"about: |\n  two\n  lines\n":                  func(f *File) bool { return f.About == "two\n  lines" || f.About == "two\nlines" },
		"talk: {private: 5.5 %}":                      func(f *File) bool { return f.Talk.Private == 0.055 },
		"names: {share: 10%}":                         func(f *File) bool { return f.Names == Names{MaxShared, 0.1} },
		"phases: [{for: 1s, rate: max}]":              func(f *File) bool { return f.Phases[0].From.IsMax() },
		"phases: [{for: 1s, rate: 5 .. 10.5}]":        func(f *File) bool { return f.Phases[0].To == 10.5 },
		"phases: [&a {for: 2s}, {for: 1s}]":           func(f *File) bool { return f.Phases[0].For == 2*time.Second },
		"texts: &t {size: 70}\n":                      func(f *File) bool { return f.Texts.Size == 70 },
		"# a comment\nusers: 4 # few\n":               func(f *File) bool { return f.Users == 4 },
		"---\nusers: 4\n":                             func(f *File) bool { return f.Users == 4 },
		"think: 9s\nphases: [{for: 1s}, {pause: 1s}]": func(f *File) bool { return f.Thinks() == 9*time.Second },
		"phases: [{for: 1s, think: 2s}, {for: 1s}]":   func(f *File) bool { return f.Thinks() == 2*time.Second },
		"users: 4\r\nabout: x\r\n":                    func(f *File) bool { return f.About == "x" },
		"\ufeffusers: 4":                              func(f *File) bool { return f.Users == 4 },
		"story:\n  - amy joins\n":                     func(f *File) bool { return f.Story != nil },
		"story: [amy joins, bob says: one]":           func(f *File) bool { return f.Story != nil },
		"{leaves: {kinds: [RST]}, users: 2}":          func(f *File) bool { return cmp.Equal(f.Leaves.Kinds, []string{"RST"}) },
		"expect: ['refused<=0', last.max < 2s]":       func(f *File) bool { return len(f.Expect) == 2 },
	} {
		f, err := Read("x.yaml", []byte(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if !holds(f) {
			t.Errorf("%q was read as %+v", text, f)
		}
	}
}

// refused is a text, and the beginning of what is told of it.
type refused struct{ text, want, hint string }

func (c refused) look(t *testing.T) {
	t.Helper()
	_, err := Read("dir/x.yaml", []byte(c.text))
	var e *Error
	if !errors.As(err, &e) {
		t.Errorf("%.60q: %v", c.text, err)
		return
	}
	if !strings.HasPrefix(err.Error(), "dir/x.yaml:"+c.want) || !strings.Contains(e.Hint(), c.hint) {
		t.Errorf("%.60q:\n got %v\nhint %s\nwant %s\nhint %s", c.text, err, e.Hint(), c.want, c.hint)
	}
}

// What is wrong is told with line, column and what to write instead.
func TestReadRefuses(t *testing.T) {
	for _, c := range []refused{
		{"", "1:1: says nothing", "-print-scenario"},
		{"# nothing\n", "1:1: says nothing", "-print-scenario"},
		{"usres: 5", `1:1: a scenario file has no key "usres"`, "did you mean users?"},
		{"users: 5\nphases:\n  - { for: 1s, rat: 5 }", `3:16: a phase has no key "rat"`, "did you mean rate?"},
		{"users: 5\nusers: 6", `2:1: cannot be read: `, "take one of the two out"},
		{"vus: 5", `1:1: a scenario file has no key "vus"`, "what other tools call vus is users here"},
		{"phases: [{duration: 10s}]", `1:11: a phase has no key "duration"`, "what other tools call duration is for here"},
		{"phases: [{for: 10s, arrivalRate: 5}]", `1:21: a phase has no key "arrivalRate"`, "what other tools call arrivalRate is rate here"},
		{"talk: {target: 5}", `1:8: talk has no key "target"`, "its keys are"},
		{"users: [", `1:8: cannot be read: `, ""},
		{"users: five", `1:8: "five" is not a whole number`, "from 1 to"},
		{"users: 0", `1:8: "0" is too few`, ""},
		{"users: 1e3", `1:8: "1e3" is not a whole number`, ""},
		{"users:", `1:1: users has no value`, ""},
		{"users: {a: 1}", `1:8: this is one value, and this is a list of keys`, ""},
		{"- a", `1:1: a scenario file is a list of keys with values, and this is a list`, "about"},
		{"talk: {private: 110%}", `1:17: "110%" is more than all of them`, "at most 100%"},
		{"talk: {private: 2000%}", `1:17: "2000%" is more than all of them`, "at most 100%"},
		{"talk: {private: 0.1}", `1:17: "0.1" has no %`, "10%"},
		{"talk: {private: 10}", `1:17: "10" has no %`, "10%"},
		{"talk: {private: -1%}", `1:17: "-1%" is negative`, ""},
		{"talk: {private: 60%, claims: 60%}", `1:7: private lines and claims are more than all lines`, ""},
		{"roles: {staled: {talks: true}}", `1:9: roles has no key "staled"`, "did you mean stalled?"},
		{"names: {shared: 5}", `1:8: nobody shares the names`, "share: 20%"},
		{"phases: []", "1:9: phases has no entries", ""},
		{"phases: {for: 1s}", "1:9: phases is a list, and this is a list of keys", "-"},
		{"phases: [{rate: 5}]", "1:10: a phase of no length", "for: 10s"},
		{"phases:\n  - rate: 5", "2:5: a phase of no length", "for: 10s"},
		{"phases: [{for: 0s}]", `1:16: "0s" is no time at all`, ""},
		{"phases: [{for: 1ns}]", "1:10: a phase of 1ns is over before anything happens", "1ms"},
		{"phases: [{for: 1s, rate: 5k}]", `1:26: "5k" is not a number`, "write it in full: 5000"},
		{"users: 5\n\tphases: 3", "2:1: cannot be read: ", "indent by spaces"},
		{"phases: [{for: 10}]", `1:16: "10" has no unit`, "10s"},
		{"phases: [{for: 10 seconds}]", `1:16: "10 seconds" is not a time`, "30s"},
		{"phases: [{for: 1s, rate: 5/s}]", `1:26: "5/s" is not a number`, "write it without the unit: 5"},
		{"phases: [{for: 1s, rate: -5}]", `1:26: "-5" is negative`, ""},
		{"phases: [{for: 1s, rate: 0..max}]", `1:26: "0..max" is not a number`, "0..100"},
		{"phases: [{for: 1s, rate: 5}, {for: 1s, rate: max}]", `1:10: some phases have a rate, others max`, ""},
		{"phases: [{for: 1s, warm: true}]", "1:10: all phases are warm", ""},
		{"phases: [{for: 1s}, {for: 1s, rate: 5}]", "1:10: the first phase has no rate", ""},
		{"phases: [{for: 1s}, {for: 1s, warm: true}]", "1:21: a warm phase after one that is measured", ""},
		{"phases: [{for: 1s, warm: yes}]", `1:26: "yes" is neither true nor false`, "true"},
		{"phases: [{for: 1s, name: a}, {for: 1s, name: a}]", "1:30: a second phase a", ""},
		{"phases: [{for: 1s, name: 1.5}]", `1:26: "1.5" cannot be the name of a phase`, ""},
		{"phases: [{for: 1s, join: 5, leave: 5}]", "1:10: in one phase users either join or leave", ""},
		{"phases: [{for: 1s, leaves: 1%}]", `1:28: "1%" is not so many a second`, "1%/s"},
		{"phases: [{pause: 1s, rate: 5}]", "1:10: a pause has neither for nor rate", ""},
		{"think: 20", `1:8: "20" has no unit`, "20s"},
		{"think: 20s\nphases: [{for: 1s}, {for: 1s, rate: 5}]", "2:21: chatters who think, and a rate of all together", "take one of them out"},
		{"phases: [{for: 1s, think: 5s, rate: 5}]", "1:10: chatters who think, and a rate of all together", ""},
		{"phases: [{for: 1s}, {for: 1s, think: 5s}]", "1:10: the first phase has no think", "think: 20s"},
		{"phases: [{pause: 1s, think: 5s}]", "1:10: a pause has neither for nor rate nor think", ""},
		{"users: 5\nphases: [{for: 1s, leave: 5}]", "2:10: with this phase there are 0 users left", ""},
		{"leaves: {kinds: [FIN, vanishes]}", `1:23: "vanishes" is no kind of leave`, "did you mean vanish?"},
		{"leaves: {most: 1%/s}", "1:16: the most is not a number above 0", ""},
		{"leaves: {back: {after: 1}}", `1:24: "1" has no unit`, "1s"},
		{"texts: {size: 5000}", `1:15: "5000" is too many`, "4000"},
		{"texts: {size: 64, from: x}", "1:8: more than one of size, sizes and from", ""},
		{"texts: {sizes: {64: 80%}}", "1:16: the shares of the sizes are 80% together", "100%"},
		{"texts: {sizes: {a: 80%}}", `1:17: "a" is not a whole number`, ""},
		{"texts: {from: nowhere.txt}", "1:15: the texts cannot be read: dir/nowhere.txt does not exist", "beside the scenario"},
		{"expect: [delivery.p99 < 5]", `1:25: "delivery.p99 < 5": 5 has no unit`, "50ms"},
		{"expect: [delvery.p99 < 5ms]", `1:10: "delvery.p99 < 5ms": unknown metric "delvery.p99"`, ""},
		{"expect: [{is: refused<=0, in: spik}]\nphases: [{for: 1s, name: spike}]", `1:31: there is no measured phase "spik"`, "did you mean spike?"},
		{"story: [a]\nusers: 5", "1:1: a story and users in one file", ""},
		{"users: *n", "1:8: *n stands for nothing", "&n"},
		{"users: !!int 5", "1:8: types are not written", ""},
		{"users: 1\n---\nusers: 2", "3:1: a second document", ""},
		{"users: \x00", "1:1: is not text", ""},
		{"about: \xff", "1:1: is not text", ""},
		{"#" + strings.Repeat("x", maxFile), "1:1: has 1048577 bytes", ""},
	} {
		c.look(t)
	}
}

func TestTextsOfAFile(t *testing.T) {
	dir := t.TempDir()
	read := func(lines string) (*File, error) {
		if err := os.WriteFile(filepath.Join(dir, "lines.txt"), []byte(lines), 0o600); err != nil {
			t.Fatal(err)
		}
		return Read(filepath.Join(dir, "x.yaml"), []byte("texts: {from: lines.txt}"))
	}
	f, err := read("\ufeffone\r\n\n  \ntwo\tand\nthree")
	if err != nil || len(f.Texts.Lines) != 3 || string(f.Texts.Lines[0]) != "one" || string(f.Texts.Lines[2]) != "three" {
		t.Errorf("%v, %q", err, f.Texts.Lines)
	}
	for lines, want := range map[string]string{
		"":                                      "lines.txt:1:1: there is no line in it",
		"\n \n":                                 "lines.txt:1:1: there is no line in it",
		"fine\nbad \x01":                        "lines.txt:2:5: here is the control character U+0001",
		"\x7fELF":                               "lines.txt:1:1: here is the control character U+007F",
		"ok\nno \xff":                           "lines.txt:2:4: the byte 0xff is no UTF-8",
		"a\x00":                                 "lines.txt:1:2: here is a zero byte",
		"\xff\xfeh\x00":                         "lines.txt:1:1: this is UTF-16",
		"caf\ufffd":                             "lines.txt:1:4: here is U+FFFD",
		"ok\n" + strings.Repeat("x", maxLine+1): "lines.txt:2:3901: the line has 3901 bytes",
	} {
		if _, err := read(lines); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %s", lines, err, want)
		}
	}
}

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calm.yaml")
	if err := os.WriteFile(path, []byte("users: 7"), 0o600); err != nil {
		t.Fatal(err)
	}
	if f, _, err := Open(path); err != nil || f.Name != "calm" || f.Users != 7 {
		t.Errorf("%+v, %v", f, err)
	}
	if _, _, err := Open(path + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, _, err := Open(filepath.Dir(path)); err == nil {
		t.Error("a directory was read")
	}
	if _, _, err := Open(os.DevNull); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("a device: %v", err)
	}
}

// No text makes the reader panic, and what it refuses it points at.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{launch, "phases: [{for: 1s, rate: 0..5}]", "story:\n  - amy joins", "a: &a [*a]", "? x\n: y", "{", "<<: *x", "users: &u 5\nnames: {shared: *u, share: 1%}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Read("x.yaml", []byte(text))
		var e *Error
		switch {
		case err != nil && !errors.As(err, &e):
			t.Errorf("%v does not say where", err)
		case err != nil && (e.Line < 1 || e.Column < 1):
			t.Errorf("%v: %d:%d", err, e.Line, e.Column)
		case err == nil && got.Users < 0, err == nil && got.Talk.Private > 1:
			t.Errorf("%+v", got)
		case err == nil:
			for _, p := range got.Phases {
				if p.For <= 0 || p.Name == "" || p.From < 0 || p.From > report.Max {
					t.Errorf("%+v", p)
				}
			}
		}
	})
}
