package host

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/time/rate"

	"chatsim/manager"
	"chatsim/manager/wire"
)

const (
	maxCommand   = 4096 // bytes of a command
	commandRate  = 1000 // commands a second that are taken from a console, or pieces of one that is too long,
	commandBurst = 100  // and at once
)

// commands are those of an operator.
const commands = "who, kick NAME, ban NAME, ban 2h NAME, banaddress NAME, unban NAME, bans, say TEXT, quit"

// orders are those commands that an operator may type in the room too.
var orders = []string{"kick", "ban", "banaddress", "unban", "bans"}

// operate carries out what comes from the console until that or ctx ends.
func (h *house) operate(ctx context.Context, stop func()) {
	in := bufio.NewReaderSize(h.console, maxCommand)
	limit := rate.NewLimiter(commandRate, commandBurst)
	tooLong := false
	for limit.Wait(ctx) == nil {
		line, err := in.ReadSlice('\n')
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, bufio.ErrBufferFull):
			if !tooLong {
				fmt.Fprintf(h.console.out, h.words.TooLong, maxCommand)
			}
			tooLong = true
			continue
		case tooLong:
			tooLong = false // that was the end of it
		case obey(h.room, h.words, strings.TrimSpace(string(line)), h.console.out):
			stop()
			return
		}
		if err != nil {
			h.log.Info("the operator's console has ended, the room goes on", "console", h.console.name)
			return
		}
	}
}

// obey carries out one command; true means to close the room.
func obey(room *manager.Manager, w *words, line string, out io.Writer) (quit bool) {
	command, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case line == "":
	case line == "quit":
		return true
	case line == "who":
		names := room.Names()
		fmt.Fprintf(out, w.Online, len(names), strings.Join(names, ", "))
	case slices.Contains(orders, command) && (rest != "" || command == "bans"):
		answers, err := room.Order(wire.TheOperator, command, rest)
		if err != nil {
			fmt.Fprintln(out, w.orderError(err, rest))
		}
		for _, a := range answers {
			fmt.Fprintln(out, w.notice(a))
		}
	case command == "say" && rest != "":
		if err := room.Announce(rest); err != nil {
			fmt.Fprint(out, w.Closing)
		}
	default:
		fmt.Fprintf(out, w.Commands, commands)
	}
	return false
}
