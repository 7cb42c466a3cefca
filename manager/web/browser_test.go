package web_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	pages "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// shots is where screenshots of what the tests see go, for people to look at.
var shots = flag.String("shots", "", "write screenshots into this directory")

var browsers = []string{"chromium", "chromium-browser", "google-chrome", "chrome", "headless-shell"}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if stopBrowser != nil {
		stopBrowser()
	}
	os.Exit(code)
}

var stopBrowser func()

// browser starts one for all tests, when the first asks for it.
var browser = sync.OnceValues(func() (context.Context, error) {
	path, err := lookFor(browsers...)
	if err != nil {
		return nil, err
	}
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.Headless,
		chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true))
	ctx, stop := chromedp.NewContext(alloc)
	stopBrowser = func() { stop(); stopAlloc() }
	return ctx, chromedp.Do(ctx)
})

// lookFor returns the path of the first of these programs that there is.
func lookFor(names ...string) (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no browser was found, tried %s", strings.Join(names, ", "))
}

// withoutBrowser ends a test for which there is no browser.
func withoutBrowser(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("CHATSIM_BROWSER") == "required" {
		t.Fatal(err)
	}
	t.Skipf("NOT TESTED in a browser: %v (CHATSIM_BROWSER=required makes this a failure)", err)
}

// look is how a tab is looked at.
type look struct {
	language      string // "": en
	width, height int64  // 0: 1100 by 700
	dark          bool
	hurried       bool // what waits does not wait for long
}

// tab is a page in a visitor's browser of its own. All that its console says is
// a failure, but what the test allows.
type tab struct {
	t     testing.TB
	ctx   context.Context
	width int64
	close func() // the tab, before the end of the test

	mu      sync.Mutex
	said    []string // by the console
	allowed []string
}

func newTab(t testing.TB, url string, l look) *tab {
	t.Helper()
	parent, err := browser()
	if err != nil {
		withoutBrowser(t, err)
	}
	b := &tab{t: t}
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.hear))
	b.ctx = ctx
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	b.close = sync.OnceFunc(func() {
		cancel()
		if said := b.complaints(); len(said) > 0 {
			t.Errorf("the console says: %q", said)
		}
	})
	t.Cleanup(b.close)
	if l.language == "" {
		l.language = "en"
	}
	if l.width == 0 {
		l.width, l.height = 1100, 700
	}
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	b.width = l.width
	b.run(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err1 := cdp.Call(ctx, t, log.Enable, cdp.Empty{})
		_, err2 := cdp.Call(ctx, t, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: "chatsim-test", AcceptLanguage: l.language})
		_, err3 := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		_, err4 := cdp.Call(ctx, t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: l.width, Height: l.height, DeviceScaleFactor: 1, Mobile: l.width < 500})
		err5 := hurry(ctx, t, l.hurried)
		return errors.Join(err1, err2, err3, err4, err5)
	}), chromedp.Navigate(url))
	return b
}

// hurry has the timers of a tab's pages wait 50 ms at most.
func hurry(ctx context.Context, t *chromedp.Target, hurried bool) error {
	if !hurried {
		return nil
	}
	_, err := cdp.Call(ctx, t, pages.AddScriptToEvaluateOnNewDocument, pages.AddScriptToEvaluateOnNewDocumentParams{
		Source: "((wait) => { window.setTimeout = (f, ms, ...args) => wait(f, Math.min(ms, 50), ...args); })(window.setTimeout)"})
	return err
}

func (b *tab) hear(event any) {
	text := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text = fmt.Sprintf("%+v", e.ExceptionDetails)
	case *runtime.EventConsoleAPICalled:
		text = fmt.Sprintf("%s %+v", e.Type, e.Args)
	case *log.EventEntryAdded:
		text = fmt.Sprintf("%s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL)
	default:
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = append(b.said, text)
}

// allow lets the console say, from now to the end, what has part in it.
func (b *tab) allow(part string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.allowed = append(b.allowed, part)
}

// complaints are what the console has said and may not.
func (b *tab) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(b.said), func(s string) bool {
		return slices.ContainsFunc(b.allowed, func(part string) bool { return strings.Contains(s, part) })
	})
}

func (b *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, limit)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) text(selector string) string {
	return b.eval(fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector))
}

// until waits in the page until an expression is true.
func (b *tab) until(expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, limit)
	defer cancel()
	wait := fmt.Sprintf("new Promise((ok) => { const look = () => (%s) ? ok(true) : setTimeout(look, 10); look(); })", expression)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](wait, chromedp.EvalAwaitPromise)); err != nil {
		b.t.Fatalf("waiting for %s: %v\nthe page shows:\n%s", expression, err, b.text("body"))
	}
}

// retries has the page connect again without waiting, as where the network is back, until
// an expression is true.
func (b *tab) retries(expression string) {
	b.t.Helper()
	b.until("(dispatchEvent(new Event('online')), " + expression + ")")
}

// draws waits until the page has drawn so many frames more.
func (b *tab) draws(frames int) {
	b.t.Helper()
	b.eval(fmt.Sprintf("(window.toDraw = %d, requestAnimationFrame(function next() { if (--window.toDraw > 0) requestAnimationFrame(next); }))", frames))
	b.until("window.toDraw === 0")
}

// fits reports whether nothing is wider than the screen. A phone's window grows with
// what is in it, so it is not asked.
func (b *tab) fits() bool {
	b.t.Helper()
	return b.eval(fmt.Sprintf("document.documentElement.scrollWidth <= %d", b.width)) == "true"
}

// lands waits until the page is the one at a path, which until cannot: what it
// waits for goes with the page that is left.
func (b *tab) lands(path string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, limit)
	defer cancel()
	for ctx.Err() == nil {
		at, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.pathname + ' ' + document.readyState"))
		if err == nil && at == path+" complete" {
			return
		}
	}
	b.t.Fatalf("the page is not the one at %s; it shows:\n%s", path, b.text("body"))
}

// shows waits until the text of an element has a part.
func (b *tab) shows(selector, part string) {
	b.t.Helper()
	b.until(fmt.Sprintf("document.querySelector(%q)?.innerText.includes(%q)", selector, part))
}

func (b *tab) eval(expression string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, limit)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		b.t.Errorf("%s: %v", expression, err)
	}
	return value
}

// enter logs in by the keyboard alone.
func (b *tab) enter(name string) {
	b.t.Helper()
	b.until("document.activeElement.id === 'name'")
	b.run(chromedp.KeyEvent(name + kb.Enter))
	b.until("!document.getElementById('chat').hidden")
}

// say types a line and sends it.
func (b *tab) say(line string) {
	b.t.Helper()
	b.until("document.activeElement.id === 'text'")
	b.run(chromedp.KeyEvent(line + kb.Enter))
}

func (b *tab) click(selector string) {
	b.t.Helper()
	b.run(chromedp.Click(chromedp.CSS(selector)))
}

// shoot writes what is seen into a file, where people asked for it.
func (b *tab) shoot(name string) {
	b.t.Helper()
	if *shots == "" {
		return
	}
	b.until("document.getAnimations().length === 0") // not between two colours
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o644)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}
