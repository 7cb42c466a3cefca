package term

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"chatsim/manager/wire"
)

// colours set lines off where there are any.
var colours = map[style]string{own: "\x1b[36m", private: "\x1b[35m", note: "\x1b[2m", trouble: "\x1b[33m"}

// clock is how the time of day is written before a line.
const clock = "15:04 "

// render returns how lines look, each with the time of day, in rows of a width if that
// is not 0.
func render(lines []shown, colour bool, width int) string {
	now := time.Now()
	var b strings.Builder
	for _, l := range lines {
		c := colours[l.style]
		if !colour {
			c = ""
		}
		if l.at.IsZero() {
			l.at = now
		}
		b.WriteString(c + l.at.Local().Format(clock) + wrapped(l.text, width))
		if c != "" {
			b.WriteString("\x1b[0m")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// pipe is a display without anybody who edits lines.
type pipe struct {
	in     *bufio.Reader
	out    io.Writer
	colour bool
}

func newPipe(in io.Reader, out io.Writer, colour bool) *pipe {
	return &pipe{bufio.NewReaderSize(in, 2*wire.DefaultMaxLine), out, colour}
}

func (p *pipe) print(lines []shown) error {
	_, err := io.WriteString(p.out, render(lines, p.colour, 0))
	return err
}

// tooLong is a line of so many bytes, too many to be sent.
type tooLong int

func (t tooLong) Error() string { return fmt.Sprintf("a line of %d bytes", int(t)) }

func isTooLong(err error) bool {
	_, ok := errors.AsType[tooLong](err)
	return ok
}

// read reads a line; one that is larger than the buffer, and so too long to be
// sent, is an error after which more may be read.
func (p *pipe) read(bool) (string, error) {
	line, err := p.in.ReadSlice('\n')
	if err != bufio.ErrBufferFull {
		if len(line) > 0 {
			err = nil
		}
		return string(line), err
	}
	n := 0
	for err == bufio.ErrBufferFull {
		n += len(line)
		line, err = p.in.ReadSlice('\n')
	}
	return "", tooLong(n + len(bytes.TrimRight(line, "\r\n")))
}

func (*pipe) prompt(string)                 {}
func (*pipe) complete([]string)             {}
func (*pipe) aside(do func())               { do() }
func (*pipe) close()                        {}
func (*pipe) secret(string) (string, error) { return "", io.EOF }
