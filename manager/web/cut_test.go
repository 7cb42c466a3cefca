package web_test

import "testing"

// A connection that is lost behind any message, of the greeting too, has the page
// show each line once, in the order in which they were said, however often that
// happens: all that the page is told by the next is what follows its mark.
func TestCutBehindEveryMessage(t *testing.T) {
	t.Parallel()
	b := modules(t, "frames", "model")
	got := b.eval(`(() => {
		const none = { self() {}, replace() {}, join() {}, leave() {} };
		const line = (n) => ' bob:line ' + n + '@bob@' + m.GROUP;
		const said = (n) => ({ place: n, time: '2026-01-02T15:04:05Z', line: line(n) });
		const before = 6, all = 12; // lines: line n has place n
		// greeting is what the room tells one who comes when so many lines were said.
		const greeting = (mark, lines) => {
			const lacks = [];
			for (let n = (mark?.place ?? 0) + 1; n <= lines; n++) lacks.push(said(n));
			const half = lacks.length >> 1;
			return ['{"welcome":"ann","token":"0"}', JSON.stringify({ history: lacks.slice(0, half) }),
				JSON.stringify({ history: lacks.slice(half), mark: lines + '.0' }), '["bob","ann"]'];
		};
		const wrong = [];
		let tried = 0;
		for (let first = 0; first <= 4 + all - before; first++) {
			for (let second = 0; second <= 4 + all - before; second++) {
				const room = m.newRoom('ann');
				let lines = before;
				for (const cut of [first, second, 100]) {
					const frames = greeting(room.mark, lines);
					for (let n = lines + 1; n <= all; n++) frames.push(line(n));
					frames.slice(0, cut).forEach((f, i) => m.hear(room, m.parse(f), 0, none));
					lines = Math.min(all, Math.max(lines, lines + cut - 4) + 1); // one is said while nobody hears
					m.lose(room, 0);
				}
				const shown = room.log.filter((e) => e.kind === 'line').map((e) => e.text.slice(5)).join();
				const want = Array.from({ length: all }, (_, i) => i + 1).join();
				if (shown !== want || room.log.some((e) => ['backPart', 'backMissed'].includes(e.word))) wrong.push([first, second, shown]);
				tried++;
			}
		}
		return tried + ' ' + JSON.stringify(wrong);
	})()`)
	if got != "121 []" {
		t.Error(got)
	}
}
