package term

import (
	"errors"
	"fmt"

	"chatsim/manager/tongue"
	"chatsim/manager/wire"
)

// words are what a person reads, in one language. A verb stands where a value
// goes.
type words struct {
	Language                        tongue.Language
	Day                             string // the form of a date
	AskName, EmptyName, AskPassword string
	Welcome                         string // the original's greeting
	Renamed                         string // assigned name, name asked for
	Given, Unseen                   string // assigned name
	Online                          string // how many, who
	More                            string // how many more there are
	Joined, Left                    string // who
	From, To                        string // of a private line: who, text
	NoReply                         string
	NotHere                         string // who
	NoText                          string // command
	Unknown                         string // command
	Slip                            string // command, twice
	TooLong                         string // bytes, limit
	Unsent                          string // number of a line, why
	Help                            string
	Lost                            string // why, for how many minutes it is tried again
	Missing                         string // how many
	Again                           string // seconds
	Back, BackPart, BackMissed      string
	Elsewhere                       string // where
	Before, NothingBefore           string
	NoName                          string // command
	NoWord                          string
	ByServer, Silent                string // why a connection ended
	NotSent                         string
	Server                          string // what the server says
	LogFailed, LogBack              string
	Refused                         string // what the server says, as the end of it all
	Hints                           map[wire.Reason]string
}

var english = words{
	Language: tongue.English, Day: "Monday, 2 January 2006",
	AskName: "Your name: ", EmptyName: "A name is needed; it may be anything without @.", AskPassword: "Password of the room: ",
	Welcome: "Welcome to the group chat, everybody. Let's talk!",
	Renamed: "You are %s here: %s is taken.",
	Given:   "You are %s here.",
	Unseen:  "You are %s here: what cannot be seen is left out of a name.",
	Online:  "%d online: %s",
	More:    "and %d more",
	Joined:  "%s joined",
	Left:    "%s left",
	From:    "[private from %s] %s",
	To:      "[private to %s] %s",
	NoReply: "Nobody has written to you alone yet.",
	NotHere: "Nobody here is called %s; /who lists the names.",
	NoText:  "%s needs a text. /help lists the commands.",
	Unknown: "There is no command %s. /help lists them; //%s says it as text.",
	Slip:    "That looks like %s, so nobody was sent it. Begin the line with %s itself, or with // to say it to everybody.",
	TooLong: "That text has %d bytes, at most %d are possible. It was not sent.",
	Unsent:  "line %d was not sent: %s",
	Help:    "/msg NAME text  to one person alone\n/reply text     to who last wrote to you alone\n/who            who is here\n/me text        what you do: * Ann waves\n//text          text that begins with a slash\n/nick NAME      another name for you\n/history 20     what was said before\n/op PASSWORD    kick and ban: /kick NAME, /ban NAME, /ban 2h NAME, /banaddress NAME, /unban NAME, /bans\n/quit           leave (or Ctrl-D)\nTab completes names and commands.",
	Lost:    "The connection is lost (%s). Trying to come back for %d minutes.",
	Missing: "Lines of yours that may not have arrived: %d",
	Again:   "Trying again in %d s …",
	Back:    "Back in the room; nothing was missed.", BackPart: "Back in the room. Only a part of what was said meanwhile is still there.",
	BackMissed: "Back in the room. What was said meanwhile was missed.",
	Elsewhere:  "You are connected to %s now, another server of the same room.",
	Before:     "↑ said before you joined", NothingBefore: "Nothing was said before, as far as the room remembers.",
	NoName: "%s needs a name. /help lists the commands.", NoWord: "Write /op and the operators' password behind it: it is not shown, and not kept.",
	ByServer: "closed by the server", Silent: "the server does not answer",
	NotSent:   "You are not connected. It was not sent.",
	Server:    "The room says: %s",
	LogFailed: "Your own record cannot be written: %s", LogBack: "Your own record is written again.",
	Refused: "the room says: %s", Hints: map[wire.Reason]string{
		wire.BadName:   "choose another with -name",
		wire.Password:  "give the room's password with -password-file FILE or in CHATSIM_PASSWORD",
		wire.Full:      "try again later",
		wire.Crowded:   "close one of your connections first",
		wire.NeedTLS:   "add -tls",
		wire.Kicked:    "ask whoever runs the room before you come back",
		wire.Elsewhere: "you are there now; join again to be here",
	},
}

