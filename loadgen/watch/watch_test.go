package watch

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/manager/hinted"
)

func TestMain(m *testing.M) {
	pagesLoad = 20 * time.Millisecond
	goleak.VerifyTestMain(m)
}

var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func serve(t *testing.T, stderr io.Writer) *Server {
	t.Helper()
	s, err := Listen(Config{Addr: "127.0.0.1:0", Pages: http.NotFoundHandler(), Stderr: stderr})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func figures(t *testing.T, s *Server, query string) run {
	t.Helper()
	_, body := get(t, s.URL()+"run.json"+query)
	var r run
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return r
}

func finished() *report.Runs {
	rep := &report.Report{Schema: report.Schema, Verdict: report.Passed, Users: 5, Where: "a room"}
	return report.One(rep)
}

// The figures are those of the run under way, the samples those of all.
func TestFigures(t *testing.T) {
	s := serve(t, io.Discard)
	defer s.Close(context.Background(), false)
	if r := figures(t, s, ""); r.Number != 0 || r.Over || r.Samples == nil {
		t.Errorf("before the first run: %+v", r)
	}
	s.Begin("one")
	for n := range int64(3) {
		s.Take(loadgen.Snapshot{Progress: loadgen.Progress{Phase: loadgen.Loading, Sent: n, Suspected: true}, Present: 10 * n})
	}
	r := figures(t, s, "")
	if r.What != "one" || r.Number != 1 || r.Phase != loadgen.Loading || r.Sent != 2 || !r.Suspected || len(r.Samples) != 3 || r.Samples[2].Users != 20 {
		t.Errorf("after three: %+v", r)
	}
	s.End(report.Failed)
	s.Begin("two")
	r = figures(t, s, "")
	if r.Checks != nil || len(r.Before) != 1 || r.Before[0] != report.Failed {
		t.Errorf("at the start of the next run: %+v", r)
	}
	if r.What != "two" || r.Number != 2 || r.Phase != loadgen.Joining || r.Sent != 0 || r.Suspected || len(r.Samples) != 3 {
		t.Errorf("in the next run: %+v", r)
	}
}

// TestPrintable: a witness's text is harmless on the page, and as it was for who else has it.
func TestPrintable(t *testing.T) {
	const turned = "a\u202eb"
	all := []report.Check{{Witnesses: []report.Witness{{Names: []string{turned}, Sentence: turned, Expected: turned, Came: turned}}}}
	for range 2 {
		for _, c := range printable(all) {
			for _, w := range c.Witnesses {
				for _, text := range append(w.Names, w.Sentence, w.Expected, w.Came) {
					if text != report.Printable(turned) {
						t.Errorf("%q on the page", text)
					}
				}
			}
		}
		if w := all[0].Witnesses[0]; w.Names[0] != turned || w.Sentence != turned {
			t.Errorf("the run's own witness is %+v", w)
		}
	}
}

func TestSamplesAreBoundedAndNewOnesAreGiven(t *testing.T) {
	var r run
	r.begin("a run")
	for n := range most + 10 {
		r.take(loadgen.Snapshot{Progress: loadgen.Progress{Sent: int64(n)}}, nil, time.UnixMilli(int64(n)))
	}
	if n := len(r.Samples); n != most || r.Samples[0].At != 10 {
		t.Errorf("%d samples from %d on, want %d from 10", n, r.Samples[0].At, most)
	}
	if now := r.since(most + 7); len(now.Samples) != 2 || now.Samples[0].At != most+8 {
		t.Errorf("younger than the third last: %+v", now.Samples)
	}
	if now := r.since(most + 9); len(now.Samples) != 0 {
		t.Errorf("younger than the last: %+v", now.Samples)
	}
}

// Servers that have died stand where they did, in all runs that have samples.
func TestDeaths(t *testing.T) {
	var r run
	at := time.UnixMilli(100_000)
	dead := loadgen.Death{Addr: "127.0.0.1:4001\x1b", Killed: true, At: 3 * time.Second, Silence: time.Second}
	r.begin("one")
	r.take(loadgen.Snapshot{At: 5 * time.Second, Progress: loadgen.Progress{Deaths: []loadgen.Death{dead}}}, nil, at)
	dead.Silence *= 2
	r.take(loadgen.Snapshot{At: 6 * time.Second, Progress: loadgen.Progress{Deaths: []loadgen.Death{dead}}}, nil, at.Add(time.Second))
	want := death{Addr: `127.0.0.1:4001\x1b`, Killed: true, At: 98_000, Run: 1, SilenceS: 2}
	if len(r.Deaths) != 1 || r.Deaths[0] != want {
		t.Errorf("%+v, want %+v", r.Deaths, want)
	}
	r.begin("two")
	if now := r.since(0); len(now.Deaths) != 1 {
		t.Errorf("at the start of the next run: %+v", now.Deaths)
	}
	r.take(loadgen.Snapshot{At: 20 * time.Second, Progress: loadgen.Progress{Deaths: []loadgen.Death{dead}}}, nil, at.Add(20*time.Second))
	if len(r.Deaths) != 1 || r.Deaths[0].Run != 2 || r.Deaths[0].At != 103_000 { // the first is older than any sample
		t.Errorf("in the next run: %+v", r.Deaths)
	}
}

// Before its end the run's page is the way in, then the report.
func TestHome(t *testing.T) {
	s := serve(t, io.Discard)
	defer s.Close(context.Background(), false)
	if resp, _ := get(t, s.URL()); resp.StatusCode != http.StatusFound || resp.Header.Get("Location") != "/live" {
		t.Errorf("before the end: %s to %s", resp.Status, resp.Header.Get("Location"))
	}
	if err := s.Done(finished()); err != nil {
		t.Fatal(err)
	}
	resp, body := get(t, s.URL())
	if resp.StatusCode != http.StatusOK || !strings.Contains(body, "PASSED") || !strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("after it: %s, policy %q\n%s", resp.Status, resp.Header.Get("Content-Security-Policy"), body)
	}
	if resp, _ := get(t, s.URL()+"live"); resp.StatusCode != http.StatusFound || resp.Header.Get("Location") != "/" {
		t.Errorf("the run's page after it: %s to %s", resp.Status, resp.Header.Get("Location"))
	}
	if r := figures(t, s, ""); !r.Over {
		t.Error("the page is not told that the run is over")
	}
}

