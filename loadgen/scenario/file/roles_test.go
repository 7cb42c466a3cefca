package file

import (
	"testing"
	"time"
)

func TestReadRoles(t *testing.T) {
	for text, holds := range map[string]func(*File) bool{
		"roles: {flood: {}, slow: {reads: 2 MB/s}}": func(f *File) bool {
			return f.Roles[0].Count == 1 && f.Roles[0].Rate == 1000 && f.Roles[1].Bytes == 2e6
		},
		"roles: {dribble: {share: 5%}, stalled: {for: good, every: 2s}}": func(f *File) bool {
			return f.Roles[0].Of(10) == 1 && f.Roles[0].Of(100) == 5 && f.Roles[0].Bytes == 10 && f.Roles[1].Good && f.Roles[1].Every == 2*time.Second
		},
		"phases: [{for: 2s, name: a}, {for: 1s, name: b}]\nroles: {noise: {in: a}}": func(f *File) bool {
			return f.Roles[0].ActsIn("a") && !f.Roles[0].ActsIn("b")
		},
	} {
		if f, err := Read("x.yaml", []byte(text)); err != nil || !holds(f) {
			t.Errorf("%q: %v, %+v", text, err, f)
		}
	}
}

// What is wrong with roles is told with line, column and what to write instead.
func TestReadRefusesRoles(t *testing.T) {
	for _, c := range []refused{
		{"roles: {stalled: {cout: 1}}", `1:19: stalled has no key "cout"`, "did you mean count? its keys are count, share, talks, for, every, in"},
		{"roles: {stalled: {talks: true, count: 2}}", "1:18: who talks is one", "{ count: 2 }"},
		{"roles: {stalled: {talks: true, for: good}}", "1:18: who talks reads nothing in all of its windows", "{ talks: true }"},
		{"roles: {stalled: {for: 3s, every: 2s}}", "1:18: it stops reading for 3s, and its windows last 2s", "for: good"},
		{"roles: {stalled: {for: ever}}", `1:24: "ever" is not a time`, "30s"},
		{"roles: {flood: {reads: 1B/s}}", "1:17: flood has no reads: that is a setting of slow", "its keys are count, share, rate, every, in"},
		{"roles: {slow: {rate: 5}}", "1:16: slow has no rate: that is a setting of flood and noise", ""},
		{"roles: {slow: {reads: 10kB}}", `1:23: "10kB" is not so much a second`, "write 10kB/s"},
		{"roles: {slow: {reads: 10}}", `1:23: "10" has no unit`, "10kB/s"},
		{"roles: {slow: {reads: 10/s}}", `1:23: "10/s" has no unit`, "10kB/s"},
		{"roles: {slow: {reads: 8kbit/s}}", `1:23: "8kbit/s" is not a number`, "10kB/s"},
		{"roles: {slow: {reads: 0B/s}}", `1:23: "0B/s" is out of range`, "stalled"},
		{"roles: {flood: {rate: 1000/s}}", `1:23: "1000/s" is not a number`, "without the unit: 1000"},
		{"roles: {flood: {rate: 0}}", `1:23: "0" is none at all`, "how many lines a second"},
		{"roles: {noise: {rate: 1e5}}", `1:23: "1e5" is too large: at most 1000`, "pieces a second"},
		{"roles: {flood: }", "1:9: flood has no value", ""},
		{"roles: {flood: 5}", `1:16: flood is a list of keys with values, and this is "5"`, "count"},
		{"roles: {flood: {count: 0}}", `1:24: "0" is too few`, ""},
		{"roles: {flood: {share: 0%}}", "1:24: nobody has the role", "above 0%"},
		{"roles: {flood: {share: 130%}}", `1:24: "130%" is more than all of them`, "100%"},
		{"roles: {flood: {share: 1%, count: 1}}", "1:16: flood has a count and a share", "keep one"},
		{"roles: {flood: {share: 60%}, slow: {share: 50%}}", "1:36: the roles' shares are 110% of the users together", "100%"},
		{"users: 5\nroles: {flood: {count: 3}, slow: {count: 3}}", "2:34: 6 chatters have roles, and there are 5 users", "more users"},
		{"users: 9\nroles: {flood: {count: 3}}\nphases: [{for: 1s, leave: 7}]", "2:16: 3 chatters have roles, and there are 2 users", "more users"},
		{"roles: {flood: {every: 1ms}}", "1:24: windows of 1ms are too short", "100ms"},
		{"roles: {flood: {every: 3s}}\nphases: [{for: 5s}]", "1:16: a window of 3s with flood and one without do not fit into the 5s", "shorter"},
		{"roles: {flood: {in: spik}}\nphases: [{for: 1s, name: spike}]", `1:21: there is no measured phase "spik"`, "did you mean spike?"},
		{"roles: {flood: {in: [warm]}}\nphases: [{for: 1s, name: warm, warm: true}, {for: 1s}]", `1:22: there is no measured phase "warm"`, ""},
		{"roles: {flood: {in: spike}}", "1:21: there are no phases", "take in out"},
		{"story: [a]\nroles: {flood: {}}", "1:1: a story and roles in one file", ""},
		{"expect: [roles.flod.ratio<2]", `1:16: "roles.flod.ratio<2": there is no role "flod"`, "did you mean flood?"},
		{"expect: [roles.flood.rato<2]", `1:22: "roles.flood.rato<2": roles have no figure "rato"`, "did you mean ratio?"},
		{"expect: [roles.flood.ratio<2]", `1:10: nobody has the role flood`, "under roles"},
		{"expect: [{is: roles.flood.ratio<2, in: a}]\nphases: [{for: 9s, name: a}]\nroles: {flood: {}}", `1:15: "roles.flood.ratio<2": is not measured by phase`, ""},
	} {
		c.look(t)
	}
}
