//go:build !nocluster

package web_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"chatsim/manager"
	"chatsim/manager/several"
	"chatsim/manager/web"
	"chatsim/manager/wire"
)

// openSeveral opens a room of several Managers, each with its page.
func openSeveral(t *testing.T, managers int) *several.Room {
	t.Helper()
	page := func(m *manager.Manager) {
		m.Handle(web.New(web.Config{Serve: m.ServeLines, Online: func() int { return m.Stats().Online }, Ready: func() error { return nil },
			Health: func() []string { return nil }, Metrics: func(io.Writer) {}, MaxLine: wire.DefaultMaxLine, Shared: true, OfRoom: m.IsOfRoom}))
	}
	r, err := several.Open(t.Context(), several.Config{Managers: managers, Prepare: page,
		Manager: manager.Config{Detect: true, History: 50, HoldNames: time.Minute, Lease: time.Minute}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		if err := r.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	for _, m := range r.Managers {
		for end := time.Now().Add(limit); len(m.Cluster().Others) < managers-1; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the Managers do not know of each other")
			}
		}
	}
	return r
}

// The page comes back at another server when its own does not answer, and again when
// that one does not: the gap is filled, nothing stands there twice, and the others see one
// leave and one join.
func TestComesBackElsewhere(t *testing.T) {
	t.Parallel()
	r := openSeveral(t, 3)
	ann := newTab(t, "http://"+r.Addrs[0]+"/", look{})
	ann.allow("WebSocket connection")
	ann.allow("/ended?visit=")
	ann.enter("ann")
	bob := (&house{addr: r.Addrs[2]}).line(t, "bob")
	at := 0
	for round, text := range []string{"one", "two"} {
		say := func(line string) {
			t.Helper()
			if err := bob.Say([]byte(line)); err != nil {
				t.Fatal(err)
			}
		}
		say("before " + text)
		ann.shows("#log", "before "+text)
		if err := r.Kill(at); err != nil {
			t.Fatal(err)
		}
		say("meanwhile " + text)
		if err := bob.Tell("ann", []byte("alone "+text)); err != nil {
			t.Fatal(err)
		}
		await(t, bob, wire.Leave)
		await(t, bob, wire.Join)
		ann.until(fmt.Sprintf("document.getElementById('log').innerText.split('Back in the room; nothing was missed.').length === %d", round+2))
		log := ann.text("#log")
		for _, once := range []string{"before " + text, "meanwhile " + text, "alone " + text} {
			if n := strings.Count(log, once); n != 1 {
				t.Errorf("%q stands there %d times", once, n)
			}
		}
		now := strings.LastIndex(log, "You are connected to ")
		for i, addr := range r.Addrs {
			if now >= 0 && strings.HasPrefix(log[now:], "You are connected to "+addr+" now") {
				at = i
			}
		}
		if ann.shoot("elsewhere-" + text); at == 2 {
			break // bob is there
		}
	}
	ann.say("here I am")
	await(t, bob, wire.Line)
	ann.until("document.getElementById('banner').hidden")

	// When none answers, the page shows where the room may be.
	for i := range r.Addrs {
		_ = r.Kill(i) // it fails where that was done
	}
	ann.shows("#banner", "The room is also at http://127.0.0.1:")
	if wrong := ann.eval(audit); wrong != "" {
		t.Error(wrong)
	}
	ann.shoot("elsewhere-none")
}

// Of what a server tells, only sites are taken, and not too many; a page with TLS goes to
// none without.
func TestSites(t *testing.T) {
	t.Parallel()
	b := modules(t, "elsewhere")
	for _, c := range [][2]string{
		{`m.taken(["http://10.0.0.1:9", "https://c.example.org", "http://[2001:db8::1]:9"], "http://h:1").join(" ")`, "http://10.0.0.1:9 https://c.example.org http://[2001:db8::1]:9"},
		{`m.taken(["javascript:alert(1)", "data:text/html,x", "ws://h:1", "//h:1", "h:1", "", 7, null, {}, [], "http://u:p@h:1", "http://h:1/", "http://h:1/x", "http://h:1\n", "http://h:80", "HTTP://H:1", "http://0x7f.1:1", "http://h:99999", "http://" + "a".repeat(400)], "http://h:1").length`, "0"},
		{`m.taken(Array.from({ length: 10000 }, (_, i) => "http://h" + i + ":1"), "http://h:1").length`, "64"},
		{`m.taken(["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "http://a.localhost:1"], "http://h:1").length`, "0"},
		{`m.taken(["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "http://a.localhost:1"], "http://127.0.0.1:9").length`, "4"},
		{`[["http:", "http:"], ["http:", "https:"], ["https:", "http:"], ["https:", "https:"]].map(([site, page]) => m.open(site + "//h", page + "//p"))`, "true,false,true,true"},
		// All are gone round, the one where the page was first, and anew.
		{`(m.learn(["http://127.0.0.1:1", "http://127.0.0.1:2"]), m.begin(), m.site() === location.origin && !m.stray())`, "true"},
		{`[m.next(), m.stray(), m.next(), m.stray(), m.next()]`, "true,true,true,true,false"},
		{`(m.begin(), m.next(), m.arrived() && !m.stray() && m.site() !== location.origin)`, "true"},
		{`(m.begin(), m.site() !== location.origin && !m.stray())`, "true"},
		{`(m.distrust() && m.begin(), m.site() === location.origin || m.stray())`, "true"}, // but for one that was silent
	} {
		if got := b.eval(c[0]); got != c[1] {
			t.Errorf("%s is %s, want %s", c[0], got, c[1])
		}
	}
}
