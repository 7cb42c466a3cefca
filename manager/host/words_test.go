package host

import (
	"bytes"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// Whoever runs a room reads all in one language: no word lacks the other.
func TestWords(t *testing.T) {
	en, zh := reflect.ValueOf(english), reflect.ValueOf(chinese)
	verbs := func(s string) []string { return regexp.MustCompile("%.").FindAllString(s, -1) }
	for i := range en.NumField() {
		if en.Field(i).Kind() != reflect.String {
			continue
		}
		name, e, z := en.Type().Field(i).Name, en.Field(i).String(), zh.Field(i).String()
		if name == "Comma" {
			continue
		}
		if e == "" || e == z || !slices.Equal(verbs(e), verbs(z)) || !strings.ContainsFunc(z, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s: %q, %q", name, e, z)
		}
	}
}

// A room whose owner reads Chinese speaks it, at the start, at the console and at the
// end.
func TestInChinese(t *testing.T) {
	o := open(t, Config{Locale: "zh_CN.UTF-8"})
	o.join("bob")
	for line, want := range map[string]string{"who": "1 位在线用户：bob", "kick eve": "当前没有名为 eve 的用户", "dance": "可用命令：", "bans": "没有被禁止的用户", "ban 0s x": "时长写作", "unban x": "没有以 x 为名被禁止的用户"} {
		var out bytes.Buffer
		if obey(o.h.room, o.h.words, line, &out) || !strings.HasPrefix(out.String(), want) {
			t.Errorf("%q: %q", line, out.String())
		}
	}
	if err := o.close(); err != nil {
		t.Fatal(err)
	}
	o.h.flush()
	for _, want := range []string{"房间已在 127.0.0.1:", "第一行是您的用户名", "按 Ctrl-C 关闭房间。", "已关闭：1 次进入，0 条消息"} {
		if got := o.out.String(); !strings.Contains(got, want) {
			t.Errorf("there is no %q in\n%s", want, got)
		}
	}
	if english := regexp.MustCompile("(?i)[a-z]{4,} [a-z]{3,} [a-z]{2,}").FindString(o.out.String()); english != "" {
		t.Errorf("%q is English", english)
	}
}
