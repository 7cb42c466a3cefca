package web_test

import (
	"context"
	"fmt"
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

// BenchmarkFirstView is how long a visitor who was never here waits, from the
// navigation on, until the page has run and its field takes a name.
func BenchmarkFirstView(b *testing.B) {
	h := open(b, manager.Config{}, web.Config{})
	var waits []float64
	for b.Loop() {
		ann := newTab(b, "http://"+h.addr+"/", look{})
		ann.until("document.activeElement.id === 'name'")
		ann.until("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd > 0") // the modules have run by then
		waits = append(waits, number(b, ann.eval("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")))
	}
	slices.Sort(waits)
	b.ReportMetric(waits[len(waits)/2], "usable-ms")
	b.ReportMetric(waits[len(waits)-1], "usable-ms-max")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkJoining is how long one who joins waits, from the Enter on, until the last
// 200 lines are drawn; and how much of that the page's own thread takes, which no
// other load on the machine changes.
func BenchmarkJoining(b *testing.B) {
	h := open(b, manager.Config{History: 200}, web.Config{})
	bob := h.line(b, "bob")
	for i := range 200 {
		if err := bob.Say(fmt.Appendf(nil, "line %d of what was said before, with `code` and https://example.org/%d", i, i)); err != nil {
			b.Fatal(err)
		}
	}
	var waits, works []float64
	for b.Loop() {
		ann := newTab(b, "http://"+h.addr+"/", look{})
		ann.until("document.activeElement.id === 'name'")
		ann.eval(`document.getElementById('enter').addEventListener('submit', (e) => {
			const drawn = () => requestAnimationFrame(() => setTimeout(() => { window.waited = performance.now() - e.timeStamp; }));
			const look = () => document.querySelectorAll('#log .line.old').length === 200 ? drawn() : requestAnimationFrame(look);
			look();
		})`)
		before := ann.work()
		ann.run(chromedp.KeyEvent("ann" + kb.Enter))
		ann.until("window.waited > 0")
		works = append(works, ann.work()-before)
		waits = append(waits, number(b, ann.eval("window.waited")))
	}
	slices.Sort(waits)
	slices.Sort(works)
	b.ReportMetric(waits[len(waits)/2], "drawn-ms")
	b.ReportMetric(works[len(works)/2], "thread-ms")
	b.ReportMetric(0, "ns/op")
}

// work returns how long the page's thread has had a processor, in milliseconds.
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
