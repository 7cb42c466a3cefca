package manager

import (
	"bytes"
	"flag"
	"testing"

	"chatsim/manager/wire"
)

var longLine = flag.Int64("longline", 1<<30, "bytes of the line in TestLongLineCostsNothing")

// TestLongLineCostsNothing sends one line of a gigabyte, unless a test is to be
// short, and looks at the memory in use meanwhile.
func TestLongLineCostsNothing(t *testing.T) {
	size := *longLine
	if testing.Short() {
		size = min(size, 64<<20)
	}
	m, addr := serve(t, Config{})
	bob := come(t, addr, "bob", "bob")
	piece := bytes.Repeat([]byte("0123456789abcdef"), 64<<10)
	before, peak := memory(), int64(0)
	for sent := int64(0); sent < size; sent += int64(len(piece)) {
		if _, err := bob.conn.Write(piece); err != nil {
			t.Fatal(err)
		}
		if sent%(32<<20) == 0 {
			peak = max(peak, inUse()-before)
		}
	}
	bob.send("")
	bob.send("after")
	bob.expect(`{"error":"`+wire.LineTooLong.Text()+`"}`, group("bob", "after"))
	if limit := int64(16 << 20); peak > limit { // garbage that is not yet collected counts, and the race detector's
		t.Errorf("a line of %d bytes takes %d bytes of memory, want at most %d", size, peak, limit)
	}
	if n := m.Stats().LongLines; n != 1 {
		t.Errorf("%d long lines counted, want 1", n)
	}
	t.Logf("a line of %d bytes: %d bytes of memory at most", size, peak)
}
