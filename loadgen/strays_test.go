package loadgen_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"chatsim/loadgen/report"
)

// A server may send very many objects that nobody knows, to one or to all: that is
// allowed, nothing is lost by it, and the report says so.
func TestStrays(t *testing.T) {
	for name, all := range map[string]bool{"to one": false, "to all": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sending sync.WaitGroup
			motd := []byte(strings.Repeat(`{"motd":"hi"}`+"\n", 1<<10))
			cfg := short(serve(t, faults{line: func(s *server, line int) {
				if line != 50 {
					return
				}
				for i, p := range s.peers {
					if all || i == 3 {
						sending.Go(func() {
							for range 3 << 20 / len(motd) {
								s.mu.Lock() // what is said has its turn
								_, _ = p.conn.Write(motd)
								s.mu.Unlock()
							}
						})
					}
				}
			}}), lively(t, "steady"))
			cfg.Drain = unhurried
			began := time.Now()
			rep := run(t, cfg)
			took := time.Since(began)
			sending.Wait()
			if rep.Verdict != report.Passed || rep.CutBy != "" || rep.Deliveries != rep.ExpectedDeliveries || took > limit {
				t.Errorf("%s after %v, cut by %q, %d of %d deliveries: %q", rep.Verdict, took, rep.CutBy, rep.Deliveries, rep.ExpectedDeliveries, failed(t, rep))
			}
			if !strings.Contains(strings.Join(rep.Warnings, "\n"), "strays: the server sent") {
				t.Errorf("warnings %q", rep.Warnings)
			}
		})
	}
}
