package loadgen_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// moduleFile is a go.mod as "go mod init" makes it, with all that another module
// says of this one; the go command adds what this one needs in turn.
const moduleFile = `module example.org/chat

go 1.26

require chatsim v0.0.0

replace chatsim => %s
`

// chatTest is a test of that module, whose server and adapter are those of the
// example.
const chatTest = `package chat

import (
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/servertest/jsonroom"
)

func TestChat(t *testing.T) {
	addr, stop := jsonroom.Open()
	defer stop()
	loadgen.Test(t, loadgen.Config{Join: dialJSON(addr), Users: 5, Duration: 300 * time.Millisecond, Warmup: -1, Rate: 400})
}
`

// TestOtherModule holds that another module can use this one as the README says.
func TestOtherModule(t *testing.T) {
	t.Parallel() // it is the compiler that takes the time
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum")) // the same modules, checked without asking anybody
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": fmt.Sprintf(moduleFile, filepath.ToSlash(root)), "go.sum": string(sums), "chat_test.go": chatTest,
		"nick_test.go": strings.Replace(string(example), "package loadgen_test", "package chat", 1),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	goCommand := func(args ...string) []byte {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return out
	}
	goCommand("vet", "./...")
	if out := goCommand("test", "-v", "-count=1", "./..."); !bytes.Contains(out, []byte("--- PASS: TestChat")) || !bytes.Contains(out, []byte("--- PASS: Example")) {
		t.Errorf("the module's tests have not run:\n%s", out)
	}
}
