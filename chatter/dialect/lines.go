package dialect

import "bytes"

// Lines finds the messages of a dialect in which each ends in '\n'. It looks at no
// byte twice, however a message is cut. The zero value is ready.
type Lines struct {
	end  int // of the first line of what is unread, +1; 0: not found yet
	seen int // bytes of what is unread that hold no '\n'
}

// Next returns the first line of in without its '\n', and whether another whole
// one follows it; false if there is none yet. Whole lines are consumed with their
// '\n': the next call begins behind it.
func (l *Lines) Next(in []byte) (line []byte, more, ok bool) {
	if l.end == 0 && !l.find(in) {
		return nil, false, false
	}
	line = in[:l.end-1]
	rest := in[l.end:]
	l.end, l.seen = 0, 0
	return line, l.find(rest), true
}

// Skip consumes the first line of in if it is line, and returns its bytes with the
// '\n'; else 0.
func (l *Lines) Skip(in []byte, line string) (n int) {
	n = len(line)
	if len(in) <= n || in[n] != '\n' || string(in[:n]) != line {
		return 0
	}
	l.end, l.seen = 0, 0
	return n + 1
}

func (l *Lines) find(in []byte) bool {
	i := bytes.IndexByte(in[l.seen:], '\n')
	if i < 0 {
		l.seen = len(in)
		return false
	}
	l.end = l.seen + i + 1
	return true
}
