package original

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"chatsim/manager/wire"
)

// nameFor returns a newcomer's name: the smallest free suffix, or the original's
// way, which goes through the list once and counts.
func (r *room) nameFor(asked string) string {
	if r.DoubledSuffix {
		name, tag := asked, 1
		for _, p := range r.peers {
			if p.name == name {
				tag++
				name = asked + strconv.Itoa(tag)
			}
		}
		return name
	}
	name := asked
	for k := 2; r.find(name) != nil; k++ {
		name = asked + strconv.Itoa(k)
	}
	return name
}

func (r *room) find(name string) *peer {
	if i := slices.IndexFunc(r.peers, func(p *peer) bool { return p.name == name }); i >= 0 {
		return r.peers[i]
	}
	return nil
}

// sayEach says each message of what came. The end of a message is its sender's
// own name and a target; if more may follow at once, what has no end yet waits.
func (r *room) sayEach(p *peer, b []byte, cut bool) (rest []byte) {
	for len(b) > 0 {
		n := r.end(p, b)
		if n == len(b) && cut {
			break
		}
		r.say(p, b[:n])
		b = b[n:]
	}
	return b
}

// end returns where the first message of b ends; all of b if that is not clear,
// as of one that is signed by somebody else, or is not yet all there.
func (r *room) end(p *peer, b []byte) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	signed := []byte("@" + p.asked + "@")
	for at := 0; ; {
		i := bytes.Index(b[at:], signed)
		if i < 0 {
			return len(b)
		}
		at += i + len(signed)
		longest := 0
		for name := range r.known {
			if len(name) > longest && bytes.HasPrefix(b[at:], []byte(name)) {
				longest = len(name)
			}
		}
		if bytes.HasPrefix(b[at:], []byte(wire.Group)) {
			longest = len(wire.Group)
		}
		if longest > 0 {
			return at + longest
		}
	}
}

// say relays one message, or what is taken for one.
func (r *room) say(p *peer, message []byte) {
	text, sender, target := cut(string(message))
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.broken.Load():
		return
	case r.Believe || len(message) == 0:
		if sender == "" { // not a message at all
			r.broadcast([]byte(" " + p.name + ":" + string(message)))
			return
		}
	case sender != p.asked && sender != p.name:
		text, sender, target = string(message), p.name, wire.Group
	default:
		sender = p.name
	}
	if !r.Believe {
		text = strings.ReplaceAll(text, "@", "＠")
	}
	to := r.find(target)
	switch {
	case target == wire.Group, r.Leak:
		for _, o := range slices.Clone(r.peers) {
			o.send(r, line(p, o, text, sender, target))
		}
	case to == nil:
		p.send(r, []byte(" *:"+wire.NoSuchUser.With(target)+"@*@"+p.asked))
	default:
		p.send(r, line(p, p, text, sender, target))
		if to != p {
			to.send(r, line(p, to, text, sender, target))
		}
	}
}

// cut takes a message apart from the right.
func cut(message string) (text, sender, target string) {
	i := strings.LastIndexByte(message, '@')
	if i < 0 {
		return message, "", ""
	}
	j := strings.LastIndexByte(message[:i], '@')
	if j < 0 {
		return message, "", ""
	}
	return message[:j], message[j+1 : i], message[i+1:]
}

// line returns a chat line for one receiver, who knows itself by the name that it
// asked for.
func line(p, to *peer, text, sender, target string) []byte {
	if to == p && sender == p.name {
		sender = p.asked
	}
	if target == to.name {
		target = to.asked
	}
	return []byte(" " + p.name + ":" + text + "@" + sender + "@" + target)
}

func (r *room) broadcast(frame []byte) {
	for _, p := range r.peers {
		p.send(r, frame)
	}
}

// send waits until a frame has its place in the peer's queue: the original
// waits for each of its writes.
func (p *peer) send(r *room, frame []byte) {
	select {
	case p.out <- frame:
	case <-r.quit:
	}
}

// write sends what a peer is to get, one frame a write, until it has left and
// all is written. What cannot be written is thrown away.
func (r *room) write(p *peer) {
	defer close(p.written)
	failed := false
	for {
		frame := r.next(p)
		switch {
		case frame == nil:
			return
		case failed || r.broken.Load():
			continue
		}
		if _, err := p.conn.Write(frame); err != nil {
			failed = true
			r.broken.Store(r.BrokenPipe)
		}
		if r.Spacing > 0 && !r.pause(r.Spacing) {
			return
		}
	}
}

// next waits for a peer's next frame, a roster if that has changed; nil if
// there will be none.
func (r *room) next(p *peer) []byte {
	select {
	case <-p.changed:
		return *r.roster.Load()
	default:
	}
	select {
	case <-p.changed:
		return *r.roster.Load()
	case frame := <-p.out:
		return frame
	case <-r.quit:
		return nil
	case <-p.gone:
	}
	select {
	case frame := <-p.out:
		return frame
	default:
		return nil
	}
}
