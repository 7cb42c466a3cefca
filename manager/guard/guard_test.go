package guard

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func TestKnown(t *testing.T) {
	n := Names{
		Listen:      "door.lan:9999",
		Allow:       []string{"chat.example.org", "*.Example.net", "xn--bcher-kva.example"},
		Certificate: func() []string { return []string{"cert.example", "*.cert.example"} },
	}
	n.own = append(machineNames("Box.lan", nil), hostOf(n.Listen))
	for _, header := range []string{
		"127.0.0.1", "127.0.0.1:9999", "[::1]:9999", "[::1]", "[fe80::1%25eth0]:9999", "192.168.1.5:80", "0.0.0.0:1",
		"localhost", "LOCALHOST:9999", "localhost.", "localhost.:9999", "a.localhost:1",
		"box", "box.lan", "BOX.local:9999", "box.local.", "door.lan",
		"chat.example.org", "Chat.Example.ORG:443", "chat.example.org.", "a.b.example.net", "xn--bcher-kva.example",
		"cert.example", "room.cert.example:9999",
	} {
		if !n.known(hostOf(header)) {
			t.Errorf("%q is refused", header)
		}
	}
	for _, header := range []string{
		"evil.example", "evil.example:9999", "127.0.0.1.evil.example", "localhost.evil.example", "notlocalhost", "evil.example:80:80",
		"box.evil.example", "box.lan.evil.example", "local", "chat.example.org.evil.example", "example.net", "evil.chat.example.org",
		"2130706433", "0x7f.1", "127.1", "[evil.example]", "bücher.example", "evil.example/127.0.0.1", "", ".", ":9999", "[", "%", "a%25b",
	} {
		if n.known(hostOf(header)) {
			t.Errorf("%q is let through", header)
		}
	}
	for _, none := range [][]string{machineNames("", nil), machineNames("x", errors.New("no name"))} {
		if len(none) > 0 {
			t.Errorf("a machine without a name is called %q", none)
		}
	}
}

// serve answers "hello" behind a guard, as an HTTP server of the program does.
func serve(t *testing.T, n Names) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") })
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") })
	mux.HandleFunc("GET /old", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) })
	mux.HandleFunc("POST /{$}", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, 3)); err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		}
	})
	s := httptest.NewUnstartedServer(Handler(n, mux))
	s.Listener.Close()
	s.Listener = Listener(ln)
	s.Config.MaxHeaderBytes = 1 << 10
	s.Config.DisableGeneralOptionsHandler = true
	s.Start()
	t.Cleanup(s.Close)
	return ln.Addr().String()
}

// ask sends bytes and returns the last answer to them.
func ask(t *testing.T, addr, request string) (*http.Response, string) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(c)
	for {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatalf("%.40q: %v", request, err)
		}
		if resp.StatusCode == http.StatusContinue {
			continue
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatalf("%.40q: %v", request, err)
		}
		return resp, string(body)
	}
}

func TestHost(t *testing.T) {
	addr := serve(t, Names{Allow: []string{"chat.example.org"}})
	for _, tc := range []struct {
		request string
		status  int
		body    string
	}{
		{"GET / HTTP/1.1\r\nHost: " + addr, 200, "hello"},
		{"GET / HTTP/1.1\r\nHost: chat.example.org", 200, "hello"},
		{"GET / HTTP/1.0", 200, "hello"},
		{"GET / HTTP/1.0\r\nHost: evil.example", 421, "-allow-host evil.example\n"},
		{"GET / HTTP/1.1\r\nHost: Evil.example:9999", 421, `This server is not known as "evil.example". If it is to be, start it with -allow-host evil.example` + "\n"},
		{"GET / HTTP/1.1\r\nHost: e;v", 421, "-allow-host NAME\n"},
		{"GET / HTTP/1.1\r\nHost: " + strings.Repeat("a", 300), 421, "-allow-host NAME\n"},
		{"GET http://evil.example/ HTTP/1.1\r\nHost: " + addr, 421, ""},
		{"GET http://" + addr + "/ HTTP/1.1\r\nHost: evil.example", 200, "hello"}, // RFC 9112, 3.2.2; no page can have one sent
		{"GET /nosuch HTTP/1.1\r\nHost: evil.example", 421, ""},
		{"OPTIONS * HTTP/1.1\r\nHost: evil.example", 421, ""},
		{"GET /healthz HTTP/1.1\r\nHost: evil.example", 200, "ok"},
		{"GET //healthz HTTP/1.1\r\nHost: evil.example", 421, ""},
		{"GET /healthz/../ HTTP/1.1\r\nHost: evil.example", 421, ""},
		{"GET / HTTP/1.1", 400, ""},
		{"GET / HTTP/1.1\r\nHost: a\r\nHost: b", 400, ""},
	} {
		resp, body := ask(t, addr, tc.request+"\r\n\r\n")
		if resp.StatusCode != tc.status || !strings.HasSuffix(body, tc.body) {
			t.Errorf("%.80q: %s %q", tc.request, resp.Status, body)
		}
	}
}

