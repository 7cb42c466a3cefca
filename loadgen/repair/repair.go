// Package repair proposes what a value was meant to be that is written another
// way than the program reads it: with typographic quotes or minus, with commas
// in a number, with a unit in words, or without one. It knows no flag and
// accepts nothing by itself: who asks proposes to people what it has tried.
package repair

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// plain are the ASCII characters that are meant by those of a word processor
// or of another keyboard; empty: none.
var plain = strings.NewReplacer(
	"\u2212", "-", "\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-", "\u2014", "-", // minus, hyphens, dashes
	"\u2018", "", "\u2019", "", "\u201a", "", "\u201c", "", "\u201d", "", "\u201e", "", "\u00ab", "", "\u00bb", "", "\"", "", "'", "", "`", "",
	"\u2264", "<=", "\u2265", ">=", "=<", "<=", "=>", ">=", "\u066a", "%", "\u00b5", "u", "\u03bc", "u",
	"\u200b", "", "\u200e", "", "\u200f", "", "\ufeff", "", "\u2060", "",
)

// Text is s in plain characters: no quotes, no space around, nothing that
// cannot be seen.
func Text(s string) string {
	if !utf8.ValidString(s) {
		return s
	}
	s = plain.Replace(width.Fold.String(s))
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, s))
}

var (
	grouped    = regexp.MustCompile(`^[+-]?\d{1,3}([,._ ]\d{3})+$`)
	commaed    = regexp.MustCompile(`^([+-]?\d+),(\d+)$`)
	multiplied = regexp.MustCompile(`^(\d+(?:\.\d+)?) ?([kKmM])$`)
	counted    = regexp.MustCompile(`^(\d+(?:\.\d+)?) ?(?i:users?|chatters?|lines?|bytes?|b|times|runs?|(?:lines? ?)?/ ?s(?:ec)?|lps)$`)
	bare       = regexp.MustCompile(`^\d+(?:\.\d+)?$`)
)

// Number are plain decimal numbers that s may mean, the likeliest first.
func Number(s string) []string {
	s = strings.TrimRight(Text(s), ",;. ")
	var out []string
	if grouped.MatchString(s) {
		out = append(out, strings.Map(func(r rune) rune {
			if strings.ContainsRune(",._ ", r) {
				return -1
			}
			return r
		}, s))
	}
	if m := commaed.FindStringSubmatch(s); m != nil {
		out = append(out, m[1]+"."+m[2])
	}
	if m := multiplied.FindStringSubmatch(s); m != nil {
		f, _ := strconv.ParseFloat(m[1], 64)
		out = append(out, decimal(f*map[string]float64{"k": 1e3, "m": 1e6}[strings.ToLower(m[2])]))
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && !strings.ContainsAny(s, "xXpPnN") {
		out = append(out, decimal(f))
	}
	if m := counted.FindStringSubmatch(s); m != nil {
		out = append(out, m[1])
	}
	return out
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// byteUnits are those of a threshold by what people write, in lower case.
var byteUnits = map[string]string{"b": "B", "byte": "B", "bytes": "B", "k": "kB", "kb": "kB", "m": "MB", "mb": "MB", "g": "GB", "gb": "GB"}

var byteForm = regexp.MustCompile(`^([0-9.,_ ]*[0-9]) *([a-zA-Z]+)(/s)?$`)

// Bytes are numbers of bytes with a unit that s may mean.
func Bytes(s string) []string {
	m := byteForm.FindStringSubmatch(Text(s))
	if m == nil || byteUnits[strings.ToLower(m[2])] == "" {
		return nil
	}
	out := []string{}
	for _, n := range Number(m[1]) {
		out = append(out, n+byteUnits[strings.ToLower(m[2])])
	}
	return out
}

var percentWord = regexp.MustCompile(` *(%|percent|per cent|pct)$`)

// Percentage are percentages that s may mean: a number below 1 is a share
// rather than a percentage of less than one.
func Percentage(s string) []string {
	var out []string
	text := percentWord.ReplaceAllString(Text(s), "")
	if strings.ContainsFunc(text, unicode.IsLetter) {
		return nil
	}
	for _, n := range Number(text) {
		f, err := strconv.ParseFloat(n, 64)
		if err != nil {
			continue
		}
		if f > 0 && f < 1 && text == Text(s) {
			out = append(out, strconv.FormatFloat(f*100, 'g', 6, 64)+"%")
		}
		out = append(out, n+"%")
	}
	return out
}

// unitWords are the units of time as people write them, by Go's.
var unitWords = map[string]string{
	"ns": "ns", "nsec": "ns", "nanosecond": "ns", "nanoseconds": "ns",
	"us": "us", "usec": "us", "microsecond": "us", "microseconds": "us",
	"ms": "ms", "msec": "ms", "msecs": "ms", "millisecond": "ms", "milliseconds": "ms", "millis": "ms",
	"s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s",
	"m": "m", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
	"h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
}

var (
	timePart = regexp.MustCompile(`(\d+(?:[.,]\d+)?) *([a-z]*)`)
	clock    = regexp.MustCompile(`^(?:(\d+):)?(\d+):(\d\d)$`)
)

// Duration are durations that s may mean; a bare number is one of seconds.
func Duration(s string) []string {
	s = strings.ToLower(Text(s))
	if m := clock.FindStringSubmatch(s); m != nil {
		if m[1] == "" {
			return []string{m[2] + "m" + m[3] + "s"}
		}
		return []string{m[1] + "h" + m[2] + "m" + m[3] + "s"}
	}
	if n := Number(s); len(n) > 0 && strings.Trim(s, "0123456789.,_ ke") == "" && bare.MatchString(n[0]) {
		return []string{n[0] + "s"}
	}
	rest := strings.TrimLeft(timePart.ReplaceAllString(s, ""), " ")
	if strings.Trim(rest, " ") != "" {
		return nil
	}
	var b strings.Builder
	smaller := "s"
	for _, m := range timePart.FindAllStringSubmatch(s, -1) {
		n := strings.ReplaceAll(m[1], ",", ".")
		unit, ok := unitWords[m[2]]
		switch {
		case ok:
		case m[2] == "": // 1h30
			unit = smaller
		case strings.HasPrefix("days", m[2]):
			f, _ := strconv.ParseFloat(n, 64)
			n, unit = decimal(24*f), "h"
		default:
			return nil
		}
		smaller = map[string]string{"h": "m"}[unit]
		if smaller == "" {
			smaller = "s"
		}
		b.WriteString(n + unit)
	}
	if b.Len() == 0 {
		return nil
	}
	return []string{b.String()}
}
