package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// types are those of the files that a page loads once it is seen, whatever the
// system thinks of their endings.
var types = map[string]string{
	".svg": "image/svg+xml",
}

// file is one that does not change while the process runs.
type file struct {
	body      []byte
	zipped    func() []byte // compressed when somebody asks for it first
	kind, tag string
	cache     string // its Cache-Control
	policy    string // its Content-Security-Policy; "": the server's
}

func newFile(body []byte, kind, cache string) file {
	sum := fmt.Sprintf("%x", sha256.Sum256(body))
	return file{body: body, zipped: sync.OnceValue(func() []byte { return zip(body) }), kind: kind, tag: fmt.Sprintf("%q", sum[:16]), cache: cache}
}

// withFiles answers with what pages load.
func withFiles() *http.ServeMux {
	mux := http.NewServeMux()
	for name, f := range allFiles() {
		mux.Handle("GET /"+name, f)
	}
	return mux
}

// allFiles is made once: all rooms of a process have the same.
var allFiles = sync.OnceValue(func() map[string]file { return maps.Collect(files()) })

// zip returns b in the form that browsers call gzip.
func zip(b []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(err) // there is that level
	}
	_, _ = w.Write(b) // into memory, as Close
	_ = w.Close()
	return out.Bytes()
}

// files returns those that pages load, by their path.
func files() iter.Seq2[string, file] {
	return func(yield func(string, file) bool) {
		entries, err := static.ReadDir("static")
		if err != nil {
			panic(err) // it is part of the binary
		}
		for _, e := range entries {
			name := "static/" + e.Name()
			kind, ok := types[path.Ext(name)]
			if !ok {
				continue
			}
			body, err := static.ReadFile(name)
			if err != nil {
				panic(err)
			}
			if !yield(name, newFile(body, kind, "no-cache")) { // a browser asks whether it is still this one
				return
			}
		}
	}
}

// ServeHTTP answers with the file, compressed for those who can read that.
func (f file) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", f.cache)
	if f.policy != "" {
		h.Set("Content-Security-Policy", f.policy)
	}
	h.Add("Vary", "Accept-Encoding")
	body, tag := f.body, f.tag
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body, tag = f.zipped(), strings.TrimSuffix(f.tag, `"`)+`-gzip"`
	}
	h.Set("ETag", tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
