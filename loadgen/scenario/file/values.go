package file

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"chatsim/loadgen/report"
)

// Limits that nobody means to reach; sums and products of what is below them
// are still numbers.
const (
	maxFile  = 1 << 20
	maxCount = 1_000_000
	maxTime  = 10_000 * time.Hour
)

func isText(b []byte) bool { return utf8.Valid(b) && !bytes.ContainsRune(b, 0) }

// Scalar returns a single value as it is written, without quotes.
func (d *Doc) Scalar(n ast.Node, what string) (string, error) {
	if _, ok := n.(ast.ScalarNode); !ok {
		return "", d.Error(n, fmt.Sprintf("%s is one value, and this is %s", what, kind(n)), "")
	}
	if l, ok := n.(*ast.LiteralNode); ok {
		return l.Value.Value, nil
	}
	return n.GetToken().Value, nil
}

// value reads a single value by parse, whose error is a text and a hint.
func (d *Doc) value(parse func(string) (what, hint string)) func(ast.Node) error {
	return func(n ast.Node) error {
		s, err := d.Scalar(n, "this")
		if err != nil {
			return err
		}
		if what, hint := parse(strings.TrimSpace(s)); what != "" {
			return d.Error(n, fmt.Sprintf("%q %s", s, what), hint)
		}
		return nil
	}
}

func (d *Doc) text(to *string) func(ast.Node) error {
	return d.value(func(s string) (string, string) {
		*to = s
		return "", ""
	})
}

func (d *Doc) yes(to *bool) func(ast.Node) error {
	return d.value(func(s string) (string, string) {
		if s != "true" && s != "false" {
			return "is neither true nor false", "write true, or take the key out"
		}
		*to = s == "true"
		return "", ""
	})
}

func (d *Doc) count(to *int, least, most int) func(ast.Node) error {
	return d.value(func(s string) (string, string) {
		n, err := strconv.Atoi(s)
		hint := fmt.Sprintf("write a whole number from %d to %d", least, most)
		switch {
		case err != nil:
			return "is not a whole number", hint
		case n < least:
			return "is too few", hint
		case n > most:
			return "is too many", hint
		}
		*to = n
		return "", ""
	})
}

func (d *Doc) duration(to *time.Duration) func(ast.Node) error {
	return d.value(func(s string) (string, string) {
		v, err := time.ParseDuration(s)
		switch _, bare := strconv.ParseFloat(s, 64); {
		case bare == nil:
			return "has no unit", fmt.Sprintf("write %ss for seconds, %sms for milliseconds or %sm for minutes", s, s, s)
		case err != nil:
			return "is not a time", "write it like 500ms, 30s or 2m"
		case v <= 0:
			return "is no time at all", "write it like 500ms, 30s or 2m"
		case v > maxTime:
			return "is too long", fmt.Sprintf("at most %dh", maxTime/time.Hour)
		}
		*to = v
		return "", ""
	})
}

// share reads a percentage up to 100%.
func (d *Doc) share(to *float64) func(ast.Node) error {
	return d.value(func(s string) (what, hint string) {
		*to, what, hint = parseShare(s)
		return what, hint
	})
}

func parseShare(s string) (share float64, what, hint string) {
	share, err := report.ParsePercentage(s)
	switch f, bare := strconv.ParseFloat(s, 64); {
	case bare == nil && f > 0 && f < 1:
		return 0, "has no %", fmt.Sprintf("write %g%%", f*100)
	case bare == nil && f >= 0:
		return 0, "has no %", "write " + s + "%"
	case err != nil && strings.HasSuffix(err.Error(), "%"), err == nil && share > 1:
		return 0, "is more than all of them", "write at most 100%"
	case err != nil:
		return 0, err.Error(), "write it like 10%"
	}
	return share, "", ""
}

// perSecond reads 5/s, or 1%/s.
func (d *Doc) perSecond(to *PerSecond) func(ast.Node) error {
	return d.value(func(s string) (what, hint string) {
		number, ok := strings.CutSuffix(strings.ReplaceAll(s, " ", ""), "/s")
		if !ok {
			return "is not so many a second", "write it like 5/s, or 1%/s for a share of those who are there"
		}
		if strings.HasSuffix(number, "%") {
			to.Share, what, hint = parseShare(number)
			return what, hint
		}
		to.Count, what = parseNumber(number, maxCount)
		return what, "write it like 5/s, or 1%/s for a share of those who are there"
	})
}

var numberForm = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?([eE][0-9]+)?$`)

func parseNumber(s string, most float64) (n float64, what string) {
	n, err := strconv.ParseFloat(s, 64)
	switch {
	case strings.HasPrefix(s, "-"):
		return 0, "is negative"
	case err != nil || !numberForm.MatchString(s):
		return 0, "is not a number"
	case n > most:
		return 0, fmt.Sprintf("is too large: at most %g", most)
	}
	return n, ""
}
