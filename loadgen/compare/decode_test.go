package compare

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"

	"chatsim/loadgen/report"
)

// TestReadsOtherEncodings holds that a report is read as other programs leave it
// that pass it on.
func TestReadsOtherEncodings(t *testing.T) {
	var b strings.Builder
	one := set(1, still, 1, 1, 100)[0]
	one.Where = "server at bücher.example"
	if err := report.JSON(&b, one); err != nil {
		t.Fatal(err)
	}
	crlf := strings.ReplaceAll(b.String(), "\n", "\r\n")
	le, be := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder(), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder()
	encoded := func(text string, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for name, text := range map[string]string{
		"UTF-8": b.String(), "with a mark": "\ufeff" + b.String(), "with CRLF": crlf, "a blank line before": "\n " + b.String(),
		"UTF-16 of PowerShell": "\xff\xfe" + encoded(le.String(crlf)), "UTF-16, big-endian": "\xfe\xff" + encoded(be.String(crlf)),
		"UTF-16 without a mark": encoded(le.String(b.String())), "UTF-16, big-endian, without": encoded(be.String(b.String())),
	} {
		got, err := parse([]byte(text))
		if err != nil || len(got) != 1 || got[0].Where != one.Where {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestWhatIsNoReport(t *testing.T) {
	for text, want := range map[string]string{
		"": "is empty", "\ufeff": "is empty", "chatsim-trace 1\nxyz": "it is a trace, which -judge reads", "<!DOCTYPE html><p>": "it is an HTML page",
		"PASSED  5 users": "it is the report's text", "\x1f\x8b\x08\x00": "compressed, by gzip", "\x00\x01\x02": "it is not text", "some words": "it is not JSON",
		"{}": "JSON of something else", "[]": "is not a report of chatsim", "null": "JSON of something else", "5": "is not a report of chatsim",
		"\xff\xfe\x00\x00{\x00\x00\x00": "is in UTF-32", "\xff\xfe": "is empty", `{"schema": "1"}`: "is not a report of chatsim",
	} {
		_, err := parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
