//go:build unix

package term

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsim/manager/wire"
)

// One whose server has told of others comes back at one of them, by its token; what is
// no room there, or another one, is passed over.
func TestComesBackAtOthers(t *testing.T) {
	other := stranger(t, `{"error":"wrong password"}`)
	second, asked := answers(t, `{"welcome":"Ann","token":"x"}`+"\n"+`["Bob","Ann"]`)
	first, _ := answers(t, `{"welcome":"Ann","token":"x"}`+"\n"+fmt.Sprintf(`{"others":["javascript:alert(1)","http://u:p@%s","http://%s/","http://%s","http://%s"]}`, second, second, other, second)+"\n"+
		`["Ann"]`+"\n"+`{"error":"this server has lost the room, come in again: it cannot reach the room"}`)
	c := sit(t, Config{Addr: first, Name: "Ann"})
	c.sees("1 online: Ann")
	c.sees("You are connected to " + second + " now, another server of the same room.")
	c.sees("Back in the room")
	if line := <-asked; !strings.HasPrefix(line, "Ann@token=x@") {
		t.Errorf("the second is asked %q", line)
	}
	c.types("\x04")
	if err := c.ends(); err != nil {
		t.Error(err)
	}
}

// One whose lines do not come back goes to another server too, though the connection
// stands: a process that is stopped does not close it.
func TestLeavesTheSilent(t *testing.T) {
	second, asked := answers(t, `{"welcome":"Ann","token":"x"}`+"\n"+`["Ann"]`)
	first, _ := answers(t, `{"welcome":"Ann","token":"x"}`+"\n"+fmt.Sprintf(`{"others":["http://%s"]}`, second)+"\n"+`["Ann"]`)
	c := sit(t, Config{Addr: first, Name: "Ann", silence: 10 * time.Millisecond})
	c.sees("1 online: Ann")
	c.types("is there anybody?\r")
	c.sees("The connection is lost .the server does not answer.")
	c.sees("Lines of yours that may not have arrived: 1")
	c.sees("You are connected to " + second + " now, another server of the same room.")
	if line := <-asked; !strings.HasPrefix(line, "Ann@token=x@") {
		t.Errorf("the second is asked %q", line)
	}
	c.types("\x04")
	if err := c.ends(); err != nil {
		t.Error(err)
	}
}

// Of what a server tells, no site is taken that the user's password must not go to, and
// what was told before is forgotten.
func TestLearn(t *testing.T) {
	sites := []wire.Site{"http://10.0.0.1:1", "https://b.example", "http://127.0.0.1:2", "https://localhost:3", "http://d.example:4"}
	for at, want := range map[string][]string{
		"10.0.0.1:1":          {"d.example:4", "tls://b.example:443"},
		"127.0.0.1:9":         {"10.0.0.1:1", "127.0.0.1:2", "d.example:4", "tls://b.example:443", "tls://localhost:3"},
		"tls://b.example:1":   {"tls://b.example:443"},
		"tls://localhost:1":   {"tls://b.example:443", "tls://localhost:3"},
		"e.example:5,f:6":     {"10.0.0.1:1", "d.example:4", "f:6", "tls://b.example:443"},
		"e:5,d.example:4":     {"10.0.0.1:1", "d.example:4", "tls://b.example:443"},
		"tls://e:5,tls://f:6": {"tls://b.example:443", "tls://f:6"},
	} {
		d, err := newDialer(Config{Addr: at})
		if err != nil {
			t.Fatal(err)
		}
		configured := addresses(d)
		for range 2 {
			d.learn(sites)
			if got := addresses(d); !slices.Equal(got, want) {
				t.Errorf("at %s: %q, want %q", at, got, want)
			}
		}
		if d.learn(nil); !slices.Equal(addresses(d), configured) {
			t.Errorf("at %s: %q is left of %q", at, addresses(d), configured)
		}
	}
}

// addresses are those of the others, sorted.
func addresses(d *dialer) (all []string) {
	for _, o := range d.others {
		all = append(all, o.Address.String())
	}
	slices.Sort(all)
	return all
}
