package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"testing"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// firefox is a browser that is driven by WebDriver BiDi, which is JSON over a
// WebSocket: https://w3c.github.io/webdriver-bidi.
type firefox struct {
	t    testing.TB
	conn *websocket.Conn
	hung context.Context // done when the test has taken too long

	mu      sync.Mutex
	last    int
	waiting map[int]chan answer
	said    []string // by the consoles of all pages
}

// answer is what the browser sends: to a command, or without an ID of an event.
type answer struct {
	ID      int
	Error   string
	Message string
	Result  json.RawMessage
	Method  string
	Params  json.RawMessage
}

var listening = regexp.MustCompile(`WebDriver BiDi listening on (ws://\S+)`)

// startFirefox starts one, with a profile of its own, until the end of the test.
func startFirefox(t testing.TB) *firefox {
	t.Helper()
	path, err := lookFor("firefox-esr", "firefox")
	if err != nil {
		withoutBrowser(t, err)
	}
	ctx, stop := context.WithTimeout(context.Background(), 2*limit)
	t.Cleanup(stop)
	cmd := exec.CommandContext(ctx, path, "--headless", "--no-remote", "--profile", t.TempDir(), "--remote-debugging-port", "0", "about:blank")
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "MOZ_CRASHREPORTER_DISABLE=1")
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(out)
	url := ""
	for url == "" {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatalf("%s ended before it could be driven: %v", path, cmd.Wait())
		}
		if m := listening.FindStringSubmatch(line); m != nil {
			url = m[1]
		}
	}
	b := &firefox{t: t, hung: ctx, waiting: make(map[int]chan answer)}
	var wg sync.WaitGroup
	wg.Go(func() { io.Copy(io.Discard, in) })
	if b.conn, _, err = websocket.Dial(ctx, url+"/session", nil); err != nil {
		t.Fatal(err)
	}
	b.conn.SetReadLimit(-1)
	wg.Go(b.hear)
	t.Cleanup(func() {
		b.call("browser.close", object{}, nil)
		wg.Wait()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if len(b.said) > 0 {
			t.Errorf("the console says: %q", b.said)
		}
	})
	b.call("session.new", object{"capabilities": object{}}, nil)
	b.call("session.subscribe", object{"events": []string{"log.entryAdded"}}, nil)
	return b
}

type object map[string]any

// hear takes in all that the browser sends, until it has gone.
func (b *firefox) hear() {
	for {
		var a answer
		if err := wsjson.Read(b.hung, b.conn, &a); err != nil {
			b.mu.Lock()
			for _, asked := range b.waiting {
				close(asked)
			}
			b.waiting = nil
			b.mu.Unlock()
			return
		}
		b.mu.Lock()
		if asked, ok := b.waiting[a.ID]; ok {
			asked <- a
			delete(b.waiting, a.ID)
		} else if a.Method == "log.entryAdded" {
			b.said = append(b.said, string(a.Params))
		}
		b.mu.Unlock()
	}
}

// call sends a command and waits for its result.
func (b *firefox) call(method string, params object, result any) {
	b.t.Helper()
	asked := make(chan answer, 1)
	b.mu.Lock()
	b.last++
	id := b.last
	if b.waiting == nil {
		b.mu.Unlock()
		b.t.Fatalf("%s: the browser has gone", method)
	}
	b.waiting[id] = asked
	b.mu.Unlock()
	if err := wsjson.Write(b.hung, b.conn, object{"id": id, "method": method, "params": params}); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	a, ok := <-asked
	switch {
	case !ok && method == "browser.close": // it may go without an answer
	case !ok:
		b.t.Fatalf("%s: the browser has gone", method)
	case a.Error != "":
		b.t.Fatalf("%s %v: %s: %s", method, params, a.Error, a.Message)
	case result != nil:
		if err := json.Unmarshal(a.Result, result); err != nil {
			b.t.Fatalf("%s: %v", method, err)
		}
	}
}

// visitor is a page of somebody whose storage nobody else has.
type visitor struct {
	*firefox
	page string
}

func (b *firefox) visit(url string) *visitor {
	b.t.Helper()
	var user struct{ UserContext string }
	b.call("browser.createUserContext", object{}, &user)
	var page struct{ Context string }
	b.call("browsingContext.create", object{"type": "window", "userContext": user.UserContext}, &page)
	b.call("browsingContext.navigate", object{"context": page.Context, "url": url, "wait": "complete"}, nil)
	return &visitor{b, page.Context}
}

// eval returns what an expression is in the page, as a string; a promise is waited
// for.
func (v *visitor) eval(expression string) string {
	v.t.Helper()
	var got struct {
		Type             string
		Result           struct{ Value string }
		ExceptionDetails struct{ Text string }
	}
	v.call("script.evaluate", object{"expression": "(async () => String(await (" + expression + ")))()",
		"target": object{"context": v.page}, "awaitPromise": true}, &got)
	if got.Type != "success" {
		v.t.Fatalf("%s: %s", expression, got.ExceptionDetails.Text)
	}
	return got.Result.Value
}

// until waits in the page until an expression is true.
func (v *visitor) until(expression string) {
	v.t.Helper()
	late := strconv.FormatInt(limit.Milliseconds(), 10)
	if v.eval("new Promise((end) => { const last = Date.now() + "+late+"; const look = () => ("+expression+") ? end(true) : Date.now() > last ? end(false) : setTimeout(look, 10); look(); })") != "true" {
		v.t.Fatalf("waiting for %s, the page shows:\n%s", expression, v.eval("document.body.innerText"))
	}
}

func (v *visitor) shows(selector, part string) {
	v.t.Helper()
	v.until(fmt.Sprintf("document.querySelector(%q)?.innerText.includes(%q)", selector, part))
}

const enterKey = "\ue007" // of WebDriver

// press presses keys, one after the other.
func (v *visitor) press(keys string) {
	v.t.Helper()
	var strokes []object
	for _, k := range keys {
		strokes = append(strokes, object{"type": "keyDown", "value": string(k)}, object{"type": "keyUp", "value": string(k)})
	}
	v.call("input.performActions", object{"context": v.page, "actions": []object{{"type": "key", "id": "keyboard", "actions": strokes}}}, nil)
}

func (v *visitor) enter(name string) {
	v.t.Helper()
	v.until("document.activeElement.id === 'name'")
	v.press(name + enterKey)
	v.until("!document.getElementById('chat').hidden")
}

func (v *visitor) say(line string) {
	v.t.Helper()
	v.until("document.activeElement.id === 'text'")
	v.press(line + enterKey)
}

func (v *visitor) reload() {
	v.t.Helper()
	v.call("browsingContext.reload", object{"context": v.page, "wait": "complete"}, nil)
}
