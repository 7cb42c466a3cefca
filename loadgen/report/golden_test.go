package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestGolden(t *testing.T) {
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			r := sample()
			change(r)
			var buf bytes.Buffer
			if err := Quiet(&buf, r); err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(buf.String(), "\n"); n != 1 {
				t.Errorf("Quiet wrote %d lines:\n%s", n, buf.String())
			}
			for _, verbose := range []bool{false, true} {
				buf.WriteString("----\n")
				if err := Text(&buf, r, TextOptions{Verbose: verbose}); err != nil {
					t.Fatal(err)
				}
			}
			golden(t, name+".txt", buf.Bytes())
			noControl(t, buf.Bytes())
			buf.Reset()
			if err := JSON(&buf, r); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".json", buf.Bytes())
			noControl(t, buf.Bytes())
			var back Report
			if err := json.Unmarshal(buf.Bytes(), &back); err != nil {
				t.Fatal(err)
			}
			var again bytes.Buffer
			if err := JSON(&again, &back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(buf.String(), again.String()); diff != "" {
				t.Errorf("read back and written again (-first +second):\n%s", diff)
			}
		})
	}
}

func noControl(t *testing.T, out []byte) {
	t.Helper()
	for _, r := range string(out) {
		if r != '\n' && !plain(r) {
			t.Errorf("%U reaches the terminal", r)
		}
	}
}

// TestFitsScreen holds the promise of 80 columns and 24 rows.
func TestFitsScreen(t *testing.T) {
	for name, change := range cases {
		if name == "failed" {
			continue
		}
		r := sample()
		change(r)
		var buf bytes.Buffer
		if err := Text(&buf, r, TextOptions{}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(buf.String(), "\n"), "\n")
		if len(lines) > 24 {
			t.Errorf("%s: %d lines", name, len(lines))
		}
		for _, l := range lines {
			if n := utf8.RuneCountInString(l); n > columns {
				t.Errorf("%s: %d columns: %s", name, n, l)
			}
		}
	}
}

func TestColor(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"passed", green + "PASSED" + reset + "  500 users"},
		{"failed", red + "FAILED" + reset + "  500 users"},
		{"failed", red + "total order" + reset + ": 3 violations"},
		{"measured", yellow + "MEASURED, NOT VERIFIED" + reset},
	} {
		r := sample()
		cases[tt.name](r)
		var buf bytes.Buffer
		if err := Text(&buf, r, TextOptions{Color: true}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(buf.String(), tt.want) {
			t.Errorf("%s: no %q in\n%s", tt.name, tt.want, buf.String())
		}
	}
}

// failing is a writer that has no room.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestWriterErrorIsReturned(t *testing.T) {
	r := sample()
	for name, err := range map[string]error{
		"Text": Text(failing{}, r, TextOptions{}), "Quiet": Quiet(failing{}, r), "JSON": JSON(failing{}, r),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
