package web_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"chatsim/loadgen/report"
	"chatsim/manager"
	"chatsim/manager/web"
)

// outgrown lists what is wider than its place, on the screen or in a part of it
// that scrolls sideways. Tables and commands may scroll in a box of their own.
const outgrown = `((own) => {
	const wrong = [];
	const clipped = (e) => { for (e = e.parentElement; e; e = e.parentElement) if (/hidden|clip/.test(getComputedStyle(e).overflowX)) return true; };
	const mine = (e) => e.closest(own) || clipped(e) ? '' : e.tagName + '#' + e.id + '.' + e.className + ' ' + e.textContent.slice(0, 20);
	for (const e of document.querySelectorAll('body, body *')) {
		if (!e.checkVisibility({ visibilityProperty: true }) || !mine(e)) continue;
		const style = getComputedStyle(e);
		const box = e.getBoundingClientRect();
		if (style.clipPath !== 'none' || box.width === 0) continue;
		if (box.width > innerWidth + 1 || box.right > innerWidth + 1 || box.left < -1) wrong.push(Math.round(box.left) + ' to ' + Math.round(box.right) + ' of ' + innerWidth + ': ' + mine(e));
		else if (e.scrollWidth > e.clientWidth + 1 && style.display !== 'inline' && style.overflowX !== 'hidden' && style.overflowX !== 'clip') wrong.push(e.scrollWidth + ' in ' + e.clientWidth + ': ' + mine(e));
	}
	const page = document.scrollingElement;
	if (page.scrollWidth > page.clientWidth) wrong.push('the page: ' + page.scrollWidth);
	return [...new Set(wrong)].join('\n');
})`

// long are texts that find no place to be broken: words, addresses, blanks, and
// what is one character to a browser however long it is.
var long = map[string]string{
	"letters":       strings.Repeat("W", 4000),
	"an address":    "https://example.org/" + strings.Repeat("path/%20", 450),
	"full-width":    strings.Repeat("Ｗ", 1300),
	"spaces":        "a" + strings.Repeat(" ", 3000) + "b",
	"spaces last":   "a" + strings.Repeat(" ", 3000),
	"hard spaces":   "a" + strings.Repeat("\u00a0", 1900) + "b",
	"tabs":          strings.Repeat("\t", 3000) + "b",
	"tabs last":     "a" + strings.Repeat("\t", 3000),
	"em spaces":     strings.Repeat("\u2003", 1300) + "b",
	"ideographic":   strings.Repeat("\u3000", 1300),
	"word joiners":  strings.Repeat("a\u2060", 950),
	"Hebrew":        strings.Repeat("א", 1900),
	"Arabic tatwil": "ب" + strings.Repeat("ـ", 1900),
	"marks":         "Z" + strings.Repeat("\u0301", 1900),
	"wide marks":    strings.Repeat("\u0488", 1900),
	"Devanagari":    strings.Repeat("क्", 650) + "क",
	"jamo":          strings.Repeat("ᄀ", 1300),
	"a family":      strings.Repeat("👩\u200d", 550) + "👩",
	"flags":         strings.Repeat("🇦", 990),
	"keycaps":       strings.Repeat("1\ufe0f\u20e3", 550),
	"a bismillah":   strings.Repeat("﷽", 1300),
	"cuneiform":     strings.Repeat("𒐫", 990),
	"Thai":          strings.Repeat("กำ", 650),
	"hyphens":       strings.Repeat("\u2011", 1300),
	"subjoined":     "ཀ" + strings.Repeat("ྐ", 1300),
}

// wideNames are as long as a name may be.
var wideNames = []string{strings.Repeat("W", 64), strings.Repeat("﷽", 21), strings.Repeat("👩\u200d", 8) + "👩", strings.Repeat("क्", 10) + "क", strings.Repeat("ᄀ", 21),
	strings.Repeat("𒐫", 16), strings.Repeat("x ", 32)[:63], strings.Repeat("א", 32)}