// What is asked for by another host's name is refused, and every answer has the
// headers that a page has.
func TestGuarded(t *testing.T) {
	s, err := Listen(Config{Addr: "127.0.0.1:0", Pages: http.NotFoundHandler(), Hosts: []string{"*.example.org"}, Stderr: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background(), false)
	for _, tc := range []struct {
		host, path string
		want       int
	}{
		{"", "", http.StatusFound}, {"ci.example.org", "live", http.StatusNotFound}, {"", "nosuch", http.StatusNotFound},
		{"evil.example", "", http.StatusMisdirectedRequest}, {"evil.example", "run.json", http.StatusMisdirectedRequest},
	} {
		req, err := http.NewRequest("GET", s.URL()+tc.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = tc.host
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != tc.want || resp.Header.Get("Content-Security-Policy") == "" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s of %q: %s, %v", tc.path, tc.host, resp.Status, resp.Header)
		}
	}
}

// Held, the report is there until somebody ends it.
func TestHold(t *testing.T) {
	r, w := io.Pipe()
	said := make(chan string)
	go func() {
		for buf := make([]byte, 1024); ; {
			n, err := r.Read(buf)
			if err != nil {
				return
			}
			said <- string(buf[:n])
		}
	}()
	defer w.Close()
	var s *Server
	opened := make(chan struct{})
	go func() { s = serve(t, w); close(opened) }()
	if line := <-said; !strings.Contains(line, "watch the run at http://127.0.0.1:") {
		t.Errorf("it says %q", line)
	}
	<-opened
	if err := s.Done(finished()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	closed := make(chan struct{})
	go func() { s.Close(ctx, true); close(closed) }()
	if line := <-said; !strings.Contains(line, "the report is at "+s.URL()+" until Ctrl-C") {
		t.Errorf("it says %q", line)
	}
	if _, body := get(t, s.URL()); !strings.Contains(body, "PASSED") {
		t.Error("there is no report")
	}
	cancel()
	<-closed
	if _, err := client.Get(s.URL()); err == nil {
		t.Error("it is still served")
	}
}

// Without a report there is nothing to hold.
func TestAFailedRunIsNotHeld(t *testing.T) {
	s := serve(t, io.Discard)
	s.Begin("a run that comes to nothing")
	s.Close(context.Background(), true)
	if _, err := client.Get(s.URL()); err == nil {
		t.Error("it is still served")
	}
}

func TestPortInUse(t *testing.T) {
	s := serve(t, io.Discard)
	defer s.Close(context.Background(), false)
	addr := strings.Trim(strings.TrimPrefix(s.URL(), "http://"), "/")
	_, err := Listen(Config{Addr: addr, Stderr: io.Discard})
	if err == nil || err.Error() != "listen on "+addr+": the port is in use" || !strings.Contains(hinted.Hint(err), "-watch") {
		t.Errorf("%v", err)
	}
}
