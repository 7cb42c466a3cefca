package wire

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Mark is how far a reader has got: the place of the last public entry that it
// knows, and how many private lines it was sent under its token. Its zero value
// is none.
//
// A history tells the reader its Mark; from there on the reader counts. Each line
// to the group, and each name in a join or a leave, is one place; each private
// line that comes, one's own too, is one of those. Places grow from one run of a
// server to the next.
type Mark struct{ Place, Private uint64 }

// String returns the form in which a client sends a Mark.
func (m Mark) String() string {
	return strconv.FormatUint(m.Place, 10) + "." + strconv.FormatUint(m.Private, 10)
}

// ParseMark reads what String writes; false for anything else.
func ParseMark(s string) (m Mark, ok bool) {
	place, private, ok := strings.Cut(s, ".")
	if !ok {
		return Mark{}, false
	}
	var err1, err2 error
	m.Place, err1 = strconv.ParseUint(place, 10, 64)
	m.Private, err2 = strconv.ParseUint(private, 10, 64)
	if err1 != nil || err2 != nil || m.String() != s {
		return Mark{}, false
	}
	return m, true
}

// Said is one line of a history: a chat line that had its place in the order
// before its reader came, or asked. Of a private line, Place is that of the public
// entry before it.
type Said struct {
	Place uint64    `json:"place"`
	Time  time.Time `json:"time"`
	Line  string    `json:"line"` // the chat line's frame, without '\n'
}

// History is a control object {"history":[SAID…]}, or one of several in a row:
// the last one has the Mark at which the reader stands.
type History struct {
	Lines []Said
	Mark  Mark
	Last  bool // Mark is there
	// Missing reports that not all of what the reader lacks is kept any more. It
	// comes with the Mark.
	Missing bool
}

const historyStart = `{"history":[`

// AppendHistory appends a history of lines that AppendSaid has encoded.
func AppendHistory(dst []byte, lines ...[]byte) []byte {
	return append(AppendHistoryStart(dst, lines...), "]}\n"...)
}

// AppendHistoryStart is AppendHistory for the last one up to where AppendHistoryEnd
// goes on: so far it is the same for all its readers.
func AppendHistoryStart(dst []byte, lines ...[]byte) []byte {
	dst = append(dst, historyStart...)
	for i, line := range lines {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, line...)
	}
	return dst
}

// AppendHistoryEnd ends the last one, and tells its reader where it stands.
func AppendHistoryEnd(dst []byte, m Mark, missing bool) []byte {
	dst = append(dst, `],"mark":"`...)
	dst = strconv.AppendUint(dst, m.Place, 10)
	dst = append(dst, '.')
	dst = strconv.AppendUint(dst, m.Private, 10)
	dst = append(dst, '"')
	if missing {
		dst = append(dst, `,"missing":true`...)
	}
	return append(dst, "}\n"...)
}

// AppendSaid appends one line of a history.
func AppendSaid(dst []byte, place uint64, at time.Time, line []byte) []byte {
	dst = append(dst, `{"place":`...)
	dst = strconv.AppendUint(dst, place, 10)
	dst = append(dst, `,"time":"`...)
	dst = at.UTC().AppendFormat(dst, "2006-01-02T15:04:05.000Z")
	dst = append(dst, `","line":`...)
	dst = appendString(dst, string(line))
	return append(dst, '}')
}

// ParseHistory reads a frame of kind Unknown; false: it is no history. A line of
// it that is no chat line is left out.
func ParseHistory(raw []byte) (h History, ok bool) {
	if !strings.HasPrefix(string(raw[:min(len(raw), 1)]), "{") {
		return History{}, false
	}
	var object struct {
		History []Said
		Mark    string
		Missing bool
	}
	if json.Unmarshal(raw, &object) != nil || object.History == nil {
		return History{}, false
	}
	for _, s := range object.History {
		var f Frame
		if f.Parse([]byte(s.Line)) == nil && f.Kind == Line {
			h.Lines = append(h.Lines, s)
		}
	}
	h.Mark, h.Last = ParseMark(object.Mark)
	h.Missing = h.Last && object.Missing
	return h, true
}
