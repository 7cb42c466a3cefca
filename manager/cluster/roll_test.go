package cluster

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// address is that of a node of a world; the third one has none.
func address(index int) string {
	if index == 2 {
		return ""
	}
	return fmt.Sprintf("http://node%d:9999", index)
}

// settledOthers holds that in the end a node knows where the others are.
func (n *node) settledOthers(w *world) {
	var want []string
	for _, o := range w.nodes {
		if a := address(o.index); o != n && a != "" {
			want = append(want, a)
		}
	}
	if got := n.core.lives.others(); !slices.Equal(got, want) {
		w.fail("node %d knows of %q, not of %q", n.index, got, want)
	}
	for _, a := range want {
		if !slices.Contains(n.core.lives.known, a) {
			w.fail("node %d has forgotten %q", n.index, a)
		}
	}
}

// What a Manager says of itself is found among what a later one may say too, and a
// Manager of before, which has no address in its heartbeat, is understood.
func TestFields(t *testing.T) {
	later := appendBytes(binary.AppendUvarint(nil, 7), []byte("later"))
	for what, c := range map[string]struct {
		fields []byte
		want   string
	}{
		"none":           {nil, ""},
		"one":            {appendAddress(nil, "http://h:1"), "http://h:1"},
		"among others":   {slices.Concat(later, appendAddress(nil, "http://h:1"), later), "http://h:1"},
		"cut":            {appendAddress(nil, "http://h:1")[:5], ""},
		"of no length":   {binary.AppendUvarint(nil, addressField), ""},
		"far too long":   {appendAddress(nil, strings.Repeat("a", maxAddress+1)), ""},
		"behind garbage": {append([]byte{0xff}, appendAddress(nil, "http://h:1")...), ""},
	} {
		if got := findAddress(c.fields); got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
		beat := append(appendHeartbeat(nil, 3, 4), c.fields...)
		place, hash, fields, err := parseHeartbeat(beat)
		if place != 3 || hash != 4 || !bytes.Equal(fields, c.fields) || err != nil {
			t.Errorf("%s: a heartbeat is of %d, %d with %q, %v", what, place, hash, fields, err)
		}
	}
}

// Of addresses that come and go the last ones are remembered, and no more.
func TestKnown(t *testing.T) {
	c := newWorld(1, 1, right, false).nodes[0].core
	for i := range maxKnown + 10 {
		c.lives.know(fmt.Sprint(i))
		c.lives.know(fmt.Sprint(i))
	}
	if got := c.lives.known; len(got) != maxKnown || got[0] != "10" || got[maxKnown-1] != fmt.Sprint(maxKnown+9) {
		t.Errorf("%d are known: %q", len(got), got)
	}
}
