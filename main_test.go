package main

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"chatsim": main})
}

// TestScript runs the real program as people and CI scripts do.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":        cmdCode,
			"peer":        cmdPeer,
			"start":       cmdStart,
			"interrupt":   signalled(os.Interrupt),
			"hangup":      signalled(syscall.SIGHUP),
			"get":         cmdGet,
			"json":        cmdJSON,
			"max-lines":   cmdMaxLines,
			"refused":     cmdRefused,
			"same-checks": cmdSameChecks,
		},
	})
}

// TestImports holds the arrows between the packages: what may be used without
// what. Dependencies of dependencies count.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Deps " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	never := map[string][]string{
		"chatsim":                      {"chatsim/loadgen/servertest/original", "chatsim/loadgen/servertest/chaos"}, // but by tests
		"chatsim/manager":              {"chatsim/chatter", "chatsim/loadgen"},
		"chatsim/manager/room":         {"net"},
		"chatsim/manager/feed":         {"chatsim/manager/wire"},
		"chatsim/chatter":              {"chatsim/loadgen", "chatsim/manager/room", "chatsim/manager/feed"},
		"chatsim/loadgen":              {"chatsim/manager", "chatsim/manager/room", "chatsim/manager/feed"},
		"chatsim/loadgen/check":        {"net"},
		"chatsim/loadgen/check/ledger": {"chatsim/loadgen/check"},
		"chatsim/loadgen/trace":        {"net", "chatsim/loadgen/check"},
		"chatsim/loadgen/measure":      {"net", "chatsim/chatter", "chatsim/loadgen/check", "chatsim/loadgen/check/ledger", "chatsim/loadgen/scenario"},
		"chatsim/loadgen/flags":        {"chatsim/loadgen", "chatsim/loadgen/runs", "chatsim/chatter/term"}, // who define flags
		"chatsim/loadgen/report":       {"net"},
		"chatsim/loadgen/scenario":     {"net"},
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		deps := strings.Fields(line)
		for from, to := range never {
			if pkg := deps[0]; pkg != from && !strings.HasPrefix(pkg, from+"/") {
				continue
			}
			seen++
			for _, d := range deps[1:] {
				if slices.Contains(to, d) {
					t.Errorf("%s uses %s", deps[0], d)
				}
			}
		}
	}
	if seen < len(never) {
		t.Errorf("only %d packages were looked at:\n%s", seen, out)
	}
}

// TestHelp holds that the program has the flags that loadgen/flags tries.
func TestHelp(t *testing.T) {
	want, err := os.ReadFile("loadgen/flags/testdata/help.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got, stderr bytes.Buffer
	if code := run(t.Context(), []string{"-help"}, strings.NewReader(""), &got, &stderr); code != 0 || stderr.Len() > 0 {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
