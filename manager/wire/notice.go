package wire

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// AppendNotice appends {"notice":TEXT}: what the server tells one user that is no
// error, such as the answer to a command. Clients that do not know it ignore it.
func AppendNotice(dst []byte, text string) []byte {
	dst = append(dst, `{"notice":`...)
	dst = appendString(dst, text)
	return append(dst, "}\n"...)
}

// ParseNotice reads a frame of kind Unknown; false: it is no notice.
func ParseNotice(raw []byte) (text string, ok bool) {
	var object struct{ Notice *string }
	if json.Unmarshal(raw, &object) != nil || object.Notice == nil {
		return "", false
	}
	return *object.Notice, true
}

// What a server tells a user in a notice, and everybody in its own name. Clients
// know them by their words, and say them in the language of their user.
const (
	YouAreOperator = "you are an operator now"
	NobodyIsBanned = "nobody is banned"
	WasRemoved     = "%s was removed by %s"           // who, by whom
	WasBanned      = "%s was banned by %s for %s"     // who, by whom, how long
	WasUnbanned    = "%s is no longer banned, by %s"  // who, by whom
	IsBanned       = "banned: %s, for %s more, by %s" // who, how long, by whom
	TheOperator    = "the operator"                   // who sits where the room runs
)

// Span writes a time in the largest unit of which it is a whole number: 90s, 15m, 2h.
func Span(d time.Duration) string {
	s := int64((d + time.Second - 1) / time.Second)
	switch {
	case s > 0 && s%3600 == 0:
		return fmt.Sprintf("%dh", s/3600)
	case s > 0 && s%60 == 0:
		return fmt.Sprintf("%dm", s/60)
	}
	return fmt.Sprintf("%ds", s)
}

// Left writes a time that is still to pass, rounded up: nobody needs the seconds of
// an hour.
func Left(d time.Duration) string {
	if unit := time.Minute; d > 2*unit {
		d = (d + unit - 1) / unit * unit
	}
	return Span(d)
}

// reserved are names by which a person would be taken for whoever runs the room, as
// skeletons.
var reserved = func() map[string]bool {
	of := make(map[string]bool)
	for _, name := range []string{"operator", "the operator", "op", "admin", "administrator", "moderator", "server", "the server", "system", "root", "chatsim",
		"管理员", "管理員", "版主", "操作员", "服务器", "伺服器", "系统", "系統", "系统消息", "系統訊息"} {
		of[Skeleton(name)] = true
	}
	return of
}()

// IsReserved reports whether a name looks like that of whoever runs a room, with a
// number behind it or not.
func IsReserved(name string) bool { return reserved[Skeleton(withoutNumber(name))] }

// withoutNumber returns a name without the digits and blanks at its end.
func withoutNumber(name string) string {
	if short := strings.TrimRight(name, "0123456789 "); short != "" {
		return short
	}
	return name
}
