package report

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestOpenFileIsAppendedTo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "output")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("text report\n"); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join("/dev/fd", strconv.Itoa(int(f.Fd())))
	if err := CheckWritable(name); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(name, []byte("{}\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("more\n"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || strings.Join(strings.Fields(string(got)), " ") != "text report {} more" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestFullDeviceIsAnError(t *testing.T) {
	if err := WriteFile("/dev/full", []byte("x")); err == nil || err.Error() != "write /dev/full: "+syscall.ENOSPC.Error() {
		t.Errorf("error is %v", err)
	}
}
