package host

import (
	"time"

	"github.com/spf13/pflag"

	"chatsim/manager/choice"
	"chatsim/manager/record"
	"chatsim/manager/wire"
)

// Flags defines the flags that set c.
func (c *Config) Flags(fs *pflag.FlagSet) {
	fs.StringVar(&c.Listen, "listen", wire.DefaultAddr, "`ADDR`|where to listen, with -serve")
	fs.StringVar(&c.Record, "record", "server.txt", "`FILE`|record what is said to the group, a line a message; -: standard output, off: nowhere")
	fs.BoolVar(&c.RecordPrivate, "record-private", false, "record private lines too")
	choice.Var(fs, &c.RecordFormat, "record-format", "`NAME`|of the record: text (text@sender@target), json (time and place too)", []string{"text", "json"}, record.ParseFormat)
	fs.IntVar(&c.History, "history", 200, "`N`|lines to the group that are kept for those who come later; with -record-format json over restarts; 0: none")
	c.Password.Flags(fs)
	c.Operator.FileFlag(fs, "operator-password-file", "`FILE`|who says the password in it, with /op, may kick and ban from within the room")
	fs.StringVar(&c.MetricsAddr, "metrics-addr", "", "`ADDR`|serve /metrics and /live there instead, without a password; else beside the room, with its password beyond this machine")
	fs.StringVar(&c.TLSCert, "tls-cert", "", "`FILE`|certificate in PEM: the room speaks TLS only")
	fs.StringVar(&c.TLSKey, "tls-key", "", "`FILE`|its key in PEM")
	fs.StringVar(&c.Console, "console", "", "`FILE`|take the operator's commands from a named pipe, or from standard input: -")
	fs.BoolVar(&c.StrictNames, "strict-names", false, "names that look alike (case, width, letters of other scripts) count as one")
	fs.IntVar(&c.MaxUsers, "max-users", 10000, "`N`|users in the room at one time; 0: no limit")
	fs.IntVar(&c.MaxConns, "max-conns", 512, "`N`|connections from one address but this machine's; 0: no limit")
	choice.Var(fs, &c.NoRaw, "raw", "`WORD`|let the original chat room's desktop client in, whose name has no end: on, off", []string{"on", "off"}, choice.Is("off"))
	choice.Var(fs, &c.NoIRC, "irc", "`WORD`|let clients of IRC in, to the channel #chat: on, off", []string{"on", "off"}, choice.Is("off"))
	fs.Float64Var(&c.Flood, "flood", 200, "`R`|lines a second that one user may keep up, with bursts of five times as many; what is more waits; 0: no limit")
	fs.StringArrayVar(&c.Origins, "allow-origin", nil, "`HOST`|let pages of another host talk here, such as chat.example.org or *.example.org; repeatable")
	fs.StringArrayVar(&c.Hosts, "allow-host", nil, "`HOST`|a name of this server beside its machine's, such as *.example.org; for -watch too; repeatable")
	c.Cluster.Flags(fs)
	fs.StringVar(&c.Advertise, "advertise", "", "`ADDR`|where clients of the room's other chatsim come when theirs does not answer: HOST:PORT, or https://HOST; off: nowhere; else where it listens, if that is one address")
	fs.StringVar(&c.Cluster.Room, "room", "", "`NAME`|which of the rooms that one NATS has")
	fs.DurationVar(&c.Drain, "drain", 10*time.Second, "`D`|limit for everybody to get what was said, at the end")
	fs.BoolVar(&c.Verbose, "v", false, "log who comes and goes")
}
