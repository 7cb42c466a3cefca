package feed

import (
	"strings"
	"testing"
)

// TestWhole: what is cut ends with an entry where one is known to end near by, and is
// whole only without what is for one alone.
func TestWhole(t *testing.T) {
	const form, size = 1, 1000
	l := NewLog(DefaultWindow)
	var c, other Cursor
	l.SubscribeForm(&c, form)
	l.SubscribeForm(&other, form)
	entry := []byte(strings.Repeat("x", size))
	for range 200 { // less than a chunk
		l.AppendForm(form, entry)
	}
	scratch := make([]byte, 100*size+size/2) // Next returns memory of the Log
	for _, tc := range []struct {
		name    string
		prepare func()
		whole   bool
		at      int // what lies behind the cut is a multiple of it
	}{
		{"many entries", func() {}, true, size},
		{"a private one behind", func() { l.AppendPrivate(&c, []byte("psst")) }, true, size},
		{"a private one within", func() { l.Advance(&c, 190*size, 0) }, false, 1},
	} {
		tc.prepare()
		b := l.Next(&c, scratch)
		cut, whole := c.whole(b, l.apart)
		if whole != tc.whole || len(cut)%tc.at != 0 || len(cut) > len(b) || len(b)-len(cut) > 2*l.apart {
			t.Errorf("%s: of %d bytes %d are cut, whole: %v", tc.name, len(b), len(cut), whole)
		}
	}
	l.Advance(&other, 150*size, 0)
	l.Finish(&other)
	l.AppendForm(form, entry)
	if cut, whole := other.whole(l.Next(&other, scratch), l.apart); !whole || len(cut) != 50*size {
		t.Errorf("at the end of a stay %d bytes are cut, whole: %v", len(cut), whole)
	}
	l.AppendForm(form, make([]byte, 20*l.apart))
	var late Cursor
	l.SubscribeForm(&late, form)
	l.AppendForm(form, make([]byte, 20*l.apart))
	if cut, whole := late.whole(l.Next(&late, scratch[:10*l.apart]), l.apart); whole || len(cut) != 10*l.apart {
		t.Errorf("of a part of an entry %d bytes are cut, whole: %v", len(cut), whole)
	}
}
