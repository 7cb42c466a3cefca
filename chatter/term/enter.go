package term

import (
	"context"
	"errors"
	"io"
	"strings"

	"chatsim/chatter"
	"chatsim/manager/record"
	"chatsim/manager/wire"
)

// enter joins for the first time, asking for what is missing or was refused.
// No client and no error: the person does not want to any more.
func (p *person) enter(ctx context.Context) error {
	for name := p.cfg.Name; ; name = "" {
		clean, err := p.choose(name)
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		err = p.join(ctx, clean)
		for isRefusal(wire.Password, err) && p.present {
			if err := p.screen.print([]shown{say(trouble, p.talk.words.refusal(err))}); err != nil {
				return err
			}
			word, askErr := p.screen.secret(p.talk.words.AskPassword)
			if askErr != nil {
				return nil
			}
			p.dialer.password = word
			err = p.join(ctx, clean)
		}
		if ctx.Err() != nil {
			return nil
		}
		if err == nil || !p.present || !isRefusal(wire.BadName, err) {
			return err
		}
		if err := p.screen.print([]shown{say(trouble, p.talk.words.refusal(err))}); err != nil {
			return err
		}
	}
}

// choose returns a name that may be asked for.
func (p *person) choose(name string) (string, error) {
	for first := true; ; first = false {
		clean, err := wire.CleanName(name)
		switch {
		case err == nil:
			p.talk.wanted = strings.TrimSpace(name)
			return clean, nil
		case !p.present && strings.TrimSpace(name) == "":
			return "", &Error{msg: "a name is needed", hint: "give it with -name NAME"}
		case !p.present:
			return "", &Error{msg: "-name " + string(wire.AppendShown(nil, []byte(name))) + ": " + err.Error(), hint: "choose another with -name"}
		case strings.TrimSpace(name) != "":
			err = p.screen.print([]shown{say(trouble, p.talk.words.nameError(err))})
		case !first:
			err = p.screen.print([]shown{say(trouble, p.talk.words.EmptyName)})
		default:
			err = nil
		}
		if err != nil {
			return "", err
		}
		p.screen.prompt(p.talk.words.AskName)
		if name, err = p.screen.read(false); err != nil {
			return "", io.EOF
		}
	}
}

// join connects for the first time.
func (p *person) join(ctx context.Context, name string) error {
	var t try
	p.screen.aside(func() { t.client, t.first, t.err = p.dialer.join(ctx, name) })
	if t.err != nil {
		return t.err
	}
	p.talk.asked = name
	return p.joined(t.client, t.first)
}

// joined begins to read from a server that has said welcome.
func (p *person) joined(c *chatter.Client, first event) (err error) {
	if p.cfg.LogDir != "" && p.log == nil {
		if p.log, err = openLog(p.cfg.LogDir, first.names[0], p.troubles); err != nil {
			c.Close()
			return err
		}
	}
	p.client, p.news, p.why, p.greeted = c, make(chan news), wire.None, false
	p.screen.prompt(first.names[0] + "> ")
	go p.listen(c, p.log, p.news)
	return p.show(p.talk.hear(first))
}

// maxBatch is how many frames are shown at once.
const maxBatch = 256

// listen reads frames until the connection ends; whoever drops the connection
// takes its news to the end.
func (p *person) listen(c *chatter.Client, log *record.Recorder, to chan<- news) {
	defer p.guard()
	defer close(to)
	var f chatter.Frame
	var line, text []byte
	for {
		var n news
		for len(n.events) < maxBatch {
			err := c.Next(&f)
			var bad *chatter.FrameError
			if errors.As(err, &bad) && !errors.Is(err, chatter.ErrFrameTooLong) {
				continue // not ours to judge
			}
			if n.err = err; err != nil {
				break
			}
			e := newEvent(&f.Frame)
			n.events = append(n.events, e)
			if log != nil && e.kind == wire.Line {
				text = appendLogged(text[:0], f.Text)
				line = wire.AppendLine(line[:0], e.sender, text, e.target)
				_, _ = log.Write(line) // never fails
			}
			if !f.More {
				break
			}
		}
		to <- n
		if n.err != nil {
			return
		}
	}
}

// guard gives the terminal back before a panic of another goroutine than run's
// ends the program.
func (p *person) guard() {
	if v := recover(); v != nil {
		p.screen.close()
		panic(v)
	}
}

// drop ends the connection, or the trying for one, and waits for its goroutine.
func (p *person) drop() {
	if p.tries != nil {
		p.stopTry()
		if t := <-p.tries; t.err == nil {
			t.client.Close()
		}
		p.tries = nil
	}
	if p.client == nil {
		return
	}
	p.client.Close()
	for range p.news {
	}
	p.client, p.news, p.pending = nil, nil, 0
}
