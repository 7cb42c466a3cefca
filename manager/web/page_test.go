package web_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"chatsim/manager"
	"chatsim/manager/listen/listentest"
	"chatsim/manager/web"
	"chatsim/manager/wire"
)

// Two pages, a line client and the original's client are in one room; a private
// line is seen by two only.
func TestRoomOfAllKinds(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{}, web.Config{})
	url := "http://" + h.addr + "/"
	ann := newTab(t, url+"?name=", look{})
	ann.until("document.activeElement.id === 'name'")
	ann.shoot("login")
	ann.run(chromedp.KeyEvent(kb.Enter))
	ann.shows("#name-hint", "A name is needed")
	ann.enter("ann")
	ann.shows("#log", "Welcome to the group chat")

	second := newTab(t, url+"?name=ann", look{})
	second.run(chromedp.KeyEvent(kb.Enter))
	second.shows("#log", "You are ann2 here: ann is taken.")
	bob := h.line(t, "bob")
	ann.shows("#roster", "bob")
	raw := enterRaw(t, h.addr, "老王")
	ann.shows("#roster", "老王")
	eve := h.irc(t, "eve")
	ann.shows("#roster", "eve")

	for _, text := range []string{
		"<script>document.title='hacked'</script><img src=x onerror=alert(1)>",
		"👩‍👩‍👧‍👦 emoji 🎉", "שלום עולם abc", strings.Repeat("long", 200), "a@b@c", "&lt;b&gt;",
	} {
		if err := bob.Say([]byte(text)); err != nil {
			t.Fatal(err)
		}
		ann.shows("#log", text)
	}
	ann.say("hello all")
	second.shows("#log", "hello all")
	hears(t, bob, "hello all")
	raw.hears("hello all")
	hears(t, eve, "hello all")
	if err := eve.Say([]byte("from a client of IRC")); err != nil {
		t.Fatal(err)
	}
	ann.shows("#log", "from a client of IRC")
	raw.hears("from a client of IRC")
	if err := eve.Tell("ann", []byte("for ann alone")); err != nil {
		t.Fatal(err)
	}
	ann.shows("#log", "for ann alone")
	ann.say("/me waves")
	second.shows("#log", "* ann waves")
	second.say("I am the second of that name")
	raw.say("大家好")
	ann.shows("#log", "大家好")

	ann.click("#roster [data-name=ann2]")
	ann.shows("#to", "Privately to ann2")
	ann.say("just for you")
	second.shows(".line.received", "just for you")
	ann.shows(".line.sent", "private, to ann2")
	second.say("/reply and for you")
	ann.shows(".line.received", "private, to you")
	ann.click("#everybody")
	ann.say("after the secret")
	hears(t, bob, "after the secret")
	raw.hears("after the secret")
	if strings.Contains(raw.seen.String(), "just for you") {
		t.Error("a private line reached a third")
	}
	ann.shoot("talk")
	ann.say("/nosuch thing")
	ann.shows("#text-hint", "There is no command /nosuch")
	if got := ann.eval("document.getElementById('text').value"); got != "/nosuch thing" {
		t.Errorf("the text is now %q", got)
	}
	if got := ann.eval("document.title"); got != "Group chat" {
		t.Errorf("title %q", got)
	}
}

// Who has left is said so, and what was typed stays.
func TestGone(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{}, web.Config{})
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.enter("ann")
	bob := h.line(t, "bob")
	ann.shows("#roster", "bob")
	ann.click("#roster [data-name=bob]")
	ann.run(chromedp.KeyEvent("are you th"))
	bob.Close()
	ann.shows("#to", "bob has left")
	ann.run(chromedp.KeyEvent("ere?" + kb.Enter))
	ann.shows("#text-hint", "Nobody here is called bob")
	if got := ann.eval("document.getElementById('text').value"); got != "are you there?" {
		t.Errorf("the text is now %q", got)
	}
	ann.shoot("gone")
}

// A server that goes says why, and the page is back when it is.
func TestLostAndBack(t *testing.T) {
	t.Parallel()
	addr := listentest.Port(t)
	h := openAt(t, listentest.Open(t, addr), manager.Config{}, web.Config{})
	ann := newTab(t, "http://"+addr+"/", look{})
	ann.enter("ann")
	ann.say("before")
	ann.shows("#log", "before")
	h.shut()
	ann.shows("#banner", "the server is shutting down")
	ann.shoot("lost")
	again := openAt(t, listentest.Open(t, addr), manager.Config{}, web.Config{})
	ann.shows("#log", "Back in the room. What was said meanwhile was missed.")
	ann.until("document.getElementById('banner').hidden")
	ann.say("after")
	ann.shows("#log", "after")
	if err := again.room.Kick("ann", ""); err != nil {
		t.Fatal(err)
	}
	ann.shows("#banner", "You are out: removed by the operator.")
	ann.click("#again")
	ann.until("document.getElementById('banner').hidden")
	again.shut()
	ann.shows("#banner", "the server is shutting down")
	openAt(t, listentest.Open(t, addr), manager.Config{Password: "sesame"}, web.Config{})
	ann.shows("#password-hint", "That is not the password of this room.")
	ann.run(chromedp.KeyEvent("sesame" + kb.Enter))
	ann.shows("#log", "Welcome to the group chat")
	ann.allow("ERR_CONNECTION_REFUSED") // the browser itself says that a try has failed
}

