package wire

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestCleanName(t *testing.T) {
	const turns = "name has a character in it that turns the direction of writing, or ends a line"
	long := strings.Repeat("n", MaxName)
	for _, c := range []struct{ asked, name, err string }{
		{"bob", "bob", ""},
		{" \t bob the 2nd\r", "bob the 2nd", ""},
		{"李雷", "李雷", ""},
		{"é", "é", ""},
		{`"quoted\"`, `"quoted\"`, ""},
		{"bob:x", "bob:x", ""},
		{"   " + long + "   ", long, ""},
		{long + "\u200b", long, ""},
		{long + "n", "", "name is 65 bytes long, at most 64 are allowed"},
		{" ", "", "name is empty"},
		{"b\xffb", "", "name is not valid UTF-8"},
		{"b\x1b[31m", "", "name has a control character in it"},
		{"a\tb", "", "name has a control character in it"},
		{"a\u0085b", "", "name has a control character in it"},
		{"bob@home", "", "name has an @ in it"},
		{"b\u202eob", "", turns},
		{"bob\u200f", "", turns},
		{"b\u2028ob", "", turns},
		{"b\u2069ob", "", turns},
		{"\u061cbob", "", turns},
		{"\u200b", "", "name has nothing in it that can be seen"},
		{"\u3164 \u2800", "", "name has nothing in it that can be seen"},
		{"\u0301", "", "name has nothing in it that can be seen"},
		{"\u2063\ufe0f\U000e0001\u115f", "", "name has nothing in it that can be seen"},
		{"e\u0301", "", "name is not in Unicode normal form C, in which \"e\u0301\" is written \"é\""},
		{"e\u034f\u0301", "é", ""},
		{"e\u2000\u2001b", "e b", ""}, // not in form C themselves
		// the group and the server, also as they look
		{Group, "", "name is that of the group"},
		{"–———Ｇroup\u00a0сhat⁃−-", "", "name is that of the group"},
		{"-gr\u200boup chat-", "", "name is that of the group"},
		{"Group chat", "Group chat", ""},
		{"-Group", "-Group", ""},
		{Server, "", "name is that of the server"},
		{"＊", "", "name is that of the server"},
		{"∗\u200b", "", "name is that of the server"},
		{"*2", "*2", ""},
		// white space, and what looks like it
		{"bob  \u00a0\u2003 b", "bob b", ""},
		{"李\u3000雷", "李 雷", ""},
		{"b\u2800b\u3164c\uffa0", "b b c", ""},
		{"\u3164bob\u2800", "bob", ""},
		// what is not seen
		{"\u200b🙂", "🙂", ""},
		{"b\u00ado\u034fb", "bob", ""},
		{"bob\ufe0f", "bob", ""},
		{"2\ufe0f", "2", ""},
		{"b\u180e\u2064\ufeff\u206aob\U000e0062", "bob", ""},
		{"b\uffffob\ufff9x\ufffb\ufffc", "bobx", ""},
		{"\u0301bob \u0301x", "bob x", ""},
		{"\u17b4b\u1160ob\U0001d159", "bob", ""},
		{"\u0601١", "\u0601١", ""}, // a sign over the number behind it
		// emoji
		{"❤\ufe0f", "❤\ufe0f", ""},
		{"❤\ufe0f\ufe0f", "❤\ufe0f", ""},
		{"❤\ufe0e", "❤\ufe0e", ""},
		{"👩🏽\u200d❤\ufe0f\u200d👨🏻", "👩🏽\u200d❤\ufe0f\u200d👨🏻", ""},
		{"🙂\u200d", "🙂", ""},
		{"🙂\u200d\u200d🙂", "🙂\u200d🙂", ""},
		{"🙂\u200dx", "🙂x", ""},
		{"3\ufe0f\u20e3", "3\ufe0f\u20e3", ""},
		{"3\u20e3", "3\u20e3", ""},
		{"x\ufe0f\u20e3", "x\u20e3", ""},
		{"🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", ""},
		{"🏴\U000e0067\U000e0062\U000e0065", "🏴", ""},
		{"🙂\U000e0067\U000e0062\U000e0065\U000e007f", "🙂", ""},
		// scripts that are written with joiners
		{"می\u200cخواهم", "می\u200cخواهم", ""},
		{"دا\u200cنا", "دانا", ""}, // alef joins nothing behind it
		{"می\u200c", "می", ""},
		{"ශ\u0dca\u200dරී", "ශ\u0dca\u200dරී", ""},
		{"क\u094d\u200cष", "क\u094d\u200cष", ""},
		{"क\u200dष", "कष", ""},
		{"bo\u200db", "bob", ""},
		{"b\u200cob", "bob", ""},
	} {
		name, err := CleanName(c.asked)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if name != c.name || text != c.err {
			t.Errorf("CleanName(%+q) = %+q, %q, want %+q, %q", c.asked, name, text, c.name, c.err)
		}
	}
}

