package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// modules returns a tab in which m has all that these modules export, where there is
// no page around them: a browser is the one that runs them.
func modules(t testing.TB, names ...string) *tab {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /static/", http.FileServer(http.Dir(".")))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!DOCTYPE html><link rel=icon href=data:,><title>modules</title>")
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	b := newTab(t, s.URL, look{})
	b.until(fmt.Sprintf(`(window.asked ??= Promise.all('%s'.split(' ').map((m) => import('/static/' + m + '.js')))
		.then((all) => { window.m = Object.assign({}, ...all); }), window.m)`, strings.Join(names, " ")))
	return b
}
