//go:build unix

package record

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"chatsim/manager/wire"
)

// A room that goes on elsewhere, as one that several servers have, tells the place.
func TestPlace(t *testing.T) {
	d := &disk{}
	r := start("server.txt", d, Config{Format: JSON, Place: 3})
	for _, frame := range []string{
		string(wire.AppendHistoryEnd(wire.AppendHistoryStart(nil), wire.Mark{Place: 100}, false)), " amy:x@amy@" + wire.Group + "\n",
		string(wire.AppendHistoryEnd(wire.AppendHistoryStart(nil), wire.Mark{Place: 200}, true)), " amy:y@amy@" + wire.Group + "\n",
	} {
		if _, err := r.Write([]byte(frame)); err != nil {
			t.Error(err)
		}
	}
	finish(t, r)
	var got []string
	for line := range strings.Lines(d.String()) {
		var m Message
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(m.Place, " ", m.Text))
	}
	if want := []string{"101 x", "200 " + missing, "201 y"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
