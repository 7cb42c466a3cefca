package loadgen_test

import (
	"net"
	"strings"
	"testing"

	"chatsim/chatter/dial"
	"chatsim/loadgen"
	"chatsim/manager/hinted"
)

// TestClosedAtOnce has it told what a server did that lets nobody in, by all ways to it
// and in all dialects, and what it may be.
func TestClosedAtOnce(t *testing.T) {
	closes := func(t *testing.T) string { return listen(t, func(net.Conn, <-chan struct{}) {}) }
	isIRC := func(t *testing.T) string { return says(t, "ERROR :This is IRC!\r\n", true) }
	const irc = `join server at ws://: no WebSocket: it speaks IRC, it answered "ERROR :This is IRC!"`
	for name, tc := range map[string]struct {
		open           func(t *testing.T) string
		scheme         string
		dialect        string
		password, want string
		hint           string
	}{
		"line":       {closes, dial.TCP, "line", "", "", "want TLS (-target tls://HOST:PORT), want a password"},
		"raw":        {closes, dial.TCP, "raw", "", "", "another protocol than the raw dialect, want TLS"},
		"IRC":        {closes, dial.TCP, "irc", "sesame", "", "want TLS (-target tls://HOST:PORT), let this address not in"},
		"Redis":      {closes, dial.TCP, "redis", "", "", "another protocol than Redis"},
		"NATS":       {closes, dial.TCP, "nats", "", "", "another protocol than NATS"},
		"MQTT":       {closes, dial.TCP, "mqtt", "", "", "another protocol than MQTT"},
		"TLS":        {closes, dial.TLS, "irc", "", ", in the handshake of TLS", "that speak no TLS there"},
		"WebSocket":  {closes, dial.WS, "line", "", "", "want TLS (-target wss://HOST:PORT/PATH)"},
		"WSS":        {closes, dial.WSS, "line", "", ", in the handshake of TLS", "that speak no TLS there"},
		"IRC for WS": {isIRC, dial.WS, "line", "", irc, "without ws://, and add -dialect irc"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to, err := dial.New(dial.Address{Scheme: tc.scheme, HostPort: tc.open(t), Path: "/"}, dial.Trust{})
			if err != nil {
				t.Fatal(err)
			}
			cfg := loadgen.Config{Users: 3, Where: "server at " + tc.scheme + "://", Password: tc.password}
			cfg.Doors, cfg.Capabilities = (&loadgen.Target{Dialer: to, Password: tc.password}).Dialect(tc.dialect)
			_, err = loadgen.Run(t.Context(), cfg)
			want := "it closed the connection after "
			if strings.HasPrefix(tc.want, "join") {
				want = tc.want
			}
			if err == nil || !strings.Contains(strings.Replace(err.Error(), "at once, ", "", 1), want) || !strings.HasSuffix(err.Error(), tc.want) || !strings.Contains(hinted.Hint(err), tc.hint) {
				t.Errorf("%v\nhint: %s", err, hinted.Hint(err))
			}
		})
	}
}
