package flags

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// The two commands of a pair are lines of a variable.
func TestEnvironmentPair(t *testing.T) {
	env := known
	env.Env = func(name string) (string, bool) {
		if name == "CHATSIM_AB_CMD" {
			return "old -a b,c\nnew -port {port}\n", true
		}
		return "", false
	}
	got, _, err := parse(nil, env)
	if ab := got.Runs.Servers.AB; err != nil || len(ab) != 2 || ab[0] != "old -a b,c" || ab[1] != "new -port {port}" {
		t.Errorf("%q, %v", ab, err)
	}
}

// TestEnvironment holds what comes from the environment, and that the command
// line wins.
func TestEnvironment(t *testing.T) {
	for _, tt := range []struct {
		args, env string
		want      string // the words of a command line that means the same, or the beginning of an error
	}{
		{"", "CHATSIM_USERS=7", "-users 7"},
		{"-users 5", "CHATSIM_USERS=7", "-users 5"},
		{"", "CHATSIM_USERS= CHATSIM_PORT=tcp://10.0.0.1:9999 CHATSIM_BROWSER=required CHATSIM_VERSION=3 CHATSIM_HELP=1 USERS=3", ""},
		{"-users 5", "CHATSIM_QUIET=1 CHATSIM_FAIL_FAST=true", "-users 5 -quiet -fail-fast"},
		{"-v", "CHATSIM_QUIET=1", "-v"},
		{"", "CHATSIM_THRESHOLD=delivery.p99<50ms,sent>5", "-threshold delivery.p99<50ms -threshold sent>5"},
		{"-threshold sent>9", "CHATSIM_THRESHOLD=delivery.p99<50ms,sent>5", "-threshold sent>9"},
		{"", "CHATSIM_RATE=max CHATSIM_INFLIGHT=9", "-rate max -inflight 9"},
		{"", "CHATSIM_TARGET=h:1 CHATSIM_LISTEN=:1 CHATSIM_PASSWORD=sesame CHATSIM_NAME=Ann", "-target h:1 -password sesame"},
		{"", "CHATSIM_USERS=7 CHATSIM_PASSWORD=sesame CHATSIM_TLS_CA=ca", "-users 7"},
		{"-cmd x", "CHATSIM_PASSWORD=sesame", "-cmd x -password sesame"},
		{"-target tls://h:1", "CHATSIM_PASSWORD_FILE=f CHATSIM_TLS_CA=ca", "-target tls://h:1 -password-file f -tls-ca ca"},
		{"-serve", "CHATSIM_USERS=7 CHATSIM_LISTEN=:1 CHATSIM_PASSWORD=sesame CHATSIM_NAME=Ann", "-serve -listen :1 -password sesame"},
		{"-join h:1", "CHATSIM_SERVE=1 CHATSIM_LISTEN=:1 CHATSIM_PASSWORD=sesame CHATSIM_NAME=Ann", "-join h:1 -password sesame -name Ann"},
		{"", "CHATSIM_SERVE=1 CHATSIM_TLS_CERT=c CHATSIM_TLS_KEY=k CHATSIM_ALLOW_ORIGIN=a.example,b.example", "-serve -tls-cert c -tls-key k -allow-origin a.example -allow-origin b.example"},
		{"", "CHATSIM_SERVE=false CHATSIM_USERS=7", "-users 7"},
		{"-users 5", "CHATSIM_SERVE=1", "-users 5"},
		{"-judge f", "CHATSIM_SERVE=1 CHATSIM_USERS=5 CHATSIM_TRACE=t CHATSIM_JSON=out", "-judge f -json out"},
		{"-ab p", "CHATSIM_BASELINE=b CHATSIM_WATCH=:1", "-ab p"},
		{"-find-rate delivery.p99<5ms", "CHATSIM_REPEAT=5", "-find-rate delivery.p99<5ms"},
		{"-watch :1", "CHATSIM_ALLOW_HOST=a.example", "-watch :1 -allow-host a.example"},
		{"-serve -password-file f", "CHATSIM_PASSWORD=sesame", "-serve -password-file f"},
		{"-serve", "CHATSIM_PASSWORD_FILE=f", "-serve -password-file f"},

		{"", "CHATSIM_USERS=many", "-users many is not a whole number (CHATSIM_USERS in the environment)"},
		{"", "CHATSIM_USERS=0", "-users 0: must be at least 1 (CHATSIM_USERS in the environment)"},
		{"-rate 5", "CHATSIM_INFLIGHT=9", "-inflight and -rate 5 contradict each other (CHATSIM_INFLIGHT in the environment)"},
		{"", "CHATSIM_QUIET=1 CHATSIM_V=1", "-quiet and -v contradict each other (CHATSIM_QUIET, CHATSIM_V in the environment)"},
		{"", "CHATSIM_SERVE=1 CHATSIM_JOIN=h:1", "-serve and -join contradict each other (CHATSIM_SERVE, CHATSIM_JOIN in the environment)"},
		{"-serve", "CHATSIM_PASSWORD=a CHATSIM_PASSWORD_FILE=f", "-password and -password-file contradict each other (CHATSIM_PASSWORD, CHATSIM_PASSWORD_FILE in the environment)"},
		{"-users 5", "CHATSIM_QUIET=yes", "-quiet yes is neither true nor false (CHATSIM_QUIET in the environment)"},
	} {
		env := known
		env.Env = func(name string) (string, bool) {
			for _, v := range strings.Fields(tt.env) {
				if n, value, _ := strings.Cut(v, "="); n == name {
					return value, true
				}
			}
			return "", false
		}
		got, _, err := parse(strings.Fields(tt.args), env)
		if err != nil {
			if tt.want == "" || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("%q with %s: %v, want %q", tt.args, tt.env, err, tt.want)
			}
			continue
		}
		want, _, err := parse(strings.Fields(tt.want), known)
		if err != nil {
			t.Errorf("%q with %s is not refused, want %q", tt.args, tt.env, tt.want)
			continue
		}
		if diff := diff(want, got); diff != "" {
			t.Errorf("%q with %s (-want +got):\n%s", tt.args, tt.env, diff)
		}
	}
}

// TestVariables holds that every flag has a variable of its own.
func TestVariables(t *testing.T) {
	seen := make(map[string]string)
	bare().VisitAll(func(f *pflag.Flag) {
		if other, is := seen[variable(f.Name)]; is {
			t.Errorf("-%s and -%s have one variable", f.Name, other)
		}
		seen[variable(f.Name)] = f.Name
	})
	got := withoutSettings([]string{"PATH=x", "CHATSIM_USERS=5", "CHATSIM_AB=p"})
	if len(got) != 1 || got[0] != "PATH=x" {
		t.Errorf("a child would get %v", got)
	}
}
