package manager

import (
	"sync/atomic"

	"chatsim/manager/socket"
)

const (
	aheadPiece  = 16 << 10 // bytes of one read before its turn
	aheadLimit  = 8 << 20  // bytes read before their turn, of one session
	aheadBudget = 32 << 20 // and of all together
)

// ahead is input that was read before its turn. Behind what a user has still to
// say may stand its FIN: as long as the input lies in the sockets' buffers, on
// both sides, that cannot be seen.
//
// It is owned by the session's goroutine.
type ahead struct {
	pieces [][]byte
	bytes  int
	all    *atomic.Int64 // bytes of all sessions
}

// next takes the oldest piece out; nil if there is none.
func (a *ahead) next() []byte {
	if len(a.pieces) == 0 {
		return nil
	}
	piece := a.pieces[0]
	a.pieces[0] = nil
	a.pieces = a.pieces[1:]
	a.add(-len(piece))
	return piece
}

// read reads what a socket has at once, as far as there is memory for it.
func (a *ahead) read(fd uintptr) {
	for a.hasRoom() {
		piece := make([]byte, aheadPiece)
		n, err := socket.Read(fd, piece)
		if err != nil || n <= 0 {
			return // the next turn finds out why
		}
		if n < len(piece) {
			piece = append([]byte(nil), piece[:n]...)
		}
		a.keep(piece)
	}
}

func (a *ahead) hasRoom() bool { return a.bytes < aheadLimit && a.all.Load() < aheadBudget }

func (a *ahead) keep(piece []byte) {
	a.pieces = append(a.pieces, piece)
	a.add(len(piece))
}

func (a *ahead) add(n int) {
	a.bytes += n
	a.all.Add(int64(n))
}

// drop forgets all of it.
func (a *ahead) drop() {
	a.add(-a.bytes)
	a.pieces = nil
}
