// Package file makes a dialect of a file: YAML in which jq programs tell what a
// client sends, and what comes of what it receives. Whoever has a chat server
// with a protocol of its own describes it so and writes no Go.
//
//	transport: ws              # or lines: TCP, a message a line; frames: TCP, behind 4 bytes of length
//	path: /socket              # of the WebSocket
//	decode: json               # or text: . is the message as a string
//	login: '{type: "hello", user: $name}'
//	say:   '{type: "message", body: $text, id: $ref}'
//	receive: |
//	  if   .type == "welcome" then {welcome: .name}
//	  elif .type == "users"   then {roster: .names}
//	  elif .type == "message" then {line: {from: .user, text: .body}}
//	  else empty end
//
// Whatever sends may yield {http: {method, path, headers, body}} in place of a message:
// a request beside the stream. Its answer comes to receive as {http: {status, headers,
// cookies, body}}.
//
// Parse reads such a file, Dialect.Codec returns the codec of one client, and
// Dialect.Try plays a transcript to it. layout has all keys, can what a server
// may be said to promise, and effects what receive may yield.
//
// A program that asks for too much time, steps or output is ended, and so is the
// run: that and what receive yields in a wrong shape is the file's fault, which
// Err returns, and none of the server's. The package knows no socket, and of time
// only how long a program takes.
package file
