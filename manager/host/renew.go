package host

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// renew reads what may have been renewed from outside, when that is asked for,
// until ctx is done. The certificate is looked at in any case.
func (h *house) renew(ctx context.Context) {
	g := new(errgroup.Group)
	defer g.Wait()
	certificate := make(chan struct{}, 1)
	if h.cert != nil {
		g.Go(func() error { h.cert.Watch(ctx, certificate, h.certSeen); return nil })
	}
	for {
		select {
		case <-h.cfg.Reload:
		case <-ctx.Done():
			return
		}
		h.log.Info("asked to reload")
		if h.rec != nil {
			h.rec.Reopen() // which tells what comes of it
		}
		select {
		case certificate <- struct{}{}:
		default: // it is being looked at
		}
	}
}

// certSeen logs what has become of the certificate.
func (h *house) certSeen(changed bool, err error) {
	switch {
	case err != nil:
		h.log.Error("the certificate cannot be read again, the old one stays in use", "error", err)
	case changed:
		h.log.Info("a new certificate is in use", "names", h.cert.Names())
	default:
		h.log.Info("the certificate is the same", "names", h.cert.Names())
	}
	for _, doubt := range h.cert.Doubts(time.Now()) {
		h.log.Warn(doubt)
	}
}
