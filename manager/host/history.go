package host

import (
	"context"
	"slices"
	"sync"
	"time"

	"chatsim/manager"
	"chatsim/manager/feed"
	"chatsim/manager/web"
	"chatsim/manager/wire"
)

const (
	sampleEvery = time.Second
	sampleCount = 300 // that are kept
)

// history is what the room has counted in the last minutes.
type history struct {
	mu      sync.Mutex
	samples []web.Sample
}

// watch adds a sample each second until ctx is done.
func (h *history) watch(ctx context.Context, stats func() manager.Stats) {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		select {
		case at := <-tick.C:
			h.add(Sample(stats(), at))
		case <-ctx.Done():
			return
		}
	}
}

func (h *history) add(s web.Sample) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.samples) == sampleCount {
		h.samples = slices.Delete(h.samples, 0, 1)
	}
	h.samples = append(h.samples, s)
}

// since returns the samples that are younger than an instant in Unix milliseconds.
func (h *history) since(ms int64) []web.Sample {
	h.mu.Lock()
	defer h.mu.Unlock()
	i, _ := slices.BinarySearchFunc(h.samples, ms+1, func(s web.Sample, at int64) int { return int(s.At - at) })
	return append([]web.Sample{}, h.samples[i:]...)
}

// bounds are those of the feed's histogram, in seconds.
var bounds = func() (s []float64) {
	for _, b := range feed.WaitBounds {
		s = append(s, b.Seconds())
	}
	return s
}()

// Sample puts what a room has counted up to an instant into the form in which
// pages draw it.
func Sample(st manager.Stats, at time.Time) web.Sample {
	evicted := make(map[string]uint64)
	for _, r := range []wire.Reason{wire.Slow, wire.Stalled, wire.Kicked} {
		evicted[r.String()] = st.Evicted[r]
	}
	return web.Sample{
		At: at.UnixMilli(), Users: st.Online, Lines: st.Lines + st.PrivateLines, Deliveries: st.Deliveries,
		Waits: st.Feed.Waits.Counts[:], Bounds: bounds, Behind: st.Feed.Behind, Lagging: st.Feed.Lagging.Seconds(), Evicted: evicted,
	}
}
