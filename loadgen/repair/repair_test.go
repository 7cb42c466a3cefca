package repair

import (
	"slices"
	"strings"
	"testing"
)

func TestRepairs(t *testing.T) {
	for _, tt := range []struct {
		repair func(string) []string
		in     string
		want   string // the likeliest; empty: none
	}{
		{Number, "1,000", "1000"}, {Number, "1,000,000", "1000000"}, {Number, "1'000", "1000"}, {Number, "1 000", "1000"},
		{Number, "1\u00a0000", "1000"}, {Number, "0,5", "0.5"}, {Number, "1e3", "1000"}, {Number, "5k", "5000"}, {Number, "1.5M", "1500000"},
		{Number, "“500”", "500"}, {Number, "５００", "500"}, {Number, "−5", "-5"}, {Number, "500,", "500"}, {Number, "100/s", "100"},
		{Number, "64 bytes", "64"}, {Number, "010", "10"}, {Number, "100 lines/s", "100"}, {Number, "500 users", "500"}, {Number, "5min", ""}, {Number, "1G", ""}, {Number, "10%", ""}, {Number, "0x10", ""}, {Number, "nan", ""}, {Number, "", ""}, {Number, "many", ""},
		{Bytes, "5 MB", "5MB"}, {Bytes, "5mb", "5MB"}, {Bytes, "1,5 GB/s", "1.5GB"}, {Bytes, "1,000kb", "1000kB"}, {Bytes, "5ms", ""}, {Bytes, "5", ""},
		{Percentage, "10", "10%"}, {Percentage, "0.1", "10%"}, {Percentage, "0.3", "30%"}, {Percentage, "10 percent", "10%"},
		{Percentage, "10,5%", "10.5%"}, {Percentage, "10％", "10%"}, {Percentage, "0,5%", "0.5%"}, {Percentage, "1", "1%"}, {Percentage, "some", ""}, {Percentage, "5ms", ""},
		{Duration, "30", "30s"}, {Duration, "0.5", "0.5s"}, {Duration, "30 s", "30s"}, {Duration, "1,5s", "1.5s"}, {Duration, "30S", "30s"},
		{Duration, "5min", "5m"}, {Duration, "2 minutes", "2m"}, {Duration, "1h30", "1h30m"}, {Duration, "1m30", "1m30s"}, {Duration, "1d", "24h"},
		{Duration, "1:30", "1m30s"}, {Duration, "1:02:03", "1h02m03s"}, {Duration, "50msec", "50ms"}, {Duration, "1e3", "1000s"}, {Duration, "soon", ""},
		{Duration, "", ""}, {Duration, "-1s", ""}, {Duration, "5 apples", ""}, {Duration, "1h 30min", "1h30m"},
	} {
		got := tt.repair(tt.in)
		if first := append(got, "")[0]; first != tt.want {
			t.Errorf("%q: %q, want %q first", tt.in, got, tt.want)
		}
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{"‘delivery.p99≤50ms’": "delivery.p99<=50ms", "\ufeffmixed ": "mixed", "a=<b": "a<=b", "": "", "“": ""} {
		if got := Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzRepair(f *testing.F) {
	for _, s := range []string{"", "1,000", "1:30", "5 min", "‘0,5％’", "\xff", "1e999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, v := range slices.Concat(Number(s), Percentage(s), Duration(s)) {
			if strings.Trim(v, "0123456789.+-eE%hmsunIf") != "" {
				t.Fatalf("%q: %q", s, v)
			}
		}
	})
}

func TestNearest(t *testing.T) {
	names := []string{"users", "duration", "v", "seed", "serve", "size"}
	for in, want := range map[string]string{
		"users": "users", "uesrs": "users", "user": "users", "dura": "duration", "sizes": "size", "sede": "seed",
		"x": "", "": "", "completely": "", strings.Repeat("users", 100): "",
	} {
		if got := Nearest(in, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", in, got, want)
		}
	}
}
