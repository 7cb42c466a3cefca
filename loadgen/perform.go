package loadgen

import (
	"context"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/pace"
	"chatsim/loadgen/scenario/file"
)

// acts are what the players of each role do until ctx ends, which does so with the
// window or the connection.
var acts = map[string]func(p *player, ctx context.Context){
	file.Slow: (*player).slow, file.Stalled: (*player).stalled, file.Dribble: (*player).dribble,
	file.Flood: (*player).flood, file.Noise: (*player).noise,
}

// perform has the player do what its role is. From then on the server may put it out.
func (p *player) perform(window context.Context) {
	a, c := p.at, p.cast
	ctx, cancel := context.WithCancel(window)
	defer cancel()
	defer context.AfterFunc(a.ctx, cancel)()
	if a.session != nil {
		a.session.Silent(c.run.clock.now())
	}
	read, sent := a.valve.read.Load(), a.valve.sent.Load()
	acts[c.role.Kind](p, ctx)
	if c.role.Kind != file.Slow && c.role.Kind != file.Stalled { // they read on already
		c.read.Add(a.valve.read.Load() - read)
	}
	c.sent.Add(a.valve.sent.Load() - sent)
}

// slow reads so many bytes a second.
func (p *player) slow(ctx context.Context) {
	p.smallBuffer()
	f := p.at.valve.readSlowly(ctx, p.cast.role.Bytes)
	<-ctx.Done()
	p.cast.read.Add(f.bytes.Load())
}

// stalled reads nothing.
func (p *player) stalled(ctx context.Context) {
	p.smallBuffer()
	until, cancel := context.WithCancel(ctx)
	defer cancel()
	switch role := p.cast.role; {
	case role.Good:
		until = p.at.ctx
	case role.For > 0:
		defer time.AfterFunc(role.For, cancel).Stop()
	}
	p.at.valve.readSlowly(until, 0)
	<-ctx.Done()
}

// smallBuffer has the system read little for who does not.
func (p *player) smallBuffer() {
	if b, ok := p.at.client.(Buffered); ok {
		_ = b.SetReadBuffer(stallBuffer)
	}
}

// leaveForGood ends the connection of one who never reads on, so that the others are
// without it.
func (p *player) leaveForGood() {
	if p.cast.role.Good && !p.at.isOver() {
		p.at.leave(check.Reset)
		<-p.at.ctx.Done()
	}
}

// dribble writes lines byte by byte; what is left of the last is written when the
// window is over.
func (p *player) dribble(ctx context.Context) {
	p.at.valve.writeSlowly(ctx, p.cast.role.Bytes)
	for ctx.Err() == nil && p.say() == nil {
	}
}

// floodAhead bounds what a flood has under way, in lines and bytes: what one client
// may have in the buffers of the system without waiting.
const (
	floodAhead      = 1000
	floodAheadBytes = 256 << 10
)

// flood says so many lines a second, as far as the server takes them.
func (p *player) flood(ctx context.Context) {
	r, c, a := p.cast.run, p.cast, p.at
	pacer := pace.New()
	defer pacer.Stop()
	step := time.NewTicker(time.Millisecond)
	defer step.Stop()
	ahead := min(floodAhead, floodAheadBytes/r.cfg.Size)
	begun, said, every := r.clock.now(), 0, float64(time.Second)/c.role.Rate
	for r.clock.until(ctx, pacer, begun+time.Duration(float64(said)*every)) {
		if a.session.Unsettled() >= ahead {
			<-step.C
			continue
		}
		if p.say() != nil {
			break
		}
		said++
	}
	due := int64(float64(r.clock.now()-begun) / every)
	c.due.Add(due)
	if int64(said) < due*9/10 && !a.isOver() {
		c.throttled.Add(1)
	}
}

// say sends the player's next line, which the judge knows of right before its last
// byte is written: no sooner can it come to anybody.
func (p *player) say() error {
	r, a := p.cast.run, p.at
	p.text = fit(r.cfg.Capabilities.Texts, r.script.Text(p.text[:0], p.n, p.seq))
	note := check.Note{Seq: p.seq, Text: string(p.text)}
	if signer, ok := a.client.(Signer); ok && signer.Signs() != a.session.Name() {
		note.Claims = signer.Signs()
	}
	p.seq++
	a.valve.beforeLast(func() {
		note.Actual = r.clock.now()
		note.Intended = note.Actual
		a.session.Send(note)
		r.traffic.moves(note.Actual)
		p.cast.lines.Add(1)
	})
	return a.client.Say(p.text)
}

// noise sends pieces that are no protocol, as fast as they are taken. They are of the
// seed, as lines are.
func (p *player) noise(ctx context.Context) {
	r, c, v := p.cast.run, p.cast, p.at.valve
	pacer := pace.New()
	defer pacer.Stop()
	defer context.AfterFunc(ctx, func() { _ = v.SetWriteDeadline(time.Unix(1, 0)) })()
	_ = v.SetWriteDeadline(time.Time{})
	every := time.Duration(float64(time.Second) / c.role.Rate)
	for at := r.clock.now(); r.clock.until(ctx, pacer, at); at += every {
		if _, err := v.Write(r.script.Noise(p.n, p.seq)); err != nil {
			p.at.leave(check.Reset) // a piece that was cut short has no end
			return
		}
		p.seq++
		c.lines.Add(1)
	}
}
