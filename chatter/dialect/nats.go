package dialect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// What a NATS server may not send.
var (
	errNATSVerb = errors.New("nats: not a message of the protocol")
	errNATSSize = errors.New("nats: a message of an impossible size")
)

const (
	maxNATSLine = 64 << 10 // bytes of a line; INFO of a large cluster is the longest
	maxNATSSize = 64 << 20 // bytes of a message
)

// nats is the protocol of NATS' core, described at
// https://docs.nats.io/reference/reference-protocols/nats-protocol.
//
//	client                                 server
//	                                  <-   INFO {…}
//	  CONNECT {…}                     ->
//	  SUB room 1                      ->
//	  PING                            ->
//	                                  <-   PONG: what was sent before is done, the chatter is in
//	  PUB room size message           ->
//	                                  <-   MSG room 1 size message, to all who are in
//	                                  <-   PING, at any time
//	  PONG                            ->
type nats struct {
	broker
	pongs int  // that are due to the server
	said  bool // the chatter is in
	known bool // the server has said what it is, which comes first
}

// NewNATS returns the codec of NATS' core. A room is a subject without wildcards.
func NewNATS(a Account) Codec { return &nats{broker: newBroker(a, " *>")} }

// natsConnect is what a client says of itself.
type natsConnect struct {
	Verbose  bool   `json:"verbose"`
	Pedantic bool   `json:"pedantic"`
	Echo     bool   `json:"echo"`
	Name     string `json:"name"`
	Lang     string `json:"lang"`
	Version  string `json:"version"`
	Protocol int    `json:"protocol"`
	User     string `json:"user,omitempty"`
	Pass     string `json:"pass,omitempty"`
	Token    string `json:"auth_token,omitempty"`
}

// Login may be written before the server has said what it is.
func (n *nats) Login(dst []byte) ([]byte, error) {
	c := natsConnect{Echo: true, Name: n.Account.Name, Lang: "chatsim", Version: "1", Protocol: 1}
	if n.User != "" {
		c.User, c.Pass = n.User, n.Password
	} else {
		c.Token = n.Password
	}
	text, err := json.Marshal(c)
	if err == nil {
		err = n.bad
	}
	return fmt.Appendf(dst, "CONNECT %s\r\nSUB %s 1\r\nPING\r\n", text, n.Room), err
}

func (n *nats) Say(dst, text []byte) ([]byte, error) {
	m := n.message(text)
	dst = append(append(dst, "PUB "...), n.Room...)
	dst = strconv.AppendInt(append(dst, ' '), int64(len(m)), 10)
	dst = append(dst, "\r\n"...)
	return append(append(dst, m...), "\r\n"...), nil
}

func (n *nats) Answer(dst []byte) []byte {
	for ; n.pongs > 0; n.pongs-- {
		dst = append(dst, "PONG\r\n"...)
	}
	return dst
}

func (n *nats) Decode(f *Frame, in []byte, _ bool) (done int, err error) {
	for {
		if n.next(f) {
			return done, nil
		}
		end := bytes.IndexByte(in[done:], '\n')
		if end < 0 {
			if len(in)-done > maxNATSLine {
				return done, senseless(in[done:], errNATSSize)
			}
			return done, ErrShort
		}
		line := bytes.TrimSuffix(in[done:done+end], []byte{'\r'})
		behind := in[done+end+1:]
		verb, rest, _ := bytes.Cut(line, []byte{' '})
		if !n.known && string(verb) != "INFO" {
			return done, senseless(in[done:], errNATSVerb)
		}
		switch string(verb) {
		case "MSG":
			payload, behind, err := natsMessage(rest, behind)
			if err != nil {
				return done, senseless(in[done:], err)
			}
			publication(f, payload, natsFollows(behind))
			return len(in) - len(behind), nil
		case "PING":
			n.pongs++
		case "PONG":
			if !n.said {
				n.said = true
				n.joined()
			}
		case "-ERR":
			n.refuse(strings.Trim(string(rest), "'"))
		case "INFO":
			n.known = true
		case "+OK":
		default:
			return done, senseless(in[done:], errNATSVerb)
		}
		done += end + 1
	}
}

// Skip takes a message.
func (n *nats) Skip(in []byte, raw string) (size int) {
	line, behind, ok := bytes.Cut(in, []byte("\r\n"))
	rest, isMessage := bytes.CutPrefix(line, []byte("MSG "))
	if !ok || !isMessage || !n.known || len(n.due) > 0 {
		return 0
	}
	payload, behind, err := natsMessage(rest, behind)
	if err != nil || string(payload) != raw {
		return 0
	}
	return len(in) - len(behind)
}

// natsMessage returns the message behind a header, and what is behind that; ErrShort
// where it is not whole.
func natsMessage(header, in []byte) (payload, behind []byte, err error) {
	size, err := natsSize(header)
	switch {
	case err != nil:
		return nil, nil, err
	case len(in) < size+len("\r\n"):
		return nil, nil, ErrShort
	case string(in[size:size+2]) != "\r\n":
		return nil, nil, errNATSSize
	}
	return in[:size], in[size+2:], nil
}

// natsFollows reports whether a whole message comes next.
func natsFollows(in []byte) bool {
	header, ok := bytes.CutPrefix(in, []byte("MSG "))
	end := bytes.IndexByte(header, '\n')
	if !ok || end < 0 {
		return false
	}
	_, _, err := natsMessage(bytes.TrimSuffix(header[:end], []byte{'\r'}), header[end+1:])
	return err == nil
}

// natsSize returns the size of a message of which the header behind its verb is
// "subject sid [reply] size".
func natsSize(header []byte) (int, error) {
	at := bytes.LastIndexByte(header, ' ')
	size, err := strconv.Atoi(string(header[at+1:]))
	if at < 0 || err != nil || size < 0 || size > maxNATSSize {
		return 0, errNATSSize
	}
	return size, nil
}
