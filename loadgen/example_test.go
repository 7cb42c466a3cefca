package loadgen_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"time"

	"chatsim/chatter"
	"chatsim/loadgen"
	"chatsim/loadgen/servertest/jsonroom"
	"chatsim/manager/wire"
)

// A server with a protocol of its own, here a JSON object a line, is judged through
// an adapter: a Client that writes that protocol and turns what comes into frames.
// What the protocol cannot show, Capabilities say: that is not exercised. A go test
// of yours needs no more than this.
func Example_anotherProtocol() {
	var t printing // in a test: its t *testing.T
	addr, stop := jsonroom.Open()
	defer stop()
	report := loadgen.Test(t, loadgen.Config{
		Join:         dialJSON(addr),
		Capabilities: loadgen.Capabilities{Protocol: "our JSON", NoClaims: true}, // no line names its sender
		Where:        "our server",
		Users:        8, Duration: 300 * time.Millisecond, Warmup: -1, Rate: 400, Seed: 1,
		Thresholds: []string{"delivery.p99<5s", "refused<=0"},
	})
	fmt.Println(report.Verdict, report.Deliveries == report.ExpectedDeliveries)
	// Output: passed true
}

// printing is a test outside of one: it prints what it fails with.
type printing struct{}

func (printing) Helper()                           {}
func (printing) Name() string                      { return "TestChat" }
func (printing) Context() context.Context          { return context.Background() }
func (printing) Log(...any)                        {}
func (printing) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (printing) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// message is what the server and its clients send.
type message struct {
	Type  string   `json:"type"`
	User  string   `json:"user,omitempty"`
	To    string   `json:"to,omitempty"`
	Body  string   `json:"body,omitempty"`
	Names []string `json:"names,omitempty"`
}

// jsonClient is the adapter.
type jsonClient struct {
	*net.TCPConn // whose Close is the Client's
	out          *json.Encoder
	in           *json.Decoder
}

func dialJSON(addr string) loadgen.Joiner {
	return func(ctx context.Context, name string) (loadgen.Client, error) {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err != nil {
			return nil, err
		}
		c := &jsonClient{conn.(*net.TCPConn), json.NewEncoder(conn), json.NewDecoder(conn)}
		return c, c.out.Encode(message{Type: "hello", User: name})
	}
}

func (c *jsonClient) Say(text []byte) error {
	return c.out.Encode(message{Type: "message", Body: string(text)})
}

func (c *jsonClient) Tell(name string, text []byte) error {
	return c.out.Encode(message{Type: "direct", To: name, Body: string(text)})
}

func (c *jsonClient) Leave(kind loadgen.Leave) error {
	if kind == chatter.Reset {
		c.SetLinger(0)
		return c.Close()
	}
	return c.CloseWrite()
}

// kinds are the frames that messages are.
var kinds = map[string]wire.Kind{"welcome": wire.Welcome, "users": wire.Roster, "joined": wire.Join, "left": wire.Leave,
	"message": wire.Line, "direct": wire.Line, "error": wire.Error}

func (c *jsonClient) Next(f *loadgen.Frame) error {
	var m message
	if err := c.in.Decode(&m); err != nil {
		return err
	}
	*f = loadgen.Frame{At: time.Now()}
	f.Kind, f.Sender, f.Target, f.Text, f.Private = kinds[m.Type], []byte(m.User), []byte(m.To), []byte(m.Body), m.Type == "direct"
	for _, name := range m.Names {
		f.Names = append(f.Names, []byte(name))
	}
	return nil
}
