//go:build unix

package term

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"chatsim/chatter"
	"chatsim/chatter/dialect"
	"chatsim/manager"
	"chatsim/manager/listen/listentest"
	"chatsim/manager/secret"
	"chatsim/manager/tongue"
	"chatsim/manager/wire"
)

// mute listens at an address and says nothing to those who come; their number
// is in came.
func mute(t *testing.T, addr string) (at string, came chan struct{}) {
	t.Helper()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	came = make(chan struct{}, 8)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			came <- struct{}{}
		}
	}()
	t.Cleanup(func() { ln.Close(); <-done })
	return ln.Addr().String(), came
}

// Where nobody answers, one can leave all the same.
func TestLeaveWhileConnecting(t *testing.T) {
	addr, came := mute(t, "127.0.0.1:0")
	c := sit(t, Config{Addr: addr, Name: "Ann"})
	<-came
	if tty, err := unix.IoctlGetTermios(int(c.slave.Fd()), getTermios); err != nil || tty.Lflag&unix.ISIG == 0 || tty.Lflag&unix.ECHO != 0 {
		t.Errorf("Ctrl-C is no signal meanwhile, or what is typed is shown: %+v, %v", tty, err)
	}
	c.cancel()
	if err := c.ends(); err != nil {
		t.Error(err)
	}
}

func TestLeaveWhileReconnecting(t *testing.T) {
	for name, leave := range map[string]func(c *console){
		"Ctrl-C": func(c *console) { c.types("\x03") },
		"signal": func(c *console) { c.cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			addr := listentest.Port(t)
			_, stop := room(t, addr, manager.Config{})
			c := sit(t, Config{Addr: addr, Name: "Ann"})
			c.sees("1 online: Ann")
			stop()
			c.sees("Trying to come back\\s+for 2 minutes(?s:.*)Trying again in 1 s")
			_, came := mute(t, addr)
			<-came
			c.types("/nope\r")
			c.sees("There is no command /nope")
			leave(c)
			if err := c.ends(); err != nil {
				t.Error(err)
			}
		})
	}
}

// scripted returns a server that reads a name, says something, and reads on until
// the client leaves.
func scripted(t *testing.T, says string) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		io.ReadFull(conn, make([]byte, len("Ann\n")))
		io.WriteString(conn, says)
		io.Copy(io.Discard, conn)
	}()
	t.Cleanup(func() { ln.Close(); <-done })
	return ln.Addr().String()
}

// What a hostile server sends does not reach the terminal, the record or an error
// as control characters.
func TestHostileServer(t *testing.T) {
	const evil = "\x1b]0;owned\x07\x1b[2J\u009b31m\u202e\u2066"
	line := " bob" + evil + ":x" + evil + "@bob" + evil
	says := `{"welcome":"Ann\u001b[2J\u202e"}` + "\n" + `["bob\u009b\u001b]0;a\u0007","Ann\u001b[2J\u202e"]` + "\n" +
		line + "@" + wire.Group + "\n" + line + "@Ann" + evil + "\n" +
		`{"join":["\u001b[31m","\u202e"]}` + "\n" + `{"error":"\u001b[2Jno\u009b"}` + "\n"
	dir := t.TempDir()
	c := sit(t, Config{Addr: scripted(t, says), Name: "Ann", NoColor: true, LogDir: dir})
	got := c.sees("The room says: [^\r]*no[^\r]*\r")
	c.types("\x04")
	if err := c.ends(); err != nil {
		t.Error(err)
	}
	// What screen writes itself moves the cursor and clears what is below it.
	own := regexp.MustCompile("\x1b\\[(J|[0-9]+[AC])")
	if rest := own.ReplaceAllString(got, ""); strings.ContainsAny(rest, "\x1b\x07\u009b\u202e\u2066") {
		t.Errorf("the terminal is sent %q", rest)
	}
	files, err := filepath.Glob(filepath.Join(dir, "client*.txt"))
	if err != nil || len(files) != 1 {
		t.Fatalf("records %q, %v", files, err)
	}
	b, err := os.ReadFile(files[0])
	if want := 2; err != nil || strings.Count(string(b), "\n") != want || strings.ContainsAny(string(b)+files[0], "\x1b\x07\u009b\u202e\u2066") {
		t.Errorf("the record %q is %q, %v", files[0], b, err)
	}
}

// A frame without end ends the stay, before the welcome and after it, and is not
// waited for again.
func TestFrameWithoutEnd(t *testing.T) {
	for name, says := range map[string]string{"first": "", "later": `{"welcome":"Ann"}` + "\n" + `["Ann"]` + "\n"} {
		t.Run(name, func(t *testing.T) {
			c := sit(t, Config{Addr: scripted(t, says+strings.Repeat("x", 2*dialect.DefaultFrame)), Name: "Ann"})
			var e *Error
			if err := c.ends(); !errors.As(err, &e) || !strings.Contains(e.Error(), "a frame of more than 1048576 bytes") || e.Hint() == "" {
				t.Errorf("%v", err)
			}
		})
	}
}

// Ctrl-C is heard while what was typed waits for a server that does not answer.
func TestInterruptWhileLinesWait(t *testing.T) {
	c := sit(t, Config{Addr: scripted(t, `{"welcome":"Ann"}`+"\n"), Name: "Ann"})
	c.sees("Ann> ")
	c.types("one\rtwo\rthree\r\x03")
	if err := c.ends(); err != nil {
		t.Error(err)
	}
}

