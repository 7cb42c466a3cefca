//go:build !nocluster

package node

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"chatsim/manager/lock"
)

// folder is that of a node: its streams, and the name by which the others know it
// again.
type folder struct {
	name string
	held *os.File // the lock
}

const (
	lockName = "lock"
	nameName = "name"
)

// openFolder makes the folder where it is not there, and keeps others from it.
func openFolder(dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	held, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	f := &folder{held: held}
	if err = lock.File(held); err == nil {
		f.name, err = nodeName(filepath.Join(dir, nameName))
	}
	if err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// nodeName returns the name that a file holds, which it makes where it is not there.
func nodeName(path string) (string, error) {
	text, err := os.ReadFile(path)
	name := strings.TrimSpace(string(text))
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && name == "":
		name = "chatsim-" + rand.Text()
		return name, os.WriteFile(path, []byte(name+"\n"), 0o600)
	case err != nil:
		return "", err
	case len(strings.Fields(name)) != 1:
		return "", fmt.Errorf("%s does not hold the name of a node", path)
	}
	return name, nil
}

func (f *folder) close() { f.held.Close() }
