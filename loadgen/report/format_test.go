package report

import "testing"

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"":                 "",
		"plain text":       "plain text",
		"grüße 世界":         "grüße 世界",
		"\x1b[2Jgone":      `\x1b[2Jgone`,
		"a\rb\nc\td":       `a\x0db\nc\td`,
		"del\x7f":          `del\x7f`,
		"c1\u009b31m":      `c1\u009b31m`,
		"bad\xffutf8\xc3":  `bad\xffutf8\xc3`,
		"turn\u202earound": `turn\u202earound`,
		"no\u200bwidth":    `no\u200bwidth`,
		"replaced\ufffd":   "replaced\ufffd",
	} {
		if got := Printable(in); got != want {
			t.Errorf("Printable(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestHumanDuration(t *testing.T) {
	for ns, want := range map[int64]string{
		0: "0 ns", 1: "1 ns", 999: "999 ns", 1_000: "1.00 µs", 9_994: "9.99 µs", 9_996: "10.0 µs", 99_960: "100 µs",
		412_000: "412 µs", 999_499: "999 µs", 999_600: "1.00 ms", 2_412_345: "2.41 ms", 24_123_456: "24.1 ms", 241_000_000: "241 ms",
		999_700_000: "1.00 s", 12_340_000_000: "12.3 s", 99_900_000_000: "99.9 s", 123_400_000_000: "2m3s", 3_600_000_000_000: "1h0m0s",
	} {
		if got := humanDuration(ns); got != want {
			t.Errorf("humanDuration(%d) = %q, want %q", ns, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{thousands(0), "0"}, {thousands(999), "999"}, {thousands(1000), "1,000"}, {thousands(1234567), "1,234,567"},
		{thousands(-123), "-123"}, {thousands(-1234), "-1,234"}, {thousands(-123456), "-123,456"},
		{humanBytes(0), "0 B"}, {humanBytes(999), "999 B"}, {humanBytes(1500), "1.50 kB"}, {humanBytes(5_123_456), "5.12 MB"},
		{humanBytes(2.8e9), "2.80 GB"}, {humanBytes(3e12), "3.00 TB"},
		{perSecond(0), "0.0/s"}, {perSecond(100), "100.0/s"}, {perSecond(999.96), "1,000/s"}, {perSecond(50_000), "50,000/s"},
		{Plural(1, "line", "lines"), "1 line"}, {Plural(0, "line", "lines"), "0 lines"},
		{seconds(30), "30 s"}, {seconds(0.3), "0.3 s"}, {Rate(100).String(), "100"}, {Rate(0.5).String(), "0.5"}, {Max.String(), "max"},
		{shorten("héllo", 5), "héllo"}, {shorten("héllo!", 5), "héll…"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

// What is counted reads well where it is one.
func TestToldStories(t *testing.T) {
	story := func(verdicts ...Verdict) *Report {
		r := new(Report)
		for _, v := range verdicts {
			r.Checks = append(r.Checks, Check{Verdict: v})
		}
		return r
	}
	for want, r := range map[string]*Report{
		"1 of 1 story holds": story(Passed),
		"1 of 4 stories holds, 1 fails, 1 is undecided, 1 was not exercised": story(Passed, Failed, Inconclusive, NotExercised),
		"2 of 8 stories hold, 2 fail, 2 are undecided, 2 were not exercised": story(Passed, Failed, Inconclusive, NotExercised, Passed, Failed, Inconclusive, NotExercised),
	} {
		if got := r.told(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
