package manager

import (
	"net/netip"
	"reflect"
	"testing"
	"time"

	"chatsim/manager/room"
)

// What travels arrives as it was; what is cut short or goes on is refused.
func TestRequestsTravel(t *testing.T) {
	said := &publication{from: 7<<32 | 1}
	said.say("bob", []byte("hello"))
	said.say("bob", []byte("and"))
	said.tell("bob", []byte("psst"), []byte("amy"))
	said.answer(append(said.frames, "{\"error\":\"too long\"}\n"...))
	for _, r := range []request{
		joinRequest{stay: 5, asked: "bob", returns: true, token: room.Token{1}, fresh: room.Token{2}, from: netip.MustParsePrefix("10.0.0.1/32")},
		joinRequest{stay: 5},
		said,
		leaveRequest{stay: 5, by: lost, hold: time.Minute},
		nickRequest{stay: 5, asked: "amy"},
		opRequest{stay: 5},
		kickRequest{name: "eve", by: "amy", span: time.Hour, ban: true, address: true},
		unbanRequest{name: "eve", by: "amy"},
		announcement{frame: []byte("frame\n"), text: []byte("text")},
	} {
		b := appendRequest(nil, r)
		got, err := parseRequest(b, new(publication))
		if err != nil || !same(got, r) {
			t.Errorf("%#v arrives as %#v, %v", r, got, err)
		}
		for n := range b {
			if cut, err := parseRequest(b[:n], new(publication)); err == nil && same(cut, r) {
				t.Errorf("%d of %d bytes of %#v are the whole", n, len(b), r)
			}
		}
		if _, is := r.(*publication); is {
			continue // its steps may go on
		}
		if _, err := parseRequest(append(b, 0), new(publication)); err == nil {
			t.Errorf("%#v and a byte are taken for a request", r)
		}
	}
}

func same(a, b request) bool {
	p, ok := a.(*publication)
	q, is := b.(*publication)
	if !ok || !is {
		return reflect.DeepEqual(a, b)
	}
	if p.from != q.from || p.lines != q.lines || len(p.ops) != len(q.ops) {
		return false
	}
	for i := range p.ops {
		x, y := p.ops[i], q.ops[i]
		if x.kind != y.kind || string(x.target) != string(y.target) || string(p.frames[x.start:x.end]) != string(q.frames[y.start:y.end]) {
			return false
		}
	}
	return true
}

// Whatever another Manager publishes, nobody panics.
func FuzzParseRequest(f *testing.F) {
	f.Add(appendRequest(nil, leaveRequest{stay: 5, by: lost}))
	f.Add(appendRequest(nil, joinRequest{stay: 5, asked: "bob"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		out := &entries{}
		s := newState(&Config{Detect: true}, out)
		s.stays = &stayTable{remote: true}
		if r, err := parseRequest(b, new(publication)); err == nil {
			r.apply(&s)
		}
	})
}
