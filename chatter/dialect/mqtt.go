package dialect

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// What an MQTT server may not send.
var (
	errMQTTSize  = errors.New("mqtt: a packet of an impossible size")
	errMQTTShort = errors.New("mqtt: a packet that ends too soon")
	errMQTTKind  = errors.New("mqtt: a packet that no server sends")
)

// First bytes of packets; a PUBLISH has flags in its low bits.
const (
	mqttConnect    = 0x10
	mqttConnack    = 0x20
	mqttPublish    = 0x30
	mqttPuback     = 0x40
	mqttPubrec     = 0x50
	mqttPubrel     = 0x62
	mqttPubcomp    = 0x70
	mqttSubscribe  = 0x82
	mqttSuback     = 0x90
	mqttPingreq    = 0xc0
	mqttPingresp   = 0xd0
	mqttDisconnect = 0xe0
)

const (
	mqttLevel     = 4    // 3.1.1
	mqttRefused   = 0x80 // a subscription's
	mqttKeepAlive = 60 * time.Second
	maxMQTTSize   = 64 << 20
)

// mqttReasons are why a server lets nobody in, by the code of its CONNACK.
var mqttReasons = map[byte]string{1: "unacceptable protocol version", 2: "identifier rejected", 3: "server unavailable",
	4: "bad user name or password", 5: "not authorized"}

// mqtt is MQTT 3.1.1 (OASIS), at one quality of service.
//
//	client                                 server
//	  CONNECT                         ->
//	  SUBSCRIBE room                  ->
//	                                  <-   CONNACK
//	                                  <-   SUBACK: the chatter is in
//	  PUBLISH room message            ->
//	                                  <-   PUBLISH room message, to all who are in
//	  DISCONNECT                      ->
//
// At QoS 1 each PUBLISH is answered by a PUBACK, at QoS 2 by PUBREC, PUBREL and
// PUBCOMP.
type mqtt struct {
	broker
	client string
	qos    byte
	id     uint16 // of the last packet that has one
	out    []byte // answers
	pinged time.Time
}

// NewMQTT returns the codec of MQTT 3.1.1. A client identifier is in use once: who
// comes with the same one takes its place. A room is a topic without wildcards.
func NewMQTT(a Account, client string, qos int) Codec {
	m := &mqtt{broker: newBroker(a, "+#"), client: client, qos: byte(qos)}
	if qos < 0 || qos > 2 {
		m.bad = fmt.Errorf("chatter: MQTT has no quality of service %d", qos)
	}
	return m
}

func (m *mqtt) Login(dst []byte) ([]byte, error) {
	const clean, hasPassword, hasUser = 0x02, 0x40, 0x80
	flags := byte(clean)
	body := appendMQTTString(nil, m.client)
	if m.User != "" || m.Password != "" { // a password takes a user
		flags |= hasUser
		body = appendMQTTString(body, m.User)
	}
	if m.Password != "" {
		flags |= hasPassword
		body = appendMQTTString(body, m.Password)
	}
	head := append(appendMQTTString(nil, "MQTT"), mqttLevel, flags)
	head = binary.BigEndian.AppendUint16(head, uint16(mqttKeepAlive/time.Second))
	dst = appendMQTT(dst, mqttConnect, head, body)
	dst = appendMQTT(dst, mqttSubscribe, m.next16(), appendMQTTString(nil, m.Room), []byte{m.qos})
	return dst, m.bad
}

// next16 returns an identifier for a packet, which is never 0.
func (m *mqtt) next16() []byte {
	if m.id++; m.id == 0 {
		m.id = 1
	}
	return binary.BigEndian.AppendUint16(nil, m.id)
}

func appendMQTTString(dst []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(dst, uint16(len(s))), s...)
}

// appendMQTT appends a packet of several parts.
func appendMQTT(dst []byte, first byte, parts ...[]byte) []byte {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	dst = binary.AppendUvarint(append(dst, first), uint64(size)) // the same as MQTT's, below four bytes
	for _, p := range parts {
		dst = append(dst, p...)
	}
	return dst
}

func (m *mqtt) Say(dst, text []byte) ([]byte, error) {
	payload := m.message(text)
	size := 2 + len(m.Room) + len(payload)
	if m.qos > 0 {
		size += 2
	}
	dst = binary.AppendUvarint(append(dst, mqttPublish|m.qos<<1), uint64(size))
	dst = appendMQTTString(dst, m.Room)
	if m.qos > 0 {
		if m.id++; m.id == 0 {
			m.id = 1
		}
		dst = binary.BigEndian.AppendUint16(dst, m.id)
	}
	return append(dst, payload...), nil
}

