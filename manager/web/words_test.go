package web_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A day is called as the browser itself calls it.
func TestDays(t *testing.T) {
	t.Parallel()
	b := modules(t, "words")
	if got := b.eval(`[['en', m.languages.english], ['zh-CN', m.languages.chinese]].flatMap(([code, { day }]) => {
		const whole = new Intl.DateTimeFormat(code, { dateStyle: 'full' });
		return Array.from({ length: 400 }, (_, i) => new Date(2026, 0, i, 12)).filter((d) => day(d) !== whole.format(d)).map((d) => day(d) + ' is ' + whole.format(d));
	}).join('\n')`); got != "" {
		t.Error(got)
	}
}

// Nothing that a person reads on the pages lacks a language: both have the same
// words, each that the pages ask for is there, and Chinese is punctuated as it is.
func TestNothingLacksALanguage(t *testing.T) {
	t.Parallel()
	b := modules(t, "words", "livewords", "runwords")
	got := b.eval(`(() => {
		const { english, chinese } = m.languages, wrong = [];
		const same = new Set(['code', 'other']);
		for (const key of new Set([...Object.keys(english), ...Object.keys(chinese)])) {
			const e = english[key] ?? key, z = chinese[key]; // the promises are called what they are called
			if (z === undefined || typeof e !== typeof z) { wrong.push(key + ' is in one language only'); continue; }
			const text = String(z);
			if (!same.has(key) && !/[\p{Script=Han}、；：，]|translated/u.test(text)) wrong.push(key + ' is not Chinese: ' + text);
			if (typeof z === 'string' && /\p{Script=Han}\s*[,:;!?()]/u.test(text)) wrong.push(key + ' has half-width punctuation: ' + text);
			if (typeof z === 'string' && text.includes('登陆')) wrong.push(key + ' is misspelled');
		}
		return JSON.stringify({ wrong, keys: Object.keys(english) });
	})()`)
	var found struct{ Wrong, Keys []string }
	if err := json.Unmarshal([]byte(got), &found); err != nil || len(found.Keys) < 100 {
		t.Fatalf("%s: %v", got, err)
	}
	for _, wrong := range found.Wrong {
		t.Error(wrong)
	}
	known := make(map[string]bool)
	for _, key := range found.Keys {
		known[key] = true
	}
	files, err := filepath.Glob("static/*")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`data-(?:t|label|placeholder)="(\w+)"|\bt\('(\w+)'[,)]|\bhint\('(\w+)'|\bword: '(\w+)'|\bparts\('(\w+)'`).FindAllStringSubmatch(string(text), -1) {
			asked++
			if key := strings.Join(m[1:], ""); !known[key] {
				t.Errorf("%s asks for %q, which there is not", file, key)
			}
		}
	}
	if asked < 40 {
		t.Errorf("only %d words are asked for", asked)
	}
}
