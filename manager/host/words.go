package host

import (
	"fmt"
	"strconv"

	"chatsim/manager"
	"chatsim/manager/tongue"
)

// words are what whoever runs a room reads beside the log, in one language. A verb
// stands where a value goes.
type words struct {
	language tongue.Language

	Open           string // address
	Terminal       string
	First          string // how one joins from a terminal
	FirstPassword  string
	Ends           string
	IRC            string // its channel
	Figures        string // two addresses
	Shared         string // the room, how many servers
	Servers        string // how many
	Advertised     string // where
	NotAdvertised  string
	Recording      string // what, where
	Lines, AllSaid string
	InFile         string // its name
	OnOutput       string
	Warning        string // what
	NoPassword     string // port, addresses
	InTheClear     string
	Operator       string // the commands
	Commands       string // the commands
	TooLong        string // bytes
	Online         string // how many, who
	Closing        string
	Closed         string // the summary
	Joins, Said    string // how many
	Recorded, Lost string // how many
	Comma          string
}

var english = words{
	language: tongue.English,
	Open:     "chatsim: the room is open on %s; join it in a browser:\n", Terminal: "or from a terminal:\n",
	First:         "The first line is your name, each further one goes to everybody;\n/msg NAME TEXT is for one person alone, /who says who is here.\n",
	FirstPassword: "The first line is the password, the second your name, each further one goes to everybody;\n/msg NAME TEXT is for one person alone, /who says who is here.\n",
	Ends:          "Ctrl-C closes the room.\n",
	IRC:           "Clients of IRC are let in at the same address, to %s.\n",
	Figures:       "What the room counts is at %s and %s.\n",
	Shared:        "The room %q is one with that of every other chatsim there; its stream is kept by %s.\n", Servers: "servers",
	Advertised:    "When another chatsim of the room fails, its clients are told to come to %s (-advertise).\n",
	NotAdvertised: "when another chatsim of the room fails, its clients do not come here, as this one listens on every address: name one with -advertise HOST:PORT",
	Recording:     "Recording %s %s (-record off: nowhere).\n", Lines: "lines to the group", AllSaid: "all lines, private ones too,",
	InFile: "in %s", OnOutput: "on standard output",
	Warning:    "chatsim: warning: %s\n",
	NoPassword: "there is no authentication: whoever reaches port %d is in (%s)",
	InTheClear: "what is said goes over the network in the clear (-tls-cert, -tls-key)",
	Operator:   "You are the operator: %s.\n", Commands: "the commands are: %s\n", TooLong: "a command has at most %d bytes\n",
	Online: "%d online: %s\n", Closing: "the room is closing\n",
	Closed: "closed: %s\n", Joins: "joins", Said: "lines", Recorded: ", %d in the record", Lost: ", %d lost to the record", Comma: ", ",
}

var chinese = words{
	language: tongue.Chinese,
	Open:     "chatsim：房间已在 %s 打开；用浏览器加入：\n", Terminal: "或从终端加入：\n",
	First:         "第一行是您的用户名，之后的每一行都发给所有人；\n/msg 用户名 内容 只发给一个人，/who 列出在线用户。\n",
	FirstPassword: "第一行是密码，第二行是您的用户名，之后的每一行都发给所有人；\n/msg 用户名 内容 只发给一个人，/who 列出在线用户。\n",
	Ends:          "按 Ctrl-C 关闭房间。\n",
	IRC:           "IRC 客户端可用同一地址进入，频道 %s。\n",
	Figures:       "房间的统计在 %s 和 %s。\n",
	Shared:        "房间 %q 与那里的其他 chatsim 共用；消息流保存在 %s。\n", Servers: "台服务器",
	Advertised:    "房间的其他 chatsim 出现故障时，其客户端会改连 %s（-advertise）。\n",
	NotAdvertised: "本 chatsim 监听所有地址，因此房间的其他 chatsim 出现故障时，其客户端不会改连到这里：请用 -advertise HOST:PORT 指定一个地址",
	Recording:     "正在记录%s，%s（-record off：不记录）。\n", Lines: "发给群聊的消息", AllSaid: "所有消息，包括私聊",
	InFile: "写入 %s", OnOutput: "写到标准输出",
	Warning:    "chatsim：警告：%s\n",
	NoPassword: "没有密码：任何能连到端口 %d 的人都能进入（%s）",
	InTheClear: "消息在网络上未加密（-tls-cert、-tls-key）",
	Operator:   "您是管理员：%s。\n", Commands: "可用命令：%s\n", TooLong: "一条命令最多 %d 字节\n",
	Online: "%d 位在线用户：%s\n", Closing: "房间正在关闭\n",
	Closed: "已关闭：%s\n", Joins: "次进入", Said: "条消息", Recorded: "，已记录 %d 条", Lost: "，记录丢失 %d 条", Comma: "，",
}

// wordsFor chooses by a locale such as zh_CN.UTF-8.
func wordsFor(locale string) *words {
	if tongue.Of(locale) == tongue.Chinese {
		return &chinese
	}
	return &english
}

// orderError is why an order was not carried out.
func (w *words) orderError(err error, text string) string {
	return w.language.Detail(manager.OrderError(err, text))
}

// notice returns the answer to an order.
func (w *words) notice(text string) string {
	told, _ := w.language.Notice(text)
	return told
}

// count is so many of what one of the words is for.
func (w *words) count(n uint64, what string) string {
	if w.language == tongue.Chinese {
		return strconv.FormatUint(n, 10) + " " + what
	}
	if n == 1 {
		what = what[:len(what)-1]
	}
	return fmt.Sprintf("%d %s", n, what)
}
