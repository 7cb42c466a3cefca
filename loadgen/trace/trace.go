// Package trace is a run as a file: what ledger.Config.Record is told, written
// while the run goes on and read back to be judged again. It knows how events
// are written, not what they mean, and neither sockets nor clocks.
//
// # The format
//
// A trace begins with a line, "chatsim-trace 3\n": its version. Blocks follow:
//
//	type             1 byte: H, E or S
//	length           4 bytes, little-endian, of the content
//	stored length    4 bytes, of what follows the checksum
//	checksum         4 bytes, CRC-32C of type, both lengths, and what is stored
//	what is stored   the content, deflated if that makes it shorter
//
// First comes one H: what is known before the run, as JSON. Then any number of
// E: events, see codec.go; each holds whole events. Last comes one S: the run's
// report, as JSON. Whoever writes a trace writes a block at least every second:
// if the program or the machine stops, the blocks before that are good. A trace
// that does not end with its S is cut.
//
// Numbers within events are varints as in encoding/binary; most are differences
// to the one of their kind before, whatever block that was in. So a trace can
// be read from its beginning only, up to the first block that is damaged.
package trace

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// Version is that of the format. A reader takes those up to its own. Version 1
// told what clients cannot show check by check; before 3, nothing told how long
// lines took while all read.
const Version = 3

// magic begins the first line; the version and a line's end follow.
const magic = "chatsim-trace "

// The types of blocks.
const (
	headerBlock  = 'H'
	eventBlock   = 'E'
	summaryBlock = 'S'
)

const (
	blockHead = 1 + 4 + 4 + 4

	// blockLen is when a block of events is full, in bytes.
	blockLen = 128 << 10
	// maxBlock is what a block may hold, in bytes.
	maxBlock = 32 << 20
	// maxDeflated is how many times as long as what is stored a content may be,
	// so that a small file cannot ask for much memory.
	maxDeflated = 256
)

var crcTable = crc32.MakeTable(crc32.Castagnoli)

// checksum returns that of a block, whose head's checksum field is not looked at.
func checksum(head, stored []byte) uint32 {
	sum := crc32.Update(0, crcTable, head[:blockHead-4])
	return crc32.Update(sum, crcTable, stored)
}

func putHead(head []byte, kind byte, length int, stored []byte) {
	head[0] = kind
	binary.LittleEndian.PutUint32(head[1:], uint32(length))
	binary.LittleEndian.PutUint32(head[5:], uint32(len(stored)))
	binary.LittleEndian.PutUint32(head[9:], checksum(head, stored))
}

// NotTraceError says that what was read is no trace, or none that can be read.
type NotTraceError struct {
	What    string
	Version string // the trace's, if it is a newer one
}

func (e *NotTraceError) Error() string { return e.What }

// Hint returns what to do about it.
func (e *NotTraceError) Hint() string {
	if e.Version != "" {
		return "judge it with the chatsim that wrote it, or a newer one"
	}
	return "-judge reads what -trace has written"
}

// CutError says that a trace ends, or is damaged, before its end.
type CutError struct {
	Offset int64 // bytes before it are good
	Why    string
}

func (e *CutError) Error() string {
	return fmt.Sprintf("%s after %d bytes", e.Why, e.Offset)
}
