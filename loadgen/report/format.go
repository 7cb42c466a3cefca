package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Printable makes text of unknown origin safe for a terminal: what could move
// the cursor, change colours or reorder a line (control and format characters,
// broken UTF-8) is shown as an escape.
func Printable(s string) string {
	safe := true
	for _, r := range s {
		safe = safe && r != utf8.RuneError && plain(r)
	}
	if safe {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == utf8.RuneError && n == 1, n == 1 && !plain(r):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !plain(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// plain reports whether a rune shows as itself; of the spaces only U+0020 does.
func plain(r rune) bool { return r == utf8.RuneError || unicode.IsPrint(r) }

// shorten keeps a long text to one that is read at a glance.
func shorten(s string, runes int) string {
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return string([]rune(s)[:runes-1]) + "…"
}

// thousands writes 1500000 as 1,500,000.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	first := 0
	if n < 0 {
		first = 1
	}
	for i := len(s) - 3; i > first; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Count writes a number with its thousands apart.
func Count(n float64) string { return thousands(int64(math.Round(n))) }

// ShortDuration writes 1h0m0s as 1h and 2m0s as 2m; other text stays.
func ShortDuration(text string) string {
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Plural writes "1 line" or "2,000 lines".
func Plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// digits3 rounds to three significant digits, for values from 0 to 999.5.
func digits3(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v >= 99.95:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 9.995:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// carry is where three digits round up to the next unit.
const carry = 999.5

// humanDuration writes nanoseconds with three significant digits.
func humanDuration(ns int64) string {
	v := float64(ns)
	for _, unit := range []string{" ns", " µs", " ms"} {
		if v < carry {
			if unit == " ns" {
				return strconv.FormatInt(ns, 10) + unit
			}
			return digits3(v) + unit
		}
		v /= 1000
	}
	if v >= 100 {
		return time.Duration(ns).Round(time.Second).String()
	}
	return digits3(v) + " s"
}

// humanPercentile writes a dash for a percentile without enough samples.
func humanPercentile(ns *int64) string {
	if ns == nil {
		return "–"
	}
	return humanDuration(*ns)
}

// humanBytes writes bytes in decimal units.
func humanBytes(v float64) string {
	for _, unit := range []string{" B", " kB", " MB", " GB"} {
		if v < carry {
			return digits3(v) + unit
		}
		v /= 1000
	}
	return digits3(v) + " TB"
}

// perSecond writes a rate: small ones with a decimal, large ones whole.
func perSecond(v float64) string {
	if v < carry {
		return strconv.FormatFloat(v, 'f', 1, 64) + "/s"
	}
	return thousands(int64(v+0.5)) + "/s"
}

// seconds writes a configured time, as exact as it was given.
func seconds(s float64) string {
	return strconv.FormatFloat(s, 'f', -1, 64) + " s"
}
