package job

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"chatsim/chatter/dial"
	"chatsim/loadgen"
	"chatsim/loadgen/launch"
	"chatsim/loadgen/report"
	"chatsim/manager/hinted"
)

// What stands in the command of -kill-cmd for the server that is to be killed.
const (
	killNumber = "{n}"
	killAddr   = "{addr}"
)

// checkKills looks whether there are servers to be killed, and others that go on.
func (c *Config) checkKills() error {
	kills := c.Load.Scenario.Kills()
	there, what := c.Managers, report.Plural(int64(c.Managers), "Manager", "Managers")
	if at := c.where(); at != "" {
		there = len(dial.List(at))
		what = report.Plural(int64(there), "server", "servers")
	}
	switch {
	case c.Load.LossLimit > 0 && (there < 2 || c.where() == ""):
		return hinted.New("-expect-server-loss is for several servers at -target: the chatters of one that dies come back at another", "write -target localhost:9999,localhost:9998")
	case kills > 0 && kills >= there:
		return hinted.New(fmt.Sprintf("-scenario %s kills one server of several that have a room together, and of %s none is left", c.Load.Scenario.Name, what), "add -managers 3, or -target localhost:9999,localhost:9998 -kill-cmd COMMAND")
	case kills > 0 && c.where() != "" && c.Servers.Kill == "":
		return hinted.New(fmt.Sprintf("-scenario %s kills a server, and nothing says how", c.Load.Scenario.Name), "add -kill-cmd COMMAND, such as 'kill -9 $(cat {n}.pid)'; with -expect-server-loss 25s and another -scenario, kill one by hand")
	case kills == 0 && c.Servers.Kill != "":
		return hinted.New("-kill-cmd kills a server where the scenario does, and -scenario "+c.Load.Scenario.Name+" does not", "add -scenario failover")
	}
	return nil
}

// killer kills the servers at some addresses by a command.
func killer(command string, addrs []string) loadgen.Killer {
	return func(ctx context.Context, door int) error {
		text := strings.NewReplacer(killNumber, strconv.Itoa(door+1), killAddr, addrs[door]).Replace(command)
		if out, err := launch.Shell(ctx, text).CombinedOutput(); err != nil {
			return fmt.Errorf("-kill-cmd %s: %w: %s", text, err, report.Printable(strings.TrimSpace(string(out))))
		}
		return nil
	}
}
