package loadgen_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"chatsim/chatter"
	"chatsim/loadgen"
	"chatsim/manager/wire"
)

// A server with a protocol of its own is judged through an adapter: a Client
// that writes that protocol and turns what comes into frames. A go test of
// yours needs no more than this.
func Example_anotherProtocol() {
	var t printing // in a test: its t *testing.T
	addr, stop := nickServer()
	defer stop()
	report := loadgen.Test(t, loadgen.Config{
		Join:  dialNick(addr),
		Where: "nick server",
		Users: 8, Duration: 300 * time.Millisecond, Warmup: -1, Rate: 400, Seed: 1,
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

// nickClient is the adapter.
type nickClient struct {
	conn *net.TCPConn
	in   *bufio.Reader
}

func dialNick(addr string) loadgen.Joiner {
	return func(ctx context.Context, name string) (loadgen.Client, error) {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(conn, "NICK %s\n", name)
		return &nickClient{conn.(*net.TCPConn), bufio.NewReader(conn)}, nil
	}
}

func (c *nickClient) Say(text []byte) error {
	_, err := fmt.Fprintf(c.conn, "SAY %s\n", text)
	return err
}

func (c *nickClient) Tell(name string, text []byte) error {
	_, err := fmt.Fprintf(c.conn, "TO %s %s\n", name, text)
	return err
}

func (c *nickClient) Leave(kind loadgen.Leave) error {
	if kind == chatter.Reset {
		c.conn.SetLinger(0)
		return c.conn.Close()
	}
	return c.conn.CloseWrite()
}

func (c *nickClient) Close() error { return c.conn.Close() }

func (c *nickClient) Next(f *loadgen.Frame) error {
	line, err := c.in.ReadString('\n')
	if err != nil {
		return err
	}
	*f = loadgen.Frame{At: time.Now()}
	word, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
	names := func(kind wire.Kind) {
		f.Kind = kind
		for _, n := range strings.Split(rest, ",") {
			f.Names = append(f.Names, []byte(n))
		}
	}
	switch word {
	case "YOU":
		names(wire.Welcome)
	case "HERE":
		names(wire.Roster)
	case "+":
		names(wire.Join)
	case "-":
		names(wire.Leave)
	case "!":
		f.Kind, f.Text = wire.Error, []byte(rest)
	default: // "name>target text"
		from, to, _ := strings.Cut(word, ">")
		f.Kind, f.Sender, f.Target, f.Text, f.Private = wire.Line, []byte(from), []byte(to), []byte(rest), to != ""
	}
	return nil
}

// nickServer is a right server, if a slow one: whatever happens, happens under
// one lock.
func nickServer() (addr string, stop func()) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	var mu sync.Mutex
	var order []string
	conns := map[string]net.Conn{}
	tell := func(names []string, format string, args ...any) {
		for _, n := range names {
			if c := conns[n]; c != nil {
				fmt.Fprintf(c, format+"\n", args...)
			}
		}
	}
	serve := func(conn net.Conn) {
		defer conn.Close()
		in := bufio.NewReader(conn)
		hello, err := in.ReadString('\n')
		if err != nil {
			return
		}
		mu.Lock()
		asked := strings.TrimSpace(strings.TrimPrefix(hello, "NICK "))
		name := asked
		for k := 2; conns[name] != nil; k++ {
			name = fmt.Sprint(asked, k)
		}
		tell(order, "+ %s", name)
		order, conns[name] = append(order, name), conn
		tell([]string{name}, "YOU %s\nHERE %s", name, strings.Join(order, ","))
		mu.Unlock()
		for {
			line, err := in.ReadString('\n')
			mu.Lock()
			verb, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			switch to, text, _ := strings.Cut(rest, " "); {
			case err != nil:
				delete(conns, name)
				kept := order[:0:0]
				for _, n := range order {
					if n != name {
						kept = append(kept, n)
					}
				}
				order = kept
				tell(order, "- %s", name)
				mu.Unlock()
				io.Copy(io.Discard, conn)
				return
			case verb == "SAY":
				tell(order, "%s> %s", name, rest)
			case conns[to] == nil:
				tell([]string{name}, "! no such user: %s", to)
			case to == name:
				tell([]string{name}, "%s>%s %s", name, to, text)
			default:
				tell([]string{name, to}, "%s>%s %s", name, to, text)
			}
			mu.Unlock()
		}
	}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return ln.Addr().String(), func() { ln.Close() }
}
