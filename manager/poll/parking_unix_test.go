//go:build (linux || darwin) && !portable

package poll

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"chatsim/manager/socket"
)

func newParking(t *testing.T, wake func(owner any)) *Parking {
	t.Helper()
	ignore := goleak.IgnoreCurrent()
	p, err := NewParking(wake)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 2 { // the second must not close the descriptors of others
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}
		goleak.VerifyNone(t, ignore)
	})
	return p
}

func park(t *testing.T, p *Parking, s *Spot) {
	t.Helper()
	if err := p.Park(s); err != nil {
		t.Fatal(err)
	}
}

// TestParking has a socket be woken by all that can come, and by nothing else.
func TestParking(t *testing.T) {
	woken := make(chan any, 10)
	p := newParking(t, func(owner any) { woken <- owner })
	for name, come := range map[string]func(far *net.TCPConn){
		"data":  func(far *net.TCPConn) { far.Write([]byte("x")) },
		"FIN":   func(far *net.TCPConn) { far.CloseWrite() },
		"reset": func(far *net.TCPConn) { far.SetLinger(0); far.Close() },
	} {
		near, far := pair(t)
		s := &Spot{Socket: socket.Raw(near), Owner: name}
		park(t, p, s)
		if !s.Leave() || s.Leave() {
			t.Error("it is not its caller's once")
		}
		park(t, p, s)
		come(far)
		select {
		case owner := <-woken:
			if owner != name {
				t.Errorf("%v is woken by the %s of another", owner, name)
			}
		case <-time.After(patience):
			t.Fatalf("nobody is woken by %s", name)
		}
		if s.Leave() {
			t.Error("it is parked although it was woken")
		}
		near.Close()
	}
	if len(woken) > 0 {
		t.Errorf("%v is woken again", <-woken)
	}
	if len(p.places) != 2 {
		t.Errorf("%d places for one at a time", len(p.places))
	}
}

// TestParkedAndClosed closes a socket that is parked: that is for its owner to say.
func TestParkedAndClosed(t *testing.T) {
	p := newParking(t, func(owner any) { t.Errorf("%v is woken", owner) })
	near, _ := pair(t)
	s := &Spot{Socket: socket.Raw(near), Owner: "closed"}
	park(t, p, s)
	near.Close()
	if !s.Leave() {
		t.Error("it was not parked")
	}
	if err := p.Park(s); !errors.Is(err, net.ErrClosed) {
		t.Errorf("parked again: %v", err)
	}
	near, far := pair(t) // with the descriptor of before, as likely as not
	s = &Spot{Socket: socket.Raw(near), Owner: "open"}
	park(t, p, s)
	if !s.Leave() {
		t.Error("it was woken")
	}
	far.Write([]byte("x"))
}

// TestParkingRace has each socket parked while data comes and another goroutine
// calls Leave: exactly one goes on with it.
func TestParkingRace(t *testing.T) {
	const users, rounds = 8, 200
	var going sync.WaitGroup
	type user struct {
		spot   Spot
		won    atomic.Int32
		onward chan struct{}
	}
	p := newParking(t, func(owner any) {
		u := owner.(*user)
		u.won.Add(1)
		u.onward <- struct{}{}
	})
	for range users {
		near, far := pair(t)
		u := &user{onward: make(chan struct{}, 1)}
		u.spot = Spot{Socket: socket.Raw(near), Owner: u}
		going.Go(func() {
			b := make([]byte, 1)
			for i := range rounds {
				var others sync.WaitGroup
				if err := p.Park(&u.spot); err != nil {
					t.Error(err)
					return
				}
				others.Go(func() { far.Write([]byte("x")) })
				others.Go(func() {
					if u.spot.Leave() {
						u.won.Add(1)
						u.onward <- struct{}{}
					}
				})
				<-u.onward
				others.Wait()
				if n := u.won.Load(); n != int32(i+1) {
					t.Errorf("%d have gone on in %d rounds", n, i+1)
					return
				}
				near.Read(b)
			}
		})
	}
	going.Wait()
}
