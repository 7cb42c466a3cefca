package web_test

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"chatsim/chatter"
	"chatsim/manager"
	"chatsim/manager/web"
	"chatsim/manager/wire"
)

// maxView is how much a first view may bring, in bytes as they travel, and without
// compression.
const (
	maxView  = 32 << 10
	maxPlain = 90 << 10
)

func get(t *testing.T, url string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
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

// The first view is one small answer that comes from here and is safe to show.
func TestFirstView(t *testing.T) {
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	h := open(t, manager.Config{}, web.Config{Join: []string{"nc <host> 1"}})
	url := "http://" + h.addr
	resp, page := get(t, url+"/", "Accept", "text/html", "Accept-Encoding", "identity")
	if strings.Contains(page, "{{") || !strings.Contains(page, "nc &lt;host&gt; 1") || !strings.Contains(page, `data-max-line="4096"`) || !strings.Contains(page, `data-password="false"`) {
		t.Errorf("the page is\n%s", page)
	}
	short := isCompressed(t, url+"/", page)
	t.Logf("%d bytes, %d without compression", short, len(page))
	if short > maxView || len(page) > maxPlain {
		t.Errorf("%d bytes, %d without compression, at most %d and %d are wanted", short, len(page), maxView, maxPlain)
	}
	if resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the page comes with %v", resp.Header)
	}
	isClosed(t, page, resp.Header.Get("Content-Security-Policy"))
	if _, text := get(t, url+"/"); !strings.HasPrefix(text, "This is a chat room, nobody is here.") {
		t.Errorf("for a terminal: %q", text)
	}
}

// The pages that draw are as closed as the room's.
func TestOtherViews(t *testing.T) {
	h := web.New(web.Config{})
	for name, h := range map[string]http.Handler{"the server's": h, "a run's": web.Run()} {
		w := ask(h, "/live", "127.0.0.1:4000")
		if !strings.Contains(w.Body.String(), "<main") {
			t.Errorf("%s page is\n%s", name, w.Body)
		}
		isClosed(t, w.Body.String(), w.Header().Get("Content-Security-Policy"))
	}
	icon := ask(h, "/static/icon.svg", "127.0.0.1:4000")
	if again := ask(h, "/static/icon.svg", "127.0.0.1:4000", "If-None-Match: "+icon.Header().Get("ETag")); icon.Code != 200 || again.Code != http.StatusNotModified {
		t.Errorf("the icon: %d, asked for again: %d", icon.Code, again.Code)
	}
}

// isCompressed returns how many bytes of an answer travel to a browser.
func isCompressed(t *testing.T, url, body string) int {
	t.Helper()
	zipped, short := get(t, url, "Accept", "text/html", "Accept-Encoding", "gzip")
	if r, err := gzip.NewReader(strings.NewReader(short)); err != nil || zipped.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("%s is not compressed: %v", url, err)
	} else if whole, err := io.ReadAll(r); err != nil || string(whole) != body {
		t.Errorf("%s is another one when it is compressed: %v", url, err)
	}
	return len(short)
}

// isClosed holds a page to a policy under which the one style and the one script that
// are written into it act, and nothing else does.
func isClosed(t *testing.T, page, policy string) {
	t.Helper()
	written := regexp.MustCompile(`(?s)<(script|style)>(.*?)</(?:script|style)>`).FindAllStringSubmatch(page, -1)
	if len(written) != 2 {
		t.Fatalf("%d scripts and styles are written into the page", len(written))
	}
	for _, w := range written {
		sum := sha256.Sum256([]byte(w[2]))
		if want := fmt.Sprintf("; %s-src 'sha256-%s';", w[1], base64.StdEncoding.EncodeToString(sum[:])); !strings.Contains(policy, want) {
			t.Errorf("the policy is %q, without %q", policy, want)
		}
		page = strings.Replace(page, w[0], "", 1)
	}
	for _, want := range []string{"default-src 'none';", "connect-src 'self';", "base-uri 'none';", "form-action 'none';", "frame-ancestors 'none';"} {
		if !strings.Contains(policy, want) || strings.Contains(policy, "unsafe") {
			t.Errorf("the policy is %q, without %q", policy, want)
		}
	}
	if odd := regexp.MustCompile(`(?i)<script|<style|style=|\son\w+=|stylesheet|preload|https?://`).FindString(page); odd != "" {
		t.Errorf("the page has %q in it", odd)
	}
}

