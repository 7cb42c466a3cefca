package tongue

import (
	"regexp"

	"chatsim/manager/wire"
)

// reasons are those of the protocol, in Chinese.
var reasons = map[wire.Reason]string{
	wire.None:         "",
	wire.Stalled:      "长时间未读取消息",
	wire.Slow:         "读取过慢",
	wire.LoginTimeout: "未及时给出用户名",
	wire.BadName:      "用户名被拒绝",
	wire.Full:         "房间已满",
	wire.Shutdown:     "服务器正在关闭",
	wire.Internal:     "服务器内部错误",
	wire.Password:     "密码不正确",
	wire.Kicked:       "被管理员移出",
	wire.Moved:        "此服务器已与房间失去联系，请重新进入",
	wire.Crowded:      "来自您的地址的连接过多",
	wire.NeedTLS:      "此房间仅支持 TLS",
	wire.Elsewhere:    "您已在别处登录",
	wire.LineTooLong:  "该行过长",
	wire.NoSuchUser:   "没有这个用户",
	wire.NotSaid:      "未发送给任何人",
	wire.LeftEarly:    "在消息全部发出前离开",
	wire.NotDone:      "未执行",
}

// details are what a room says beside a reason and in notices, word by word.
var details = map[string]string{
	"name is empty":                           "用户名不能为空",
	"name is not valid UTF-8":                 "用户名不是有效的 UTF-8",
	"name has an @ in it":                     "用户名不能含有 @",
	"name is that of the group":               "这是群聊的名称",
	"name is that of the server":              "这是服务器的名称",
	"name has nothing in it that can be seen": "用户名中没有可见字符",
	"name has a control character in it":      "用户名含有控制字符",
	"name has a character in it that turns the direction of writing, or ends a line": "用户名含有改变书写方向或换行的字符",
	"name is that of an operator":                                                        "这是一位管理员的用户名",
	"name is reserved for whoever runs the room":                                         "此用户名保留给房间的管理者",
	"that is your name":                                                                  "这已经是您的用户名",
	"come in anew under another name: this client cannot be told one":                    "请用新的用户名重新进入：此客户端无法得知新的用户名",
	"only an operator can do that; a line that begins with // is text":                   "只有管理员可以这样做；以 // 开头的行作为文字发送",
	"that is not the operators' password":                                                "管理员密码不正确",
	"this room has no password for operators: it is opened with -operator-password-file": "此房间没有管理员密码：启动时用 -operator-password-file 设置",
	"the first line is the password of the room, the next one your name":                 "第一行是房间密码，第二行是您的用户名",
	"it needs a name":     "需要用户名",
	"the room is closing": "房间正在关闭",
	"a time is written as 10m, 2h or 24h, and at most 8760h":                                         "时长写作 10m、2h 或 24h，最长 8760h",
	"it comes from this machine, or through a proxy here, as others may: ban it without its address": "该用户来自本机或本机的代理，其他人也可能如此：请不按地址禁止",
	"too many connections from your address":                                                         "来自您的地址的连接过多",
	"the rest of your lines was not said to anybody":                                                 "其余的消息没有发送给任何人",
	wire.YouAreOperator: "您现在是管理员：/kick 用户名、/ban 用户名、/ban 2h 用户名、/banaddress 用户名、/unban 用户名、/bans",
	wire.NobodyIsBanned: "没有被禁止的用户",
}

var detailForms = []form{
	{like("nobody here is called %s"), "当前没有名为 $1 的用户", 0},
	{like("nobody is banned under the name %s"), "没有以 $1 为名被禁止的用户", 0},
	{like("come back in %s"), "请在 $1后再来", 1},
	{regexp.MustCompile(`^name is (\d+) bytes long, at most (\d+) are allowed$`), "用户名有 $1 字节，最多 $2 字节", 0},
	{regexp.MustCompile(`^name is not in Unicode normal form C.*$`), "用户名不是 Unicode 规范形式 C", 0},
}

var noticeForms = []form{
	{like(wire.WasBanned), "$1 被 $2 禁止进入，时长 $3", 3},
	{like(wire.WasRemoved), "$1 被 $2 移出", 0},
	{like(wire.WasUnbanned), "$2 已解除对 $1 的禁止", 0},
	{like(wire.IsBanned), "被禁止：$1，剩余 $2，操作者 $3", 2},
}

// units are those of wire.Span.
var units = map[string]string{"s": "秒", "m": "分钟", "h": "小时"}
