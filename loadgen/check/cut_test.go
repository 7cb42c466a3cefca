package check

import (
	"slices"
	"strings"
	"testing"

	"chatsim/manager/wire"
)

// TestCut has a line that came cut be called so, with where.
func TestCut(t *testing.T) {
	const kept = 13
	m := newTopic(1, 7, false)
	done := false
	m.spoil = func(to *subscriber, f wire.Frame) []wire.Frame {
		if to.n == 1 && !done {
			done = true
			f.Text = slices.Clone(f.Text)[:kept]
		}
		return []wire.Frame{f}
	}
	for _, o := range m.run(200).Checks {
		if o.Name != NoCreation {
			continue
		}
		const want = "a line came cut at 13 of its 14 bytes, as by a limit of the server's"
		if len(o.Witnesses) != 1 || !strings.HasPrefix(o.Witnesses[0].Sentence, want) {
			t.Errorf("%+v", o.Witnesses)
		}
	}
}
