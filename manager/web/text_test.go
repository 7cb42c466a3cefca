package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"chatsim/manager"
	"chatsim/manager/web"
)

// shown is how a text is shown: elements in brackets, with where an address leads.
const shown = `((e) => { const walk = (n) => n.nodeType === 3 ? n.data : '[' + n.tagName.toLowerCase() + (n.href ? ' ' + n.getAttribute('href') : '') + (n.rel ? '' : n.href ? ' NO REL' : '') + '|' + [...n.childNodes].map(walk).join('') + ']';
	return [...e.childNodes].map(walk).join(''); })(document.querySelector('#log .line:last-child .text'))`

// What is said is shown as it was meant, and never as HTML: neither as it is, nor
// within an address, code or a name.
func TestTexts(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{}, web.Config{})
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.enter("ann")
	bob := h.line(t, "bob")
	n := 0
	const evil = `<img src=x onerror=alert(1)>`
	for text, want := range map[string]string{
		"one\u2028two\u2029three":                                                                     "one\ntwo\nthree",
		"see https://example.org/a?b=c&d#e, and http://x.example.":                                    "see [a https://example.org/a?b=c&d#e|https://example.org/a?b=c&d#e], and [a http://x.example/|http://x.example].",
		"(https://en.wikipedia.org/wiki/Go_(game))":                                                   "([a https://en.wikipedia.org/wiki/Go_(game)|https://en.wikipedia.org/wiki/Go_(game)])",
		"请看 https://example.org/路径，谢谢":                                                                "请看 [a https://example.org/%E8%B7%AF%E5%BE%84|https://example.org/路径]，谢谢",
		"mailto:bob@example.org!":                                                                     "[a mailto:bob@example.org|mailto:bob@example.org]!",
		"HTTPS://EXAMPLE.ORG":                                                                         "[a https://example.org/|HTTPS://EXAMPLE.ORG]",
		"javascript:alert(1) data:text/html,x file:///etc ftp://x.example vbscript:x":                 "javascript:alert(1) data:text/html,x file:///etc ftp://x.example vbscript:x",
		"https:// http://% https://user:pass@evil.example https://bank.example@evil.example mailto:x": "https:// http://% https://user:pass@evil.example https://bank.example@evil.example mailto:x",
		"https://x.example/\"onmouseover=alert(1)":                                                    "[a https://x.example/|https://x.example/]\"onmouseover=alert(1)",
		"https://x.example/" + evil:                                                                   "[a https://x.example/|https://x.example/]" + evil,
		"https://x.example/javascript:alert(1)":                                                       "[a https://x.example/javascript:alert(1)|https://x.example/javascript:alert(1)]",
		"use `go test` and `" + evil + "`":                                                            "use [code|go test] and [code|" + evil + "]",
		"`https://x.example` `a":                                                                      "[code|https://x.example] `a",
		"look:\u2028```go\u2028x := `y`\u2028" + evil + "\u2028```\u2028done":                         "look:[pre|[code|x := `y`\n" + evil + "]]done",
		"try ```x = `y` ``` or ``a`b``, not ``c`":                                                     "try [code|x = `y` ] or [code|a`b], not ``c`",
		"```\u2028a":              "```\na",
		"``` a\u2028b\u2028``` c": "``` a\nb\n``` c",
		"ann: yes, @Ann, hannah and anna ann_x -ann-": "[mark|ann]: yes, [mark|@Ann], hannah and anna ann_x -[mark|ann]-",
		"/me sees ann at https://x.example":           "* [bdi|bob] [bdi|sees [mark|ann] at [a https://x.example/|https://x.example]]",
		evil + "<b>&amp;":                             evil + "<b>&amp;",
		"a\u202eb \u2066c":                            "ab c",
	} {
		if err := bob.Say([]byte(text)); err != nil {
			t.Fatal(err)
		}
		n++
		bob.Tell("ann", fmt.Appendf(nil, "that was %d.", n))
		ann.until(fmt.Sprintf("document.querySelector('#log .line:last-child')?.textContent.includes('that was %d.')", n))
		got := ann.eval(strings.Replace(shown, "'#log .line:last-child .text'", "'#log .line:nth-last-child(2) .text'", 1))
		if got != want {
			t.Errorf("%q is shown as\n%q, want\n%q", text, got, want)
		}
	}
	if got := ann.eval("[...document.querySelectorAll('#log a')].every((a) => a.rel === 'noopener noreferrer' && a.target === '_blank') + ' ' + document.querySelectorAll('#log img, #log script, #log b').length"); got != "true 0" {
		t.Errorf("addresses that leak, or HTML: %s", got)
	}
	ann.shoot("texts")
}

