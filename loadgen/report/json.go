package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON writes the report for machines: indented, keys in one order, lists and
// maps never null, and, as it may be read on a terminal too, nothing in it
// that is not printable.
func JSON(w io.Writer, r *Report) error { return WriteJSON(w, r.Whole()) }

// Whole returns the report as JSON writes it, whatever was left nil.
func (r *Report) Whole() *Report {
	full := *r
	full.Evicted = map[string]int64{"slow": 0, "stalled": 0} // always there, for scripts
	maps.Copy(full.Evicted, r.Evicted)
	full.Errors.Kinds = orEmpty(r.Errors.Kinds)
	full.Checks = orEmpty(r.Checks)
	full.Series = orEmpty(r.Series)
	full.Thresholds = orEmpty(r.Thresholds)
	full.Warnings = orEmpty(r.Warnings)
	full.Roles = slices.Clone(r.Roles)
	for i := range full.Roles {
		role := &full.Roles[i]
		role.Pairs, role.Errors.Kinds = orEmpty(role.Pairs), orEmpty(role.Errors.Kinds)
		if role.Evicted == nil {
			role.Evicted = map[string]int64{}
		}
	}
	return &full
}

// WriteJSON writes whatever holds reports in the same form.
func WriteJSON(w io.Writer, v any) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	_, err := w.Write(escapeJSON(buf.Bytes()))
	return err
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// escapeJSON writes as \u escapes what encoding/json leaves as it is although
// a terminal would act on it (DEL, C1 controls, marks that turn the direction
// of text). Such runes occur only inside JSON's strings.
func escapeJSON(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == '\n' || plain(r):
			out = append(out, b[:n]...)
		default:
			for _, u := range utf16.Encode([]rune{r}) {
				out = fmt.Appendf(out, `\u%04x`, u)
			}
		}
		b = b[n:]
	}
	return out
}
