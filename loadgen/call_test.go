package loadgen_test

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsim/chatter/dial"
	"chatsim/chatter/dialect/file"
	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/report"
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

// posting returns a run whose chatters post their lines, by a file that is edited
// before, at a server that loses one of them.
func posting(t *testing.T, loses int, edit ...string) loadgen.Config {
	t.Helper()
	source, err := os.ReadFile("../testdata/dialects/http-say.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := file.Parse("f.yaml", []byte(strings.NewReplacer(edit...).Replace(string(source))))
	if err != nil {
		t.Fatal(err)
	}
	server := jsonroom.OpenPosts(loses)
	t.Cleanup(server.Close)
	dialer := &dial.Dialer{Address: dial.Address{Scheme: dial.WS, HostPort: server.Listener.Addr().String(), Path: "/"}}
	cfg := loadgen.Config{Users: 5, Duration: 300 * time.Millisecond, Warmup: -1, Rate: 100, Inflight: 8, Seed: 1}
	cfg.Doors, cfg.Capabilities = (&loadgen.Target{Dialer: dialer}).Speaking(d, nil)
	return cfg
}

// TestPosts has lines be posted, and all the rest be judged as elsewhere.
func TestPosts(t *testing.T) {
	ping := `{http: {path: "/ping"}}`
	always := []string{"receive: |\n", "login: '" + ping + "'\nleave: '" + ping + "'\nevery: {seconds: 0.1, send: '" + ping + "'}\nreceive: |\n",
		"{join: .names}", "({join: .names}, {send: " + ping + "})"}
	for name, tc := range map[string]struct {
		scenario string
		rate     report.Rate
		edit     []string
	}{
		"lines":              {"mixed", 100, nil},
		"as fast as it goes": {"mixed", report.Max, nil},
		"who comes and goes": {"churn", 100, nil},
		"all that is sent":   {"churn", 100, always},
		"each its own":       {"mixed", 100, []string{"receive: |\n", "receive: |\n  $name as $me |\n"}},
		"no echo": {"mixed", 100, []string{"receive: |\n", "can: {echo: false, order: sender, views: none}\nreceive: |\n",
			"  if   .type", "  if .http.status == 200 then {ack: $ref}\n  elif .type", `"message" then`, `"message" and .user != $name then`, "tell: ", "leave: empty #"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := posting(t, 0, tc.edit...)
			cfg.Scenario, _ = scenario.Find(tc.scenario)
			if cfg.Rate = tc.rate; !tc.rate.IsMax() {
				loadgen.Test(t, cfg)
				return
			}
			if rep, err := loadgen.Run(t.Context(), cfg); err != nil || rep.Verdict == report.Failed || rep.Deliveries != rep.ExpectedDeliveries {
				t.Errorf("%v, %v", rep, err)
			}
		})
	}
}

// TestPostsAreJudged has what becomes of posted lines be told: one that is answered and
// told to nobody is a violation, and so is one that is not answered; one that is
// refused is counted.
func TestPostsAreJudged(t *testing.T) {
	const key = `{http: {path: "/say"`
	for name, tc := range map[string]struct {
		loses   int
		edit    []string
		failed  string // check
		refused bool
		said    string
	}{
		"lost":         {loses: 2, failed: check.Validity},
		"not answered": {edit: []string{key, `{http: {path: (if $text | test("-1;") then "http://127.0.0.1:1/say" else "/say" end)`}, failed: check.Validity, said: "f.yaml:5:9: say: POST http://127.0.0.1:1/say: dial tcp 127.0.0.1:1: connect: connection refused"},
		"refused":      {edit: []string{key, `{http: {path: (if $text | test("-1;") then "/sya" else "/say" end)`}, refused: true, said: "say: POST /sya was answered 404 Not Found: 404 page not found, for “"},
		"its own words": {edit: []string{key, `{http: {path: (if $text | test("-1;") then "/sya" else "/say" end)`,
			"  if   .type", "  if .http.status == 404 then {refused: {ref: $ref, text: .http.body}}\n  elif .type"}, refused: true, said: "404 page not found\n, for “"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := posting(t, tc.loses, tc.edit...)
			cfg.Scenario, _ = scenario.Find("steady")
			cfg.Drain = 2 * time.Second
			rep, err := loadgen.Run(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range rep.Checks {
				if c.Verdict == report.Failed != (c.Name == tc.failed) && c.Name != check.Liveness {
					t.Errorf("%s: %s", c.Name, c.Verdict)
				}
				if tc.loses > 0 && c.Violations > 0 != (c.Name == tc.failed) || tc.loses > 0 && c.Violations > 1 {
					t.Errorf("%s: %d violations", c.Name, c.Violations)
				}
			}
			if (rep.Refused > 0) != tc.refused {
				t.Errorf("%d lines refused", rep.Refused)
			}
			if tc.said != "" && !slices.ContainsFunc(rep.Errors.Kinds, func(k report.ErrorKind) bool { return strings.HasPrefix(k.Example, tc.said) }) {
				t.Errorf("%+v", rep.Errors.Kinds)
			}
		})
	}
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