// A name that means something in a pattern, or in HTML, is marked as it is.
func TestMentionsOfOddNames(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{}, web.Config{})
	for _, name := range []string{"a.*b", "<i>", "$1", "x(y", "小明", "O'Neil"} {
		ann := newTab(t, "http://"+h.addr+"/", look{})
		ann.until("document.activeElement.id === 'name'")
		ann.eval(fmt.Sprintf("(() => { document.getElementById('name').value = %q; document.getElementById('enter').requestSubmit(); })()", name))
		ann.shows("#log", "Welcome")
		h.line(t, "bob").Say([]byte("hello " + name + ", axxb"))
		ann.until("document.querySelector('#log .line:last-child .text')")
		if got := ann.eval(shown); got != "hello [mark|"+name+"], axxb" {
			t.Errorf("%q is marked as %q", name, got)
		}
	}
}

// Shift and Enter break the line, Enter sends it.
func TestLines(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{}, web.Config{})
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.enter("ann")
	bob := h.line(t, "bob")
	ann.until("document.activeElement.id === 'text'")
	ann.run(chromedp.KeyEvent("one"), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(8)), chromedp.KeyEvent("two"))
	if got := ann.eval("document.getElementById('text').value"); got != "one\ntwo" {
		t.Errorf("typed %q", got)
	}
	ann.run(chromedp.KeyEvent(kb.Enter))
	hears(t, bob, "one\u2028two")
	ann.until("document.querySelector('#log .own .text')?.textContent === 'one\\ntwo' && document.getElementById('text').value === ''")
}

// One's own name said is counted in the title, and names are completed.
func TestAttention(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{}, web.Config{})
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.enter("ann")
	bob, smith := h.line(t, "bob"), h.line(t, "Bob Smith")
	ann.shows("#roster", "Bob Smith")
	ann.eval("Object.defineProperty(document, 'hidden', { get: () => window.away, configurable: true })")
	ann.eval("window.away = true")
	bob.Say([]byte("hello ann"))
	bob.Say([]byte("anybody?"))
	smith.Tell("ann", []byte("psst"))
	ann.until("document.title === '@1 (3) Group chat'")
	ann.until("document.querySelector('[data-name=\"Bob Smith\"]').dataset.unread === '1' && !document.querySelector('[data-name=bob]').dataset.unread")
	ann.eval("(window.away = false, dispatchEvent(new Event('focus')))")
	ann.until("document.title === 'Group chat'")
	ann.shoot("unread")
	ann.click(`#roster [data-name="Bob Smith"]`)
	ann.until("!document.querySelector('[data-name=\"Bob Smith\"]').dataset.unread && " + texts + " === 'psst'")
	ann.click("#everybody")

	value := func(want string) {
		t.Helper()
		if got := ann.eval("document.getElementById('text').value"); got != want {
			t.Errorf("typed %q, want %q", got, want)
		}
	}
	ann.run(chromedp.KeyEvent("b" + kb.Tab))
	value("bob: ")
	ann.run(chromedp.KeyEvent(kb.Tab))
	value("Bob Smith: ")
	ann.run(chromedp.KeyEvent(kb.Tab))
	value("bob: ")
	ann.eval("document.getElementById('text').value = ''")
	ann.run(chromedp.KeyEvent("/m" + kb.Tab))
	value("/me ")
	ann.run(chromedp.KeyEvent(kb.Tab))
	value("/msg ")
	ann.run(chromedp.KeyEvent("bob s" + kb.Tab))
	value("/msg Bob Smith ")
	ann.eval("document.getElementById('text').value = ''")
	ann.run(chromedp.KeyEvent("hi @b"))
	ann.until("document.querySelectorAll('#names button').length === 2")
	ann.shoot("names")
	ann.click("#names button:nth-child(2)")
	value("hi @Bob Smith ")
	ann.until("document.getElementById('names').hidden && document.activeElement.id === 'text'")
	ann.eval("document.getElementById('text').value = ''")
	ann.run(chromedp.KeyEvent("xyz" + kb.Tab)) // nothing to complete: on to the button
	ann.until("document.activeElement.tagName === 'BUTTON'")
}
