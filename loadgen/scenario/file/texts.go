package file

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"chatsim/loadgen/check/ledger"
)

// Texts is what is said.
type Texts struct {
	Size  int      // bytes of every text; 0: the run's setting
	Sizes []Sized  // or several; their shares are 100% together
	From  string   // or the lines of a file, found beside the scenario
	Lines [][]byte // of From, none of them empty
	Plain bool     // without what programs damage
}

// Sized is how many of the texts have a size.
type Sized struct {
	Size  int
	Share float64
}

// Limits of texts, in bytes: a line of the protocol has 4096, with sender and
// target, and a text begins with its stamp.
const (
	MaxSize  = 4000
	maxLine  = 3900
	maxTexts = 64 << 20
)

func (t *Texts) decode(d *Doc) func(ast.Node) error {
	return func(n ast.Node) error {
		var from ast.Node
		err := d.Mapping(n, "texts", []Key{
			{"size", d.count(&t.Size, ledger.MaxStamp, MaxSize)},
			{"sizes", t.decodeSizes(d)},
			{"from", func(n ast.Node) error { from = n; return d.text(&t.From)(n) }},
			{"plain", d.yes(&t.Plain)},
		})
		given := 0
		for _, is := range []bool{t.Size > 0, len(t.Sizes) > 0, from != nil} {
			if is {
				given++
			}
		}
		switch {
		case err != nil:
			return err
		case given > 1:
			return d.Error(n, "more than one of size, sizes and from", "texts are of one size, of several, or the lines of a file: keep one of them")
		case from != nil:
			return t.read(d, from)
		}
		return nil
	}
}

func (t *Texts) decodeSizes(d *Doc) func(ast.Node) error {
	return func(n ast.Node) error {
		m, ok := n.(ast.MapNode)
		if !ok {
			return d.Error(n, "sizes is a list of sizes with shares, and this is "+kind(n), "write it like { 64: 80%, 1000: 20% }")
		}
		sum := 0.0
		for it := m.MapRange(); it.Next(); {
			var s Sized
			v := it.KeyValue()
			if err := d.count(&s.Size, ledger.MaxStamp, MaxSize)(v.Key); err != nil {
				return err
			}
			if err := d.share(&s.Share)(v.Value); err != nil {
				return err
			}
			t.Sizes = append(t.Sizes, s)
			sum += s.Share
		}
		if math.Abs(sum-1) > 0.0001 {
			return d.Error(n, fmt.Sprintf("the shares of the sizes are %.4g%% together", sum*100), "make it 100%")
		}
		return nil
	}
}

// read reads the lines of a file that n names.
func (t *Texts) read(d *Doc, n ast.Node) error {
	path := t.From
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(d.Path), path)
	}
	text, err := readAtMost(path, maxTexts)
	switch {
	case errors.Is(err, errHuge):
		return d.Error(n, fmt.Sprintf("%s has more than %d MB", t.From, maxTexts>>20), "a part of it does as well: its lines are said again and again")
	case errors.Is(err, fs.ErrNotExist):
		return d.Error(n, "the texts cannot be read: "+path+" does not exist", "the file is looked for beside the scenario, unless it begins with /")
	case err != nil:
		return d.Error(n, "the texts cannot be read: "+err.Error(), "the file is looked for beside the scenario, unless it begins with /")
	}
	return t.split(path, text)
}

// split takes the lines of a file of texts; its errors point into that file.
func (t *Texts) split(path string, text []byte) error {
	wrong := (&Doc{Path: path}).errorAt
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if at := bytes.IndexByte(text, 0); at >= 0 && !isUTF16(text) {
		line := text[:at]
		return wrong(bytes.Count(line, []byte("\n"))+1, at-bytes.LastIndexByte(line, '\n'), "here is a zero byte, as in a file that is not text", "write one text a line into a text file, in UTF-8")
	}
	number := 0
	for line := range bytes.Lines(text) {
		number++
		line = bytes.TrimRight(line, "\r\n")
		if bad := notLine(line); bad >= 0 {
			what, hint := unlike(line[bad:])
			return wrong(number, bad+1, what, hint)
		}
		if len(line) > maxLine {
			return wrong(number, maxLine+1, fmt.Sprintf("the line has %d bytes, and at most %d are possible", len(line), maxLine), "make several lines of it")
		}
		if len(bytes.TrimSpace(line)) > 0 {
			t.Lines = append(t.Lines, line)
		}
	}
	if len(t.Lines) == 0 {
		return wrong(1, 1, "there is no line in it", "write one text a line into it")
	}
	return nil
}

// notLine returns where a line has something that no line of a chat has; -1 if
// it has none.
func notLine(line []byte) int {
	return bytes.IndexFunc(line, func(r rune) bool {
		return r < ' ' && r != '\t' || r == 0x7f || r == utf8.RuneError
	})
}

// unlike returns what a line begins with that no line of a chat has, and what to do.
func unlike(line []byte) (what, hint string) {
	const clean = "the lines are UTF-8, without control characters: take it out"
	r, size := utf8.DecodeRune(line)
	switch {
	case isUTF16(line):
		return "this is UTF-16", "the lines are UTF-8: iconv -f UTF-16 -t UTF-8 makes them so"
	case r == utf8.RuneError && size == 1:
		return fmt.Sprintf("the byte 0x%02x is no UTF-8", line[0]), "the lines are UTF-8: iconv -f LATIN1 -t UTF-8 makes them so, if that is what they are"
	case r == utf8.RuneError:
		return "here is U+FFFD, which stands for text that was damaged", "write what it was, or take it out"
	}
	return fmt.Sprintf("here is the control character U+%04X", r), clean
}

// isUTF16 reports whether a text begins as one in UTF-16 does.
func isUTF16(text []byte) bool {
	return bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff"))
}

var errHuge = errors.New("too large")

// readAtMost reads a whole file of at most so many bytes.
func readAtMost(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New(path + " is a directory")
	case !info.Mode().IsRegular(): // nobody knows whether there is an end to it
		return nil, errors.New(path + " is no regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if int64(len(b)) > most {
		return nil, errHuge
	}
	return b, err
}

// Open reads a scenario file, and returns its text too.
func Open(path string) (*File, []byte, error) {
	text, err := readAtMost(path, maxFile)
	if errors.Is(err, errHuge) {
		return nil, nil, &Error{Path: path, Line: 1, Column: 1, What: fmt.Sprintf("has more than %d bytes", maxFile),
			Advice: "the lines of a conversation go into a file of their own: texts: { from: lines.txt }"}
	}
	if err != nil {
		return nil, nil, err
	}
	f, err := Read(path, text)
	return f, text, err
}
