package manager

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"chatsim/manager/room"
	"chatsim/manager/wire"
)

// A copy of the room has the private lines among those to the group, as one who comes back
// is told them; of those that are too many, the newest, and which are not there is known.
func TestToldCopy(t *testing.T) {
	for name, size := range map[string]int{"all": 10, "too much": maxAnswer / 3} {
		amy, bob := new(holder), new(holder)
		h := history{}
		h.begin(100, 1000, nil)
		place, at := uint64(1000), time.Unix(1, 0)
		private := append(bytes.Repeat([]byte("x"), size), "@bob@amy\n"...)
		for i := range 5 {
			h.tell(place, at, private, bob, amy)
			place += h.say(place, at, fmt.Appendf(nil, " bob:%d@bob@%s\n", i, wire.Group))
		}
		h.tell(place, at, private, nil, amy)
		c := replicaCopy{}
		for _, who := range []*holder{amy, bob} {
			c.Members = append(c.Members, memberCopy{Saved: room.Saved{Member: &room.Member{Kept: who}}})
		}
		public := h.last(0)
		for _, s := range public {
			c.History = append(c.History, Said{s.place, s.at, s.line})
		}
		c.copyTold(&h, public)
		again := history{}
		for i := range c.Members {
			c.Members[i].Member = &room.Member{Kept: new(holder)}
		}
		again.begin(100, place, nil)
		again.restore(&c)
		who := c.Members[0].Member.Kept.(*holder)
		for _, since := range []wire.Mark{{Place: 1000}, {Place: 1003, Private: 3}, {Place: place, Private: 6}} {
			want := h.recall(wire.Recall{Since: since}, place, amy, true)
			got := again.recall(wire.Recall{Since: since}, place, who, true)
			if got.mark != want.mark {
				t.Errorf("%s: behind %v one stands at %v, not at %v", name, since, got.mark, want.mark)
			}
			same := bytes.Equal(got.appendFrames(nil), want.appendFrames(nil))
			if lost := size > 10 && since.Private < 4; same == lost || got.missing != lost {
				t.Errorf("%s: behind %v one is told the same: %v, and that something is missing: %v", name, since, same, got.missing)
			}
		}
	}
}
