package web_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/loadgen/watch"
	"chatsim/manager"
	"chatsim/manager/host"
	"chatsim/manager/web"
)

// watched serves the page of a run.
func watched(t *testing.T, room func() any) (*watch.Server, string) {
	t.Helper()
	s, err := watch.Listen(watch.Config{Addr: "127.0.0.1:0", Pages: web.Run(), Room: room, Stderr: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(context.Background(), false) })
	return s, s.URL()
}

// A run is seen while it goes on, and whoever sees it end has its report.
func TestRunIsWatched(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{Measure: true}, web.Config{})
	s, url := watched(t, func() any { return host.Sample(h.room.Stats(), time.Now()) })
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cfg := loadgen.Config{Join: loadgen.Dial(h.addr), Where: "a room", Users: 20, Duration: time.Hour, Warmup: -1, Rate: 200, Watch: s.Take}
	b := newTab(t, url, look{hurried: true})
	b.shows("#verdict", "Nothing is checked yet")
	b.shows("#phase", "Getting ready")
	s.Begin(cfg.String())
	ended := make(chan error, 1)
	go func() {
		rep, err := loadgen.Run(ctx, cfg)
		if err == nil {
			rep.Conclude(nil)
			err = s.Done(report.One(rep))
		}
		ended <- err
	}()
	b.shows("#verdict", "No violation so far")
	b.shows("#what", "20 chatters, 200 lines/s")
	b.until("document.querySelectorAll('figure:not([hidden])').length === 7")
	b.until("[...document.querySelectorAll('figure path')].filter((p) => p.getAttribute('d').includes('L')).length >= 8")
	b.shows("#checks", "total order")
	b.until("[...document.querySelectorAll('#checks tr')].some((r) => r.innerText.includes('total order') && r.innerText.includes('nothing against it'))")
	b.until("/delivery\\s+[0-9.]+ (µs|ms)/.test(document.querySelector('#latency').innerText)")
	b.shoot("run")
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	b.lands("/")
	b.shows(".verdict", "INTERRUPTED")
	b.until("[...document.querySelectorAll('h2')].some((h) => h.innerText === 'Configuration')")
	b.shoot("run-report")

	late := newTab(t, url+"live", look{}) // what it came to is in the report
	late.lands("/")
	late.shows(".verdict", "INTERRUPTED")
}

// seen returns a run in which something went wrong, with names and texts that a page
// must take for nothing else.
func seen(n int64) loadgen.Snapshot {
	p50, p99 := int64(2_100_000), int64(7_800_000)
	ratio := float64(p99) / float64(p50)
	lat := &report.Latency{Count: 1000, P50: &p50, P99: &p99, Max: 9_000_000}
	return loadgen.Snapshot{
		Progress: loadgen.Progress{Phase: loadgen.Loading, Part: loadgen.Part{Name: "spike", Number: 2, Of: 3, At: 1900 * time.Millisecond, For: 5 * time.Second}, Done: 0.4, Joined: 100, Sent: 100 * n, Deliveries: 10_000 * n,
			Deaths: []loadgen.Death{{Addr: "127.0.0.1:4001", Killed: true, Silence: 1234 * time.Millisecond}, {Addr: "\u202e<b>:4002"}}},
		Present: 98, Evicted: map[string]int64{"slow": 2}, P50: &p50, P99: &p99,
		Latency: report.Latencies{Delivery: lat, Last: lat}, Refused: 1234,
		Errors: report.Errors{Count: 1300, Kinds: []report.ErrorKind{{Text: "slow down: …", Count: 1290, Example: "slow down: \u202e<img src=x onerror=alert(1)>"}}, Others: 10},
		Checks: []report.Check{
			{Name: "no creation", Evaluations: 10_000 * n},
			{Name: "no duplication", Verdict: report.Failed, Evaluations: 10_000 * n, Violations: 1, Witnesses: []report.Witness{{Check: "no duplication",
				Names: []string{"\u202egnp.nna", "<script>alert(1)</script>"}, Sentence: "an entry came twice: <img src=x onerror=alert(1)>",
				Expected: "what was said", Came: strings.Repeat("long ", 60)}}},
			{Name: "validity", Evaluations: 100 * n, Reason: "evaluated at the end"},
			{Name: "isolation", Verdict: report.NotExercised},
		},
		Roles: []loadgen.RoleNow{
			{Acts: true, Role: report.Role{Name: "flood", Acted: 12, Evicted: map[string]int64{"flood": 3}, Throttled: 2, Refused: 1234, Lines: 4321,
				P99With: &p99, P99Without: &p50, Ratio: &ratio, Pairs: make([]report.RolePair, 6)}},
			{Role: report.Role{Name: "slow", Acted: 3, Pairs: make([]report.RolePair, 2)}},
		},
	}
}