// A busy room: what was said before, people who talk, two of them privately, code, an
// address, one's own name; and one who reads further up.
func TestBusyRoom(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{History: 200}, web.Config{})
	people := map[string]*chatter.Client{"Bob": h.line(t, "Bob"), "Dana": h.line(t, "Dana")}
	if err := people["Bob"].Say([]byte("Morning! Has anybody run it with a thousand users yet?")); err != nil {
		t.Fatal(err)
	}
	hears(t, people["Dana"], "Morning!")
	ann := newTab(t, "http://"+h.addr+"/", look{width: 1000, height: 760})
	ann.enter("Ann")
	ann.shows("#log", "Said before you joined")
	for _, name := range []string{"Chen Wei", "小明", "Fatima"} {
		people[name] = h.line(t, name)
		ann.until(fmt.Sprintf("[...document.querySelectorAll('#roster [role=option]')].at(-1).dataset.name === %q", name))
	}
	say := func(name, text string) {
		if err := people[name].Say([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	said := func(name, text string) {
		say(name, text)
		ann.shows("#log", text)
	}
	said("Dana", "Yes, last night: https://example.org/runs/41 🎉")
	say("Dana", "```\u2028chatsim -users 1000 -scenario churn \\\u2028    -threshold 'delivery.p99<15ms'\u2028```")
	ann.shows("#log pre", "-scenario churn")
	said("小明", "太好了！")
	say("Bob", "Ann: does `-verify full` cost much?")
	ann.until("document.querySelector('.named mark')?.textContent === 'Ann'")
	if err := people["Fatima"].Tell("Ann", []byte("can you look at my branch later?")); err != nil {
		t.Fatal(err)
	}
	ann.shows(".received", "my branch")
	ann.say("/reply sure, after lunch")
	ann.shows(".sent", "after lunch")
	ann.run(chromedp.KeyEvent("/msg Fatima it is the one for"))
	ann.shows("#to", "Privately to Fatima")
	ann.until("document.querySelector('#roster [data-name=Fatima]').dataset.unread === '1'")
	ann.shoot("room")
	ann.eval("document.getElementById('text').value = ''")
	say("Chen Wei", "/me makes coffee")
	ann.shows("#log", "* Chen Wei makes coffee")
	ann.click(`#roster [data-name="Fatima"]`)
	ann.until("document.querySelector('#roster [data-name=Fatima]').dataset.unread === ''")

	// What is said to all meanwhile is counted at everybody.
	say("Bob", "not to be seen here")
	ann.until(`document.querySelector('#roster [role=option]').dataset.unread === '1'`)
	if talk := ann.text("#log"); strings.Contains(talk, "not to be seen") || !strings.Contains(talk, "my branch") || !strings.Contains(talk, "after lunch") {
		t.Errorf("alone with Fatima one sees\n%s", talk)
	}
	ann.click("#everybody")
	ann.until(`document.querySelector('#roster [role=option]').dataset.unread === ''`)

	// Where one reads, the page stays.
	for i := range 60 {
		said("Bob", fmt.Sprintf("line %d", i))
	}
	ann.eval("document.getElementById('scroll').scrollTo(0, 0)")
	ann.until("!document.getElementById('newer').hidden")
	said("Bob", "one more")
	ann.shows("#newer", "1 new line")
	if top := ann.eval("document.getElementById('scroll').scrollTop"); top != "0" {
		t.Errorf("the page has moved to %s", top)
	}
	ann.shoot("reading")
	ann.click("#newer")
	ann.until("document.getElementById('newer').hidden")
	// By the keyboard alone: from the text to the list, down, and back.
	ann.eval("document.getElementById('roster').focus()")
	ann.run(chromedp.KeyEvent(kb.End + kb.ArrowUp + kb.Enter))
	ann.shows("#to", "Privately to 小明")
	if id := ann.eval("document.activeElement.id"); id != "text" {
		t.Errorf("the keyboard is at %q", id)
	}
	// A long line is counted before it is too long.
	ann.eval("document.getElementById('text').value = 'x'.repeat(4090)")
	ann.run(chromedp.KeyEvent("x" + kb.Enter))
	ann.shows("#count", "bytes too many")
	ann.shows("#text-hint", fmt.Sprintf("at most %d are possible", wire.DefaultMaxLine-len("@Ann@小明")))
	ann.eval("document.getElementById('text').value = ''")
}

// What is typed while the room is busy is all there, and nothing that is said is
// lost. How fast it is there, BenchmarkTyping shows.
func TestResponsive(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{}, web.Config{})
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.enter("ann")
	bob := h.line(t, "bob")
	const lines = 3000
	for i := range lines {
		if err := bob.Say(fmt.Appendf(nil, "%d", i)); err != nil {
			t.Fatal(err)
		}
		if i%1000 == 500 {
			ann.run(chromedp.KeyEvent("abc"))
		}
	}
	ann.shows("#log", fmt.Sprint(lines-1))
	if got := ann.eval("document.getElementById('text').value"); got != "abcabcabc" {
		t.Errorf("typed %q", got)
	}
	var f chatter.Frame
	for own := 0; own < lines; {
		if err := bob.Next(&f); err != nil {
			t.Fatal(err)
		}
		if f.Kind == wire.Line {
			own++
		}
	}
}
