package scenario

import (
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"chatsim/loadgen/scenario/file"
)

// People come to the rate that is expected of them, each in its own time.
func TestPeopleKeepTheExpectedRate(t *testing.T) {
	for _, text := range []string{
		"users: 200\nthink: 20s",
		"users: 200\nthink: 3s\ntexts: {size: 30}",
		"users: 200\nthink: 5s\ntexts: {sizes: {30: 50%, 100: 50%}}",
	} {
		s := written(t, text)
		const d = 10 * time.Minute
		lines := make([]int, s.Users)
		sum, last := 0, time.Duration(0)
		for _, e := range events(s, d) {
			if e.At < last {
				t.Fatalf("%q: %v after %v", text, e, last)
			}
			last = e.At
			lines[e.Chatter]++
			sum++
		}
		want := s.Expected(s.Users, s.Think, s.Size) * d.Seconds()
		if math.Abs(float64(sum)/want-1) > 0.05 {
			t.Errorf("%q: %d lines, want about %.0f", text, sum, want)
		}
		if slices.Min(lines) == 0 || slices.Max(lines) == slices.Min(lines) {
			t.Errorf("%q: from %d to %d lines of a chatter", text, slices.Min(lines), slices.Max(lines))
		}
		first := len(events(s, d/10))
		if math.Abs(float64(first)/(want/10)-1) > 0.15 {
			t.Errorf("%q: %d lines in the first tenth, want about %.0f: it begins as it goes on", text, first, want/10)
		}
	}
}

// Who is away says nothing; who comes begins to, who goes ends; in a pause nobody
// says anything, and a phase may have pauses to think of its own.
func TestPeopleByPhase(t *testing.T) {
	s := written(t, `users: 100
think: 10s
texts: {size: 30}
leaves: {rate: 1/s, back: {after: 5s, share: 95%}}
phases:
  - {for: 60s}
  - {pause: 10s}
  - {for: 60s, join: 100}
  - {for: 60s, think: 1s, leave: 150}
`)
	away, there, inPause, phase := map[int]time.Duration{}, s.Users, 0, make([]int, 4)
	for _, e := range events(s, time.Hour) {
		switch e.Act {
		case Say:
			if since, out := away[e.Chatter]; out || e.Chatter >= there {
				t.Fatalf("chatter %d of %d, away since %v, speaks at %v", e.Chatter, there, since, e.At)
			}
			switch at := e.At.Seconds(); {
			case at < 60:
				phase[0]++
			case at < 70:
				inPause++
			case at < 130:
				phase[2]++
			default:
				phase[3]++
			}
		case Leave:
			away[e.Chatter] = e.At
		case Return:
			delete(away, e.Chatter)
		case Come:
			there++
		case Go:
			there--
			delete(away, e.Chatter)
		}
	}
	if inPause > 0 {
		t.Errorf("%d lines in the pause", inPause)
	}
	if phase[0] < 100 || phase[2] < 100 || phase[3] < phase[2] {
		t.Errorf("lines by phase: %v", phase)
	}
}

// What nobody types has the sizes of lines that people write.
func TestPeoplesLines(t *testing.T) {
	s := written(t, "users: 10\nthink: 20s")
	var sizes []int
	for seq := range 20_000 {
		sizes = append(sizes, len(s.Text(nil, seq%10, seq)))
	}
	slices.Sort(sizes)
	if sizes[0] != MinSize || sizes[len(sizes)-1] > s.Longest(0) || s.Longest(0) != peopleMost {
		t.Errorf("from %d to %d bytes of at most %d", sizes[0], sizes[len(sizes)-1], s.Longest(0))
	}
	// Of Log-N(2.83, 1.15), a tenth is over 74 letters and a hundredth over 246.
	for share, want := range map[float64]float64{0.9: 74, 0.99: 246} {
		if got := float64(sizes[int(share*float64(len(sizes)))]); math.Abs(got/want-1) > 0.1 {
			t.Errorf("%v of the lines are up to %v bytes, want %v", share, got, want)
		}
	}
	if s.Spec.Sized(64).People || !s.Spec.Sized(s.Spec.Size).People {
		t.Error("a size that is said does not win over those of people")
	}
}

// -think on the command line stretches the pauses of a file, and leaves one with
// rates as it is.
func TestThinking(t *testing.T) {
	s := written(t, "think: 10s\nphases: [{for: 1s}, {for: 1s, think: 2s}, {pause: 1s}, {for: 1s}]").Thinking(20 * time.Second)
	var got []time.Duration
	for _, p := range s.Phases {
		got = append(got, p.Think)
	}
	if want := []time.Duration{20 * time.Second, 4 * time.Second, 0, 4 * time.Second}; !slices.Equal(got, want) {
		t.Errorf("pauses of %v, want %v", got, want)
	}
	if s := written(t, "phases: [{for: 1s, rate: 5}]").Thinking(time.Second); s.Think != 0 {
		t.Errorf("phases with rates got people: %+v", s)
	}
	if s := written(t, "texts: {size: 99}").Thinking(time.Second); s.Think != time.Second || s.People || s.Size != 99 {
		t.Errorf("%+v", s)
	}
}

// A line of people costs no memory.
func TestPeopleDoNotAllocate(t *testing.T) {
	p := written(t, "users: 1000\nthink: 1s\ntexts: {size: 30}").Plan(1)
	if n := testing.AllocsPerRun(1000, func() { p.Next(time.Hour) }); n > 0 {
		t.Errorf("%v allocations a line", n)
	}
}

// BenchmarkTextsOfAFile: a text costs as much out of a file of 10,000 lines as out of
// what programs damage.
func BenchmarkTextsOfAFile(b *testing.B) {
	lines := make([][]byte, 10_000)
	for i := range lines {
		lines[i] = []byte("line " + strconv.Itoa(i) + " of a conversation that was had")
	}
	for name, spec := range map[string]Spec{"file": {Lines: lines}, "corpus": {}} {
		b.Run(name, func(b *testing.B) {
			s, buf, seq := &Script{Spec: spec, Users: 9000, Size: 64, Nonce: "abcd"}, make([]byte, 0, MaxSize), 0
			b.ReportAllocs()
			for b.Loop() {
				buf = s.Text(buf[:0], seq%9000, seq)
				seq++
			}
		})
	}
}

func BenchmarkPeople(b *testing.B) {
	f, err := file.Read("x.yaml", []byte("users: 9000\nthink: 20s"))
	if err != nil {
		b.Fatal(err)
	}
	p := (&Script{Spec: Of(f, nil), Users: 9000, Size: 64}).Plan(1)
	b.ReportAllocs()
	for b.Loop() {
		p.Next(never)
	}
}