// No character of Unicode's Default_Ignorable_Code_Point, no white space but one
// ' ' and no other blank makes another name of one: each is tried at each place.
func TestUnseenTellsNoNamesApart(t *testing.T) {
	tried := 0
	for r := rune(1); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) || isControl(r) || turnsText(r) || !isUnseen(r) && !isBlank(r) {
			continue
		}
		tried++
		for _, asked := range []string{string(r) + "bob", "b" + string(r) + "ob", "bob" + string(r)} {
			name, err := CleanName(asked)
			want := "bob"
			if isBlank(r) && asked[0] == 'b' && !strings.HasPrefix(asked, "bob") {
				want = "b ob"
			}
			if err != nil || name != want || Visible(asked) != want && !isBlank(r) {
				t.Fatalf("CleanName(%+q) = %+q, %v, want %q", asked, name, err, want)
			}
		}
	}
	if tried < 4100 { // 4174 code points are default ignorable by Unicode 15, 12 of which turn text
		t.Errorf("only %d characters are unseen", tried)
	}
}

// pieces are what names are put together from: letters of many scripts, what is
// unseen, blanks, marks, digits, emoji and their parts.
var pieces = strings.Split("b|o|B|I|l|1|0|2|m|rn|é|ß|Σ|ς|о|В|в|Ｂ|²|李|ـ|ب|ا|ی|ශ|\u0dca|क|\u094d|ᄀ|ᅡ|가|"+
	"\u0301|\u0323|\u034f|\u200b|\u200c|\u200d|\u00ad|\ufe0e|\ufe0f|\u20e3|\u2800|\u3164|\u1160|\u00a0|\u3000| |´|½|-|*|—|"+
	"🙂|❤|👩|🏽|🇨|🏴|\U000e0067|\U000e0062|\U000e0065|\U000e007f|©|#|\u180e|\ufeff|\ufffc|\u0601|\u1d159", "|")

func anyName() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 12).Draw(t, "pieces"), "")
	})
}

// What is clean stays as it is, looks as what was asked for, is in normal form C,
// and takes a suffix that is part of each key.
func checkName(t interface {
	Fatalf(format string, args ...any)
}, asked string) {
	name, err := CleanName(asked)
	if err != nil {
		return
	}
	again, err := CleanName(name)
	switch {
	case err != nil || again != name:
		t.Fatalf("CleanName(%+q) = %+q, and of that %+q, %v", asked, name, again, err)
	case name == "" || len(name) > MaxName || name != strings.TrimSpace(name) || strings.Contains(name, "  ") || !norm.NFC.IsNormalString(name):
		t.Fatalf("CleanName(%+q) = %+q", asked, name)
	case IsUnnamed(name) != IsUnnamed(asked):
		t.Fatalf("%+q is unnamed, but not the clean %+q, or the other way", asked, name)
	}
	for what, key := range keys {
		of := key(name)
		if of == "" {
			t.Fatalf("%s(%+q) is empty", what, name)
		}
		for _, suffix := range []string{"2", "10", "3456789"} {
			if got, want := key(name+suffix), of+key(suffix); got != want || len(key(suffix)) != len(suffix) {
				t.Fatalf("%s(%+q) is %+q and with %s %+q, want %+q", what, name, of, suffix, got, want)
			}
		}
		if got := key(Visible(name)); got != of {
			t.Fatalf("%s(%+q) is %+q, of what is visible %+q", what, name, of, got)
		}
	}
	if seen := Visible(name); Visible(seen) != seen {
		t.Fatalf("Visible(%+q) = %+q, and of that %+q", name, seen, Visible(seen))
	}
}

