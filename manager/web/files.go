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

// types are those of the files that a page loads, whatever the system thinks of
// their endings.
var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// file is one that does not change while the process runs.
type file struct {
	body, zipped []byte
	kind, tag    string
}

// withFiles answers with what pages load.
func withFiles() *http.ServeMux {
	mux := http.NewServeMux()
	for name, f := range allFiles() {
		mux.Handle("GET /"+name, f)
	}
	return mux
}

// page answers with a page that is the same for everybody.
func page(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		http.ServeFileFS(w, r, static, "static/"+name)
	})
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
			if !yield(name, file{body, zip(body), kind, fmt.Sprintf("%q", fmt.Sprintf("%x", sha256.Sum256(body))[:16])}) {
				return
			}
		}
	}
}

// ServeHTTP lets a browser keep the file, and ask whether it is still this one.
func (f file) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	body, tag := f.body, f.tag
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body, tag = f.zipped, strings.TrimSuffix(f.tag, `"`)+`-gzip"`
	}
	h.Set("ETag", tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
