package tongue

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"chatsim/manager/wire"
)

// isChinese reports whether a text is one for those who read Chinese.
func isChinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// Every reason of the protocol is told in Chinese.
func TestReasons(t *testing.T) {
	for r := wire.None + 1; r <= wire.NotDone; r++ {
		if got := Chinese.Reason(r, ""); !isChinese(got) {
			t.Errorf("%v is %q", r, got)
		}
		if got := English.Reason(r, "why"); got != r.With("why") {
			t.Errorf("%v is %q in English", r, got)
		}
	}
	if got := Chinese.Reason(wire.Kicked, "come back in 45s"); got != "被管理员移出：请在 45 秒后再来" {
		t.Errorf("kicked is %q", got)
	}
}

// What a room tells of a name and of a command is told in Chinese: the texts are
// those in the code that makes them.
func TestDetails(t *testing.T) {
	for _, name := range []string{"", "\xff", "a@b", wire.Group, "*", "\u2800", "a\x01", "a\u202eb", strings.Repeat("x", 65), "e\u0301"} {
		if _, err := wire.CleanName(name); err == nil || !isChinese(Chinese.Detail(err.Error())) {
			t.Errorf("%q: %v is %q", name, err, Chinese.Detail(fmt.Sprint(err)))
		}
	}
	files := []string{"../order.go", "../moderate.go"}
	texts := 0
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil || !regexp.MustCompile(`^[a-z].* .*[a-z ]$`).MatchString(text) || strings.HasPrefix(text, "manager: ") || logged[text] {
				return true
			}
			texts++
			if strings.HasSuffix(text, " ") {
				text += "Ann"
			}
			if !isChinese(Chinese.Detail(text)) {
				t.Errorf("%s: %q is not told in Chinese", file, text)
			}
			return true
		})
	}
	if texts < 10 {
		t.Errorf("only %d texts were found", texts)
	}
}

// logged are texts that go to the log and to IRC, in English.
var logged = map[string]bool{"an operator": true, "a wrong password for operators": true, "is now ": true}

func TestNotices(t *testing.T) {
	for text, want := range map[string]string{
		wire.YouAreOperator: "您现在是管理员", wire.NobodyIsBanned: "没有被禁止的用户",
		fmt.Sprintf(wire.WasRemoved, "eve", wire.TheOperator):         "eve 被管理员移出",
		fmt.Sprintf(wire.WasBanned, "eve was", "ann", "2h"):           "eve was 被 ann 禁止进入，时长 2 小时",
		fmt.Sprintf(wire.WasBanned, "5m", "$1", "1m"):                 "5m 被 $1 禁止进入，时长 1 分钟",
		fmt.Sprintf(wire.WasUnbanned, "eve", "ann"):                   "ann 已解除对 eve 的禁止",
		fmt.Sprintf(wire.IsBanned, "eve (192.0.2.1/32)", "5m", "ann"): "被禁止：eve (192.0.2.1/32)，剩余 5 分钟，操作者 ann",
	} {
		got, ok := Chinese.Notice(text)
		if !ok || !strings.HasPrefix(got, want) {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
		if got, ok := English.Notice(text); !ok || got != text {
			t.Errorf("%q is %q in English", text, got)
		}
	}
	for _, l := range []Language{English, Chinese} {
		if got, ok := l.Notice("hello all"); ok || got != "hello all" {
			t.Errorf("%q, %v", got, ok)
		}
	}
}

func TestOf(t *testing.T) {
	for locale, want := range map[string]Language{"": English, "C": English, "de_DE": English, "zh_CN.UTF-8": Chinese, "ZH": Chinese} {
		if got := Of(locale); got != want {
			t.Errorf("%q: %v", locale, got)
		}
	}
	env := map[string]string{"LANG": "de", "LC_ALL": "zh_TW"}
	if got := Locale(func(name string) string { return env[name] }); got != "zh_TW" {
		t.Error(errors.New(got))
	}
}