// Whatever is answered has the headers, also what net/http answers itself.
func TestHeaders(t *testing.T) {
	addr := serve(t, Names{})
	const host = "\r\nHost: localhost"
	var seen []int
	for _, request := range []string{
		"GET / HTTP/1.1" + host,
		"GET / HTTP/1.1\r\nHost: evil.example",
		"GET /old HTTP/1.1" + host,
		"GET /nosuch HTTP/1.1" + host,
		"PUT / HTTP/1.1" + host,
		"OPTIONS * HTTP/1.1" + host,
		"POST / HTTP/1.1" + host + "\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
		"POST / HTTP/1.1" + host + "\r\nContent-Length: 5\r\n\r\nabcde",
		"GET / HTTP/1.1",
		"GET / HTTP/9.9" + host,
		"G@T / HTTP/1.1" + host,
		"POST / HTTP/1.1" + host + "\r\nTransfer-Encoding: odd",
		"POST / HTTP/1.1" + host + "\r\nExpect: odd\r\nContent-Length: 1\r\n\r\nx",
		"GET / HTTP/1.1" + host + "\r\nX: " + strings.Repeat("x", 8<<10),
	} {
		resp, body := ask(t, addr, request+"\r\n\r\n")
		for _, pair := range headers {
			if got := resp.Header.Values(pair[0]); !slices.Equal(got, []string{pair[1]}) {
				t.Errorf("%.60q: %s, %s is %q", request, resp.Status, pair[0], got)
			}
		}
		if n := resp.ContentLength; n >= 0 && n != int64(len(body)) {
			t.Errorf("%.60q: %d bytes, %d are announced", request, len(body), n)
		}
		seen = append(seen, resp.StatusCode)
	}
	if want := []int{200, 421, 302, 404, 405, 400, 200, 413, 400, 505, 400, 501, 417, 431}; !slices.Equal(seen, want) {
		t.Errorf("the answers are %d, want %d", seen, want)
	}
}

// shortWriter takes so many bytes.
type shortWriter int

func (w shortWriter) Write(b []byte) (int, error) {
	if int(w) < len(b) {
		return int(w), io.ErrShortWrite
	}
	return len(b), nil
}

// What is counted as written is never more than was given.
func TestWrite(t *testing.T) {
	const bare = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n400"
	for _, text := range []string{"", "HTTP/1.1 ", "HTTP/1.1 100 Continue\r\n\r\n", bare, "text"} {
		for n := range len(text) + len(inserted) + 1 {
			got, err := Write(shortWriter(n), []byte(text))
			if got < 0 || got > len(text) || (err == nil) != (got == len(text)) {
				t.Errorf("%q to one that takes %d bytes: %d, %v", text, n, got, err)
			}
		}
	}
	var b strings.Builder
	for _, text := range []string{"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 400 no end of a header", "text HTTP/1.1 400\r\n\r\n"} {
		b.Reset()
		if _, err := Write(&b, []byte(text)); err != nil || b.String() != text {
			t.Errorf("%q is written as %q, %v", text, b.String(), err)
		}
	}
	if fmt.Sprint(CloseWrite(nil)) != "unsupported operation" {
		t.Error("what has no writing side is closed")
	}
}
