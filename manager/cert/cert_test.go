package cert

import (
	"context"
	"crypto/tls"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/manager/cert/certtest"
)

const day = 24 * time.Hour

// files are those of a pair in a folder.
type files struct {
	t         testing.TB
	cert, key string
}

func newFiles(t testing.TB) files {
	dir := t.TempDir()
	return files{t, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
}

func (f files) write(path string, data []byte) {
	f.t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		f.t.Fatal(err)
	}
}

func (f files) load() *Pair {
	f.t.Helper()
	p, err := Load(f.cert, f.key)
	if err != nil {
		f.t.Fatal(err)
	}
	return p
}

// A pair is exchanged one file after the other, and each state between keeps
// the old certificate.
func TestReload(t *testing.T) {
	now := time.Now()
	f := newFiles(t)
	cert1, key1 := certtest.Make(t, now.Add(-day), now.Add(90*day), "one.example")
	cert2, key2 := certtest.Make(t, now.Add(-day), now.Add(90*day), "two.example", "192.0.2.7")
	f.write(f.cert, cert1)
	f.write(f.key, key1)
	p := f.load()
	for _, step := range []struct {
		what    string
		do      func()
		changed bool
		err     string
		name    string
	}{
		{"nothing", func() {}, false, "", "one.example"},
		{"the same again", func() { f.write(f.cert, cert1) }, false, "", "one.example"},
		{"half of the new certificate", func() { f.write(f.cert, cert2[:100]) }, false, "cert.pem", "one.example"},
		{"the whole of it, with the old key", func() { f.write(f.cert, cert2) }, false, "does not match", "one.example"},
		{"the new key", func() { f.write(f.key, key2) }, true, "", "two.example"},
		{"the files are gone", func() { os.Remove(f.cert); os.Remove(f.key) }, false, "cert.pem", "two.example"},
		{"links to the old ones", func() {
			dir := filepath.Dir(f.cert)
			f.write(filepath.Join(dir, "old.pem"), cert1)
			f.write(filepath.Join(dir, "oldkey.pem"), key1)
			if os.Symlink("old.pem", f.cert) != nil || os.Symlink("oldkey.pem", f.key) != nil {
				f.write(f.cert, cert1) // this system has no links
				f.write(f.key, key1)
			}
		}, true, "", "one.example"},
	} {
		step.do()
		changed, err := p.Reload()
		if changed != step.changed || (err != nil) != (step.err != "") || err != nil && !strings.Contains(err.Error(), step.err) {
			t.Errorf("%s: %v, %v", step.what, changed, err)
		}
		if names := p.Names(); names[0] != step.name {
			t.Errorf("%s: names %v", step.what, names)
		}
	}
}

// The same trouble is told once, however long it lasts.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		f := newFiles(t)
		cert1, key1 := certtest.Make(t, now.Add(-day), now.Add(60*time.Second), "one.example")
		cert2, key2 := certtest.Make(t, now.Add(-day), now.Add(90*day), "two.example")
		f.write(f.cert, cert1)
		f.write(f.key, key1)
		p := f.load()
		var events []string
		ctx, cancel := context.WithCancel(t.Context())
		done, asked := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			p.Watch(ctx, asked, func(changed bool, err error) {
				switch {
				case err != nil:
					events = append(events, "error")
				case changed:
					events = append(events, "changed")
				case p.Doubts(time.Now()) == nil:
					events = append(events, "as before")
				default:
					events = append(events, p.Doubts(time.Now())...)
				}
			})
		}()
		wait := func(d time.Duration) { time.Sleep(d); synctest.Wait() } // in the bubble's time
		wait(70 * time.Second)
		f.write(f.cert, cert2)
		wait(10 * time.Second)
		f.write(f.key, key2)
		wait(10 * time.Second)
		asked <- struct{}{}
		wait(10 * time.Second)
		cancel()
		<-done
		if len(events) != 4 || !strings.Contains(events[0], "expired on") || events[1] != "error" || events[2] != "changed" || events[3] != "as before" {
			t.Errorf("told %q", events)
		}
	})
}

func TestDoubts(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		from, to time.Duration
		names    []string
		want     string
	}{
		{-day, 90 * day, []string{"a.example"}, ""},
		{-80 * day, 13 * day, []string{"a.example"}, "expires on"},
		{-2 * day, 4 * day, []string{"a.example"}, ""}, // of six days, a third of them to go
		{-5 * day, 1 * day, []string{"a.example"}, "expires on"},
		{-90 * day, -time.Minute, []string{"a.example"}, "expired on"},
		{time.Hour, 90 * day, []string{"a.example"}, "valid only from"},
		{-day, 90 * day, nil, "names no host"},
	} {
		f := newFiles(t)
		cert, key := certtest.Make(t, now.Add(c.from), now.Add(c.to), c.names...)
		f.write(f.cert, cert)
		f.write(f.key, key)
		if got := strings.Join(f.load().Doubts(now), "; "); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%v to %v for %v: %q, want %q", c.from, c.to, c.names, got, c.want)
		}
	}
}

// shake returns a handshake with the server; its error is the client's.
func shake(t *testing.T, p *Pair, client *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	go tls.Server(a, p.Config()).Handshake()
	client.InsecureSkipVerify = true
	c := tls.Client(b, client)
	err := c.Handshake()
	return c.ConnectionState(), err
}

func TestHandshake(t *testing.T) {
	now := time.Now()
	f := newFiles(t)
	cert, key := certtest.Make(t, now.Add(-day), now.Add(90*day), "a.example")
	f.write(f.cert, cert)
	f.write(f.key, key)
	p := f.load()
	for _, c := range []struct {
		what   string
		client *tls.Config
		ok     bool
		alpn   string
	}{
		{"TLS 1.3", &tls.Config{MinVersion: tls.VersionTLS13}, true, ""},
		{"TLS 1.2", &tls.Config{MaxVersion: tls.VersionTLS12}, true, ""},
		{"TLS 1.1", &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, false, ""},
		{"CBC", &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}}, false, ""},
		{"a browser", &tls.Config{NextProtos: []string{"h2", "http/1.1"}}, true, "http/1.1"},
		{"another protocol", &tls.Config{NextProtos: []string{"irc"}}, true, ""},
	} {
		state, err := shake(t, p, c.client)
		if (err == nil) != c.ok || state.NegotiatedProtocol != c.alpn {
			t.Errorf("%s: %v, %q", c.what, err, state.NegotiatedProtocol)
		}
	}

	cert, key = certtest.Make(t, now.Add(-day), now.Add(90*day), "b.example")
	f.write(f.cert, cert)
	f.write(f.key, key)
	if _, err := p.Reload(); err != nil {
		t.Fatal(err)
	}
	state, err := shake(t, p, &tls.Config{})
	if err != nil || !slices.Equal(state.PeerCertificates[0].DNSNames, []string{"b.example"}) {
		t.Errorf("after a change: %v, %v", state.PeerCertificates, err)
	}
	if !p.Covers("b.example") || p.Covers("a.example") || !p.Private(now) {
		t.Error("what the certificate is for is not known")
	}
}

func TestCannotLoad(t *testing.T) {
	f := newFiles(t)
	if _, err := Load(f.cert, f.key); err == nil || !strings.Contains(err.Error(), "cert.pem") {
		t.Errorf("no files: %v", err)
	}
}