func TestRunWithViolations(t *testing.T) {
	t.Parallel()
	for _, l := range []look{{}, {dark: true}, {language: "zh-CN", width: 390, height: 780}, {width: 390, height: 780, dark: true}} {
		l.hurried = true
		s, url := watched(t, nil)
		s.Begin("100 chatters, 100 lines/s of 64 bytes in all, scenario mixed, for 10s after 1s of warm-up, seed 7; server at example.org:9999")
		s.Take(seen(1))
		b := newTab(t, url, l)
		want := map[string]string{"": "1 violation", "zh-CN": "1 项违规"}[l.language]
		b.shows("#verdict", want)
		b.shows("#witnesses", "<script>alert(1)</script>")
		b.shows("#witnesses", "<img src=x onerror=alert(1)>")
		b.shows("#witnesses", `\u202egnp.nna`) // what would turn the text's direction is written out
		b.shows("#evicted", map[string]string{"": "too far behind", "zh-CN": "读取过慢"}[l.language])
		b.shows("#refused", "1,234")
		b.shows("#said", `slow down: \u202e<img src=x onerror=alert(1)>`)
		b.shows("#phase", map[string]string{"": "spike, phase 2 of 3, 1 s of 5 s", "zh-CN": "spike，第 2 阶段，共 3 个，1 / 5 秒"}[l.language])
		b.until("document.querySelectorAll('#roles tr').length === 3")
		for row, want := range []map[string]string{
			{"": "flood ● acting 7.8 ms 2.1 ms 3.71 9 of 12 3 0 2 1,234 4,321", "zh-CN": "刷屏 ● 行动中 7.8 ms 2.1 ms 3.71 9 / 12 次 3 0 2 1,234 4,321"},
			{"": "slow resting – – 2 of 5 pairs 3 of 3 0 0 0 0 0", "zh-CN": "读得慢 等待中 – – 2 / 5 对 3 / 3 次 0 0 0 0 0"},
		} {
			if got := b.eval(fmt.Sprintf("[...document.querySelectorAll('#roles tr')[%d].cells].map((c) => c.innerText).join(' ')", row+1)); got != want[l.language] {
				t.Errorf("%+v: the role is shown as %q, want %q", l, got, want[l.language])
			}
		}
		wantDeaths := map[string]string{"": "✕1 127.0.0.1:4001 was killed 1.23 s ✕2 \\u202e<b>:4002 died 0 s", "zh-CN": "✕1 127.0.0.1:4001 被终止 1.23 s ✕2 \\u202e<b>:4002 停止 0 s"}[l.language]
		if got := b.eval("[...document.querySelectorAll('#deaths tbody tr')].flatMap((r) => [...r.cells].filter((_, i) => i !== 2).map((c) => c.innerText)).join(' ')"); got != wantDeaths {
			t.Errorf("%+v: the deaths are shown as %q, want %q", l, got, wantDeaths)
		}
		const marked = "[...document.querySelectorAll('figure:not([hidden])')].filter((f) => f.querySelectorAll('.marks span').length === 2 && f.querySelector('.event').getAttribute('d') === 'M300.0 0V80M300.0 0V80').length"
		if n := b.eval(marked); n != "4" {
			t.Errorf("%s charts have the marks of both deaths", n)
		}
		if text := b.text("#checks"); strings.Count(text, "✓") != 1 {
			t.Errorf("one check of the four has nothing against it so far:\n%s", text)
		}
		if n := b.eval("document.querySelectorAll('figure:not([hidden])').length"); n != "4" {
			t.Errorf("%s charts, want the 4 that need no room of this process", n)
		}
		if wrong := b.eval(audit); wrong != "" {
			t.Errorf("%+v:\n%s", l, wrong)
		}
		if !b.fits() {
			t.Errorf("%+v: wider than the screen", l)
		}
		b.shoot("run-failed" + l.language + map[bool]string{true: "-dark"}[l.dark] + map[bool]string{true: "-phone"}[l.width > 0])

		s.End(report.Failed)
		s.Begin("another one")
		calm := seen(1)
		calm.Checks, calm.Suspected = calm.Checks[:1], true
		s.Take(calm)
		b.until("document.querySelector('#what').innerText.includes('another one') && document.querySelector('#against').hidden")
		if text := b.text("#verdict"); !strings.Contains(text, "the end decides") && !strings.Contains(text, "结束时判定") {
			t.Errorf("a suspicion is shown as %q", text)
		}
		if text := b.text("#before.failed"); !strings.Contains(text, "failed") && !strings.Contains(text, "失败") {
			t.Errorf("the failed run before it is shown as %q", text)
		}
		calm.Checks, calm.Suspected = nil, false
		s.Take(calm)
		b.until("document.getElementById('checked').hidden")
		if text := b.text("#verdict"); text != "Measured, not verified" && text != "只测量，不验证" {
			t.Errorf("a run that is not verified is shown as %q", text)
		}
	}
}

// A mark is where its instant is among the samples, and nowhere before them.
func TestPlaceOfMarks(t *testing.T) {
	t.Parallel()
	b := modules(t, "series")
	for at, want := range map[int]string{999: "null", 1000: "0", 1500: "0.5", 2000: "1", 3000: "1.5", 4000: "2", 9000: "2"} {
		if got := b.eval(fmt.Sprintf("JSON.stringify(m.placeOf([{at_ms: 1000}, {at_ms: 2000}, {at_ms: 4000}], %d))", at)); got != want {
			t.Errorf("%d is at %s, want %s", at, got, want)
		}
	}
	if got := b.eval("JSON.stringify(m.placeOf([], 1))"); got != "null" {
		t.Errorf("without samples: %s", got)
	}
}

// A page whose run has gone says so.
func TestRunGone(t *testing.T) {
	t.Parallel()
	s, err := watch.Listen(watch.Config{Addr: "127.0.0.1:0", Pages: web.Run(), Stderr: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	b := newTab(t, s.URL(), look{hurried: true})
	b.shows("#verdict", "Nothing is checked yet")
	s.Close(context.Background(), false)
	b.allow("ERR_CONNECTION_REFUSED")
	b.shows("#state", "does not answer")
}
