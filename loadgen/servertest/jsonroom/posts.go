package jsonroom

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/coder/websocket"
)

// OpenPosts opens a room that is told lines by POST and tells them over WebSockets:
//
//	GET /socket?user=bob                       ->  101
//	                                           <-  {"type":"welcome","names":["bob2"],"body":KEY}, then as over TCP
//	POST /say {"body":"hi"}                    ->  with Authorization: Bearer KEY
//	POST /tell {"to":"amy","body":"hi"}        ->  likewise
//	                                           <-  200 {"ok":true}
//	                                           <-  403, 404 {"error":"no such user: amy"}
//
// The line of a number, from 1 on, is answered and told to nobody; 0: none is. /ping
// answers by 200, /deaf never.
func OpenPosts(loses int) *httptest.Server {
	r := &room{conns: make(map[string]net.Conn), keys: make(map[string]string)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /socket", func(w http.ResponseWriter, req *http.Request) {
		ws, err := websocket.Accept(w, req, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
		if err != nil {
			return
		}
		conn := websocket.NetConn(req.Context(), ws, websocket.MessageText)
		defer conn.Close()
		name := r.join(req.URL.Query().Get("user"), conn)
		for in := make([]byte, 512); err == nil; {
			_, err = conn.Read(in)
		}
		r.leave(name)
	})
	post := func(w http.ResponseWriter, req *http.Request) {
		key, _ := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
		var m message
		if err := json.NewDecoder(req.Body).Decode(&m); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		m.Type = map[bool]string{true: "direct", false: "message"}[req.URL.Path == "/tell"]
		status, why := r.posted(key, m, loses)
		w.WriteHeader(status)
		fmt.Fprintf(w, "{\"ok\":%t,\"error\":%q}\n", why == "", why)
	}
	mux.HandleFunc("POST /say", post)
	mux.HandleFunc("POST /tell", post)
	mux.HandleFunc("/deaf", deaf)
	mux.HandleFunc("/ping", func(http.ResponseWriter, *http.Request) {})
	return httptest.NewServer(mux)
}

// keyLocked returns a key for a name, where lines come over HTTP.
func (r *room) keyLocked(name string) string {
	if r.keys == nil {
		return ""
	}
	key := fmt.Sprintf("k-%s-%d", name, len(r.keys))
	r.keys[key] = name
	return key
}

// posted takes a line of the user that has a key.
func (r *room) posted(key string, m message, loses int) (status int, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := r.keys[key]
	r.lines++
	switch {
	case r.conns[name] == nil:
		return http.StatusForbidden, "you are not in the room"
	case m.Type == "direct" && r.conns[m.To] == nil:
		return http.StatusNotFound, "no such user: " + m.To
	case r.lines != loses:
		r.takeLocked(name, m)
	}
	return http.StatusOK, ""
}
