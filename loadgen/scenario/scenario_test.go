package scenario

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
)

func script(t *testing.T, name string, users, size int, seed uint64) *Script {
	t.Helper()
	spec, err := Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return &Script{Spec: spec, Users: users, Size: size, Seed: seed, Nonce: "abcd"}
}

func TestSameSeedSameScript(t *testing.T) {
	events := func(seed uint64) []Event {
		p := script(t, "churn", 50, 64, seed).Plan(100)
		var all []Event
		for e, ok := p.Next(20 * time.Second); ok; e, ok = p.Next(20 * time.Second) {
			all = append(all, e)
		}
		return all
	}
	a, b, c := events(7), events(7), events(8)
	if len(a) < 2000 || len(a) != len(b) {
		t.Fatalf("%d and %d events", len(a), len(b))
	}
	differ := 0
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("event %d: %v, then %v", i, a[i], b[i])
		}
		if i < len(c) && a[i] != c[i] {
			differ++
		}
	}
	if differ == 0 {
		t.Error("another seed gave the same events")
	}
}

func TestPlanKeepsItsPromises(t *testing.T) {
	for _, name := range Names() {
		const d = 30 * time.Second
		s := script(t, name, 40, 64, 3)
		s.Spec = s.Fit(0, d, 500)
		p := s.Plan(500)
		away := map[int]time.Duration{}
		kinds := map[check.Leave]int{}
		lines, last := 0, time.Duration(0)
		for e, ok := p.Next(d); ok; e, ok = p.Next(d) {
			if e.At < last {
				t.Fatalf("%s: %v after %v", name, e, last)
			}
			last = e.At
			switch e.Act {
			case Say:
				lines++
				if since, out := away[e.Chatter]; out {
					t.Fatalf("%s: chatter %d, away since %v, speaks at %v", name, e.Chatter, since, e.At)
				}
			case Leave:
				if e.Chatter == 0 {
					t.Fatalf("%s: the first chatter leaves", name)
				}
				away[e.Chatter] = e.At
				kinds[e.Kind]++
			case Return:
				if e.At-away[e.Chatter] != s.Away {
					t.Fatalf("%s: back after %v", name, e.At-away[e.Chatter])
				}
				delete(away, e.Chatter)
			}
		}
		if lines != 15000 {
			t.Errorf("%s: %d lines in 30 s at 500/s", name, lines)
		}
		if s.Churn > 0 && (kinds[check.FIN] == 0 || kinds[check.Reset] == 0 || kinds[check.HalfClose] == 0) {
			t.Errorf("%s: leaves by kind %v", name, kinds)
		}
	}
}

// Alone, and without a schedule of lines, there is nothing to plan.
func TestPlanWithoutEvents(t *testing.T) {
	for _, name := range Names() {
		if e, ok := script(t, name, 1, 64, 1).Plan(0).Next(time.Hour); ok && e.Act != Kill {
			t.Errorf("%s: %v", name, e)
		}
	}
	p := script(t, "steady", 2, 64, 1).Plan(10)
	for _, end := range []time.Duration{50 * time.Millisecond, 150 * time.Millisecond} { // an end does not cost an event
		if e, ok := p.Next(end); !ok || e.At > end {
			t.Errorf("before %v: %v, %v", end, e, ok)
		}
		if e, ok := p.Next(end); ok {
			t.Errorf("before %v, also: %v", end, e)
		}
	}
}

func TestTexts(t *testing.T) {
	for _, size := range []int{MinSize, MinSize + 1, 64, 257, 4000} {
		s := script(t, "mixed", 1000, size, 11)
		var all strings.Builder
		for seq := range 400 {
			text := string(s.Text(nil, seq*7, seq))
			if len(text) != size {
				t.Fatalf("size %d: %d bytes: %q", size, len(text), text)
			}
			if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }) {
				t.Fatalf("not a clean text: %q", text)
			}
			if c, q, ok := ledger.ParseStamp([]byte(text), "abcd"); !ok || c != seq*7 || q != seq {
				t.Fatalf("stamp of %q: %d, %d, %v", text, c, q, ok)
			}
			all.WriteString(text + "\n")
		}
		for _, piece := range fragile { // each of them is said, whatever is cut
			if size >= 64 && !strings.Contains(all.String(), piece) {
				t.Errorf("size %d: %+q is in no text", size, piece)
			}
		}
	}
}

func TestSharesOfLines(t *testing.T) {
	s := script(t, "mixed", 100, 64, 5)
	private, claims := 0, 0
	const n = 20000
	for i := range n {
		switch l := s.Line(i%100, i/100); {
		case l.To >= 0:
			private++
		case l.Claims >= 0:
			claims++
		}
	}
	for _, c := range []struct {
		what string
		n    int
		want float64
	}{{"private", private, s.Private}, {"claims", claims, s.Claims}} {
		if got := float64(c.n) / n; got < c.want*0.8 || got > c.want*1.2 {
			t.Errorf("%s: a share of %.3f, want about %.3f", c.what, got, c.want)
		}
	}
}

func TestNames(t *testing.T) {
	s := script(t, "mixed", 1000, 64, 1)
	shared := 0
	for c := range s.Users {
		if !strings.HasPrefix(s.Asked(c), "user") {
			shared++
		}
	}
	if shared < 150 || shared > 250 {
		t.Errorf("%d of 1000 ask for a shared name, want about 200", shared)
	}
	if _, err := Find("no such"); err == nil || !strings.Contains(err.Error(), "mixed") {
		t.Errorf("Find of an unknown scenario: %v", err)
	}
}

func TestRequires(t *testing.T) {
	has := func(s *Script, d time.Duration, c string) bool {
		for _, n := range s.Requires(d, 1000) {
			if n == c {
				return true
			}
		}
		return false
	}
	mixed, one := script(t, "mixed", 100, 64, 1), script(t, "mixed", 1, 64, 1)
	steady := script(t, "steady", 100, 64, 1)
	for _, c := range []struct {
		s    *Script
		d    time.Duration
		n    string
		want bool
	}{
		{mixed, 10 * time.Second, check.LeaveCompleteness, true},
		{mixed, 500 * time.Millisecond, check.LeaveCompleteness, false},
		{one, 10 * time.Second, check.LeaveCompleteness, false},
		{one, 10 * time.Second, check.ViewOrder, false},
		{one, 10 * time.Second, check.NameUniqueness, false},
		{steady, 10 * time.Second, check.Confidentiality, false},
		{steady, 10 * time.Second, check.TotalOrder, true},
		{mixed, 10 * time.Second, check.Confidentiality, true},
		{mixed, 10 * time.Second, check.Authenticity, true},
		{steady, 10 * time.Second, check.Authenticity, false},
		{mixed, 10 * time.Second, check.NameSuffixing, true},
		{steady, 10 * time.Second, check.NameSuffixing, false},
		{one, 10 * time.Second, check.NameSuffixing, false},
		{one, 10 * time.Second, check.Agreement, false},
		{one, 10 * time.Second, check.Confidentiality, false},
		{mixed, 10 * time.Second, check.CausalOrder, true},
	} {
		if has(c.s, c.d, c.n) != c.want {
			t.Errorf("%s, %d users, %v: %s required: %v", c.s.Name, c.s.Users, c.d, c.n, !c.want)
		}
	}
}

func BenchmarkText(b *testing.B) {
	s := &Script{Users: 1000, Size: 64, Seed: 1, Nonce: "abcd"}
	buf := make([]byte, 0, 64)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		buf = s.Text(buf[:0], i%1000, i)
	}
}
