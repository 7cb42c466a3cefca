package loadgen_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/manager/wire"
)

// stuck is a client one of whose methods does not return, also not when the
// client has been closed, until the test is over.
type stuck struct {
	loadgen.Client
	method  string
	release <-chan struct{}
}

func (c *stuck) in(method string) {
	if c.method == method {
		<-c.release
	}
}

func (c *stuck) Next(f *loadgen.Frame) error {
	err := c.Client.Next(f)
	if f.Kind == wire.Line {
		c.in("Next")
	}
	return err
}

func (c *stuck) Say(text []byte) error {
	c.in("Say")
	return c.Client.Say(text)
}

func (c *stuck) Tell(name string, text []byte) error {
	c.in("Tell")
	return c.Client.Tell(name, text)
}

func (c *stuck) Close() error {
	err := c.Client.Close()
	c.in("Close")
	return err
}

func TestClientsThatHang(t *testing.T) {
	for _, method := range []string{"Next", "Say", "Tell", "Close", "Joiner"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			release := make(chan struct{})
			cfg := short(serve(t, faults{}), lively(t, "private"))
			cfg.Scenario.Churn = 0
			cfg.Duration, cfg.Drain, cfg.JoinTimeout = 50*time.Millisecond, 200*time.Millisecond, time.Second
			dial := cfg.Join
			left := make(chan struct{})
			cfg.Join = func(ctx context.Context, name string) (loadgen.Client, error) {
				client, err := dial(ctx, name)
				if name != "user5" && !strings.HasPrefix(name, "bob") {
					return client, err
				}
				if method == "Joiner" {
					<-release
					defer close(left)
				}
				return &stuck{Client: client, method: method, release: release}, err
			}
			cfg.Scenario.Namesakes = 0
			began := time.Now()
			_, err := loadgen.Run(context.Background(), cfg)
			if err == nil || !strings.Contains(err.Error(), "chatter 5: "+method+" did not return within ") {
				t.Errorf("error %v, want one that names %s", err, method)
			}
			if took := time.Since(began); took > limit {
				t.Errorf("it took %v", took)
			}
			close(release)
			if method == "Joiner" {
				<-left
			}
		})
	}
}
