package scenario

import (
	"math"
	"slices"
	"testing"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/scenario/file"
)

// read returns the script of a scenario that is written.
func written(t testing.TB, text string) *Script {
	t.Helper()
	f, err := file.Read("x.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	s := Of(f, []byte(text))
	return &Script{Spec: s, Users: s.Users, Size: 64, Seed: 5, Nonce: "abcd"}
}

func events(s *Script, d time.Duration) []Event {
	var all []Event
	p := s.Plan(1)
	for e, ok := p.Next(d); ok; e, ok = p.Next(d) {
		all = append(all, e)
	}
	return all
}

// The lines of a ramp, a plateau and a pause come when the rate says: as many as
// the area below it, each at its time.
func TestRatesOfPhases(t *testing.T) {
	s := written(t, "users: 9\nphases:\n- {for: 10s, rate: 0..100}\n- {for: 2s, rate: 50}\n- {pause: 3s}\n- {for: 10s, rate: 100..0}")
	all := events(s, time.Minute)
	if len(all) != 500+100+500 {
		t.Errorf("%d lines, want 1100", len(all))
	}
	count := func(from, to float64) int {
		return len(slices.DeleteFunc(slices.Clone(all), func(e Event) bool { at := e.At.Seconds(); return at < from || at >= to }))
	}
	for _, c := range []struct {
		from, to float64
		want     int
	}{{0, 1, 5}, {0, 5, 125}, {9, 10, 95}, {10, 11, 50}, {12, 15, 0}, {15, 16, 95}, {20, 25, 125}} {
		if got := count(c.from, c.to); math.Abs(float64(got-c.want)) > 1 {
			t.Errorf("%d lines from %v to %v s, want %d", got, c.from, c.to, c.want)
		}
	}
	if !slices.IsSortedFunc(all, func(a, b Event) int { return int(a.At - b.At) }) {
		t.Error("not in order of time")
	}
}

// A ramp of users to 9,000 and back is on schedule, and whoever is not there has
// nothing to do.
func TestUsersComeAndGo(t *testing.T) {
	s := written(t, "users: 10\nphases:\n- {for: 60s, rate: 100, join: 8990, leaves: 5/s}\n- {for: 60s, leave: 8990, leaves: 5/s}")
	if s.Peak(10) != 9000 {
		t.Errorf("the most at a time are %d", s.Peak(10))
	}
	there, most := map[int]bool{}, 0
	for c := range 10 {
		there[c] = true
	}
	for _, e := range events(s, 120*time.Second) {
		switch e.Act {
		case Come, Return:
			if there[e.Chatter] {
				t.Fatalf("%v: who is there comes", e)
			}
			there[e.Chatter] = true
		case Go, Leave:
			if e.Chatter == 0 || e.Act == Leave && !there[e.Chatter] {
				t.Fatalf("%v: who is not there leaves", e)
			}
			delete(there, e.Chatter)
		case Say:
			if !there[e.Chatter] {
				t.Fatalf("%v: who is not there speaks", e)
			}
		}
		most = max(most, len(there))
		due := 10 + 8990*math.Min(e.At.Seconds(), 120-e.At.Seconds())/60
		if math.Abs(float64(len(there))-due) > 0.01*due+12 { // as many as 10 are away for a second
			t.Fatalf("%d are there at %v, want %.0f", len(there), e.At, due)
		}
	}
	if most < 8990 || len(there) != 10 {
		t.Errorf("%d at most, %d in the end", most, len(there))
	}
}

func TestLeavesOfAFile(t *testing.T) {
	s := written(t, "users: 200\nleaves: {rate: 10/s, kinds: [RST, vanish], back: {after: 2s, share: 50%}}\nphases: [{for: 20s, rate: 50}, {for: 10s, leaves: 0/s}]")
	left, back, vanished := map[check.Leave]int{}, 0, 0
	for _, e := range events(s, 30*time.Second) {
		switch e.Act {
		case Leave:
			left[e.Kind]++
			if e.Vanish {
				vanished++
			}
			if e.At > 20*time.Second {
				t.Errorf("%v: nobody leaves now", e)
			}
		case Return:
			back++
		}
	}
	if left[check.Reset] != 200 || vanished != 100 || back < 60 || back > 140 {
		t.Errorf("left %v, %d vanished, %d came back", left, vanished, back)
	}
}

// Flags win: another length and another rate stretch the phases.
func TestFit(t *testing.T) {
	s := written(t, "users: 9\nphases:\n- {for: 2s, rate: 0..100, warm: true}\n- {for: 6s, rate: 100}\n- {for: 4s, rate: 400}").Spec
	if warm, measured := s.Lengths(); warm != 2*time.Second || measured != 10*time.Second || s.Rate() != 400 {
		t.Errorf("%v, %v, %v", warm, measured, s.Rate())
	}
	if same := s.Fit(2*time.Second, 10*time.Second, 400); !slices.Equal(same.Phases, s.Phases) {
		t.Errorf("the same lengths and rate: %v", same.Phases)
	}
	got := s.Fit(time.Second, 20*time.Second, 40).Phases
	if got[0].For != time.Second || got[1].For != 12*time.Second || got[2].For != 8*time.Second || got[1].To != 10 || got[2].To != 40 {
		t.Errorf("%+v", got)
	}
	if got := s.Fit(0, 10*time.Second, math.Inf(1)).Phases; len(got) != 2 || !isMax(got[0].From) || !isMax(got[1].To) {
		t.Errorf("without a warm-up, at max: %+v", got)
	}
	cold := written(t, "users: 9\nphases: [{for: 6s}]").Spec
	if got := cold.Fit(time.Second, 6*time.Second, 70).Phases; len(got) != 2 || !got[0].Warm || got[0].From != 70 || got[1].To != 70 {
		t.Errorf("with a warm-up and a rate of the run: %+v", got)
	}
}

func TestTextsOfAFile(t *testing.T) {
	s := written(t, "users: 9\ntexts: {sizes: {64: 75%, 1000: 25%}, plain: true}")
	sizes := map[int]int{}
	for seq := range 4000 {
		text := s.Text(nil, seq%9, seq)
		sizes[len(text)]++
		for _, b := range text {
			if b >= 0x80 || b == '&' {
				t.Fatalf("not plain: %q", text)
			}
		}
	}
	if len(sizes) != 2 || sizes[1000] < 900 || sizes[1000] > 1100 || s.Longest(64) != 1000 {
		t.Errorf("sizes %v", sizes)
	}
	s.Lines, s.Sizes, s.Plain = [][]byte{[]byte("hello"), []byte("you")}, nil, false
	texts := map[string]int{}
	for seq := range 4000 {
		text := s.Text(nil, seq%9, seq)
		if len(text) > s.Longest(64) {
			t.Fatalf("%d bytes", len(text))
		}
		texts[string(text[len(s.Text(nil, 0, 0))-len("hello"):])]++
	}
	if len(texts) < len(fragile) {
		t.Errorf("only %d different texts", len(texts))
	}
}

// However many lines a file has, a text costs no more: no allocation.
func TestTextsCostNothing(t *testing.T) {
	s := written(t, "users: 9\ntexts: {sizes: {64: 75%, 1000: 25%}}\nphases: [{for: 100s, rate: 0..1000}]")
	buf := make([]byte, 0, 4096)
	check := func(what string, f func(i int)) {
		i := 0
		if n := testing.AllocsPerRun(1000, func() { f(i); i++ }); n != 0 {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
	check("a text of a size", func(i int) { buf = s.Text(buf[:0], i%9, i) })
	for range 10_000 {
		s.Lines = append(s.Lines, []byte("a line of many"))
	}
	check("a text of a file", func(i int) { buf = s.Text(buf[:0], i%9, i) })
	p := s.Plan(1)
	check("a line of a ramp", func(int) { p.Next(time.Minute) })
}

func BenchmarkTextOfFile(b *testing.B) {
	s := &Script{Users: 1000, Size: 64, Seed: 1, Nonce: "abcd"}
	for range 10_000 {
		s.Lines = append(s.Lines, []byte("a line of a file that has ten thousand of them, all different"))
	}
	buf := make([]byte, 0, 256)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		buf = s.Text(buf[:0], i%1000, i)
	}
}

func BenchmarkPlanOfPhases(b *testing.B) {
	s := written(b, "users: 1000\nphases: [{for: 9000h, rate: 1000..2000}]")
	p := s.Plan(1)
	b.ReportAllocs()
	for b.Loop() {
		p.Next(9000 * time.Hour)
	}
}