var keys = map[string]func(string) string{"Visible": Visible, "Skeleton": Skeleton, "CapitalSkeleton": CapitalSkeleton}

func TestNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkName(t, anyName().Draw(t, "asked")) })
}

func FuzzName(f *testing.F) {
	for _, p := range pieces {
		f.Add("b" + p + "b")
	}
	f.Add("👩🏽\u200d❤\ufe0f\u200d👨🏻")
	f.Add("می\u200cخواهم")
	f.Fuzz(func(t *testing.T, asked string) { checkName(t, asked) })
}

func TestIsUnnamed(t *testing.T) {
	for asked, want := range map[string]bool{"": true, " \r": true, NoName: true, NoName + "\r": true, NoName + "\u200b": true, "bob": false, NoName + "2": false, "\u200b": false} {
		if got := IsUnnamed(asked); got != want {
			t.Errorf("IsUnnamed(%q) = %v, want %v", asked, got, want)
		}
	}
}

// What strict names take for one: what is the same by any of two keys.
func TestLookAlikes(t *testing.T) {
	alike := func(a, b string) bool {
		return Skeleton(a) == Skeleton(b) || CapitalSkeleton(a) == CapitalSkeleton(b)
	}
	for _, names := range [][]string{
		// in other forms
		{"bob", "BOB", "Bob", "ｂｏｂ", "b\u200dob", "bob\ufe0f", "𝐛𝐨𝐛"},
		{"straße", "STRASSE", "ﬆraße"},
		{"Σίσυφος", "ΣΊΣΥΦΟΣ"},
		{"ﾊﾟｸﾞ", "パグ"},
		{"bob2", "bob２", "BOB②"},
		{"Привет", "ПРИВЕТ"},
		{"Ivan", "ivan", "IVAN"},
		{"Bo b", "bo\u00a0 B"},
		// of other scripts, or with other letters
		{"bob", "ВОВ", "bоb", "Ｂ０b", "Вob"}, // Cyrillic ve and o, a zero
		{"Bo", "Во", "Bο", "ΒΟ", "B0"},      // Greek omicron and beta
		{"paypal", "pаypаl", "paypaI", "PayPal", "paypa1", "paypa|"},
		{"paypaI", "PAYPAL"},
		{"modern", "rnodern", "ｍodern"},
		{"NIK", "ΝΙΚ", "nik"},
		{"mike", "МІКЕ", "Mike"},
		{"bill", "ВІLL", "biIl"},
		{"bob2O", "BOB20", "bob2о"},
	} {
		for _, n := range names {
			if !alike(names[0], n) {
				t.Errorf("%q and %q differ: %q, %q and %q, %q", n, names[0], Skeleton(n), CapitalSkeleton(n), Skeleton(names[0]), CapitalSkeleton(names[0]))
			}
		}
	}
	for _, names := range [][2]string{{"bob", "bab"}, {"ivan", "lvan"}, {"Ann", "Avv"}, {"roy", "ruy"}, {"李雷", "李蕾"}, {"bob2", "bob3"}, {"a b", "ab"}} {
		if alike(names[0], names[1]) {
			t.Errorf("%q and %q are taken for one", names[0], names[1])
		}
	}
}

func BenchmarkCleanName(b *testing.B) {
	for _, name := range []string{"chatter-0042", "李 雷", "👩🏽\u200d❤\ufe0f\u200d👨🏻", strings.Repeat("ب\u200c", 16)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = CleanName(name)
			}
		})
	}
}

func BenchmarkKeys(b *testing.B) {
	for what, key := range keys {
		b.Run(what, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				key("chatter-0042")
			}
		})
	}
}
