package file

import (
	"strings"
	"testing"

	"chatsim/manager/hinted"
)

// TestKeys: the hint on what is no key has the keys that there are where it stands.
func TestKeys(t *testing.T) {
	const all, promises, text = "protocol, transport, ", "order, echo, views, rosters, suffix, deliver, half and text;", "max, trim and forbids;"
	for source, want := range map[string]string{
		"sayy: '1'\n":                                        all,
		"can: {order: total}\nsayy: '1'\n":                   all,
		"can:\n  sufix: client\n":                            promises,
		"can:\n  order: total\n  sufix: client\n":            promises,
		"can: {order: total, sufix: client}\n":               promises,
		"can: {text: {max: 3}, sufix: client}\n":             promises,
		"can:\n  text: {max: 3}\n  sufix: client\n":          promises,
		"can:\n  text:\n    max: 3\n    min: 1\n":            text,
		"can: {order: total, text: {max: 3, min: 1}}\n":      text,
		"can:\n  order: total\n  text: {max: 3, min: 1}\n":   text,
		"every: {seconds: 5, sent: '1'}\n":                   "seconds and send;",
		"http: {send: '1', x: 1}\n":                          "send and receive;",
		"http: [{send: '1'}, {send: '1', x: 1}]\n":           "send and receive;",
		"http:\n- send: '1'\n- send: '1'\n  x: 1\n":          "send and receive;",
		"http:\n  - send: '1'\n  - send: '1'\ncan: {x: 1}\n": promises,
	} {
		_, err := Parse("f.yaml", []byte(plain+source))
		if err == nil || !strings.HasPrefix(hinted.Hint(err), "the keys there are "+want) {
			t.Errorf("%s: %v, hint %q, want %q", source, err, hinted.Hint(err), want)
		}
	}
}
