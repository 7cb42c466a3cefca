package dialect

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
)

// What a Redis server may not send.
var (
	errRESPType  = errors.New("redis: a value of no known type")
	errRESPSize  = errors.New("redis: a size that is none")
	errRESPDepth = errors.New("redis: values within values within values")
)

const (
	maxRESPSize  = 64 << 20 // bytes of a string, values of an aggregate
	maxRESPDepth = 7        // of values within values
	maxRESPLine  = 64 << 10 // bytes of a line
)

// redis is Redis' publish and subscribe in RESP3, where one connection may do both.
// It is described at https://github.com/redis/redis-specifications.
//
//	client                                 server
//	  HELLO 3 [AUTH user password]    ->
//	  SUBSCRIBE room                  ->
//	                                  <-   %… what it is, or -error
//	                                  <-   >3 subscribe room 1: the chatter is in
//	  PUBLISH room message            ->
//	                                  <-   >3 message room message, to all who are in
//	                                  <-   :n, how many that were
type redis struct {
	broker
	before []byte // what stands before the size of a message to the room
	denied bool   // an error has said why the client may do nothing: that it may not says no more
}

// NewRedis returns the codec of Redis' publish and subscribe.
func NewRedis(a Account) Codec {
	return &redis{broker: newBroker(a, ""), before: append(appendBulk([]byte(">3\r\n$7\r\nmessage\r\n"), []byte(a.Room)), '$')}
}

func (r *redis) Login(dst []byte) ([]byte, error) {
	if r.Password == "" {
		dst = appendCommand(dst, "HELLO", "3")
	} else {
		user := r.User
		if user == "" {
			user = "default"
		}
		dst = appendCommand(dst, "HELLO", "3", "AUTH", user, r.Password)
	}
	return appendCommand(dst, "SUBSCRIBE", r.Room), r.bad
}

func (r *redis) Say(dst, text []byte) ([]byte, error) {
	dst = append(dst, "*3\r\n$7\r\nPUBLISH\r\n"...)
	dst = appendBulk(dst, []byte(r.Room))
	return appendBulk(dst, r.message(text)), nil
}

func appendCommand(dst []byte, words ...string) []byte {
	dst = append(dst, '*')
	dst = append(strconv.AppendInt(dst, int64(len(words)), 10), "\r\n"...)
	for _, w := range words {
		dst = appendBulk(dst, []byte(w))
	}
	return dst
}

func appendBulk(dst, s []byte) []byte {
	dst = append(dst, '$')
	dst = append(strconv.AppendInt(dst, int64(len(s)), 10), "\r\n"...)
	return append(append(dst, s...), "\r\n"...)
}

func (r *redis) Decode(f *Frame, in []byte, _ bool) (n int, err error) {
	for {
		if r.next(f) {
			return n, nil
		}
		if message, size := r.published(in[n:]); size > 0 {
			n += size
			_, next := r.published(in[n:])
			publication(f, message, next > 0)
			return n, nil
		}
		size, err := respSize(in[n:], 0)
		if err != nil {
			return n, senseless(in[n:], err)
		}
		value := in[n : n+size]
		n += size
		switch value[0] {
		case '>':
			r.push(value)
		case '-', '!':
			r.fails(string(respText(value)))
		}
	}
}

// fails takes an error.
func (r *redis) fails(text string) {
	mayNot := strings.HasPrefix(text, "NOAUTH ")
	if !mayNot || !r.denied {
		r.refuse(text)
	}
	r.denied = r.denied || !mayNot
}

// Skip takes a message to the room.
func (r *redis) Skip(in []byte, raw string) (n int) {
	message, size := r.published(in)
	if size == 0 || string(message) != raw || len(r.due) > 0 {
		return 0
	}
	return size
}

// published returns the message to the room that in begins with, and how many bytes
// that has; none where it begins with anything else, or the message is not whole.
func (r *redis) published(in []byte) (message []byte, size int) {
	rest, ok := bytes.CutPrefix(in, r.before)
	if !ok {
		return nil, 0
	}
	length, i := 0, 0
	for ; i < len(rest) && i < maxDigits && '0' <= rest[i] && rest[i] <= '9'; i++ {
		length = 10*length + int(rest[i]-'0')
	}
	body, ok := bytes.CutPrefix(rest[i:], []byte("\r\n"))
	if !ok || len(body) < length+2 || body[length] != '\r' || body[length+1] != '\n' {
		return nil, 0
	}
	return body[:length], len(r.before) + i + 2 + length + 2
}

// maxDigits is how many a size has that is looked at without care.
const maxDigits = 8

// subscribed is how many values the acknowledgment of a subscription has.
const subscribed = 3

// push takes a push that is no message to the room.
func (r *redis) push(value []byte) {
	number, at := respNumber(value)
	if number != subscribed {
		return
	}
	for i := range number {
		size, err := respSize(value[at:], 1)
		if err != nil {
			return
		}
		text := string(respText(value[at : at+size]))
		if i == 0 && text != "subscribe" || i == 1 && text != r.Room {
			return
		}
		at += size
	}
	r.joined()
}

// respSize returns how many bytes the first value of in has, ErrShort where it is
// not whole.
func respSize(in []byte, depth int) (int, error) {
	end := bytes.IndexByte(in, '\n')
	if end < 0 {
		if len(in) > maxRESPLine {
			return 0, errRESPSize
		}
		return 0, ErrShort
	}
	if end == 0 || in[end-1] != '\r' {
		return 0, errRESPType
	}
	head := end + 1
	number, _ := respNumber(in[:head])
	switch in[0] {
	case '+', '-', ':', '_', ',', '#', '(':
		return head, nil
	case '$', '!', '=':
		return respString(in, head, number)
	case '*', '~', '>':
		return respValues(in, head, number, depth)
	case '%', '|':
		return respValues(in, head, 2*number, depth)
	}
	return 0, errRESPType
}

// respString returns the size of a string of so many bytes; -1 is none in RESP2.
func respString(in []byte, head, number int) (int, error) {
	switch {
	case number == -1:
		return head, nil
	case number < 0 || number > maxRESPSize:
		return 0, errRESPSize
	case len(in) < head+number+2:
		return 0, ErrShort
	case in[head+number] != '\r' || in[head+number+1] != '\n':
		return 0, errRESPSize
	}
	return head + number + 2, nil
}

// respValues returns the size of an aggregate of so many values.
func respValues(in []byte, head, number, depth int) (int, error) {
	switch {
	case number == -1 && in[0] == '*':
		return head, nil
	case number < 0 || number > maxRESPSize:
		return 0, errRESPSize
	case depth == maxRESPDepth:
		return 0, errRESPDepth
	}
	for range number {
		size, err := respSize(in[head:], depth+1)
		if err != nil {
			return 0, err
		}
		head += size
	}
	return head, nil
}

// respNumber returns the number in a value's first line, and where that ends; a
// number that is none is -2.
func respNumber(value []byte) (number, end int) {
	end = bytes.IndexByte(value, '\n') + 1
	number, err := strconv.Atoi(string(value[1:max(1, end-2)]))
	if err != nil || number < -1 {
		return -2, end
	}
	return number, end
}

// respText returns the text of a value that has one.
func respText(value []byte) []byte {
	number, at := respNumber(value)
	switch value[0] {
	case '$', '!', '=':
		if number >= 0 {
			return value[at : at+number]
		}
	case '+', '-', ':':
		return value[1 : at-2]
	}
	return nil
}
