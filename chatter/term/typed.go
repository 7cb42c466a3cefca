package term

import "errors"

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
