package wire

import (
	"testing"
	"time"
)

func TestLeft(t *testing.T) {
	for d, want := range map[time.Duration]string{
		2 * time.Hour: "2h", 2*time.Hour - 7*time.Second: "2h", 90*time.Minute - 1: "90m", time.Hour + time.Minute + 1: "62m",
		2 * time.Minute: "2m", 119 * time.Second: "119s", time.Minute: "1m", 44*time.Second + 1: "45s", 0: "0s",
	} {
		if got := Left(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
