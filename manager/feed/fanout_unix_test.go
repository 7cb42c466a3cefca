//go:build unix

package feed

import (
	"bytes"
	"sync"
	"syscall"
	"testing"
)

// discard reads what is there and throws it away; false at the end.
func discard(raw syscall.RawConn) (more bool) {
	buf := scratches.Get().(*[writeSize]byte)
	defer scratches.Put(buf)
	err := raw.Read(func(fd uintptr) bool {
		n, err := syscall.Read(int(fd), buf[:])
		more = n > 0
		return err != syscall.EAGAIN
	})
	return more && err == nil
}

func BenchmarkFanout(b *testing.B) {
	const readers = 500
	f := New(Config{Window: 8 * maxChunk}) // bounds the lines under way: more of them only fill the sockets
	var reading sync.WaitGroup
	for range readers {
		server, client := sockets(b, 0)
		subscribe(b, f, server)
		reading.Go(func() {
			raw, err := client.SyscallConn()
			for err == nil && discard(raw) {
			}
		})
	}
	line := bytes.Repeat([]byte("l"), 108)
	b.SetBytes(int64(len(line)) * readers)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		f.Lock()
		f.WaitRoomLocked()
		f.AppendLocked(line)
		f.Unlock()
	}
	stop(b, f)
	b.StopTimer()
	st := f.Stats()
	b.ReportMetric(float64(st.Bytes)/float64(st.Writes), "B/write")
	b.ReportMetric(float64(st.Parks), "parks")
}
