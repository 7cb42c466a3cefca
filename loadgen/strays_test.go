package loadgen_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"html"
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
		if testing.Short() && all {
			continue // eight times as much work for the race detector
		}
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
			if s := rep.Strays; s == nil || s.Bytes < 2<<20 || s.Connections == 0 || all != (s.Connections > 1) {
				t.Errorf("%+v", s)
			}
			agree(t, rep)
		})
	}
}

// agree holds that each form of a report has how much came beside the room's frames.
func agree(t *testing.T, rep *report.Report) {
	t.Helper()
	for expr, want := range map[string]report.Verdict{"strays<=1MB": report.Failed, "strays>2MB": report.Passed} {
		th, err := report.ParseThreshold(expr)
		if err != nil {
			t.Fatal(err)
		}
		if rep.Conclude([]report.Threshold{th}); rep.Thresholds[0].Verdict != want {
			t.Errorf("%s: %+v", expr, rep.Thresholds)
		}
	}
	figure := report.Bytes(float64(rep.Strays.Bytes))
	for form, write := range map[string]func(*bytes.Buffer) error{
		"text":  func(b *bytes.Buffer) error { return report.Text(b, rep, report.TextOptions{Width: 400}) },
		"JUnit": func(b *bytes.Buffer) error { return report.JUnit(b, report.One(rep)) },
		"HTML":  func(b *bytes.Buffer) error { return report.HTML(b, report.One(rep)) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil || !strings.Contains(html.UnescapeString(b.String()), figure+" beside the room's frames") {
			t.Errorf("%s: %v, no %s in\n%s", form, err, figure, b.String())
		}
	}
	var b bytes.Buffer
	var back report.Report
	if err := errors.Join(report.JSON(&b, rep), json.Unmarshal(b.Bytes(), &back)); err != nil || *back.Strays != *rep.Strays {
		t.Errorf("%v: %+v in JSON, %+v", err, back.Strays, rep.Strays)
	}
}
