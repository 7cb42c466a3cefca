package term

import (
	"errors"
	"fmt"
	"time"

	"chatsim/manager/wire"
)

type typed struct {
	line string
	err  error
}

// maxWaiting is how many typed lines may wait to be sent.
const maxWaiting = 1000

// readLines hands on what is typed, until nothing more is. At a terminal it
// reads on while lines wait: Ctrl-C is heard at any time.
func (p *person) readLines(to chan<- typed, over <-chan struct{}) {
	defer p.guard()
	queue := to
	if p.present {
		waiting := make(chan typed, maxWaiting)
		queue = waiting
		go handOn(waiting, to, over)
	}
	for {
		line, err := p.screen.read(true)
		if errors.Is(err, errInterrupted) {
			select {
			case p.interrupts <- struct{}{}:
				continue
			case <-over:
				return
			}
		}
		select {
		case queue <- typed{line, err}:
		case <-over:
			return
		}
		if err != nil && !isTooLong(err) {
			return
		}
	}
}

// handOn passes lines on, one at a time.
func handOn(from <-chan typed, to chan<- typed, over <-chan struct{}) {
	for {
		select {
		case l := <-from:
			select {
			case to <- l:
			case <-over:
				return
			}
		case <-over:
			return
		}
	}
}

// take deals with a typed line.
func (p *person) take(l typed) (done bool, err error) {
	p.sent.lines++
	var long tooLong
	if errors.As(l.err, &long) {
		p.unsent(p.sent.lines, fmt.Sprintf(p.talk.words.TooLong, int(long), p.talk.room(wire.Group)))
		return false, nil
	}
	if l.err != nil {
		p.sent.lines--
		return p.typedLast()
	}
	a := p.talk.typed(l.line)
	switch {
	case a.quit:
		p.ended = true
		return p.leave()
	case (a.send || a.order != "") && p.client == nil:
		a.show = []shown{say(trouble, p.talk.words.NotSent)}
	case a.send:
		return false, p.send(a)
	case a.order != "":
		_ = p.client.Order(a.order) // what fails, reading finds
	}
	return false, p.tell(a.show)
}

// typedLast deals with the end of what is typed. In a pipe what is under way is
// waited for.
func (p *person) typedLast() (done bool, err error) {
	p.ended = true
	if p.client == nil || p.present || p.pending == 0 {
		return p.leave()
	}
	p.limit = time.NewTimer(echoLimit)
	return false, nil
}

// tell shows what comes of a typed line: in a pipe, why it was not sent.
func (p *person) tell(of []shown) error {
	switch {
	case len(of) == 0:
		return nil
	case !p.present && of[0].style == trouble:
		p.unsent(p.sent.lines, of[0].text)
		return nil
	}
	return p.show(of)
}
