package wire

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestSite(t *testing.T) {
	for text, want := range map[string]Site{
		"http://10.0.0.1:9999":        "http://10.0.0.1:9999",
		"HTTPS://Chat.Example.org":    "https://chat.example.org",
		"https://chat.example.org:80": "https://chat.example.org:80",
		"http://b:80":                 "http://b",
		"https://b:443":               "https://b",
		"http://[2001:DB8:0::1]:1":    "http://[2001:db8::1]:1",
		"http://[::1]":                "http://[::1]",
		"https://xn--bcher-kva.de:09": "https://xn--bcher-kva.de:9",
		"http://a_b.example:9":        "http://a_b.example:9",
	} {
		got, err := ParseSite(text)
		if again, _ := ParseSite(string(got)); err != nil || got != want || again != got {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "chat.example.org:9999", "//h:1", "javascript://h:1", "javascript:alert(1)", "ws://h:1", "ftp://h:1", "http:h:1",
		"http://", "http://:9999", "http://h:", "http://h:0", "http://h:65536", "http://h:+1", "http://h:x", "http://h:1:2",
		"http://u@h:1", "http://u:p@h:1", "http://h:1/", "http://h/x", "http://h?x", "http://h#x", `http://h\x`,
		"http://h:1\n", "http://h\r\n:1", "http://h :1", "http://h\x00:1", "http://bücher.example", "http://h%41:1", "http://h..x", "http://.h", "http://h.",
		"http://0.0.0.0:1", "http://[::]:1", "http://224.0.0.1:1", "http://[ff02::1]:1", "http://255.255.255.255:1", "http://[fe80::1%25eth0]:1", "http://[::ffff:1.2.3.4]:1",
		"http://127.1:1", "http://1:1", "http://0x7f.1:1", "http://a.0x1:1", "http://::1:1", "http://[1.2.3.4]:1", "http://[h]:1", "http://[::1", "http://::1]",
		"http://" + strings.Repeat("a", 64) + ":1", "http://" + strings.Repeat("a.", 127) + "b:1", "http://" + strings.Repeat("a.", 200),
	} {
		if got, err := ParseSite(text); err == nil {
			t.Errorf("%.80q is taken for %q", text, got)
		}
	}
}

func TestSiteParts(t *testing.T) {
	for site, want := range map[Site]string{
		"http://h": "h:80 h false false", "https://h:1": "h:1 h true false", "https://[::1]": "[::1]:443 ::1 true true",
		"http://localhost:9": "localhost:9 localhost false true", "http://127.8.0.1:9": "127.8.0.1:9 127.8.0.1 false true",
	} {
		if got := fmt.Sprint(site.HostPort(), " ", site.Host(), " ", site.Secure(), " ", IsLoopback(site.Host())); got != want {
			t.Errorf("%s: %s, want %s", site, got, want)
		}
	}
}

func TestSiteSame(t *testing.T) {
	for _, c := range []struct {
		a, b Site
		same bool
	}{
		{"http://h:1", "http://h:1", true}, {"http://127.0.0.1:1", "http://localhost:1", true}, {"http://[::1]:1", "http://127.0.0.1:1", true}, {"http://localhost", "http://127.0.0.1", true},
		{"http://h:1", "http://h:2", false}, {"http://h:1", "https://h:1", false}, {"http://127.0.0.1:1", "http://localhost:2", false},
		{"http://127.0.0.1:1", "https://localhost:1", false}, {"http://localhost:1", "http://h:1", false}, {"http://localhost:1", "http://localhost.evil.example:1", false},
	} {
		if c.a.Same(c.b) != c.same || c.b.Same(c.a) != c.same {
			t.Errorf("%s and %s: want %v", c.a, c.b, c.same)
		}
	}
}

// Whatever a server tells of others, only sites are taken, and not too many.
func TestOthers(t *testing.T) {
	two := []Site{"http://10.0.0.2:9999", "https://c.example.org"}
	raw := AppendOthers(nil, two)
	if want := `{"others":["http://10.0.0.2:9999","https://c.example.org"]}` + "\n"; string(raw) != want {
		t.Errorf("%q, want %q", raw, want)
	}
	var f Frame
	if err := f.Parse(raw[:len(raw)-1]); err != nil || f.Kind != Unknown {
		t.Errorf("a reader takes it for kind %d, %v", f.Kind, err)
	}
	crowd := make([]Site, 10_000)
	for i := range crowd {
		crowd[i] = Site(fmt.Sprintf("http://h%d:1", i))
	}
	for text, want := range map[string][]Site{
		string(raw):     two,
		`{"others":[]}`: nil,
		`{"others":["javascript:alert(1)","http://u:p@h:1","http://h:1\n","HTTP://h:1","http://h:80",7,null,{},"http://h:1"]}`: {"http://h:1"},
		string(AppendOthers(nil, crowd)): crowd[:MaxOthers],
	} {
		if got, ok := ParseOthers([]byte(text)); !ok || !slices.Equal(got, want) {
			t.Errorf("%.80q: %q, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "x", "[]", `{"others":null}`, `{"others":"http://h:1"}`, `{"others":{}}`, `{"notice":"x"}`, `{"others":[`} {
		if got, ok := ParseOthers([]byte(text)); ok {
			t.Errorf("%q tells of %q", text, got)
		}
	}
}