// What is lost for good is said, with all that the room has said of it and in the person's
// language, and not tried again.
func TestKicked(t *testing.T) {
	const welcome = `{"welcome":"Ann"}` + "\n" + `["Ann"]` + "\n"
	for locale, want := range map[string]struct{ said, error string }{
		"":            {wire.Kicked.Text(), "the room says: removed by the operator"},
		"C":           {wire.Kicked.With("come back in 1m"), "the room says: removed by the operator: come back in 1m"},
		"zh_CN.UTF-8": {wire.Kicked.With("come back in 1m"), "服务器：" + tongue.Chinese.Reason(wire.Kicked, "come back in 1m")},
	} {
		t.Run(locale, func(t *testing.T) {
			c := sit(t, Config{Addr: stranger(t, welcome+`{"error":"`+want.said+`"}`+"\n"), Name: "Ann", Locale: locale})
			var e *Error
			if err := c.ends(); !errors.As(err, &e) || err.Error() != want.error || e.Hint() != wordsFor(locale).Hints[wire.Kicked] {
				t.Errorf("%v, want %s", err, want.error)
			}
		})
	}
}

// A busy room leaves time to type.
func TestTypingInAFlood(t *testing.T) {
	addr, _ := room(t, "127.0.0.1:0", manager.Config{})
	bob := friend(t, addr, "bob")
	c := sit(t, Config{Addr: addr, Name: "Ann"})
	c.sees("2 online: bob, Ann")
	const lines = 5000
	var wg sync.WaitGroup
	defer wg.Wait()
	defer bob.Close()
	wg.Go(func() {
		for n := range lines {
			if bob.Say([]byte(fmt.Sprint("line ", n))) != nil {
				return
			}
		}
	})
	wg.Go(func() {
		for f := new(chatter.Frame); bob.Next(f) == nil; {
		}
	})
	for _, key := range "typed meanwhile\r" {
		c.types(string(key))
	}
	c.sees("Ann: typed meanwhile")
	c.types("done?\r")
	c.sees("Ann: done[?]")
	c.types("\x04")
	if err := c.ends(); err != nil {
		t.Error(err)
	}
}

// A password is not left to a room that has none, without a word.
func TestPasswordTakenForAName(t *testing.T) {
	addr, _ := room(t, "127.0.0.1:0", manager.Config{})
	friend(t, addr, "sesame")
	var e *Error
	err := Run(context.Background(), Config{Addr: addr, Name: "Ann", Password: secret.Password{Word: "sesame"}}, strings.NewReader("hi\n"), io.Discard, io.Discard)
	if !errors.As(err, &e) || !strings.Contains(err.Error(), "asks for no password") || !strings.Contains(e.Hint(), "leave the password out") {
		t.Errorf("%v", err)
	}
	closed, _ := room(t, "127.0.0.1:0", manager.Config{Password: "sesame"})
	if err := Run(context.Background(), Config{Addr: closed, Name: "sesame", Password: secret.Password{Word: "sesame"}}, strings.NewReader("hi\n"), io.Discard, io.Discard); err != nil {
		t.Errorf("a user with the password's name: %v", err)
	}
}

// certificate makes one that nobody knows, for 127.0.0.1, and a file with it.
func certificate(t *testing.T) (cert tls.Certificate, file string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "evil\x1b[2J"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:         true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "cert.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// A room may speak TLS: all lines arrive, and a chatter for the wrong one is told.
func TestTLS(t *testing.T) {
	cert, ca := certificate(t)
	addr, _ := room(t, "127.0.0.1:0", manager.Config{Detect: true, TLS: &tls.Config{Certificates: []tls.Certificate{cert}}})
	var out strings.Builder
	err := Run(context.Background(), Config{Addr: addr, Name: "Ann", TLS: true, TLSCA: ca}, strings.NewReader(strings.Repeat("hi\n", 100)), &out, io.Discard)
	if err != nil || strings.Count(out.String(), "Ann: hi\n") != 100 {
		t.Errorf("%v\n%s", err, &out)
	}
	for _, c := range []struct {
		cfg        Config
		want, hint string
	}{
		{Config{Addr: addr, Name: "Ann", TLS: true}, "the certificate of " + addr + " is not trusted", "-tls-ca FILE"},
		{Config{Addr: addr, Name: "Anne"}, "the room says: this room speaks TLS only", "add -tls"},
	} {
		err := Run(context.Background(), c.cfg, strings.NewReader("hi\n"), io.Discard, io.Discard)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || !strings.Contains(e.Hint(), c.hint) {
			t.Errorf("%+v: %v (%v)", c.cfg, err, e)
		} else if strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%q", err)
		}
	}
}

// What a server of a later version tells besides is ignored, before the welcome too.
func TestUnknownControlObjects(t *testing.T) {
	says := `{"motd":"hi"}` + "\n" + `{"welcome":"Ann","since":1}` + "\n{}\n" + `["Ann"]` + "\n" + `{"at":[1]}` + "\n" + ` bob:hello@bob@` + wire.Group + "\n"
	c := sit(t, Config{Addr: scripted(t, says), Name: "Ann"})
	if got := c.sees("bob: hello"); !strings.Contains(got, "1 online: Ann") || strings.Contains(got, "motd") {
		t.Errorf("the terminal shows %q", got)
	}
	c.types("\x04")
	if err := c.ends(); err != nil {
		t.Error(err)
	}
}
