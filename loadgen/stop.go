package loadgen

import (
	"fmt"
	"time"
)

// hangLimit is how long a Client may take to return from a method once it has
// been closed, or a Joiner once its context has ended.
var hangLimit = 5 * time.Second // shorter in tests

// stop closes all connections and waits for every goroutine. A Client with a
// method that does not return is left behind, and the error names it.
func (r *run) stop() error {
	r.life.over.Store(true)
	r.life.end()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, u := range r.users {
			if s := u.box.stops(); s != nil {
				s.close()
			}
		}
		r.life.reading.Wait()
		r.life.workers.Wait()
		r.readers.close()
	}()
	for ends := int64(-1); !r.clock.within(hangLimit, done); {
		now := r.life.ends.Load()
		if now == ends { // else many take their time
			return r.hung()
		}
		ends = now
	}
	return nil
}

// hung names a method that does not return.
func (r *run) hung() error {
	for _, u := range r.users {
		if err := u.hung(); err != nil {
			return err
		}
	}
	return fmt.Errorf("loadgen: the run did not end within %v", hangLimit)
}

// hung is nil if the user waits for nothing.
func (u *user) hung() error {
	s, doing := u.box.call()
	switch {
	case u.closing.Load() > 0:
		return u.hungIn("Close")
	case doing != "":
		return u.hungIn(doing)
	case s == nil:
		return nil
	}
	if s.isOver() {
		return nil
	}
	return u.hungIn("Next")
}

func (u *user) hungIn(method string) error {
	return fmt.Errorf("loadgen: chatter %d: %s did not return within %v, although its connection was closed", u.n, method, hangLimit)
}
