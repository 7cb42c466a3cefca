package web_test

import (
	"strings"
	"testing"

	"chatsim/manager"
	"chatsim/manager/web"
)

// audit lists what one who cannot see, or uses no mouse, would miss: controls
// without a name, texts that are hard to read, ids that are there twice, a page
// without a language.
const audit = `(() => {
	const wrong = [];
	const shown = (e) => e.checkVisibility({ visibilityProperty: true });
	const name = (e) => (e.getAttribute('aria-label') ?? '') || (e.getAttribute('aria-labelledby') ?? '').split(' ').map((i) => document.getElementById(i)?.textContent ?? '').join('')
		|| [...(e.labels ?? [])].map((l) => l.textContent).join('') || (e.matches('button, a, [role=option], summary') ? e.textContent : '');
	for (const e of document.querySelectorAll('button, a, input, textarea, summary, [role=listbox], [role=option], [role=log], [tabindex]'))
		if (shown(e) && name(e).trim() === '') wrong.push('no name: ' + e.outerHTML.slice(0, 80));
	for (const e of document.querySelectorAll('[aria-describedby], [aria-controls], [aria-activedescendant]'))
		for (const a of ['aria-describedby', 'aria-controls', 'aria-activedescendant'])
			if (e.hasAttribute(a) && !document.getElementById(e.getAttribute(a))) wrong.push(a + ' names nothing: ' + e.outerHTML.slice(0, 80));
	const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
	ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => wrong.push('twice: ' + id));
	if (!document.documentElement.lang) wrong.push('no language');
	// Contrast by WCAG 2: 4.5 to 1, for large text 3 to 1.
	const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
	const rgba = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return canvas.getImageData(0, 0, 1, 1).data; };
	const light = (c) => { const [r, g, b] = [...c].slice(0, 3).map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const paper = (e) => { for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] > 250) return c; } return rgba('Canvas'); };
	for (const e of document.querySelectorAll('body *')) {
		if (!shown(e) || ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
		const style = getComputedStyle(e);
		const [a, b] = [light(rgba(style.color)), light(paper(e))].sort((x, y) => y - x);
		const large = parseFloat(style.fontSize) >= 24 || parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700;
		const ratio = (a + 0.05) / (b + 0.05);
		if (ratio < (large ? 3 : 4.5)) wrong.push('contrast ' + ratio.toFixed(2) + ': ' + e.outerHTML.slice(0, 100));
	}
	return wrong.join('\n');
})()`

func TestAccessible(t *testing.T) {
	t.Parallel()
	for _, l := range []look{{}, {dark: true}, {width: 390, height: 780, language: "zh-CN"}, {width: 390, height: 780, dark: true}} {
		h := open(t, manager.Config{}, web.Config{Live: func(int64) []web.Sample { return nil }})
		ann := newTab(t, "http://"+h.addr+"/", l)
		ann.until("document.activeElement.id === 'name'")
		check := func(view string) {
			t.Helper()
			if wrong := ann.eval(audit); wrong != "" {
				t.Errorf("%+v, %s:\n%s", l, view, wrong)
			}
			if !ann.fits() {
				t.Errorf("%+v, %s: wider than the screen", l, view)
			}
		}
		check("log in")
		ann.enter("ann")
		others := []string{"amy", "bo", "cy", "dee", "eva", "fay", "gil", "hal"}
		for _, name := range others {
			c := h.line(t, name)
			for _, text := range []string{"hello from " + name, "/me waves"} {
				if err := c.Say([]byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.Tell("ann", []byte("psst from "+name)); err != nil {
				t.Fatal(err)
			}
			ann.shows("#log", "psst from "+name)
		}
		ann.say("/msg amy aha")
		ann.say("/help")
		ann.say("hello")
		ann.say("/nosuch")
		ann.until("document.querySelectorAll('.own').length === 1")
		check("talk")
		ann.shoot("talk" + map[bool]string{true: "-dark"}[l.dark] + map[bool]string{true: "-phone"}[l.width == 390])
		if l.width == 390 {
			ann.click("#people")
			check("people")
		}
		h.shut()
		ann.until("!document.getElementById('banner').hidden")
		check("lost")
		ann.allow("ERR_CONNECTION_REFUSED")
		ann.eval("document.querySelector('#say button.main').textContent = ''")
		ann.eval("document.querySelector('#text').id = 'name'")
		ann.eval("document.querySelector('.own .text').style.color = '#888'")
		for _, want := range []string{"no name: <button class=\"main\"", "twice: name", "contrast"} {
			if got := ann.eval(audit); !strings.Contains(got, want) {
				t.Errorf("the audit does not find %q planted, but\n%s", want, got)
			}
		}
	}
}
