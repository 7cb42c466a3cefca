package live

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"chatsim/manager"
)

// operate takes commands from stdin if somebody sits there, until ctx ends. Its
// goroutine cannot be waited for: nothing ends a read from a terminal.
func operate(ctx context.Context, room *manager.Manager, stdin io.Reader, stdout io.Writer, stop func()) {
	f, ok := stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return
	}
	fmt.Fprintln(stdout, "You are the operator: who, kick NAME, say TEXT, quit.")
	go func() {
		in := bufio.NewReader(stdin)
		for {
			line, err := in.ReadString('\n')
			if err != nil || ctx.Err() != nil {
				return // Ctrl-D: the room goes on
			}
			if obey(room, strings.TrimSpace(line), stdout) {
				stop()
				return
			}
		}
	}()
}

// obey carries out one command; true means to close the room.
func obey(room *manager.Manager, line string, stdout io.Writer) (quit bool) {
	command, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case line == "":
	case line == "quit":
		return true
	case line == "who":
		names := room.Names()
		fmt.Fprintf(stdout, "%s online: %s\n", plural(uint64(len(names)), "user"), strings.Join(names, ", "))
	case command == "kick" && rest != "":
		if err := room.Kick(rest); errors.Is(err, manager.ErrNoSuchUser) {
			fmt.Fprintf(stdout, "nobody here is called %q; who lists the names\n", rest)
		}
	case command == "say" && rest != "":
		if err := room.Announce(rest); err != nil {
			fmt.Fprintln(stdout, "the room is closing")
		}
	default:
		fmt.Fprintf(stdout, "the commands are: who, kick NAME, say TEXT, quit\n")
	}
	return false
}
