package loadgen

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/chatter"
	"chatsim/loadgen/check"
	"chatsim/manager/wire"
)

// guest is a client in a room that is slow to let it in, and that nobody else
// is in.
type guest struct {
	Client
	left   chan struct{} // closed when it has left
	closed chan struct{} // if not nil, closed by Close, and nothing comes before
	frames []wire.Frame  // that are to come
	out    func()
}

func newGuest(name string, out func()) *guest {
	names := [][]byte{[]byte(name)}
	return &guest{left: make(chan struct{}), out: out,
		frames: []wire.Frame{{Kind: wire.Welcome, Names: names}, {Kind: wire.Roster, Names: names}}}
}

func (c *guest) Next(f *Frame) error {
	if c.closed != nil {
		<-c.closed
	}
	if len(c.frames) > 0 {
		*f, c.frames = Frame{Frame: c.frames[0], At: time.Now()}, c.frames[1:]
		return nil
	}
	<-c.left
	return io.EOF
}

func (c *guest) Leave(chatter.Leave) error { c.out(); close(c.left); return nil }

func (c *guest) Close() error {
	if c.closed != nil && len(c.frames) > 0 {
		close(c.closed)
	}
	return nil
}

// A room may take longer to let a chatter in than the plan keeps it away: it
// is never there twice, and its leaves and returns are made in their order.
func TestReturnsAreMadeOneByOne(t *testing.T) {
	for name, tc := range map[string]struct {
		acts   []string // of the plan, a second apart; the room takes three and a half
		joins  int
		stays  bool // it is there at the end
		failed bool // its first return
	}{
		"one":                      {[]string{"leave", "return"}, 2, true, false},
		"a leave meanwhile":        {[]string{"leave", "return", "leave"}, 2, false, false},
		"there and back meanwhile": {[]string{"leave", "return", "leave", "return"}, 3, true, false},
		"twice meanwhile":          {[]string{"leave", "return", "leave", "return", "leave", "return"}, 4, true, false},
		"a return for nothing":     {[]string{"leave", "return", "return"}, 2, true, false},
		"one fails":                {[]string{"leave", "return", "leave", "return"}, 3, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				joins, inside := 0, 0
				cfg := Config{Users: 1, Verify: check.Off, Join: func(_ context.Context, name string) (Client, error) {
					joins++
					time.Sleep(3500 * time.Millisecond)
					if tc.failed && joins == 2 {
						return nil, io.ErrUnexpectedEOF
					}
					if inside++; inside > 1 {
						t.Error("it is in the room twice")
					}
					return newGuest(name, func() { inside-- }), nil
				}}.withDefaults()
				r := newRun(cfg)
				u := r.users[0]
				if err := u.come(t.Context()); err != nil {
					t.Fatal(err)
				}
				for _, act := range tc.acts {
					if act == "return" {
						u.box.post(task{act: come, ctx: r.life.ctx})
					} else {
						u.box.post(task{act: leave, kind: check.Reset})
					}
					time.Sleep(time.Second)
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				if joins != tc.joins || (inside == 1) != tc.stays || !u.box.settled() {
					t.Errorf("%d joins, %d inside, %d tasks to do; want %d joins, inside: %v", joins, inside, len(u.box.queue.tasks), tc.joins, tc.stays)
				}
				if got := r.measure.Interim(r.clock.now()).Present; got != int64(inside) {
					t.Errorf("%d are counted, %d are there", got, inside)
				}
				r.life.over.Store(true)
				r.life.end()
				if s := u.box.stops(); s != nil {
					close(s.client.Client.(*guest).left)
				}
				r.life.workers.Wait()
				r.life.reading.Wait()
			})
		})
	}
}

// An idle chatter has no goroutine, and does what it is told from a new one.
func TestIdleChatterHasNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here := false
		cfg := Config{Users: 1, Verify: check.Off, Join: func(_ context.Context, name string) (Client, error) {
			here = true
			return newGuest(name, func() { here = false }), nil
		}}.withDefaults()
		r := newRun(cfg)
		u := r.users[0]
		for range 2 {
			if err := u.come(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.life.workers.Wait() // for ever, if a goroutine waits for a task
			if !here || !u.box.settled() {
				t.Fatal("it is not in the room, or not idle")
			}
			u.box.post(task{act: leave, kind: check.Reset})
			r.life.workers.Wait()
			r.life.reading.Wait()
			if here || !u.box.settled() {
				t.Fatal("it has not left, or is not idle")
			}
		}
	})
}

// Who is let in at the very moment at which it stops waiting has joined, and left.
func TestInWhileGivingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var late *guest
		cfg := Config{Users: 1, Verify: check.Off, Join: func(_ context.Context, name string) (Client, error) {
			late = newGuest(name, nil)
			late.closed = make(chan struct{})
			close(late.left)
			return late, nil
		}}.withDefaults()
		r := newRun(cfg)
		if _, err := r.users[0].join(task{ctx: t.Context()}); !errors.Is(err, errSilent) {
			t.Error(err)
		}
		if r.presence.joined.Load() != 1 || r.departures.figures().RST != 1 || r.measure.Interim(r.clock.now()).Present != 0 {
			t.Errorf("%d joined, left %v", r.presence.joined.Load(), r.departures.figures())
		}
		r.life.end()
		r.life.reading.Wait()
	})
}

// refusing is a client that is told an error, and let in a while after that.
type refusing struct {
	*guest
	told  bool
	lets  time.Duration // after which it is let in
	ended sync.Once
	close chan struct{}
}

func (c *refusing) Next(f *Frame) error {
	if !c.told {
		c.told = true
		*f = Frame{Frame: wire.Frame{Kind: wire.Error, Text: []byte("banned")}, At: time.Now()}
		return nil
	}
	select {
	case <-time.After(c.lets):
		return c.guest.Next(f)
	case <-c.close:
		return io.EOF
	}
}

func (c *refusing) Close() error {
	c.ended.Do(func() { close(c.close) })
	return nil
}

// A server that refuses a client and keeps the connection is not waited for as one that
// says nothing is; one that lets it in a little later has it.
func TestRefusedAndNotClosed(t *testing.T) {
	for lets, in := range map[time.Duration]bool{time.Second: true, time.Minute: false} {
		synctest.Test(t, func(t *testing.T) {
			cfg := Config{Users: 1, Verify: check.Off, Join: func(_ context.Context, name string) (Client, error) {
				return &refusing{guest: newGuest(name, func() {}), lets: lets, close: make(chan struct{})}, nil
			}}.withDefaults()
			r := newRun(cfg)
			s, err := r.users[0].join(task{ctx: t.Context()})
			if (err == nil) != in {
				t.Errorf("let in after %v: %v", lets, err)
			}
			if refused := new(refusedError); err != nil && (!errors.As(err, &refused) || refused.said != "banned") {
				t.Error(err)
			}
			if waited := r.clock.now(); waited > afterRefusal {
				t.Errorf("it waited %v", waited)
			}
			r.life.over.Store(true)
			r.life.end()
			if s != nil {
				close(s.client.Client.(*refusing).left)
			}
			r.life.reading.Wait()
		})
	}
}
