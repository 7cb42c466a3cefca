package chatter

import (
	"context"
	"sync"
	"time"

	"chatsim/chatter/dialect"
)

// HTTP is how the requests are made that a codec has beside its stream.
type HTTP struct {
	Codec dialect.Caller // the codec itself, without a WebSocket under it
	// Do makes a request, until ctx ends.
	Do func(ctx context.Context, request *dialect.Call) (*dialect.Answer, error)
	// Close closes the connections that are kept for further requests.
	Close func()
}

// answerWithin is how long a server may take to answer a request, which is given up then.
const answerWithin = 5 * time.Second

// Calls makes a codec's requests one after the other, in a goroutine that lives as
// long as there are some.
type Calls struct {
	// Static after construction.
	http  *HTTP
	mu    *sync.Mutex // of the codec
	start func(worker func())
	came  func() // called behind each answer, with nothing locked: the codec may have frames and bytes
	life  context.Context
	end   context.CancelFunc

	// Guarded by mu.
	busy bool   // the goroutine is there
	over bool   // no request is made any more
	then func() // to be called once there is none
}

// NewCalls returns the Calls of a codec that mu guards; start starts a goroutine.
func NewCalls(http *HTTP, mu *sync.Mutex, start func(worker func()), came func()) *Calls {
	c := &Calls{http: http, mu: mu, start: start, came: came}
	c.life, c.end = context.WithCancel(context.Background())
	return c
}

// LookLocked has the codec's next request be made, if it has one and none is under
// way. The codec is locked.
func (c *Calls) LookLocked() {
	if c == nil || c.busy || c.over {
		return
	}
	if call, err := c.http.Codec.Call(); call != nil && err == nil {
		c.busy = true
		c.start(func() { c.make(call) })
	}
}

// ThenLocked has f be called, with nothing locked, once no request is left; false if
// there is none. The codec is locked.
func (c *Calls) ThenLocked(f func()) bool {
	if c == nil || !c.busy {
		return false
	}
	c.then = f
	return true
}

// make makes requests until there is none.
func (c *Calls) make(call *dialect.Call) {
	for call != nil {
		answer := c.do(call)
		c.mu.Lock()
		call = c.next(answer)
		then := c.then
		if call != nil || c.over {
			then = nil
		}
		over := c.over
		c.mu.Unlock()
		c.came()
		if then != nil {
			then()
		}
		if over {
			c.http.Close()
		}
	}
}

func (c *Calls) do(call *dialect.Call) *dialect.Answer {
	ctx, cancel := context.WithTimeout(c.life, answerWithin)
	defer cancel()
	answer, err := c.http.Do(ctx, call)
	if err != nil {
		return &dialect.Answer{Err: err}
	}
	return answer
}

// next hands an answer to the codec and returns the next request. The codec is locked.
func (c *Calls) next(answer *dialect.Answer) (call *dialect.Call) {
	err := c.http.Codec.Answered(answer)
	if err == nil && !c.over {
		call, err = c.http.Codec.Call()
	}
	c.busy = call != nil && err == nil
	if !c.busy {
		return nil
	}
	return call
}

// Close ends the request under way and has no further one be made. Nothing is locked.
func (c *Calls) Close() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	c.over = true
	c.end()
	if !c.busy {
		c.http.Close()
	}
}
