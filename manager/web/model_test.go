package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"chatsim/manager/wire"
)

// What the page makes of frames and typed lines, where it has no page: the
// modules are asked in a browser for want of another that runs them.
func TestModel(t *testing.T) {
	t.Parallel()
	b := modules(t, "frames", "model", "link", "series")
	b.eval(`(() => {
		const none = { self() {}, replace() {}, join() {}, leave() {} };
		window.meet = (...frames) => {
			const room = m.newRoom('ann');
			frames.unshift('{"welcome":"ann"}', '["ann","bob","bob smith"]');
			frames.forEach((f, i) => m.hear(room, m.parse(f), i * 1000, none));
			return room;
		};
		window.type = (text, ...frames) => { const { send, show, hint } = m.typed(meet(...frames), text, 80); return JSON.stringify(send ?? hint ?? show ?? null); };
		window.logged = (...frames) => JSON.stringify(meet(...frames).log.slice(1).map(({ at, changes, ...rest }) => rest));
	})()`)
	group := "@ann@" + wire.Group
	for _, tc := range []struct{ js, want string }{
		// typed lines
		{`type('hello')`, `"hello` + group + `"`},
		{`type('  ')`, `null`},
		{`type('a@b')`, `"a@b` + group + `"`},
		{`type('//who')`, `"/who` + group + `"`},
		{`type('/me  waves ')`, `"/me waves` + group + `"`},
		{`type('/me')`, `["noText","/me"]`},
		{`type('/msg bob hi')`, `"hi@ann@bob"`},
		{`type('/msg bob smith hi')`, `"hi@ann@bob smith"`},
		{`type('/msg bob')`, `["noText","/msg bob"]`},
		{`type('/msg')`, `["noText","/msg"]`},
		{`type('/msg eve hi')`, `["notHere","eve"]`},
		{`type('/reply hi')`, `["noReply"]`},
		{`type('/reply hi', ' bob:psst@bob@ann')`, `"hi@ann@bob"`},
		{`type('/who')`, `{"kind":"note","word":"who","args":[["ann","bob","bob smith"]]}`},
		{`type('/help me')`, `{"kind":"note","word":"help","args":[]}`},
		{`type(' /msg bob hi')`, `["misspelled","/msg"]`},
		{`type('\ufeff/msg bob hi')`, `["misspelled","/msg"]`},
		{`type('／msg bob hi')`, `["misspelled","/msg"]`},
		{`type('/MSG bob hi')`, `["misspelled","/msg"]`},
		{`type('\u200b/reply hi', ' bob:psst@bob@ann')`, `["misspelled","/reply"]`},
		{`type('/msg\tbob hi')`, `"hi@ann@bob"`},
		{`type('/usr/bin is full')`, `"/usr/bin is full` + group + `"`},
		{`[m.typed(meet(), '/quit', 80).leave, m.typed(meet(), '/leave', 80).leave, m.typed(meet(), '/op', 80).ask, m.typed(meet(), '/op x y', 80).order, m.typed(meet(), '/nick  Anna ', 80).order, m.typed(meet(), '/bans', 80).order].join('|')`, `true|true|true|/op x y|/nick Anna|/bans`},
		{`type('/kick')`, `["noName","/kick"]`},
		{`type('/history 5')`, `["above"]`},
		{`type(' /op secret')`, `["misspelled","/op"]`},
		{`type('one\n two\r\n')`, "\"one\u2028 two" + group + `"`},
		{`type('/é')`, `["unknown","/é"]`},
		{`type(' /etc/passwd')`, `" /etc/passwd` + group + `"`},
		{`type('//me waves')`, `" /me waves` + group + `"`},
		{`type('/msg bob\u3000hi')`, `"hi@ann@bob"`},
		{`type('/nosuch x')`, `["unknown","/nosuch"]`},
		{`type('x'.repeat(100))`, fmt.Sprintf(`["tooManyBytes",100,%d]`, 80-len(group))},
		{`type('好'.repeat(17))`, `"` + "好好好好好好好好好好好好好好好好好" + group + `"`},
		// frames
		{`logged(' bob:a@b@bob@` + wire.Group + `')`, `[{"kind":"line","who":"bob","text":"a@b","way":"other"}]`},
		{`logged(' ann:/me waves@ann@` + wire.Group + `')`, `[{"kind":"line","who":"ann","text":"waves","way":"own","act":true}]`},
		{`logged(' ann:x@ann@bob')`, `[{"kind":"line","who":"ann","text":"x","way":"sent","to":"bob"}]`},
		{`logged(' ann:x@ann@ann')`, `[{"kind":"line","who":"ann","text":"x","way":"received"}]`},
		{`logged(' bob:a\u202eb@bob@ann')`, `[{"kind":"line","who":"bob","text":"ab","way":"received"}]`},
		{`logged('{"join":["eve"]}', '{"leave":["bob"]}', '{"join":["amy"]}')`, `[{"kind":"moves","joined":["eve","amy"],"left":["bob"],"returned":[],"passed":[]}]`},
		{`logged('{"join":["eve"]}', '{"leave":["eve","bob"]}', '{"join":["bob"]}')`, `[{"kind":"moves","joined":[],"left":[],"returned":["bob"],"passed":["eve"]}]`},
		{`logged('{"leave":["bob"]}', '{"join":["bob"]}', '{"leave":["bob"]}', '{"join":["eve"]}', '{"leave":["eve"]}', '{"join":["eve"]}')`, `[{"kind":"moves","joined":["eve"],"left":["bob"],"returned":[],"passed":[]}]`},
		// to whom, and who that is by now
		{`['hi', '/msg bob hi', '/msg bob smith hi', '/msg eve hi', '/reply x'].map((text) => m.recipient(meet(), text)).join()`, wire.Group + ",bob,bob smith," + wire.Group + "," + wire.Group},
		{`(() => { const r = meet(' bob:psst@bob@ann'); const to = [m.recipient(r, '/reply a')]; m.hear(r, m.parse(' bob smith:psst@bob smith@ann'), 9, {}); to.push(m.recipient(r, '/reply ab'), m.typed(r, '/reply ab', 80).target, m.recipient(r, 'ab'), m.recipient(r, '/reply c')); return to.join(); })()`,
			"bob,bob,bob," + wire.Group + ",bob smith"},
		{`(() => { const r = meet(); m.choose(r, 'bob'); const is = [r.away]; const roster = { self() {}, replace() {}, join() {}, leave() {} };
			for (const f of ['{"leave":["bob"]}', '{"join":["bob"]}']) { m.hear(r, m.parse(f), 9, roster); is.push(r.away, !!m.typed(r, 'x', 80).hint); }
			m.choose(r, 'bob'); is.push(r.away);
			for (const f of ['{"welcome":"bob"}', '["bob","amy"]']) m.hear(r, m.parse(f), 9, roster);
			is.push(r.away, m.typed(r, 'x', 80).hint[0]);
			return is.join(); })()`, ",gone,true,back,false,,gone,notHere"},
		{`(() => { const r = meet(); m.choose(r, 'ann'); m.lose(r, 9); const roster = { self() {}, replace() {} };
			const is = [r.here]; for (const f of ['{"welcome":"ann"}', '["ann","bob"]']) { m.hear(r, m.parse(f), 9, roster); is.push(r.here, r.away); }
			return is.join(); })()`, "false,false,,true,"},
		{`[['/msg ❤ hi', '❤'], ['/msg ❤\ufe0f hi', '❤'], ['/msg bob\u200b smith  hi', 'bob smith'], ['/msg ❤❤ hi', ''], ['/msg b\u200bob  hi', 'bob']].map(([text, to]) => {
			const r = meet('{"join":["❤\ufe0f"]}'); const { send, hint } = m.typed(r, text, 80); return send === 'hi@ann@' + (to === '❤' ? to + '\ufe0f' : to) || hint[0]; }).join()`, "true,true,true,notHere,true"},
		// what name one has
		{`[['ann', 'ann', ''], ['ann2', 'ann', ''], ['ann', 'a\u200bnn', ''], ['ann2', 'a\u200bnn', ''], ['ann', 'a\u200bnn', 'ann'], ['ann2', 'ann', 'ann2'], ['ann', 'ann', 'ann2'], ['ann2', 'ann', 'ann'], ['eve', 'ann', '']]
			.map(([name, asked, was]) => m.greeting({ name, asked, was })).join()`, ",renamed,unseen,renamed,,,given,renamed,given"},
		// what was sent and has not come back
		{`(() => { const r = meet(); const u = { typed: 'x', text: 'x', target: 'bob smith' };
			const say = [m.again(r, u), m.again(r, { ...u, target: m.GROUP })]; m.choose(r, 'bob smith'); say.push(m.again(r, u), m.again(r, { ...u, typed: '/reply x' })); return say.join(); })()`,
			"false,true,true,false"},
		{`(() => { const r = meet(); r.under.push({ typed: 'long', text: 'long', target: m.GROUP }, { typed: 'b', text: 'b', target: m.GROUP });
			return [m.hear(r, m.parse('{"error":"line too long"}'), 9, {}).typed, r.under.length].join(); })()`, "long,1"},
		{`(() => { const r = meet(); const target = '` + wire.Group + `';
			for (const [text, to] of [['one', target], ['two', 'bob'], ['three', target]]) r.under.push({ typed: text, text, target: to });
			m.hear(r, m.parse(' ann:one@ann@' + target), 9, {});
			const unsent = m.hear(r, m.parse('{"error":"no such user: bob"}'), 9, {});
			m.lose(r, 9);
			return [unsent.typed, r.here, r.under.length, r.log.at(-1).word, r.log.at(-1).args].join(); })()`, "two,false,0,unsure,three"},
		{`logged('{"error":"no such user: eve"}')`, `[{"kind":"trouble","word":"noSuchUser","args":["eve"]}]`},
		{`logged('{"notice":"you are an operator now"}')`, `[{"kind":"note","word":"isOperator","args":[]}]`},
		{`logged('{"notice":"odd"}')`, `[{"kind":"note","word":"server","args":["odd"]}]`},
		{`logged(' *:eve was banned by the operator for 2h@*@` + wire.Group + `')`, `[{"kind":"note","who":"*","text":"eve was banned by the operator for 2h","way":"other","word":"wasBanned","args":["eve","the operator","2h"]}]`},
		{`logged(' *:hello all@*@` + wire.Group + `')`, `[{"kind":"line","who":"*","text":"hello all","way":"other"}]`},
		{`(() => { const r = meet('{"welcome":"anna"}', '{"leave":["ann"]}', '{"join":["anna"]}'); return [r.me, r.asked, [...r.online], r.log.at(-1).joined, r.log.at(-2).word].join(); })()`, `anna,anna,bob,bob smith,anna,anna,given`},
		{`logged('{"error":"odd"}')`, `[{"kind":"trouble","word":"server","args":["odd"]}]`},
		{`JSON.stringify(meet('{"error":"removed by the operator"}').ended)`, `{"key":"kicked","detail":""}`},
		{`JSON.stringify([...meet('{"leave":["bob"]}', '{"join":["bob"]}').online])`, `["ann","bob smith","bob"]`},
		{`JSON.stringify(['', 'x', '{}', '{"a":1}', '[1', ' a:b', ' a:b@c@d'].map(m.parse))`, `[null,null,null,null,null,null,null]`},
		// back-off and charts
		{`[0, 1, 4, 5, 60].map((n) => m.wait(n, 1)).join()`, `1000,2000,16000,30000,30000`},
		{`m.wait(0, 0)`, `750`},
		{`[0, 0.3, 1, 7, 23, 1000, 2100].map((v) => m.top([v, null])).join()`, `1,0.5,1,10,50,1000,5000`},
		{`m.path([null, 0, 1, null, 1], 5, 8, 10, 1)`, `M2.0 10.0L4.0 0.0M8.0 0.0`},
		{`JSON.stringify(m.rate([{at_ms: 0, n: 1}, {at_ms: 2000, n: 5}], (s) => s.n))`, `[null,2]`},
		{`JSON.stringify(m.percentile([{waits: [5, 5], wait_bounds_s: [1]}, {waits: [6, 5], wait_bounds_s: [1]}, {waits: [6, 5], wait_bounds_s: [1]}], 0.99))`, `[null,1,null]`},
		{`[m.amount(12), m.amount(3456), m.amount(null), m.duration(0.0002), m.duration(1.5)].join('|')`, `12|3.46 k|–|200 µs|1.5 s`},
	} {
		if got := b.eval(tc.js); got != tc.want {
			t.Errorf("%s\n got %s\nwant %s", tc.js, got, tc.want)
		}
	}
}

