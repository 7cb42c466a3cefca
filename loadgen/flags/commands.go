package flags

import (
	"fmt"
	"strings"

	"chatsim/manager/hinted"
)

// port stands for the free port of a server that is started, and somePort is one
// such.
const (
	port     = "{port}"
	somePort = "65535"
)

// starts reports whether servers are started.
func (c *Line) starts() bool { return c.Explicit("cmd") || c.Explicit("ab-cmd") }

// checkCommands looks at the commands that start servers.
func checkCommands(c *Line) error {
	if c.Explicit("cmd") && strings.TrimSpace(c.text("cmd")) == "" {
		return hinted.New("-cmd needs a command", "write -cmd 'my/server -port {port}'")
	}
	if n := len(texts(c.set.Lookup("ab-cmd"))); c.Explicit("ab-cmd") && n != 2 {
		return hinted.New(fmt.Sprintf("-ab-cmd has %d command, and needs two", n), "each in quotes: chatsim -ab-cmd 'old/server -port {port}' 'new/server -port {port}'")
	}
	return nil
}
