package loadgen

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/story"
	"chatsim/manager/wire"
)

// typist is a Client at whose connection bytes can be typed that are no whole
// lines, nor the protocol's.
type typist interface{ Type(b []byte) error }

// utter has a chatter send what a step says.
func (t *telling) utter(step *story.Step, u *user, s *stay) {
	switch step.Verb {
	case story.Types, story.Spells, story.Begins:
		t.types(step, u, s)
	default:
		for range max(1, step.Times) {
			t.says(step, u, s)
		}
	}
}

// says sends a line by the client's own means.
func (t *telling) says(step *story.Step, u *user, s *stay) {
	r := t.run
	t.free(s)
	seq := u.box.lines.number()
	target, as := "", ""
	if step.Verb == story.Tells {
		target = t.target(step)
	}
	text := s.fit(t.text(step, u, seq), target)
	due := string(text)
	if r.cfg.Capabilities.Protocol == "" {
		due = string(wire.AppendText(nil, text))
	}
	switch {
	case step.Verb != story.Tells && step.Name != "":
		if as = t.called(step.Name); as == u.asked || as == s.session.Name() {
			as = "" // it is no false claim
		} else if s.client.claimer == nil {
			t.fails(step, u, "this client cannot claim a sender")
			return
		} else {
			due = s.client.claimer.ClaimedText(as, text)
		}
	}
	signs := as
	if signer := s.client.signer; signer != nil && as == "" && signer.Signs() != s.session.Name() {
		signs = signer.Signs()
	}
	t.sends(s, check.Note{Seq: seq, Text: due, Target: target, Claims: signs})
	var err error
	switch {
	case target != "":
		err = s.client.Tell(target, text)
	case as != "":
		err = s.client.claimer.Claim(as, text)
	default:
		err = s.client.Say(text)
	}
	if err != nil && !isGone(err) { // else the stream's end tells
		t.fails(step, u, fmt.Sprintf("it cannot be sent: %v", err))
	}
}

// isGone reports whether an error is that of a connection that has ended.
func isGone(err error) bool {
	return errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}

// target returns the name that a line is told to.
func (t *telling) target(step *story.Step) string {
	if step.To >= 0 {
		return t.run.users[step.To].lastName()
	}
	return step.Name
}

// called returns the name that a room gave to whom the story calls by a name; of
// others the name itself.
func (t *telling) called(name string) string {
	for i, c := range t.story.Cast {
		if c.Name == name {
			return t.run.users[i].lastName()
		}
	}
	return name
}

// text returns what a step says, behind its stamp.
func (t *telling) text(step *story.Step, u *user, seq int) []byte {
	if step.Bytes > 0 || step.Times > 0 {
		script := *t.run.script
		script.Size = max(step.Bytes, script.Size*min(step.Times, 1))
		return script.Text(nil, u.n, seq)
	}
	return append(ledger.AppendStamp(nil, t.run.script.Nonce, u.n, seq), step.Text...)
}

// sends records a line that is about to be sent, and who is to get it.
func (t *telling) sends(s *stay, n check.Note) {
	r := t.run
	now := r.clock.now()
	n.Intended, n.Actual, n.Measured = now, now, true
	line := s.session.Send(n)
	r.traffic.says(now)
	r.measure.Sent(now, now, now)
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, u := range r.users {
		to := u.box.lastStay()
		if to == nil || !to.session.Joined() || to.session.HasLeft() {
			continue
		}
		if !line.Private() || to == s || to.session.Name() == n.Target {
			t.due = append(t.due, delivery{line, to})
		}
	}
}

// types sends bytes as they are, but for the stamps of the lines among them.
func (t *telling) types(step *story.Step, u *user, s *stay) {
	text := step.Text
	if step.Bytes > 0 {
		text = strings.Repeat("x", step.Bytes)
	}
	if step.Verb != story.Begins && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	var out []byte
	for text != "" {
		line, rest, ended := strings.Cut(text, "\n")
		text = rest
		out = append(out, t.typed(u, s, line, ended, step.Bytes)...)
	}
	var err error
	if step.Verb != story.Spells {
		err = s.client.typist.Type(out)
	} else {
		for i := 0; i < len(out) && err == nil; i++ {
			t.free(s)
			err = s.client.typist.Type(out[i : i+1])
		}
	}
	if err != nil && !isGone(err) {
		t.fails(step, u, fmt.Sprintf("it cannot be sent: %v", err))
	}
}

// typed returns what is typed of a line, and records that line where it is ended.
// With bytes above 0 the line has so many, its stamp among them.
func (t *telling) typed(u *user, s *stay, line string, ended bool, bytes int) string {
	if s.begun == "" {
		s.begunSeq = u.box.lines.number()
		stamp := string(ledger.AppendStamp(nil, t.run.script.Nonce, u.n, s.begunSeq))
		if bytes > len(stamp) {
			line = line[len(stamp):]
		}
		if at := t.stampAt(line, u, s); at >= 0 {
			line = line[:at] + stamp + line[at:]
		}
	}
	whole := s.begun + line
	if !ended {
		s.begun = whole
		return line
	}
	s.begun = ""
	t.understood(whole, u, s)
	return line + "\n"
}

// stampAt returns where the text of a typed line begins, below 0 where it has none.
func (t *telling) stampAt(line string, u *user, s *stay) int {
	b := []byte(line)
	switch req := wire.ParseRequest(b, u.asked, s.session.Name()); {
	case req.Kind == wire.Msg:
		_, text := t.told(req.Text)
		return len(line) - len(text)
	case req.Kind == wire.Say && bytes.HasPrefix(b, []byte("//")):
		return 2
	case req.Kind != wire.Say && req.Kind != wire.Tell:
		return -1
	}
	return 0
}

// told parts what follows /msg: the longest name of a chatter that is there, else
// the first word, and the text.
func (t *telling) told(b []byte) (name string, text []byte) {
	for _, u := range t.run.users {
		if n := u.lastName(); len(n) > len(name) && bytes.HasPrefix(b, []byte(n+" ")) {
			name = n
		}
	}
	if name == "" {
		first, _, _ := bytes.Cut(b, []byte(" "))
		name = string(first)
	}
	return name, bytes.TrimPrefix(b[len(name):], []byte(" "))
}

// understood records what a line means that was typed.
func (t *telling) understood(line string, u *user, s *stay) {
	req := wire.ParseRequest([]byte(line), u.asked, s.session.Name())
	note := check.Note{Seq: s.begunSeq}
	switch req.Kind {
	case wire.Who:
		s.session.AsksRoster(t.run.clock.now())
		return
	case wire.Slip:
		t.mu.Lock()
		t.answers[s]++
		t.mu.Unlock()
		return
	case wire.Tell:
		note.Target = string(req.Target)
	case wire.Msg:
		note.Target, req.Text = t.told(req.Text)
	case wire.Before, wire.Do:
		return
	}
	note.Text = string(wire.AppendText(nil, req.Text))
	t.sends(s, note)
}

// free waits until a stay's connection takes the next request: it has taken what
// there was, and the codec does not hold it back.
func (t *telling) free(s *stay) {
	p := s.polled
	if p == nil {
		return // such a Client waits itself
	}
	step := time.NewTicker(time.Millisecond)
	defer step.Stop()
	for end := t.run.clock.now() + t.run.cfg.Drain; t.run.clock.now() < end; {
		freed := p.freed.wait()
		p.out.Lock()
		writing := p.writing
		p.out.Unlock()
		if !writing && p.held().IsZero() {
			return
		}
		select {
		case <-freed:
		case <-s.done.wait():
			return
		case <-step.C:
		}
	}
}
