package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"chatsim/chatter"
	"chatsim/manager"
	"chatsim/manager/web"
)

// bare is a page with a field and a place for what comes after the Enter, and
// nothing else: what a browser takes for it no page is quicker than.
const bare = `<!DOCTYPE html><link rel="icon" href="data:,"><title>bare</title>
<form id="enter"><input id="name" autofocus></form><p id="after" hidden>after</p>
<script>document.getElementById('enter').addEventListener('submit', (e) => { e.preventDefault(); after.hidden = false; });</script>`

func bareURL(b *testing.B) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, bare)
	}))
	b.Cleanup(s.Close)
	return s.URL
}

// BenchmarkFirstView is how long a visitor who was never here waits, from the
// navigation on, until the page has run and its field takes a name; and how much of
// a processor the page's thread takes for it, which no other load on the machine
// changes. The same is measured in turn for a page that is bare: the floor.
func BenchmarkFirstView(b *testing.B) {
	h := open(b, manager.Config{}, web.Config{})
	floor := bareURL(b)
	got := samples{b, make(map[string][]float64)}
	for b.Loop() {
		firstView(got, "floor", floor)
		firstView(got, "usable", "http://"+h.addr+"/")
	}
	got.report("usable")
}

func firstView(got samples, of, url string) {
	t := newTab(got.b, "about:blank", look{})
	defer t.close() // the next one has the machine for itself
	t.work()        // counts from here on
	t.run(chromedp.Navigate(url))
	t.until("document.activeElement.id === 'name' && performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd > 0") // the script has run by then
	t.until("performance.getEntriesByName('first-paint').length > 0")
	got.add(of+"-ms", number(got.b, t.eval("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")))
	got.add(of+"-painted-ms", number(got.b, t.eval("performance.getEntriesByName('first-paint')[0].startTime")))
	got.add(of+"-thread-ms", t.work())
}

// BenchmarkJoining is how long one who joins waits, from the Enter on, until what was
// said last is drawn, a screenful of it, and then all 200 lines; and how much of a
// processor the page's thread takes for it. The floor is an Enter by which a bare
// page shows one line.
func BenchmarkJoining(b *testing.B) {
	h := open(b, manager.Config{History: 200}, web.Config{})
	bob := h.line(b, "bob")
	for i := range 200 {
		if err := bob.Say(fmt.Appendf(nil, "line %d of what was said before, with `code` and https://example.org/%d", i, i)); err != nil {
			b.Fatal(err)
		}
	}
	floor := bareURL(b)
	got := samples{b, make(map[string][]float64)}
	for b.Loop() {
		joining(got, "floor", floor, "!document.getElementById('after').hidden", "true")
		joining(got, "drawn", "http://"+h.addr+"/", "[...document.querySelectorAll('#log .line.old')].at(-1)?.textContent.includes('line 199 of')",
			"document.querySelectorAll('#log .line.old').length === 200")
	}
	got.report("drawn")
}

// joining presses Enter and waits until a first and then a second expression is true
// in a frame that was drawn. What changes is looked at when it changes: a page that asks
// for each frame is kept by the browser from what comes for it until that is drawn.
func joining(got samples, of, url, first, all string) {
	t := newTab(got.b, url, look{})
	defer t.close()
	t.until("document.activeElement.id === 'name' && document.readyState === 'complete'")
	t.eval(fmt.Sprintf(`document.getElementById('enter').addEventListener('submit', (e) => {
		const behindFrame = (f) => requestAnimationFrame(() => setTimeout(f));
		const drawn = (seen, is) => {
			const changes = new MutationObserver(() => is() && (changes.disconnect(), behindFrame(() => { window[seen] = performance.now() - e.timeStamp; })));
			changes.observe(document, { subtree: true, childList: true, attributes: true });
		};
		drawn('first', () => %s);
		drawn('all', () => %s);
	}, { capture: true })`, first, all))
	t.run(chromedp.KeyEvent("ann"))
	t.draws(2) // nobody types faster than that is seen
	before := t.work()
	t.run(chromedp.KeyEvent(kb.Enter))
	t.until("window.first > 0 && window.all > 0")
	got.add(of+"-thread-ms", t.work()-before)
	got.add(of+"-ms", number(got.b, t.eval("window.first")))
	got.add(of+"-all-ms", number(got.b, t.eval("window.all")))
}

// samples are what was measured, by what it is.
type samples struct {
	b  *testing.B
	by map[string][]float64
}

func (s samples) add(what string, ms float64) { s.by[what] = append(s.by[what], ms) }

// report reports the median of each, and the ratio of one to the floor.
func (s samples) report(of string) {
	middle := func(what string) float64 {
		slices.Sort(s.by[what])
		return s.by[what][len(s.by[what])/2]
	}
	for what := range s.by {
		s.b.ReportMetric(middle(what), what)
	}
	s.b.ReportMetric(middle(of+"-ms")/middle("floor-ms"), of+"/floor")
	s.b.ReportMetric(0, "ns/op")
}

// work returns how long the page's thread has had a processor, in milliseconds, since
// it was asked first.
func (b *tab) work() (ms float64) {
	b.t.Helper()
	b.run(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}); err != nil {
			return err
		}
		got, err := cdp.Call(ctx, t, performance.GetMetrics, cdp.Empty{})
		for _, m := range got.Metrics {
			if m.Name == "TaskDuration" {
				ms = m.Value * 1000
			}
		}
		return err
	}))
	return ms
}

// BenchmarkTyping is how long a key takes until the next frame is drawn, while
// the room says a thousand lines a second.
func BenchmarkTyping(b *testing.B) {
	h := open(b, manager.Config{}, web.Config{})
	ann := newTab(b, "http://"+h.addr+"/", look{})
	ann.enter("ann")
	bob := h.line(b, "bob")
	go func() {
		var f chatter.Frame
		for bob.Next(&f) == nil { // until it is closed
		}
	}()
	ann.eval(`(() => { window.keys = []; document.getElementById('text').addEventListener('keydown', (e) => {
		requestAnimationFrame(() => window.keys.push(performance.now() - e.timeStamp)); }); })()`)
	const every = 10 * time.Millisecond
	tick := time.NewTicker(every)
	defer tick.Stop()
	said := 0
	for b.Loop() { // a second
		for i := range time.Second / every {
			<-tick.C
			for range every / time.Millisecond {
				if err := bob.Say(fmt.Appendf(nil, "line %d of what others say meanwhile", said)); err != nil {
					b.Fatal(err)
				}
				said++
			}
			if i%20 == 10 {
				ann.run(chromedp.KeyEvent("x"))
			}
		}
	}
	ann.shows("#log", fmt.Sprintf("line %d of", said-1))
	b.ReportMetric(number(b, ann.eval("window.keys.sort((a, b) => a - b)[Math.floor(window.keys.length / 2)]")), "key-ms")
	b.ReportMetric(number(b, ann.eval("Math.max(...window.keys)")), "key-ms-max")
	b.ReportMetric(0, "ns/op")
}

func number(b *testing.B, s string) float64 {
	b.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		b.Fatal(err)
	}
	return v
}