// Leave says goodbye: without it the server would take the end for a breakdown.
func (m *mqtt) Leave(dst []byte) (out []byte, shut bool) {
	m.left = true
	return append(dst, mqttDisconnect, 0), true
}

func (m *mqtt) Answer(dst []byte) []byte {
	dst = append(dst, m.out...)
	m.out = m.out[:0]
	return dst
}

// Tick has the server know that the chatter is there, who may have nothing to say.
func (m *mqtt) Tick(dst []byte, now time.Time) (out []byte, next time.Time) {
	if !m.pinged.IsZero() {
		dst = append(dst, mqttPingreq, 0)
	}
	m.pinged = now
	return dst, now.Add(mqttKeepAlive / 2)
}

func (m *mqtt) Decode(f *Frame, in []byte, _ bool) (n int, err error) {
	for {
		if m.next(f) {
			return n, nil
		}
		first, body, size, err := mqttPacket(in[n:])
		if err != nil {
			return n, senseless(in[n:], err)
		}
		begin := n
		n += size
		if first&0xf0 == mqttPublish {
			payload, err := m.received(first, body)
			if err != nil {
				return n, senseless(in[begin:], err)
			}
			next, _, _, err := mqttPacket(in[n:])
			publication(f, payload, err == nil && next&0xf0 == mqttPublish)
			return n, nil
		}
		if err := m.control(first, body); err != nil {
			return n, senseless(in[begin:], err)
		}
	}
}

// Skip takes a message of quality 0, which calls for no answer.
func (m *mqtt) Skip(in []byte, raw string) (n int) {
	first, body, size, err := mqttPacket(in)
	if err != nil || first != mqttPublish || len(m.due) > 0 {
		return 0
	}
	if payload, err := m.received(first, body); err != nil || string(payload) != raw {
		return 0
	}
	return size
}

// mqttPacket returns the first byte and the body of the first packet of in, and its
// size; ErrShort where it is not whole.
func mqttPacket(in []byte) (first byte, body []byte, size int, err error) {
	if len(in) < 2 {
		return 0, nil, 0, ErrShort
	}
	length, n := binary.Uvarint(in[1:min(len(in), 5)])
	switch {
	case n < 0 || n == 0 && len(in) >= 5 || length > maxMQTTSize:
		return 0, nil, 0, errMQTTSize
	case n == 0 || uint64(len(in)-1-n) < length:
		return 0, nil, 0, ErrShort
	}
	size = 1 + n + int(length)
	return in[0], in[1+n : size], size, nil
}

// received takes a message, and answers it as its quality of service asks.
func (m *mqtt) received(first byte, body []byte) (payload []byte, err error) {
	qos := first >> 1 & 3
	if len(body) < 2 || qos > 2 {
		return nil, errMQTTShort
	}
	at := 2 + int(binary.BigEndian.Uint16(body))
	if qos > 0 {
		at += 2
	}
	if len(body) < at {
		return nil, errMQTTShort
	}
	switch id := body[at-2 : at]; qos {
	case 1:
		m.out = append(m.out, mqttPuback, 2, id[0], id[1])
	case 2:
		m.out = append(m.out, mqttPubrec, 2, id[0], id[1])
	}
	return body[at:], nil
}

// control takes a packet that is no message.
func (m *mqtt) control(kind byte, body []byte) error {
	if len(body) < 2 && kind != mqttPingresp {
		return errMQTTShort
	}
	switch kind {
	case mqttConnack:
		if len(body) != 2 || body[0] > 1 {
			return errMQTTKind
		}
		if code := body[1]; code != 0 {
			m.refuse(mqttReason(code))
		}
	case mqttSuback:
		if len(body) < 3 {
			return errMQTTShort
		}
		if body[2] == mqttRefused {
			m.refuse("the subscription is refused")
		} else {
			m.joined()
		}
	case mqttPubrec:
		m.out = append(m.out, mqttPubrel, 2, body[0], body[1])
	case mqttPubrel:
		m.out = append(m.out, mqttPubcomp, 2, body[0], body[1])
	case mqttPuback, mqttPubcomp, mqttPingresp:
	default:
		return fmt.Errorf("%w: type %d", errMQTTKind, kind>>4)
	}
	return nil
}

func mqttReason(code byte) string {
	if text := mqttReasons[code]; text != "" {
		return text
	}
	return fmt.Sprintf("refused with code %d", code)
}
