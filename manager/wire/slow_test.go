package wire

import (
	"bytes"
	"testing"
)

func TestSlow(t *testing.T) {
	for _, limit := range []float64{200, 0.1, 1e6} {
		raw := bytes.TrimSuffix(AppendSlow(nil, limit), []byte("\n"))
		var f Frame
		if err := f.Parse(raw); err != nil || f.Kind != Unknown {
			t.Errorf("%s is %v, %v; want an unknown frame", raw, f.Kind, err)
		}
		if got, ok := ParseSlow(raw); !ok || got != limit {
			t.Errorf("%s tells of %v, %v; want %v", raw, got, ok, limit)
		}
	}
	for _, raw := range []string{`{}`, `{"slow":"200"}`, `{"slow":-1}`, `{"slow":{}}`, `{"history":[]}`, `{"slow":0}`} {
		if got, ok := ParseSlow([]byte(raw)); ok {
			t.Errorf("%s tells of %v", raw, got)
		}
	}
}