var chinese = words{
	Language: tongue.Chinese, Day: "2006年1月2日",
	AskName: "用户名：", EmptyName: "用户名不能为空，且不能含有 @。", AskPassword: "房间密码：",
	Welcome: "欢迎进入群聊，大家开始聊天吧！",
	Renamed: "您在这里的用户名是 %s：%s 已被使用。",
	Given:   "您在这里的用户名是 %s。",
	Unseen:  "您在这里的用户名是 %s：看不见的字符已略去。",
	Online:  "当前在线用户（%d）：%s",
	More:    "以及另外 %d 位",
	Joined:  "%s 进入了群聊",
	Left:    "%s 离开了群聊",
	From:    "[%s 发来的私聊] %s",
	To:      "[发给 %s 的私聊] %s",
	NoReply: "还没有人给您发过私聊。",
	NotHere: "当前没有名为 %s 的用户；/who 列出在线用户。",
	NoText:  "%s 需要内容。/help 列出所有命令。",
	Unknown: "没有命令 %s。/help 列出所有命令；//%s 作为文字发送。",
	Slip:    "这看起来像 %s，所以没有发送给任何人。请以 %s 本身开头，或以 // 开头发给所有人。",
	TooLong: "该内容有 %d 字节，最多 %d 字节。未发送。",
	Unsent:  "第 %d 行未发送：%s",
	Help:    "/msg 用户名 内容  只发给一个人\n/reply 内容       回复最近给您发私聊的人\n/who              当前在线用户\n/me 内容          动作：* Ann 挥手\n//文字            发送以斜杠开头的文字\n/nick 用户名       更改用户名\n/history 20       之前的消息\n/op 管理员密码     移出和禁止：/kick 用户名、/ban 用户名、/ban 2h 用户名、/banaddress 用户名、/unban 用户名、/bans\n/quit             离开（或 Ctrl-D）\nTab 补全用户名和命令。",
	Lost:    "连接已断开（%s）。将在 %d 分钟内尝试重新连接。",
	Missing: "您可能未送达的消息数：%d",
	Again:   "%d 秒后重试 …",
	Back:    "已重新进入群聊，没有遗漏消息。", BackPart: "已重新进入群聊。期间的消息只保留了一部分。",
	BackMissed: "已重新进入群聊。期间的消息已错过。",
	Elsewhere:  "您现在连接的是同一房间的另一台服务器 %s。",
	Before:     "↑ 以上是您加入之前的消息", NothingBefore: "房间没有保留之前的消息。",
	NoName: "%s 需要用户名。/help 列出所有命令。", NoWord: "请在 /op 之后输入管理员密码：不会显示，也不会保存。",
	ByServer: "连接被服务器关闭", Silent: "服务器没有应答",
	NotSent:   "当前未连接。未发送。",
	Server:    "服务器：%s",
	LogFailed: "无法写入您的聊天记录：%s", LogBack: "聊天记录已恢复写入。",
	Refused: "服务器：%s", Hints: map[wire.Reason]string{
		wire.BadName:   "请用 -name 另选用户名",
		wire.Password:  "请用 -password-file 文件 或 CHATSIM_PASSWORD 给出房间密码",
		wire.Full:      "请稍后再试",
		wire.Crowded:   "请先关闭您的另一个连接",
		wire.NeedTLS:   "请加上 -tls",
		wire.Kicked:    "再次进入前，请先询问房间的管理员",
		wire.Elsewhere: "您现在在那边；再次进入即可回到这里",
	},
}

// wordsFor chooses by a locale such as zh_CN.UTF-8.
func wordsFor(locale string) *words {
	if tongue.Of(locale) == tongue.Chinese {
		return &chinese
	}
	return &english
}

// reason is why a room refuses something.
func (w *words) reason(r wire.Reason, detail string) string { return w.Language.Reason(r, detail) }

// serverSays returns an error of the room's.
func (w *words) serverSays(r wire.Reason, text, detail string) string {
	return fmt.Sprintf(w.Server, w.ofServer(r, text, detail))
}

// ofServer is what a room says of a reason, or else in its own words.
func (w *words) ofServer(r wire.Reason, text, detail string) string {
	if r == wire.None {
		return text
	}
	return w.reason(r, detail)
}

// refused returns the error for a server's refusal.
func (w *words) refused(e event) *Error {
	return &Error{msg: fmt.Sprintf(w.Refused, w.ofServer(e.reason, e.text, e.detail)), hint: w.Hints[e.reason], reason: e.reason, detail: e.detail}
}

// notice returns what the room tells in its own name.
func (w *words) notice(text string) string {
	told, ok := w.Language.Notice(text)
	if !ok {
		return fmt.Sprintf(w.Server, text)
	}
	return told
}

// refusal is why one was not let in.
func (w *words) refusal(err error) string {
	var e *Error
	if !errors.As(err, &e) || e.reason == wire.None {
		return err.Error()
	}
	return w.serverSays(e.reason, e.Error(), e.detail)
}

// nameError returns what is wrong with a name.
func (w *words) nameError(err error) string { return w.Language.Detail(err.Error()) }
