package host

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"chatsim/manager/guard"
	"chatsim/manager/listen"
)

// figures is the server of what the room counts, at an address of its own.
type figures struct {
	ln   net.Listener
	http *http.Server
}

func listenFigures(addr string) (*figures, error) {
	ln, err := listen.TCP("metrics-addr", addr)
	if err != nil {
		return nil, err
	}
	return &figures{ln: ln}, nil
}

// answer sets what is served; call it before serve.
func (f *figures) answer(h http.Handler) {
	f.http = &http.Server{Handler: h, DisableGeneralOptionsHandler: true, ReadHeaderTimeout: 10 * time.Second, WriteTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0)}
}

func (f *figures) serve() error {
	if err := f.http.Serve(guard.Listener(f.ln)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// close ends what is asked and answered, at once when ctx is done.
func (f *figures) close(ctx context.Context) {
	if f.http.Shutdown(ctx) != nil {
		_ = f.http.Close()
	}
}

// url returns where they are to be had.
func (f *figures) url(path string) string {
	return "http://" + net.JoinHostPort(listen.Hosts(f.ln)[0], listen.Port(f.ln)) + path
}
