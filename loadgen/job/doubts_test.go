package job

import (
	"strings"
	"testing"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
)

func TestDoubts(t *testing.T) {
	quiet := report.Report{Environment: report.Environment{CPUs: 2, GOMAXPROCS: 2}, Resources: report.Resources{CoresUsed: 1}}
	_, have := loadgen.Descriptors(1, 2)
	most := int(have-64) / 2
	for _, tt := range []struct {
		args   []string
		users  int
		cores  float64
		panics uint64
		want   string // empty: no warning
	}{
		{nil, 5, 1, 0, ""},
		{nil, 5, 1.95, 0, "both ends share 2 cores and used 1.95: each was slowed"},
		{[]string{"--target", "h:1"}, 5, 1.95, 0, ""},
		{nil, most, 1, 0, "descriptors nearly out: the run needed "},
		{[]string{"--target", "h:1"}, most, 1, 0, ""},
		{nil, 5, 1, 1, "a bug in chatsim, please report it: the Manager went on after 1 panic"},
		{nil, 5, 1, 3, "a bug in chatsim, please report it: the Manager went on after 3 panics"},
	} {
		s := &Job{Config: parse(t, tt.args...)}
		s.Load.Users = tt.users
		rep := quiet
		rep.Resources.CoresUsed = tt.cores
		s.doubts(&rep, tt.panics)
		got := strings.Join(rep.Warnings, "\n")
		if !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") || len(rep.Warnings) > 1 {
			t.Errorf("%+v: warnings %q", tt, got)
		}
	}
}
