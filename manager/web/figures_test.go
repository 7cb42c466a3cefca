package web_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"chatsim/manager/web"
)

// room counts something, and has the password "open sesame".
func room() web.Config {
	return web.Config{
		Password: true,
		Online:   func() int { return 7 },
		Ready:    func() error { return nil },
		Health:   func() []string { return nil },
		Metrics:  func(w io.Writer) { io.WriteString(w, "chatsim_users 7\n") },
		Live:     func(int64) []web.Sample { return []web.Sample{{Users: 7}} },
		Trust: func(_ context.Context, from net.Addr, password string) bool {
			return from.String() == "192.0.2.7:4000" && password == "open sesame"
		},
	}
}

// ask asks h from an address, with headers "Name: value".
func ask(h http.Handler, path, from string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.Host, r.RemoteAddr = "127.0.0.1", from
	for _, pair := range headers {
		name, value, _ := strings.Cut(pair, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestFiguresTakeThePassword(t *testing.T) {
	const here, away = "127.0.0.1:4000", "192.0.2.7:4000"
	const (
		basic  = "Authorization: Basic YW55Om9wZW4gc2VzYW1l" // any:open sesame
		wrong  = "Authorization: Basic YW55OnNlc2FtZQ=="     // any:sesame
		bearer = "Authorization: bearer open sesame"
	)
	h := web.New(room())
	for _, path := range []string{"/metrics", "/live", "/live.json"} {
		for _, c := range []struct {
			from   string
			header []string
			status int
		}{
			{here, nil, 200},
			{"[::1]:4000", nil, 200},
			{away, nil, 401},
			{away, []string{basic}, 200},
			{away, []string{bearer}, 200},
			{away, []string{wrong}, 401},
			{away, []string{"Authorization: Basic !"}, 401},
			{here, []string{"X-Forwarded-For: 192.0.2.7"}, 401},
			{here, []string{"Forwarded: for=192.0.2.7"}, 401},
		} {
			w := ask(h, path, c.from, c.header...)
			if w.Code != c.status {
				t.Errorf("%s from %s with %q: %d, want %d", path, c.from, c.header, w.Code, c.status)
			}
			if w.Code == 401 && (!strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Basic ") || strings.Contains(w.Body.String(), "7")) {
				t.Errorf("%s is refused with %q, %q", path, w.Header(), w.Body)
			}
		}
	}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/": "This is a chat room. Join"} {
		if w := ask(h, path, away); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	open := room()
	open.Password = false
	if w := ask(web.New(open), "/metrics", away); w.Code != 200 {
		t.Errorf("the figures of a room without a password: %d", w.Code)
	}
}

func TestFiguresApart(t *testing.T) {
	cfg := room()
	cfg.Apart = true
	for path, want := range map[string][2]int{ // beside the room, apart from it
		"/metrics": {404, 200}, "/live": {404, 200}, "/live.json": {404, 200}, "/healthz": {200, 200}, "/readyz": {200, 200}, "/": {200, 302}, "/ws": {426, 404},
	} {
		if w := ask(web.New(cfg), path, "192.0.2.7:4000"); w.Code != want[0] {
			t.Errorf("%s beside the room: %d, want %d", path, w.Code, want[0])
		}
		if w := ask(web.Figures(cfg), path, "192.0.2.7:4000"); w.Code != want[1] {
			t.Errorf("%s apart: %d, want %d", path, w.Code, want[1])
		}
	}
}
