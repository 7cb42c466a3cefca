package pace

import (
	"context"
	"testing"
	"time"
)

func TestUntil(t *testing.T) {
	p := New()
	defer p.Stop()
	for _, wait := range []time.Duration{-time.Hour, 0, short / 2, short + time.Millisecond} {
		at := time.Now().Add(wait)
		if !p.Until(t.Context(), at) || time.Now().Before(at) {
			t.Errorf("it did not wait for %v", wait)
		}
	}
}

func TestUntilIsCancelled(t *testing.T) {
	p := New()
	defer p.Stop()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancel)
	if p.Until(ctx, time.Now().Add(time.Hour)) {
		t.Error("an hour is over")
	}
}
