package jsonroom

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/coder/websocket"
)

// Password lets anybody in at OpenHTTP's.
const Password = "sesame"

// OpenHTTP opens a room over WebSockets, with TLS if it is secure, whose clients log
// in over HTTP:
//
//	POST /login {"user":"bob","password":…}  ->
//	                                         <-  200 {"token":"t-bob"}, and the cookie session=t-bob
//	                                         <-  401 {"error":"wrong password"}
//	GET /socket?token=t-bob                  ->  or with the cookie, or Authorization: Bearer t-bob
//	                                         <-  101, then as over TCP, without a name in the hello
//	                                         <-  403 log in first
//
// POST /form takes the same as a form, /deaf never answers.
func OpenHTTP(secure bool) (server *httptest.Server) {
	r := &room{conns: make(map[string]net.Conn)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, req *http.Request) {
		var asked struct{ User, Password string }
		_ = json.NewDecoder(req.Body).Decode(&asked)
		login(w, asked.User, asked.Password)
	})
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, req *http.Request) {
		login(w, req.PostFormValue("user"), req.PostFormValue("password"))
	})
	mux.HandleFunc("/deaf", deaf)
	mux.HandleFunc("GET /socket", func(w http.ResponseWriter, req *http.Request) {
		user, ok := strings.CutPrefix(tokenOf(req), "t-")
		if !ok {
			http.Error(w, "log in first", http.StatusForbidden)
			return
		}
		ws, err := websocket.Accept(w, req, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
		if err == nil {
			r.serve(websocket.NetConn(req.Context(), ws, websocket.MessageText), user)
		}
	})
	server = httptest.NewUnstartedServer(mux)
	if secure {
		server.StartTLS()
	} else {
		server.Start()
	}
	return server
}

// deaf never answers.
func deaf(_ http.ResponseWriter, req *http.Request) {
	_, _ = io.Copy(io.Discard, req.Body) // else nobody sees the client go
	<-req.Context().Done()
}

func login(w http.ResponseWriter, user, password string) {
	if password != Password {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintln(w, `{"error":"wrong password"}`)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: "session", Value: "t-" + user, Path: "/"})
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, "{\"token\":%q}\n", "t-"+user)
}

// tokenOf returns the token of who asks for a WebSocket, wherever it stands.
func tokenOf(req *http.Request) string {
	if token := req.URL.Query().Get("token"); token != "" {
		return token
	}
	if token, ok := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer "); ok {
		return token
	}
	if cookie, err := req.Cookie("session"); err == nil {
		return cookie.Value
	}
	return ""
}
