package web_test

import (
	"testing"
	"time"

	"chatsim/manager"
	"chatsim/manager/web"
)

// The charts draw what the samples hold, in both languages.
func TestCharts(t *testing.T) {
	t.Parallel()
	start := time.Now().UnixMilli()
	var samples []web.Sample
	for i := range 120 {
		n := uint64(i)
		samples = append(samples, web.Sample{At: start + int64(i)*1000, Users: 100 + i, Lines: 50 * n, Deliveries: 5000 * n,
			Waits: []uint64{80 * n, 19 * n, n}, Bounds: []float64{0.001, 0.005}, Behind: i % 7 * 100, Lagging: float64(i%5) / 1000,
			Evicted: map[string]uint64{"slow": 3, "stalled": 1, "kicked": 0}})
	}
	h := open(t, manager.Config{}, web.Config{Live: func(since int64) (younger []web.Sample) {
		younger = []web.Sample{}
		for _, s := range samples {
			if s.At > since {
				younger = append(younger, s)
			}
		}
		return younger
	}})
	for _, l := range []look{{}, {language: "zh-CN", width: 390, height: 780, dark: true}} {
		b := newTab(t, "http://"+h.addr+"/live", l)
		for _, want := range []string{"219", "50", "5 k", "p50 1 ms", "p99 5 ms", "4 ms"} {
			b.shows("#charts", want)
		}
		b.shows("#evicted", "3")
		if l.language != "" {
			b.shows("#charts", "每秒送达")
		} else {
			b.shows("#charts", "Deliveries out, a second")
		}
		if n := b.eval("[...document.querySelectorAll('#charts path')].filter((p) => p.getAttribute('d').length > 100).length"); n != "7" {
			t.Errorf("%s lines are drawn", n)
		}
		if wrong := b.eval(audit); wrong != "" {
			t.Errorf("%+v:\n%s", l, wrong)
		}
		if !b.fits() {
			t.Errorf("%+v: wider than the screen", l)
		}
		b.shoot("charts" + map[bool]string{true: "-phone-dark"}[l.dark])
	}
}
