package loadgen_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"chatsim/loadgen/report"
)

// came returns what a check's witnesses say that came.
func came(rep *report.Report, check string) (all []string) {
	for _, c := range rep.Checks {
		if c.Name == check {
			for _, w := range c.Witnesses {
				all = append(all, w.Came)
			}
		}
	}
	return all
}

// A server that sends what nobody can keep has the streams ended, and told so: it
// has not closed them.
func TestHostileServers(t *testing.T) {
	long := bytes.Repeat([]byte("x"), 3<<20)
	for _, c := range []struct {
		name   string
		memory int64
		send   func(s *server) // once
		want   string
	}{
		{"a line without end", 0, func(s *server) { s.peers[3].write(long) }, "too long: more than 1048576 bytes"},
		{"a roster of many names", 0, func(s *server) {
			s.peers[3].write(fmt.Appendf(nil, "[%s\"\"]\n", strings.Repeat(`"n",`, 1<<19)))
		}, "too long: more than 1048576 bytes"},
		{"the beginning of a line to each", 1 << 20, func(s *server) {
			for _, p := range s.peers {
				p.write(long[:300<<10])
			}
		}, "more of what it sends than -max-memory allows"},
		{"endless joins at one", 1 << 20, func(s *server) {
			for i := range 4000 {
				s.peers[3].write(fmt.Appendf(nil, "{\"join\":[\"s%d\"]}\n", i))
			}
		}, "more of what it sends than -max-memory allows"},
		{"endless joins", 1 << 20, func(s *server) {
			for i := range 40 {
				var names []string
				for k := range 100 {
					names = append(names, fmt.Sprintf("%q", fmt.Sprint("s", i, "-", k)))
				}
				for _, p := range s.peers {
					p.write(fmt.Appendf(nil, "{\"join\":[%s]}\n", strings.Join(names, ",")))
				}
			}
		}, "more of what it sends than -max-memory allows"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := short(serve(t, faults{line: func(s *server, line int) {
				if line == 50 {
					c.send(s)
				}
			}}), lively(t, "steady"))
			cfg.MaxMemory, cfg.Drain = c.memory, patience(t)
			rep := run(t, cfg)
			names := failed(t, rep)
			if strings.HasPrefix(c.name, "endless") && (len(names) != 1 || rep.Checks[0].Violations != 1) {
				t.Errorf("failed: %q, %d violations of the first", names, rep.Checks[0].Violations)
			}
			said := came(rep, "no creation")
			if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, c.want) }) {
				t.Errorf("no creation: %q, want %q in one", said, c.want)
			}
			if slices.Contains(names, "roster accuracy") {
				t.Error("the server is told to have closed the connection")
			}
		})
	}
}

// A server that goes on telling one chatter what nobody said or did has that stream
// ended and the run with it, whatever it tells; all else follows from that. A crowd of
// strangers may be too large to be remembered before anybody else has read a line.
func TestEndlessStreams(t *testing.T) {
	for name, frame := range map[string]string{
		"joins":              `{"join":["s%d"]}`,
		"one join":           `{"join":["s%.0d"]}`,
		"leaves":             `{"leave":["s%d"]}`,
		"joins and leaves":   `{"join":["s%d"]}` + "\n" + `{"leave":["s%[1]d"]}`,
		"rosters":            `["s%d"]`,
		"welcomes":           `{"welcome":"s%d"}`,
		"errors":             `{"error":"e%d"}`,
		"errors about names": `{"error":"no such user: e%d"}`,
		"lines":              " s%d:hello@s%[1]d@------Group chat-------",
		"private lines":      " s%d:hello@s%[1]d@user3",
		"what is no frame":   "nothing %d",
	} {
		if testing.Short() && name != "rosters" && name != "errors" && name != "what is no frame" {
			continue // the others take the race detector half a minute each
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sending sync.WaitGroup
			cfg := short(serve(t, faults{line: func(s *server, line int) {
				if line == 50 {
					p := s.peers[3]
					sending.Go(func() {
						for i, err := 0, error(nil); err == nil; i += 64 {
							var b []byte
							for k := range 64 {
								b = append(fmt.Appendf(b, frame, i+k), '\n')
							}
							_, err = p.conn.Write(b)
						}
					})
				}
			}}), lively(t, "steady"))
			cfg.Duration = 2 * limit
			rep := run(t, cfg)
			sending.Wait()
			names := failed(t, rep)
			if len(names) != 1 || names[0] != "no creation" || rep.Checks[0].Violations != 1 ||
				!strings.Contains(rep.CutBy, "goes on telling") && !(strings.Contains(name, "join") && strings.Contains(rep.CutBy, "-max-memory")) {
				t.Errorf("failed: %q, %d violations of the first, cut by %q", names, rep.Checks[0].Violations, rep.CutBy)
			}
		})
	}
}
