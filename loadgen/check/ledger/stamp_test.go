package ledger

import "testing"

func TestStamp(t *testing.T) {
	for _, c := range []struct{ chatter, seq int }{{0, 0}, {7, 12}, {99999, 9999999999}} {
		b := AppendStamp(nil, "abcd", c.chatter, c.seq)
		if len(b) > MaxStamp {
			t.Errorf("%s is %d bytes long, over %d", b, len(b), MaxStamp)
		}
		chatter, seq, ok := ParseStamp(append(b, "rest"...), "abcd")
		if !ok || chatter != c.chatter || seq != c.seq {
			t.Errorf("%s parsed as %d, %d, %v", b, chatter, seq, ok)
		}
	}
	for _, bad := range []string{"", "abcd", "abcd-", "abcd-1", "abcd-1-", "abcd-1-2", "abcd--2;", "abcd-1-;", "abce-1-2;", "abcd-x-2;", "abcd-1-12345678901;"} {
		if _, _, ok := ParseStamp([]byte(bad), "abcd"); ok {
			t.Errorf("%q was taken for a stamp", bad)
		}
	}
}

func FuzzParseStamp(f *testing.F) {
	f.Add([]byte("abcd-1-2;x"))
	f.Add([]byte("abcd-01-2;"))
	f.Fuzz(func(t *testing.T, b []byte) {
		chatter, seq, ok := ParseStamp(b, "abcd")
		if !ok {
			return
		}
		again, seq2, ok := ParseStamp(AppendStamp(nil, "abcd", chatter, seq), "abcd")
		if !ok || again != chatter || seq2 != seq {
			t.Errorf("%q: %d, %d came back as %d, %d, %v", b, chatter, seq, again, seq2, ok)
		}
	})
}
