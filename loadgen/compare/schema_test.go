package compare

import (
	"bytes"
	"io"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"chatsim/loadgen/report"
)

// TestSchema holds that sets and comparisons are written as the schema of
// reports says.
func TestSchema(t *testing.T) {
	s, err := jsonschema.NewCompiler().Compile("../report/testdata/report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	quiet := func() float64 { return 1 }
	old, new := set(6, quiet, 1, 1, 100), set(6, quiet, 2, 1, 100)
	all := NewSet(new)
	all.Other = old
	if all.Comparison, err = Reports(old, new, DefaultTolerance, true); err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(io.Writer) error{
		"set": all.JSON, "comparison": func(w io.Writer) error { return report.WriteJSON(w, all.Comparison) },
	} {
		var buf bytes.Buffer
		if err := write(&buf); err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(&buf)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
