package choice

import (
	"strconv"
	"testing"

	"github.com/spf13/pflag"
)

func TestVar(t *testing.T) {
	var n int
	fs := pflag.NewFlagSet("", pflag.ContinueOnError)
	Var(fs, &n, "count", "", []string{"7", "8"}, strconv.Atoi)
	f := fs.Lookup("count")
	if n != 7 || f.DefValue != "7" {
		t.Errorf("the default is %d, in the help %s", n, f.DefValue)
	}
	if err := fs.Set("count", "8"); err != nil || n != 8 || f.Value.String() != "8" {
		t.Errorf("set to 8: %d, %v", n, err)
	}
	if err := fs.Set("count", "9"); err == nil || n != 8 || f.Value.String() != "8" {
		t.Errorf("a word that is none of those there are: %d, %v", n, err)
	}
}