// A page that is put out for not reading learns why all the same, and comes back.
func TestEvicted(t *testing.T) {
	t.Parallel()
	conns := make(chan net.Conn, 2)
	h := open(t, manager.Config{}, web.Config{Serve: func(c net.Conn) { conns <- c }})
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.enter("ann")
	// What the room does to one whose socket is full, without filling it.
	c := <-conns
	c.(interface{ Evicted(string) }).Evicted(wire.Stalled.Text())
	cut(t, c)
	ann.shows("#banner", "The connection is lost (evicted: read nothing for too long).")
	ann.shows("#log", "Back in the room. What was said meanwhile was missed.")
	ann.allow("WebSocket connection")
}

// A page in Chinese has the original's words.
func TestChinese(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{Password: "芝麻"}, web.Config{})
	ann := newTab(t, "http://"+h.addr+"/?name=小明", look{language: "zh-CN", width: 390, height: 780})
	for _, word := range []string{"用户登录", "IP 地址", "用户名", "登录", "房间密码"} {
		ann.shows("#login", word)
	}
	ann.until("document.activeElement.id === 'password'")
	ann.run(chromedp.KeyEvent(kb.Enter))
	ann.shows("#password-hint", "此房间需要密码")
	ann.run(chromedp.KeyEvent("wrong" + kb.Enter))
	ann.shows("#password-hint", "房间密码不正确")
	ann.shoot("login-zh-phone")
	ann.run(chromedp.KeyEvent("芝麻" + kb.Enter))
	ann.shows("#log", "欢迎进入群聊，大家开始聊天吧！")
	ann.shows("#chat", "发送")
	ann.click("#people")
	ann.shows("aside", "当前在线用户（1）")
	ann.shoot("people-zh-phone")
	ann.shows("#roster", "群聊")
	ann.run(chromedp.KeyEvent(kb.Escape))
	ann.until("!document.querySelector('aside').checkVisibility()")
	ann.click("#people")
	ann.shows("aside", "当前在线用户（1）")
	ann.run(chromedp.MouseClickXY(20, 300)) // beside the list
	ann.until("!document.querySelector('aside').checkVisibility()")
	ann.click("header .language")
	ann.shows("#log", "Welcome to the group chat")
	if !ann.fits() {
		t.Error("the page is wider than a phone")
	}
}

// What the room says of a name is in the page's language.
func TestNameRefusedInChinese(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{}, web.Config{})
	ann := newTab(t, "http://"+h.addr+"/", look{language: "zh-CN"})
	for name, want := range map[string]string{wire.Group: "这是群聊的名称", wire.Server: "这是服务器的名称", "a\x01b": "控制字符", "a\u202eb": "书写方向"} {
		ann.eval(fmt.Sprintf("(() => { const n = document.getElementById('name'); n.value = %q; n.form.requestSubmit(); })()", name))
		ann.shows("#name-hint", want)
	}
}

// A room of a thousand stays quick, and so do many lines.
func TestCrowd(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{}, web.Config{})
	ann := newTab(t, "http://"+h.addr+"/", look{dark: true})
	ann.enter("ann")
	for i := range 999 {
		h.line(t, fmt.Sprintf("user %d", i))
	}
	ann.shows("#online-title", "Online (1000)")
	ann.shows("#log .moves", "and 969 more")
	ann.click("#filter")
	ann.run(chromedp.KeyEvent("777"))
	ann.until("document.querySelectorAll('#roster [role=option]:not([hidden])').length === 2")
	ann.shoot("crowd-dark")
	ann.run(chromedp.KeyEvent(kb.Enter))
	ann.shows("#to", "Privately to user 777")
	ann.click("#everybody")
	talker := h.line(t, "talker")
	const lines = 12_000
	for i := range lines {
		if err := talker.Say(fmt.Appendf(nil, "line %d of many", i)); err != nil {
			t.Fatal(err)
		}
	}
	ann.shows("#log", fmt.Sprintf("line %d of many", lines-1))
	if rows := ann.eval("document.getElementById('log').childElementCount <= 2000"); rows != "true" {
		t.Error("too many rows stay in the page")
	}
	ann.click("#earlier")
	ann.shows("#newer", "To the last line")
	ann.click("#newer")
	ann.until("document.getElementById('newer').hidden")
}