// Nothing is wider than its place, whatever people say and are called, on a
// phone and on a desk.
func TestNothingIsWide(t *testing.T) {
	t.Parallel()
	for _, l := range []look{{width: 390, height: 780}, {width: 320, height: 600, language: "zh-CN"}, {}} {
		h := open(t, manager.Config{}, web.Config{Join: []string{"chatsim -join " + strings.Repeat("w", 200)}, Live: func(int64) []web.Sample { return nil }})
		ann := newTab(t, "http://"+h.addr+"/", l)
		check := func(what string) {
			t.Helper()
			if wrong := ann.eval(outgrown + "('pre')"); wrong != "" {
				t.Errorf("%+v, %s:\n%s", l, what, wrong)
			}
		}
		ann.until("document.activeElement.id === 'name'")
		ann.eval("document.querySelector('summary').click()")
		check("log in")
		ann.enter(strings.Repeat("𝔚", 16))
		check("alone")
		for i, name := range wideNames {
			c := h.line(t, name)
			given := c.Name()
			for _, text := range []string{"/me " + long["letters"][:3000], fmt.Sprintf("end %d", i)} {
				if err := c.Say([]byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			ann.shows("#log", fmt.Sprintf("end %d", i))
			if l.width > 0 {
				ann.click("#people")
			}
			ann.eval(fmt.Sprintf("document.querySelector(`#roster [data-name=%q]`).click()", given))
			check("to " + given)
			ann.eval("document.getElementById('everybody').click()")
		}
		bob := h.line(t, "bob")
		ann.draws(3) // and has all lines
		for what, text := range long {
			ann.eval("document.getElementById('log').replaceChildren()")
			for _, private := range []bool{false, true} {
				var err error
				if private {
					err = bob.Tell(strings.Repeat("𝔚", 16), []byte(text))
				} else {
					err = bob.Say([]byte(text))
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			ann.until("document.querySelectorAll('#log .text').length === 2")
			check(what)
		}
	}
}

// Nor is anything on the page of a run, and in its report, whatever the server
// and the chatters are called and say.
func TestNoRunIsWide(t *testing.T) {
	t.Parallel()
	s, url := watched(t, nil)
	s.Begin("server at " + long["jamo"])
	now := seen(1)
	now.Evicted, now.Checks[1].Witnesses = make(map[string]int64), nil
	for what, text := range long {
		now.Evicted[text] = 1
		now.Errors.Kinds = append(now.Errors.Kinds, report.ErrorKind{Text: text, Count: 1, Example: text})
		now.Checks[1].Witnesses = append(now.Checks[1].Witnesses, report.Witness{Check: what, Names: slices.Clone(wideNames), Sentence: text, Expected: text, Came: text})
	}
	s.Take(now)
	for _, l := range []look{{width: 390, height: 780}, {}} {
		b := newTab(t, url, l)
		b.shows("#witnesses", "keycaps")
		if wrong := b.eval(outgrown + "('.wide, pre, svg')"); wrong != "" {
			t.Errorf("%+v:\n%s", l, wrong)
		}
		if wide := b.eval("[...document.querySelectorAll('tr')].map((e) => e.scrollWidth).filter((w) => w > Math.max(innerWidth, 1000)).join()"); wide != "" {
			t.Errorf("%+v: rows are %s wide", l, wide)
		}
		b.shoot("run-wide" + map[bool]string{true: "-phone"}[l.width > 0])
	}
	checks := slices.Clone(now.Checks) // the page of the run still has the others
	checks[1].Witnesses = slices.Clone(checks[1].Witnesses)
	rep := &report.Report{Verdict: report.Failed, Users: 2, Where: "server at " + long["jamo"], Checks: checks, Errors: now.Errors, Reproduce: long["a family"]}
	for _, text := range long {
		rep.Warnings = append(rep.Warnings, text)
	}
	for i := range checks[1].Witnesses {
		w := &checks[1].Witnesses[i]
		w.Before, w.Sides = []string{w.Came}, []report.Side{{Name: wideNames[4], Saw: []string{w.Came}}, {Name: w.Came, Saw: slices.Clone(wideNames)}}
	}
	if err := s.Done(report.One(rep)); err != nil {
		t.Fatal(err)
	}
	for _, l := range []look{{width: 390, height: 780}, {}} {
		b := newTab(t, url, l)
		b.shows("h1", "FAILED")
		if wrong := b.eval(outgrown + "('.scroll, svg')"); wrong != "" {
			t.Errorf("the report, %+v:\n%s", l, wrong)
		}
		b.shoot("report-wide" + map[bool]string{true: "-phone"}[l.width > 0])
	}
}
