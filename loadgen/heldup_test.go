package loadgen_test

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"chatsim/chatter"
	"chatsim/loadgen"
	"chatsim/loadgen/report"
)

// gated is a connection that takes nothing of one write for a while, as if the other
// side read nothing.
type gated struct {
	net.Conn
	shuts func() bool // this write
	until func() bool // at least, after a time
	once  sync.Once
}

// heldUp is how long a gated connection takes nothing at least.
const heldUp = 1200 * time.Millisecond

func (c *gated) Write(b []byte) (int, error) {
	if c.shuts() {
		c.once.Do(func() {
			<-time.After(heldUp)
			for tick := time.NewTicker(time.Millisecond); !c.until(); <-tick.C {
			}
		})
	}
	return c.Conn.Write(b)
}

// said reports whether the members have said so many lines.
func (s *server) said(lines int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lines >= lines
}

// A server that reads nothing of one chatter holds up that one alone: what it had to
// say is said later, everybody else goes on, and the report tells.
func TestAServerThatReadsNothingOfOne(t *testing.T) {
	for name, foreign := range map[string]bool{"read by a reader": false, "read by its own goroutine": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, faults{})
			cfg := short(s, lively(t, "steady"))
			cfg.Duration = heldUp
			cfg.Join = func(ctx context.Context, name string) (loadgen.Client, error) {
				var d net.Dialer
				conn, err := d.DialContext(ctx, "tcp", s.addr)
				if err != nil {
					return nil, err
				}
				if name == "user3" {
					conn = &gated{Conn: conn, shuts: func() bool { return s.said(20) }, until: func() bool { return s.said(100) }}
				}
				client, err := chatter.New(conn, name)
				if err == nil && foreign {
					return struct{ loadgen.Client }{client}, nil
				}
				return client, err
			}
			rep := run(t, cfg)
			passes(t, rep)
			h := rep.HeldUp
			if rep.Verdict != report.Passed || h == nil || h.Chatters != 1 || h.LongestS < heldUp.Seconds() || h.LinesLate < 1 || h.LinesUnsent != 0 {
				t.Errorf("%s, held up: %+v", rep.Verdict, h)
			}
			if want := int64(float64(cfg.Rate) * cfg.Duration.Seconds()); rep.Sent < want-1 {
				t.Errorf("%d lines are sent, want %d", rep.Sent, want)
			}
			about := " could not send for "
			if text := strings.Join(rep.Warnings, "\n"); !strings.Contains(text, about) {
				t.Errorf("the warnings are %q, want one that has %q", rep.Warnings, about)
			}
		})
	}
}
