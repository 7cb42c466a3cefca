package pace

import (
	"testing"
	"time"
)

func TestBusy(t *testing.T) {
	for _, test := range []struct {
		name string
		used time.Duration // less than this process has in all
		busy bool
	}{
		{"idle", time.Hour, false},
		{"all processors at work", -time.Hour, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			u := usage{at: time.Now().Add(-time.Second), used: test.used}
			if u.busy() != test.busy {
				t.Error("busy is", !test.busy)
			}
			u.used = -u.used
			if u.busy() != test.busy {
				t.Error("it is looked at again at once")
			}
		})
	}
	if new(usage).busy() {
		t.Error("busy before the first look")
	}
}
