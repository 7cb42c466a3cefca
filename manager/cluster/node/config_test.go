package node

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"chatsim/manager/hinted"
)

// What cannot be meant is refused with a hint before anybody is asked.
func TestCheck(t *testing.T) {
	const three = "-cluster embedded -cluster-routes h1:1,h2:1,h3:1 "
	for _, tt := range []struct{ line, want, hint string }{
		{"", "", ""},
		{"-cluster embedded", "", ""},
		{"-cluster nats://h:4222,tls://i", "", ""},
		{"-cluster embedded -cluster-listen 127.0.0.1:1 -cluster-routes nats://127.0.0.1:1,127.0.0.1:2,127.0.0.1:3", "", ""},
		{"-cluster h:4222", "is not the URL of NATS", "nats://HOST:4222"},
		{"-cluster http://h", "is not the URL of NATS", "nats://HOST:4222"},
		{"-cluster nats://", "is not the URL of NATS", ""},
		{"-cluster nats://u:sesame@h:x", `"…@h:x" is not a URL`, ""},
		{"-cluster imbedded", "is not the URL of NATS", "-cluster embedded"},
		{"-cluster nats://h -cluster-lease 10ms", "is not from 3s to 1h", "20s"},
		{three + "-cluster-listen h1:1 -cluster-lease 5s", "is too short", "12s or more"},
		{"-cluster nats://h -cluster-tls-cert f", "go together", ""},
		{"-cluster nats://h -cluster-secret-file /nowhere/f", "read the password", ""},
		{"-cluster nats://h -cluster-listen h:1", "go with -cluster embedded only", ""},
		{"-cluster embedded -cluster-creds f", "goes with the URL of NATS only", "-cluster-secret-file"},
		{"-cluster embedded -cluster-listen h:1", "has to know the others", "-cluster-routes A,B,C"},
		{three, "have to reach this one", "-cluster-listen A"},
		{three + "-cluster-listen h1", `"h1" is not HOST:PORT`, "10.0.0.1:6222"},
		{three + "-cluster-listen h1:0", `"h1:0" is not HOST:PORT`, ""},
		{three + "-cluster-listen h4:1", "is not among -cluster-routes", ""},
		{three + "-cluster-listen 0.0.0.0:2", "has the port", ""},
		{three + "-cluster-listen h1:1", "whoever reaches", "-cluster-secret-file FILE"},
		{three + "-cluster-listen h1:1 -cluster-tls-ca f", "shows the others a certificate", "-cluster-tls-cert"},
		{"-cluster embedded -cluster-listen h:1 -cluster-routes h:1,i:1", "names 2 nodes", "three nodes bear the loss of one"},
		{"-cluster embedded -cluster-listen h:1 -cluster-routes h:1,i:1,h:1", "names a node twice", ""},
		{"-cluster embedded -cluster-dir=", "-cluster-dir is empty", ""},
	} {
		var c Config
		fs := pflag.NewFlagSet("", pflag.ContinueOnError)
		c.Flags(fs)
		if err := fs.Parse(strings.Fields(strings.ReplaceAll(tt.line, "-cluster", "--cluster"))); err != nil {
			t.Fatal(err)
		}
		switch err := c.Check(); {
		case tt.want == "" && err != nil, tt.want != "" && err == nil:
			t.Errorf("%q: %v", tt.line, err)
		case err == nil:
		case !strings.Contains(err.Error(), tt.want) || hinted.Hint(err) == "" || !strings.Contains(hinted.Hint(err), tt.hint):
			t.Errorf("%q: %v", tt.line, hinted.Text(err))
		case strings.Contains(hinted.Text(err), "sesame"):
			t.Errorf("%q: the password is told: %v", tt.line, err)
		}
	}
}

// The name of a room is what people can read.
func TestRoom(t *testing.T) {
	for _, name := range []string{"chat", "Räume 2", "房间", "a.b>*"} {
		c := Config{Where: "nats://h", Room: name, Lease: time.Minute}
		if err := c.Check(); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{" ", "a\nb", "a\x7f", "\xff", strings.Repeat("x", maxRoom+1)} {
		c := Config{Where: "nats://h", Room: name, Lease: time.Minute}
		if err := c.Check(); err == nil {
			t.Errorf("%q is a name", name)
		}
	}
}

// What a start waits for is told by how many nodes there are: more than half of them
// are enough for a stream that they have, and not for the first one.
func TestLacks(t *testing.T) {
	for _, tt := range []struct {
		nodes, of int
		want      string
	}{
		{0, 0, ""}, {1, 1, ""}, {3, 3, ""},
		{1, 3, "nodes 1/3: more than half of them are needed"},
		{2, 3, "nodes 2/3: the first time all of them are needed"},
		{2, 5, "nodes 2/5: more than half"},
		{4, 5, "nodes 4/5: the first time all"},
	} {
		if got := (State{Nodes: tt.nodes, Of: tt.of}).lacks(); !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") {
			t.Errorf("%d of %d nodes: %q, want %q", tt.nodes, tt.of, got, tt.want)
		}
	}
}
