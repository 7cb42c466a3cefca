// Package cert keeps a TLS server's certificate current: its files are read
// again when they change, so that who renews it need not restart the server.
//
// It does not know what is served, and logs nothing: what there is to tell is
// returned.
package cert

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	checkEvery = time.Second // that the files are looked at
	maxFile    = 1 << 20     // bytes of one of them
)

// Pair is a certificate and its key in two files. It is safe for concurrent use.
type Pair struct {
	// Static after Load.
	certFile, keyFile string
	fixed             bool // the files are pipes, which can be read only once

	current atomic.Pointer[tls.Certificate]

	mu sync.Mutex
	// Guarded by mu.
	cert, key []byte // what current was made of
}

// Load reads a certificate with its chain, and its key, from files in PEM.
func Load(certFile, keyFile string) (*Pair, error) {
	p := &Pair{certFile: certFile, keyFile: keyFile, fixed: !regular(certFile) || !regular(keyFile)}
	if _, err := p.Reload(); err != nil {
		return nil, err
	}
	return p, nil
}

// regular reports whether path leads to a file that can be read again.
func regular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// Reload reads the files and reports whether a new certificate is in use. With
// an error the old one stays: while somebody writes the files one may be
// incomplete, or not yet belong to the other.
//
// What was read decides, not the files' times: these have too coarse a clock on
// some systems, and symbolic links are swapped to files that are older.
func (p *Pair) Reload() (changed bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fixed && p.current.Load() != nil {
		return false, nil
	}
	cert, err := read(p.certFile)
	if err != nil {
		return false, err
	}
	key, err := read(p.keyFile)
	if err != nil {
		return false, err
	}
	if bytes.Equal(cert, p.cert) && bytes.Equal(key, p.key) {
		return false, nil
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return false, fmt.Errorf("%s and %s: %w", p.certFile, p.keyFile, err)
	}
	p.cert, p.key = cert, key
	p.current.Store(&pair)
	return true, nil
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return data, nil
}

// Watch looks at the files every second until ctx is done, and calls told
// whenever there is a new certificate, another error of Reload than before, or
// other Doubts. When asked it looks at once, and calls told in any case.
func (p *Pair) Watch(ctx context.Context, asked <-chan struct{}, told func(changed bool, err error)) {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	doubts, failure := p.Doubts(time.Now()), ""
	for {
		tell := false
		select {
		case <-tick.C:
		case <-asked:
			tell = true
		case <-ctx.Done():
			return
		}
		changed, err := p.Reload()
		now, failed := p.Doubts(time.Now()), ""
		if err != nil {
			failed = err.Error()
		}
		if tell || changed || failed != "" && failed != failure || !slices.Equal(now, doubts) {
			told(changed, err)
		}
		doubts, failure = now, failed
	}
}
