package flags

import (
	"flag"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
	"pgregory.net/rapid"
)

// values are what a command line sets; the same flags are defined for the
// standard flag package and for pflag.
type values struct {
	Users       int
	Rate, Name  string
	D           time.Duration
	Quiet, V, X bool
	Rest        []string
	Failed      bool
}

func standard(args []string) values {
	var v values
	fs := flag.NewFlagSet("oracle", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.IntVar(&v.Users, "users", 100, "")
	fs.StringVar(&v.Rate, "rate", "", "")
	fs.StringVar(&v.Name, "name", "", "")
	fs.DurationVar(&v.D, "d", 0, "")
	fs.BoolVar(&v.Quiet, "quiet", false, "")
	fs.BoolVar(&v.Quiet, "q", false, "")
	fs.BoolVar(&v.V, "v", false, "")
	fs.BoolVar(&v.X, "x-ray", false, "")
	if fs.Parse(args) != nil {
		return values{Failed: true}
	}
	v.Rest = fs.Args()
	return v
}

func normalized(args []string) values {
	var v values
	fs := pflag.NewFlagSet("normalised", pflag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.SetInterspersed(false)
	fs.Usage = func() {}
	fs.IntVar(&v.Users, "users", 100, "")
	fs.StringVar(&v.Rate, "rate", "", "")
	fs.StringVar(&v.Name, "name", "", "")
	fs.DurationVar(&v.D, "d", 0, "")
	fs.BoolVarP(&v.Quiet, "quiet", "q", false, "")
	fs.BoolVar(&v.V, "v", false, "")
	fs.BoolVar(&v.X, "x-ray", false, "")
	if fs.Parse(Normalize(fs, args)) != nil {
		return values{Failed: true}
	}
	v.Rest = fs.Args()
	return v
}

func compared(t interface{ Fatalf(string, ...any) }, args []string) {
	if diff := cmp.Diff(standard(args), normalized(args)); diff != "" {
		t.Fatalf("%q (-standard +normalised):\n%s", args, diff)
	}
}

func TestNormalizeAgainstStandardFlag(t *testing.T) {
	for _, line := range []string{
		"", "-users 500", "--users 500", "-users=500", "--users=500", "-users", "-users=", "-users= 5",
		"-q", "--q", "-quiet", "--quiet=false", "-q=false", "-q=maybe", "-qv", "-vq", "-quiet true -v",
		"-rate -", "-rate -5", "-rate=-5", "-rate --", "-name -x -v", "-name -users -q", "-name --name", "-name=a=b",
		"-v -- -q", "-- -v", "- -v", "-v x -q", "-v - -q", "--", "---v", "-=5", "--=5", "-", "-5", "-users -5",
		"-d 5s", "-d=5s", "--d 5", "-v -v=false", "-users 1 -users 2", "-user 5", "-x-ray", "--x-ray=1", "-h", "-help", "--help",
	} {
		compared(t, strings.Fields(line))
	}
	compared(t, []string{"-name", "", "-v", "", "-q"})
	compared(t, []string{"-name", "-a b", "-q"})
}

func TestNormalizeRandomLines(t *testing.T) {
	word := rapid.SampledFrom([]string{
		"users", "rate", "name", "d", "quiet", "q", "v", "x-ray", "user", "h", "help", "", "-", "5", "-5", "3s", "true", "false", "max", "a b", "x=y", "\x00", "é",
	})
	argument := rapid.Custom(func(t *rapid.T) string {
		s := rapid.SampledFrom([]string{"", "-", "-", "-", "--", "---"}).Draw(t, "dashes") + word.Draw(t, "word")
		if rapid.IntRange(0, 3).Draw(t, "with value") == 0 {
			s += "=" + word.Draw(t, "value")
		}
		return s
	})
	rapid.Check(t, func(t *rapid.T) {
		compared(t, rapid.SliceOfN(argument, 0, 8).Draw(t, "args"))
	})
}

func TestNormalizeKeepsItsInput(t *testing.T) {
	args := []string{"-users", "5", "-q", "rest", "-v"}
	fs := bare().FlagSet
	got := strings.Join(Normalize(fs, args), " ")
	if want := "--users 5 --quiet rest -v"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if in := strings.Join(args, " "); in != "-users 5 -q rest -v" {
		t.Errorf("the arguments became %q", in)
	}
}
