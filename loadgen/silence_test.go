package loadgen

import (
	"strings"
	"testing"
	"time"

	"chatsim/loadgen/report"
)

// A server is silent where nothing comes although a line is under way, and this
// program looks in time.
func TestSilence(t *testing.T) {
	type seen struct {
		at             time.Duration
		observed, sent int64
	}
	every := func(from, to time.Duration, observed, sent int64) (all []seen) {
		for at := from; at <= to; at += beatEvery {
			all = append(all, seen{at, observed, sent})
		}
		return all
	}
	const sec = time.Second
	for name, tc := range map[string]struct {
		looks   []seen
		times   int
		longest time.Duration
	}{
		"lines come":                 {append(every(0, sec, 5, 5), every(sec, 2*sec, 6, 6)...), 0, 0},
		"nobody says anything":       {every(0, 9*sec, 5, 5), 0, 0},
		"nothing comes":              {append(every(0, sec, 5, 5), every(1100*time.Millisecond, 4100*time.Millisecond, 5, 9)...), 1, 3 * sec},
		"not for long":               {append(every(0, sec, 5, 5), every(1100*time.Millisecond, 2*sec, 5, 9)...), 0, 0},
		"twice":                      {append(append(every(0, 3*sec, 5, 9), every(3100*time.Millisecond, 3200*time.Millisecond, 9, 9)...), every(3300*time.Millisecond, 5300*time.Millisecond, 9, 12)...), 2, 2900 * time.Millisecond},
		"this program does not run":  {append(every(0, sec, 5, 9), seen{5 * sec, 5, 9}), 0, 0},
		"before the load has begun":  {every(-3*sec, -sec, 5, 9), 0, 0},
		"the program runs on slowly": {append(every(0, sec, 5, 9), every(5*sec, 5500*time.Millisecond, 5, 9)...), 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun(Config{Users: 1}.withDefaults())
			defer r.life.end()
			l := silenceWatch{run: r, observed: 5, sent: 5, looked: tc.looks[0].at}
			for _, s := range tc.looks {
				l.look(s.at, s.observed, s.sent)
			}
			if got := l.silence; got.times != tc.times || got.longest != tc.longest {
				t.Errorf("%d times, %v at most; want %d and %v", got.times, got.longest, tc.times, tc.longest)
			}
		})
	}
}

func TestStandstillsInWords(t *testing.T) {
	for want, rep := range map[string]report.Report{
		"bob could not send for 3.2 s, as the server read nothing from it: 1 line was due meanwhile and sent late": {
			HeldUp: &report.HeldUp{Chatters: 1, Longest: "bob", LongestS: 3.2, LinesLate: 1}},
		"4 chatters could not send for up to 3.2 s, bob for the longest time, as the server read nothing from them: 9 lines were due meanwhile and sent late, and 2 never": {
			HeldUp: &report.HeldUp{Chatters: 4, Longest: "bob", LongestS: 3.2, LinesLate: 9, LinesUnsent: 2}},
		"the server sent nothing for 2.0 s, from 1.5 s after the start of the load, while 1 line was under way": {
			Silence: &report.Silence{Times: 1, LongestS: 2, FromS: 1.5, UnderWay: 1}},
		"the server sent nothing for 2.0 s, from 1.5 s after the start of the load, while 7 lines were under way; this happened 3 times, and this was the longest": {
			Silence: &report.Silence{Times: 3, LongestS: 2, FromS: 1.5, UnderWay: 7}},
	} {
		if got := strings.Join(standstills(&rep), "\n"); got != want {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
}

// Each loss has the silences behind it, until the next server has died.
func TestSilencesOfLosses(t *testing.T) {
	l := &losses{}
	l.silent(1)
	first := &loss{killed: true, pending: map[*stay]bool{nil: true}}
	lives := &loss{pending: map[*stay]bool{nil: true}} // one connection has ended there, others have not
	second := &loss{}
	for _, step := range []struct {
		in    *loss
		after time.Duration
	}{{first, 7}, {lives, 9}, {second, 3}} {
		l.all = append(l.all, step.in)
		l.silent(step.after)
		l.silent(2)
	}
	if l.before != 1 || l.after != 9 || first.silence != 9 || lives.silence != 0 || second.silence != 3 {
		t.Errorf("before %d, after %d; %d after the first, %d and %d", l.before, l.after, first.silence, lives.silence, second.silence)
	}
}
