package live

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
	if h.cert != nil {
		g.Go(func() error { h.cert.Watch(ctx, h.certChanged); return nil })
	}
	for {
		select {
		case <-h.cfg.Reload:
			h.reload()
		case <-ctx.Done():
			return
		}
	}
}

// reload is what a SIGHUP asks for.
func (h *house) reload() {
	h.log.Info("asked to reload")
	if h.rec != nil {
		h.rec.Reopen() // which tells what comes of it
	}
	if h.cert != nil {
		h.certChanged(h.cert.Reload())
	}
}

// certChanged logs what has become of the certificate.
func (h *house) certChanged(changed bool, err error) {
	switch {
	case err != nil:
		h.log.Error("the certificate cannot be read again, the old one stays in use", "error", err)
	case changed:
		h.log.Info("a new certificate is in use", "names", h.cert.Names())
	}
	for _, doubt := range h.cert.Doubts(time.Now()) {
		h.log.Warn(doubt)
	}
}
