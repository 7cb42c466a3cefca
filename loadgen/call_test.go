package loadgen_test

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chatsim/chatter/dial"
	"chatsim/chatter/dialect/file"
	"chatsim/loadgen"
	"chatsim/loadgen/scenario"
	"chatsim/loadgen/servertest/jsonroom"
	"chatsim/manager/hinted"
)

// loggingIn returns a run whose chatters log in over HTTP, by a file that is edited
// before, at a server with TLS or without.
func loggingIn(t *testing.T, secure bool, edit ...string) loadgen.Config {
	t.Helper()
	const name = "../testdata/dialects/http-login.yaml"
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	server := jsonroom.OpenHTTP(secure)
	t.Cleanup(server.Close)
	addr, trust := dial.Address{Scheme: dial.WS, HostPort: server.Listener.Addr().String(), Path: "/"}, dial.Trust{}
	if secure {
		addr.Scheme, trust.CA = dial.WSS, filepath.Join(t.TempDir(), "ca.pem")
		ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
		if err := os.WriteFile(trust.CA, ca, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := strings.ReplaceAll(strings.NewReplacer(edit...).Replace(string(source)), "$HOST", addr.HostPort)
	d, err := file.Parse("f.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	dialer, err := dial.New(addr, trust)
	if err != nil {
		t.Fatal(err)
	}
	cfg := loadgen.Config{Users: 8, Duration: 300 * time.Millisecond, Warmup: -1, Rate: 400, Seed: 1}
	cfg.Doors, cfg.Capabilities = (&loadgen.Target{Dialer: dialer, Password: jsonroom.Password}).Speaking(d, nil)
	return cfg
}

// The ways in which what the server of OpenHTTP has answered may be used.
var (
	pathAlone   = []string{"headers: '{Authorization: \"Bearer \\($s.token)\"}'\n", ""}
	headerAlone = []string{`path: '"/socket?token=\($s.token | @uri)"'`, "path: /socket"}
	cookieAlone = append(append([]string{"  receive: '{set: {token: .body.token}}'\n", ""}, pathAlone...), headerAlone...)
	asForm      = append([]string{`path: "/login", body:`, `path: "/form", form:`}, cookieAlone...)
	elsewhere   = []string{`"/login"`, `"http://$HOST/login"`}
)

// TestLogin has chatters log in over HTTP, and all the rest be judged as elsewhere.
func TestLogin(t *testing.T) {
	for name, edit := range map[string][]string{"path and header": nil, "path": pathAlone, "header": headerAlone, "cookie": cookieAlone, "form": asForm, "a whole URL": elsewhere} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loadgen.Test(t, loggingIn(t, false, edit...))
		})
	}
	t.Run("TLS", func(t *testing.T) {
		t.Parallel()
		cfg := loggingIn(t, true, cookieAlone...)
		cfg.Scenario, _ = scenario.Find("churn") // who comes back logs in again
		loadgen.Test(t, cfg)
	})
}

// TestNoLogin has it said why nobody came in: what the server has answered, where the
// file asks for it, and what to do.
func TestNoLogin(t *testing.T) {
	const closed = "127.0.0.1:1"
	for name, tc := range map[string]struct {
		edit       []string
		want, hint string
	}{
		"a wrong password": {[]string{"$password", `"x"`}, `f.yaml:6:10: POST /login was answered 401 Unauthorized: {"error":"wrong password"}`, "-password-file"},
		"a wrong path":     {[]string{"/login", "/logon"}, "f.yaml:6:10: POST /logon was answered 404 Not Found: 404 page not found", "http.send"},
		"no token":         {[]string{"/socket?token=", "/socket?t="}, "", ""},
		"no WebSocket":     {append([]string{"/socket?token=", "/socket?t="}, pathAlone...), "", ""}, // the cookie is there all the same
		"never":            {[]string{"/login", "/deaf"}, "POST /deaf: no answer came in time", "-join-timeout"},
		"nobody":           {[]string{`"/login"`, `"http://` + closed + `/login"`}, "POST http://" + closed + "/login: dial tcp", "whole URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := loggingIn(t, false, tc.edit...)
			if tc.hint == "-join-timeout" {
				cfg.JoinTimeout = 200 * time.Millisecond
			}
			_, err := loadgen.Run(t.Context(), cfg)
			if tc.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(hinted.Hint(err), tc.hint) {
				t.Errorf("%v\nhint: %s", err, hinted.Hint(err))
			}
		})
	}
}