// What is meant for a command, and is none, goes to nobody: the table is that of
// the room and of the terminal.
func TestMeant(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile(filepath.Join("..", "wire", "testdata", "commands.json"))
	if err != nil {
		t.Fatal(err)
	}
	b := modules(t, "frames", "model")
	got := b.eval(`(() => {
		const wrong = [];
		const room = m.newRoom('bob');
		for (const frame of ['{"welcome":"bob"}', '["bob","Ann"]', ' Ann:psst@Ann@bob']) m.hear(room, m.parse(frame), 0, { self() {}, replace() {} });
		let n = 0;
		for (const { line, command } of ` + string(table) + `) {
			n++;
			if (m.meant(line) !== command) wrong.push(JSON.stringify([line, m.meant(line), command]));
			const { target, send } = m.typed(room, line, 4096);
			if (command !== '' && target === m.GROUP && !send.startsWith('/me ')) wrong.push('said to all: ' + JSON.stringify(line));
		}
		return n < 50 ? 'only ' + n : wrong.join('\n');
	})()`)
	if got != "" {
		t.Error(got)
	}
}

// The reasons that the page knows are the room's.
func TestReasons(t *testing.T) {
	t.Parallel()
	b := modules(t, "frames")
	known := 0
	for r := wire.None + 1; r <= wire.NotDone; r++ {
		known++
		key := b.eval(fmt.Sprintf("m.reason(%q).key", r.With("x")))
		if key == "" {
			t.Errorf("the page does not know %q", r.Text())
		}
		if got := b.eval(fmt.Sprintf("m.closing(%q)", key)); got != fmt.Sprint(r.Closing()) {
			t.Errorf("%v: closing is %s", r, got)
		}
	}
	if known < 10 {
		t.Errorf("only %d reasons", known)
	}
}
