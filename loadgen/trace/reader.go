package trace

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"chatsim/loadgen/check/ledger"
)

// Reader reads a trace, block by block.
type Reader struct {
	in      *bufio.Reader
	offset  int64 // bytes of whole blocks
	inflate io.ReadCloser
	stored  bytes.Buffer
	content bytes.Buffer
	dec     decoder
	header  []byte
	summary []byte
}

// NewReader reads a trace's beginning: a *NotTraceError if it is none, a
// *CutError if nothing can be judged of it.
func NewReader(in io.Reader) (*Reader, error) {
	r := &Reader{in: bufio.NewReaderSize(in, 64<<10), inflate: flate.NewReader(nil)}
	if err := r.firstLine(); err != nil {
		return nil, err
	}
	kind, err := r.block()
	if err == io.EOF {
		err = r.cutAt("it is cut")
	}
	if err != nil {
		return nil, err
	}
	if kind != headerBlock {
		return nil, r.cutAt("it is damaged")
	}
	r.header = bytes.Clone(r.content.Bytes())
	return r, nil
}

func (r *Reader) firstLine() error {
	line, err := r.in.Peek(len(magic) + 10)
	if err != nil && err != io.EOF {
		return err
	}
	n := min(len(line), len(magic))
	switch {
	case len(line) == 0:
		return &NotTraceError{What: "is empty, no trace"}
	case string(line[:n]) != magic[:n]:
		return &NotTraceError{What: "is not a trace" + instead(line)}
	case n < len(magic):
		return r.cutAt("it is cut")
	}
	word, _, whole := strings.Cut(string(line[n:]), "\n")
	version, err := strconv.Atoi(word)
	switch {
	case !whole && len(line) < len(magic)+10:
		return r.cutAt("it is cut")
	case err != nil || version < 1 || strconv.Itoa(version) != word:
		return &NotTraceError{What: "is not a trace"}
	case version > Version:
		return &NotTraceError{What: fmt.Sprintf("is a trace of version %d, newer than this chatsim, which reads up to %d", version, Version), Version: word}
	}
	skipped, err := r.in.Discard(len(magic) + len(word) + 1)
	r.offset = int64(skipped)
	return err
}

// others are what a trace is mistaken for, by how it begins.
var others = []struct{ begin, what string }{
	{"\xff\xfe", "it is in UTF-16, as PowerShell's > writes"}, {"\xfe\xff", "it is in UTF-16, as PowerShell's > writes"},
	{"\xef\xbb\xbf", "it begins with a byte order mark, which an editor has put there"}, {"{", "it is a report in JSON, which -compare reads"},
	{"<!DOCTYPE html", "it is an HTML page"}, {"\x1f\x8b", "it is compressed, by gzip"}, {"PK\x03\x04", "it is a ZIP archive"},
}

// instead returns what begins like this, if that is known.
func instead(line []byte) string {
	for _, o := range others {
		if strings.HasPrefix(string(line), o.begin) {
			return ": " + o.what
		}
	}
	return ""
}

func (r *Reader) cutAt(why string) error { return &CutError{Offset: r.offset, Why: why} }

// Header returns what was known before the run, as JSON.
func (r *Reader) Header() []byte { return r.header }

// Summary returns the run's report, as JSON; nil before Next has given io.EOF.
func (r *Reader) Summary() []byte { return r.summary }

// Next reads the next event, which holds until the next call. After the last
// one it returns io.EOF; a *CutError where the trace ends too early.
func (r *Reader) Next(ev *ledger.Event) error {
	for len(r.dec.rest) == 0 {
		kind, err := r.block()
		switch {
		case err == io.EOF:
			return r.cutAt("it is cut")
		case err != nil:
			return err
		case kind == summaryBlock:
			return r.end()
		case kind != eventBlock:
			return r.cutAt("it is damaged")
		}
		r.dec.rest = r.content.Bytes()
	}
	if err := r.dec.next(ev); err != nil {
		return r.cutAt(err.Error())
	}
	return nil
}

// end takes the summary, after which nothing may come.
func (r *Reader) end() error {
	if _, err := r.in.Peek(1); err != io.EOF {
		if err == nil {
			err = r.cutAt("it goes on after its end")
		}
		return err
	}
	r.summary = r.content.Bytes()
	return io.EOF
}

// block reads the next block into content; io.EOF if there is none.
func (r *Reader) block() (kind byte, err error) {
	var head [blockHead]byte
	switch _, err := io.ReadFull(r.in, head[:]); {
	case err == io.EOF:
		return 0, err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return 0, r.cutAt("it is cut")
	case err != nil:
		return 0, err
	}
	length, stored := int64(binary.LittleEndian.Uint32(head[1:])), int64(binary.LittleEndian.Uint32(head[5:]))
	if length > maxBlock || stored > length || stored*maxDeflated < length {
		return 0, r.cutAt("it is damaged")
	}
	r.stored.Reset() // it grows as far as there is something to read
	switch _, err := io.CopyN(&r.stored, r.in, stored); {
	case err == io.EOF:
		return 0, r.cutAt("it is cut")
	case err != nil:
		return 0, err
	}
	if checksum(head[:], r.stored.Bytes()) != binary.LittleEndian.Uint32(head[9:]) {
		return 0, r.cutAt("it is damaged")
	}
	if err := r.unpack(length); err != nil {
		return 0, r.cutAt("it is damaged")
	}
	r.offset += blockHead + stored
	return head[0], nil
}

func (r *Reader) unpack(length int64) error {
	r.content.Reset()
	if length == int64(r.stored.Len()) {
		_, err := r.content.Write(r.stored.Bytes())
		return err
	}
	_ = r.inflate.(flate.Resetter).Reset(bytes.NewReader(r.stored.Bytes()), nil) // has no way to fail
	n, err := io.Copy(&r.content, io.LimitReader(r.inflate, length+1))
	if err == nil && n != length {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// Replay judges what the trace holds: a *CutError if that is not the whole run.
func (r *Reader) Replay() (*ledger.Replay, error) {
	replay := ledger.NewReplay()
	var ev ledger.Event
	for {
		err := r.Next(&ev)
		if err == nil {
			err = replay.Step(&ev)
			if err != nil {
				err = r.cutAt("it is damaged: " + err.Error())
			}
		}
		switch {
		case err == io.EOF && !replay.Finished():
			return replay, r.cutAt("its events have no end")
		case err == io.EOF:
			return replay, nil
		case err != nil:
			return replay, err
		}
	}
}
