package manager

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"chatsim/manager/wire"
)

// BenchmarkHistory is what a line costs those who say it: with a history, and
// without.
func BenchmarkHistory(b *testing.B) {
	for _, size := range []int{0, 200} {
		b.Run(fmt.Sprint(size, " lines"), func(b *testing.B) {
			s, p := talking(b, size)
			for b.Loop() {
				p.apply(s)
			}
		})
	}
}

// talking returns a room with so long a history, and what one in it says.
func talking(b *testing.B, size int) (*state, *publication) {
	s := newState(&Config{History: size}, &nothing{})
	bob := new(stay)
	s.stays.add(bob)
	if out := (joinRequest{stay: bob.id, asked: "bob"}).apply(&s); out.err != nil {
		b.Fatal(out.err)
	}
	p := &publication{from: bob.id, at: time.Now()}
	p.say("bob", []byte(strings.Repeat("x", 64)))
	return &s, p
}

// nothing is a feed of which nothing is kept.
type nothing struct{ entries }

func (*nothing) AppendLocked([]byte) {}

func (*nothing) AppendNewsLocked([]byte) {}

// BenchmarkRecall is what is done for a newcomer who wants the last 200 lines: under
// the lock, and outside of it, where it is the first for these lines or a later one.
func BenchmarkRecall(b *testing.B) {
	s, p := talking(b, 200)
	for range 300 {
		p.apply(s)
	}
	recall := func() recalled { return s.history.recall(wire.Recall{Lines: 200}, 300, nil, false) }
	var dst []byte
	b.Run("locked", func(b *testing.B) {
		for b.Loop() {
			recall()
		}
	})
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			s.history.latest = nil
			got := recall()
			dst = got.appendFrames(dst[:0])
		}
	})
	b.Run("later", func(b *testing.B) {
		for b.Loop() {
			got := recall()
			dst = got.appendFrames(dst[:0])
		}
	})
}
