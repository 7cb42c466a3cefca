package dialect

import "strings"

// copied is an own line that was said to somebody and to itself, or to itself
// alone.
type copied struct {
	target string // empty: the channel
	text   string
	failed bool // an error has said that the target did not get it
}

// copies are own lines in the order in which they were said.
type copies []copied

// fail has the oldest line to a target be one that did not get there.
func (c copies) fail(target string) {
	for i := range c {
		if o := &c[i]; !o.failed && (o.target == target || target == "") {
			o.failed = true
			return
		}
	}
}

// take takes out what a copy is of: the oldest own line, or a later one where the
// copies of those before, which it returns too, were lost. One that is none of them is the oldest, altered.
func (c *copies) take(text []byte) (o copied, lost []copied, ok bool) {
	all := *c
	if len(all) == 0 {
		return copied{}, nil, false
	}
	at := 0
	for i := range all {
		if strings.TrimRight(all[i].text, " \t") == strings.TrimRight(string(text), " \t") {
			at = i
			break
		}
	}
	o, lost = all[at], all[:at]
	if *c = all[at+1:]; len(*c) == 0 {
		*c = nil
	}
	return o, lost, true
}
