package flags_test

import (
	"strings"
	"testing"

	"chatsim/loadgen/flags"
	"chatsim/loadgen/flags/flagstest"
	"chatsim/manager/hinted"
)

// nasty are values that people and shells come up with.
var nasty = []string{"", " ", "\t", "-", "--", "0", "00", "-0", "+1", "-1", "−1", "1", "1.", ".5", "1.5", "1,5", "1,000", "1.000", "1_000", "1 000", "1e3", "1E3", "0x10", "010",
	"1k", "1K", "1M", "1G", "NaN", "nan", "Inf", "-Infinity", "∞", "99999999999999999999", "-99999999999999999999", "1e309", "9223372036854775807", "4294967296",
	"10%", "%", "0%", "100%", "-5%", "1e9%", "1s", "1", "1 s", "1S", "5min", "1h30", "1:30", "-1s", "1e3s", "9999999h", "“1”", "‘1s’", "'1'", "\"1\"", "１", "1\u00a0", "\ufeff1",
	"true", "yes", "on", "off", "max", "MAX", "auto", "none", "all", "*", "[", "a,b", "a,", ",", "a,b,c", "=", "=1", "<", ">", "sent", "sent<", "sent<1", "sent≤1", "delivery.p99<50", "floor.share>0.5",
	"floor.share>50%", "ceiling.share>50%", "h", "h:", ":1", "h:1", "h:0", "h:65536", "h:x", "::1", "[::1]", "[::1]:1", "::1:1", "http://h", "http://h:1/x", "https://h/", "tls://h:1", "h 1", "h:1 ", "user@h:1", "10.0.0.1", "10.0.0.1:1",
	"/", ".", "/dev/null", "/dev/stdout", "a\nb", "a\x00b", "a\x1b[2J", "\xff\xfe", "naïve", "小明", strings.Repeat("a", 5000), "-users", "-users=5", "--", "https://a.b", "*.example.org"}

// TestNastyValues holds that whatever a flag is given is taken, or refused in one
// printable line that says what would be taken, and that this is so.
func TestNastyValues(t *testing.T) {
	refused, tried, every := 0, 0, 1
	if testing.Short() {
		every = 8
	}
	for k, name := range flags.Names() {
		for i, value := range nasty {
			if (k+i/2)%every != 0 {
				continue
			}
			for _, args := range [][]string{append(flags.Base(name), [][]string{{"-" + name + "=" + value}, {"-" + name, value}}[i%2]...)} {
				_, err := flags.Parse(args, flags.Anew(), flags.Scripted)
				if err == nil {
					continue
				}
				refused++
				if err == nil || hinted.Hint(err) == "" && !strings.Contains(err.Error(), "did you mean") {
					t.Errorf("%q: %v: no hint", args, err)
					continue
				}
				for line := range strings.Lines(err.Error() + "\n" + hinted.Hint(err)) {
					if line = strings.TrimSuffix(line, "\n"); strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r == '\u007f' || r == '\ufffd' }) {
						t.Errorf("%q: %q is not printable", args, line)
					}
				}
				n, err := flagstest.Try(args, err.Error(), hinted.Hint(err), flags.Scripted)
				if tried += n; err != nil {
					t.Errorf("%q: hint: %s\n%v", args, hinted.Hint(err), err)
				}
			}
		}
	}
	if refused < 1000/every || tried < 500/every {
		t.Errorf("%d refused, %d proposals", refused, tried)
	}
}
