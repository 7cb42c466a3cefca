// Package tongue says in a person's language what a room says in the protocol's
// words: why it refuses something, and what it tells of. It is for those who sit at
// a terminal; the page has words of its own.
//
// It knows the protocol's words and no protocol.
package tongue

import (
	"os"
	"regexp"
	"strings"

	"chatsim/manager/wire"
)

// Language is one that people read.
type Language uint8

// The languages.
const (
	English Language = iota
	Chinese
)

// Of chooses by a locale such as zh_CN.UTF-8: anything but Chinese is English.
func Of(locale string) Language {
	if strings.HasPrefix(strings.ToLower(locale), "zh") {
		return Chinese
	}
	return English
}

// Locale returns the locale of messages, by the POSIX order of variables.
func Locale(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			return v
		}
	}
	return ""
}

// Reason is why a room refuses something, with its details where there are some.
func (l Language) Reason(r wire.Reason, detail string) string {
	if l == English {
		if detail == "" {
			return r.Text()
		}
		return r.With(detail)
	}
	text := reasons[r]
	if detail == "" {
		return text
	}
	return text + "：" + l.Detail(detail)
}

// Detail returns what a room says beside a reason, or of a name. What is not known stays
// as it is.
func (l Language) Detail(text string) string {
	if l == English {
		return text
	}
	if told, ok := details[text]; ok {
		return told
	}
	told, _ := fill(detailForms, text)
	return told
}

// Notice returns what a room tells in its own name; false, with the text as it is: it is
// none of what a room tells by itself.
func (l Language) Notice(text string) (told string, ok bool) {
	if told, ok = details[text]; ok && l == Chinese {
		return told, true
	}
	told, known := fill(noticeForms, text)
	if l == English {
		return text, ok || known
	}
	return told, known
}

// form is how a text with values in it is told: "$1" stands for the first.
type form struct {
	text *regexp.Regexp
	told string
	span int // which of the values is a time; 0: none
}

// fill tells a text by the first form that it has.
func fill(forms []form, text string) (told string, ok bool) {
	for _, f := range forms {
		if values := f.text.FindStringSubmatch(text); values != nil {
			if f.span > 0 {
				values[f.span] = span(values[f.span])
			}
			told = os.Expand(f.told, func(number string) string { return values[number[0]-'0'] })
			return strings.ReplaceAll(told, " "+wire.TheOperator+" ", "管理员"), true
		}
	}
	return text, false
}

// span tells a time of wire.Span.
func span(text string) string {
	if n := len(text) - 1; n > 0 && units[text[n:]] != "" {
		return text[:n] + " " + units[text[n:]]
	}
	return text
}

// like returns the pattern of a text in which verbs stand for values.
func like(format string) *regexp.Regexp {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(format), "%s", "(.+)")
	return regexp.MustCompile("(?s)^" + pattern + "$")
}
