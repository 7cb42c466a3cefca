package web_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"chatsim/manager"
	"chatsim/manager/web"
	"chatsim/manager/wire"
)

// Whoever says the operators' password can put others out; the word is never seen,
// and those who are put out learn for how long, in their language.
func TestOperatorOnThePage(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{OperatorPassword: "master", KickTime: time.Minute, ReserveNames: true}, web.Config{})
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.enter("ann")
	eve := newTab(t, "http://"+h.addr+"/", look{language: "zh-CN", width: 390, height: 780})
	eve.enter("eve")
	ann.shows("#roster", "eve")
	ann.say("/kick eve")
	ann.shows("#log .trouble", "Not done: only an operator can do that")
	for _, word := range []string{"wrong", "master"} {
		ann.say("/op")
		ann.until("document.getElementById('op').open && document.activeElement.id === 'word'")
		ann.shoot("op")
		ann.run(chromedp.KeyEvent(word + kb.Enter))
		ann.until("!document.getElementById('op').open")
		if word == "wrong" {
			ann.shows("#log", "Not done: that is not the operators' password")
		}
	}
	ann.shows("#log", "You are an operator now")
	ann.say("/kick eve")
	ann.shows("#log", "eve was removed by ann.")
	eve.shows("#banner", "被管理员移出，请在 1 分钟后再来")
	eve.click("#again")
	eve.shows("#banner", "被管理员移出，请在")
	eve.shoot("kicked-zh")
	ann.say("/ban 2h eve")
	ann.shows("#log", "eve was banned by ann for 2h.")
	ann.say("/bans")
	ann.until("/Banned for (1m|[0-9]+s) more: eve \\(ann\\)/.test(document.getElementById('log').innerText)")
	ann.shows("#log", "Banned for 2h more: eve (ann)")
	ann.say("/unban eve")
	ann.shows("#log", "eve is no longer banned (ann).")
	eve.reload()
	eve.until("document.activeElement.id === 'name'")
	eve.run(chromedp.KeyEvent(kb.Enter))
	eve.shows("#log", "欢迎")
	eve.until("document.activeElement.id === 'text'")
	eve.say("/nick 管理员")
	eve.shows("#log", "此用户名保留给房间的管理者")
}

// Who takes another name is the same person; who leaves is at the log-in, and its
// name is free.
func TestNickAndLeave(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{History: 200, HoldNames: time.Hour}, web.Config{})
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.enter("ann")
	bob := h.line(t, "bob")
	ann.shows("#roster", "bob")
	ann.say("/nick anna")
	ann.until("document.getElementById('me').textContent === 'anna'")
	ann.shows("#roster", "anna (you)")
	await(t, bob, wire.Leave)
	await(t, bob, wire.Join)
	ann.say("it is me")
	hears(t, bob, "it is me")
	ann.shows("#log .own", "it is me")
	ann.reload()
	ann.until("document.getElementById('me').textContent === 'anna'")
	ann.shows("#log .own", "it is me")
	await(t, bob, wire.Leave)
	await(t, bob, wire.Join)
	ann.click("#leave")
	await(t, bob, wire.Leave)
	ann.until("document.getElementById('login').checkVisibility() && document.activeElement.id === 'name'")
	if c := h.line(t, "anna"); c.Name() != "anna" {
		t.Errorf("the name is free, and one is %s", c.Name())
	}
	ann.reload()
	ann.until("document.activeElement.id === 'name'")
	ann.run(chromedp.KeyEvent(kb.Enter))
	ann.shows("#log", "Welcome")
	ann.say("/leave")
	ann.until("document.getElementById('login').checkVisibility()")
}
