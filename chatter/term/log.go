package term

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"chatsim/manager/record"
	"chatsim/manager/wire"
)

// checkLog finds out before the join whether a record can be kept, for a name
// that will be given as it is asked for if nobody has it.
func checkLog(dir, name string) error {
	if dir == "" {
		return nil
	}
	f, err := os.CreateTemp(dir, ".chatsim-*")
	if err != nil {
		return &Error{msg: fmt.Sprintf("keep a record in %s: %v", dir, err), hint: "-log names a directory that is there and may be written"}
	}
	f.Close()
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	if name, err = wire.CleanName(name); err != nil {
		return nil // which the asking for it will find
	}
	if err := record.Check(filepath.Join(dir, logName(name)), record.Text); err != nil {
		return noLog(err)
	}
	return nil
}

// openLog opens one's own record.
func openLog(dir, name string, troubles chan<- error) (*record.Recorder, error) {
	rec, _, err := record.Open(filepath.Join(dir, logName(name)), record.Config{Notify: func(err error) {
		select {
		case troubles <- err:
		default: // the person has enough to read
		}
	}})
	if err != nil {
		return nil, noLog(err)
	}
	return rec, nil
}

func noLog(err error) error {
	return &Error{msg: err.Error(), hint: "choose another directory with -log"}
}

func (p *person) closeLog() {
	if p.log == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), leaveLimit)
	defer cancel()
	_ = p.log.Close(ctx) // what was wrong has been told
}

// appendLogged appends a text as it is shown, but with its line breaks.
func appendLogged(dst, text []byte) []byte {
	for {
		i := bytes.IndexFunc(text, wire.EndsLine)
		if i < 0 {
			return wire.AppendShown(dst, text)
		}
		_, size := utf8.DecodeRune(text[i:])
		dst = append(wire.AppendShown(dst, text[:i]), text[i:i+size]...)
		text = text[i+size:]
	}
}

// maxLogName limits a name in a file name, in bytes; a foreign server may give
// any.
const maxLogName = 100

// logName is client<name>.txt with a name that any file system takes. One that
// had to be changed is told from others by a sum of what it was.
func logName(name string) string {
	safe := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
	if len(safe) > maxLogName {
		safe = strings.ToValidUTF8(safe[:maxLogName], "")
	}
	if safe != name {
		sum := fnv.New32a()
		sum.Write([]byte(name))
		safe = fmt.Sprintf("%s-%08x", safe, sum.Sum32())
	}
	return "client" + safe + ".txt"
}

func (p *person) tellTrouble(err error) error {
	text := p.talk.words.LogBack
	if err != nil {
		text = fmt.Sprintf(p.talk.words.LogFailed, err)
	}
	if !p.present {
		p.complain(text)
		return nil
	}
	return p.screen.print([]shown{say(trouble, text)})
}
