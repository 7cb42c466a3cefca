//go:build unix

package chatter

import "testing"

// A client that waits holds no buffer, one with the start of a frame does.
func TestIdleHoldsNoBuffer(t *testing.T) {
	client, server := connect(t)
	try := func() (ready bool) {
		if err := client.in.raw.Control(func(fd uintptr) { ready = client.in.tryRead(fd) }); err != nil {
			t.Fatal(err)
		}
		return ready
	}
	write(t, server, some)
	expect(t, client, "amy to bob: hello +", "5 [amy]")
	if client.in.makeRoom(); try() || client.in.buf != nil {
		t.Errorf("an idle client holds %d bytes", len(client.in.buf))
	}
	write(t, server, some[:5])
	if err := client.in.fill(); err != nil {
		t.Fatal(err)
	}
	if try() || string(client.in.buf[:client.in.end]) != some[:5] {
		t.Error("the start of a frame is lost while its end is waited for")
	}
	write(t, server, some[5:])
	expect(t, client, "amy to bob: hello +", "5 [amy]")
}
