package host

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"chatsim/manager/hinted"
)

// probeTime is how long a room may take to say that it is well.
const probeTime = 4 * time.Second

// Probe asks the room at HOST:PORT, or https://HOST:PORT, whether it is well, for what
// watches over it, such as a container in which there is no other program. An error has
// exit code 1, unless the address is none. Whose certificate a room has is not asked.
func Probe(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	url := addr
	if !strings.HasPrefix(addr, "https://") {
		url = "http://" + addr
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/healthz", nil)
	if err != nil {
		return hinted.New(fmt.Sprintf("-probe %s: %v", addr, err), "write -probe HOST:PORT")
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	resp, err := client.Do(req)
	if err != nil {
		return &unwell{fmt.Sprintf("no room answers at %s: %v", addr, err)}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if resp.StatusCode != http.StatusOK || err != nil {
		return &unwell{fmt.Sprintf("the room at %s is not well: %s: %s", addr, resp.Status, strings.TrimSpace(string(text)))}
	}
	return nil
}

// unwell is the error for a room that is not well.
type unwell struct{ msg string }

func (e *unwell) Error() string { return e.msg }

// ExitCode returns that of a check that has failed.
func (*unwell) ExitCode() int { return 1 }
