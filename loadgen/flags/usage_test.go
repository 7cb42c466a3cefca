package flags

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "rewrite the golden file")

func TestUsage(t *testing.T) {
	var buf bytes.Buffer
	if err := (&Line{set: bare()}).Usage(&buf, columns); err != nil {
		t.Fatal(err)
	}
	const path = "testdata/help.txt"
	if *update {
		if err := os.WriteFile(path, buf.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), buf.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
	tooWide(t, path, buf.String(), "")
	bare().VisitAll(func(f *pflag.Flag) {
		if !strings.Contains(buf.String(), "-"+f.Name+" ") {
			t.Errorf("-%s is not in the help", f.Name)
		}
	})
}
