package loadgen

import "bytes"

// stranger is a protocol by which servers are known that do not speak the
// dialect that was asked for.
type stranger struct {
	protocol string
	starts   [][]byte // what a server may begin with
	advice   string   // empty: it is no chat
}

// where is where a reader finds what else there is.
const where = `for the dialects see chatsim -help target, or README.md, "Judging another server"`

// strangers, those that are told by more bytes first.
var strangers = []stranger{
	{"HTTP", words("HTTP/", "<!DOCTYPE", "<!doctype", "<html", "<HTML"), "a chat over WebSockets is reached with -target ws://HOST:PORT/PATH; " + where},
	{"TLS", words("\x15\x03"), "write -target tls://HOST:PORT"},
	{"SSH", words("SSH-"), ""},
	{"NATS", words("INFO {", "-ERR '"), "add -dialect nats"},
	{"Redis", words("-ERR ", "-NOAUTH", "-DENIED"), "add -dialect redis"},
	{"IRC", words("NOTICE ", "ERROR :", ":"), "add -dialect irc"},
	{"SMTP or FTP", words("220 ", "220-"), ""},
}

func words(all ...string) [][]byte {
	var out [][]byte
	for _, w := range all {
		out = append(out, []byte(w))
	}
	return out
}

// recognised returns what a server speaks that begins so; nil if nobody knows.
func recognised(said []byte) *stranger {
	for i := range strangers {
		for _, start := range strangers[i].starts {
			if bytes.HasPrefix(said, start) {
				return &strangers[i]
			}
		}
	}
	return nil
}
