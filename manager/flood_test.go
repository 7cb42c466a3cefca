package manager

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"chatsim/manager/socket"
	"chatsim/manager/wire"
)

func address(ip string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(ip)) }

// leaves has a user of an address say so many lines at once and leave.
func (f *floods) leaves(a *allowance, addr net.Addr, lines int, now time.Time) {
	a.ReserveN(now, lines)
	f.pass(addr, a, now)
	a.users--
}

func TestComingBackGainsNothing(t *testing.T) {
	now := time.Unix(1e9, 0)
	f := newFloods(200, 1000)
	addr := address("192.0.2.1:1")
	said := 0
	for range 100 { // in ten seconds, each as much as it can at once
		a, _ := f.take(addr, now)
		n := int(max(a.TokensAt(now), 0))
		said += n
		f.leaves(a, addr, n, now)
		now = now.Add(100 * time.Millisecond)
	}
	if most := 1000 + 200*10; said > most {
		t.Errorf("%d lines said in 10 s, want at most %d", said, most)
	}
}

func TestAsManyAllowancesAsConnections(t *testing.T) {
	now := time.Unix(1e9, 0)
	f := newFloods(200, 1000)
	addr := address("192.0.2.1:1")
	for round := range 3 {
		var at []*allowance
		for range 500 {
			a, inherited := f.take(addr, now)
			if want := round > 0; inherited != want {
				t.Fatalf("round %d: inherited is %v", round, inherited)
			}
			at = append(at, a)
		}
		for i, a := range at {
			f.leaves(a, addr, 500+i, now)
		}
	}
	a, _ := f.take(addr, now)
	if got := a.TokensAt(now); got < -500 { // three rounds of 500 lines and more, of 1000 at once
		t.Errorf("the next has %v lines, the one with most left should be taken", got)
	}
	if _, inherited := f.take(address("192.0.2.2:1"), now); inherited {
		t.Error("another address inherits")
	}
	if a, _ := f.take(addr, now.Add(time.Minute)); a.TokensAt(now.Add(time.Minute)) < 1000 {
		t.Error("a minute later it is not forgotten")
	}
	if f.count != 0 || len(f.left) != 0 {
		t.Errorf("%d allowances of %d addresses are kept", f.count, len(f.left))
	}
}

func TestAllowancesAreBounded(t *testing.T) {
	now := time.Unix(1e9, 0)
	f := newFloods(200, 1000)
	for i := range maxAllowances + 5000 {
		a, _ := f.take(address("192.0.2.1:1"), now)
		f.leaves(a, address(fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255)), 1000, now)
	}
	for range 2 * maxOfAddress {
		a, _ := newFloods(200, 1000).take(address("192.0.2.9:1"), now)
		f.leaves(a, address("192.0.2.9:1"), 1000, now)
	}
	if f.count > maxAllowances || len(f.left[netip.MustParsePrefix("192.0.2.9/32")]) > maxOfAddress {
		t.Errorf("%d allowances are kept", f.count)
	}
	a, _ := f.take(address("[2001:db8::1]:1"), now.Add(time.Hour))
	f.leaves(a, address("[2001:db8::1]:1"), 1000, now.Add(time.Hour)) // sweeps
	if f.count != 1 {
		t.Errorf("%d allowances are kept after an hour", f.count)
	}
	if _, inherited := f.take(address("[2001:db8::2]:1"), now.Add(time.Hour)); !inherited {
		t.Error("one customer's next IPv6 address inherits nothing")
	}
}

func TestReconnectingInheritsOverSockets(t *testing.T) {
	m, addr := serve(t, Config{LineRate: 1, LineBurst: 50})
	amy := come(t, addr, "amy", "amy")
	for range 3 {
		bob := dial(t, addr)
		fmt.Fprint(bob, "bob\n"+strings.Repeat("x\n", 50))
		amy.expect(joined("bob"))
		for range 50 {
			amy.expect(group("bob", "x"))
		}
		_ = socket.Reset(bob)
		amy.expect(left("bob"))
		settle(t, func() bool { return m.Stats().Connections == 1 }) // the leave is told before its session is over
		m.floods.mu.Lock()
		owing := m.floods.count
		m.floods.mu.Unlock()
		if owing > 1 {
			t.Fatalf("%d allowances are left", owing)
		}
		if a, inherited := m.floods.take(bob.LocalAddr(), time.Now()); !inherited || a.Tokens() > 10 {
			t.Fatalf("the next one has %v lines at once", a.Tokens())
		}
	}
}

// A leave is told soon, however much the user has sent before.
func TestLeaveIsToldWithMuchUnsaid(t *testing.T) {
	const rate, burst, lines = 20, 10, 300_000
	for _, tc := range []struct {
		name string
		end  func(t *testing.T, c *net.TCPConn)
		most int // lines that can be said until then, generously
	}{
		{"RST", func(t *testing.T, c *net.TCPConn) { _ = socket.Reset(c) }, burst + 3*rate},
		{"FIN", func(t *testing.T, c *net.TCPConn) {
			if err := c.CloseWrite(); err != nil {
				t.Error(err)
			}
		}, burst + 10*rate},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m, addr := serve(t, Config{LineRate: rate, LineBurst: burst})
			amy := come(t, addr, "amy", "amy")
			bob := dial(t, addr)
			fmt.Fprint(bob, "bob\n"+strings.Repeat("x\n", lines))
			amy.expect(joined("bob"), group("bob", "x"))
			tc.end(t, bob)
			said := 1
			for frame := <-amy.got; frame != left("bob"); frame = <-amy.got {
				if frame != group("bob", "x") {
					t.Fatalf("got %q", frame)
				}
				said++
			}
			if said > tc.most {
				t.Errorf("%d lines were said before the leave, want at most %d", said, tc.most)
			}
			if tc.name == "FIN" {
				tally := &tally{conn: bob, in: make(chan struct{})}
				tally.read()
				why := wire.AppendError(nil, wire.LeftEarly.With("the rest of your lines was not said to anybody"))
				if !strings.HasSuffix(string(tally.last), string(why)) {
					t.Errorf("its last frame is %q, want %q", tally.last, why)
				}
				settle(t, func() bool { return m.Stats().LeftUnsaid+uint64(said) == lines })
			}
			settle(t, func() bool { return m.Stats().Connections == 1 && m.ahead.Load() == 0 })
		})
	}
}
