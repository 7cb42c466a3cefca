package listen

import (
	"net"
	"slices"
	"strings"
	"testing"

	"chatsim/manager/hinted"
)

func open(t *testing.T, addr string) net.Listener {
	t.Helper()
	ln, err := TCP("listen", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln
}

func reached(host, port string) bool {
	c, err := net.Dial("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return false
	}
	c.Close()
	return true
}

func TestFamilies(t *testing.T) {
	six, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Log("this system has no IPv6")
	} else {
		six.Close()
	}
	for addr, want := range map[string][2]bool{ // by IPv4, by IPv6
		"0.0.0.0:0":   {true, false},
		":0":          {true, true},
		"[::]:0":      {true, true},
		"127.0.0.1:0": {true, false},
		"[::1]:0":     {false, true},
		"localhost:0": {true, false},
	} {
		if six == nil && (!want[0] || addr == "[::]:0") {
			continue
		}
		ln := open(t, addr)
		if got := [2]bool{reached("127.0.0.1", Port(ln)), reached("::1", Port(ln))}; got[0] != want[0] || got[1] != (want[1] && six != nil) {
			t.Errorf("%s is reached by IPv4 and IPv6: %v, want %v", addr, got, want)
		}
		for _, host := range Hosts(ln) {
			if !reached(host, Port(ln)) {
				t.Errorf("%s is not reached at %s", addr, host)
			}
		}
	}
}

func TestHosts(t *testing.T) {
	if got := Hosts(open(t, "127.0.0.1:0")); !slices.Equal(got, []string{"127.0.0.1"}) {
		t.Errorf("one address: %v", got)
	}
	for _, host := range Hosts(open(t, "0.0.0.0:0")) {
		if strings.Contains(host, ":") {
			t.Errorf("every address of IPv4: %s", host)
		}
	}
}

func TestCannotListen(t *testing.T) {
	taken := open(t, "127.0.0.1:0").Addr().String()
	for addr, want := range map[string]string{
		taken:           "the port is in use",
		"192.0.2.1:0":   "this machine has no such address",
		"no..invalid:0": "the host has no address",
	} {
		_, err := TCP("watch", addr)
		if err == nil || !strings.Contains(err.Error(), want) || hinted.Hint(err) == "" {
			t.Errorf("%s: %v", addr, err)
		}
	}
}
