package wire

import (
	"strings"
	"unicode"

	"go.mau.fi/util/confusable"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// Skeleton returns a key that is the same for names which look alike, whatever
// scripts their letters are of: the skeleton of Unicode's UTS 39, with all that
// the name's compatibility form and the case of the skeleton differ in left out.
//
// Behind it the digits 0 and 1 are the letters that they look like.
func Skeleton(name string) string {
	return Visible(foldCase(skeleton(norm.NFKC.String(Visible(name)))))
}

// CapitalSkeleton returns a key that is the same for names which look alike in
// capitals: those that differ only in case, width and other forms of the same
// characters, and bob and ВОВ in Cyrillic. It is no coarser or finer than
// Skeleton, which takes paypal and paypaI for one, but not mike and MIKE.
func CapitalSkeleton(name string) string {
	capitals := cases.Upper(language.Und).String(foldCase(norm.NFKC.String(Visible(name))))
	return Visible(skeleton(norm.NFKC.String(capitals)))
}

// skeleton puts for each character the one that stands for those like it. What
// UTS 39 says of the unseen is Visible's business.
func skeleton(s string) string {
	var out strings.Builder
	for _, r := range norm.NFD.String(s) {
		if like := confusable.GetReplacement(r); like != "" {
			out.WriteString(like)
		} else {
			out.WriteRune(r)
		}
	}
	return norm.NFC.String(out.String())
}

// foldCase folds the case, and composes what that leaves.
func foldCase(s string) string { return norm.NFKC.String(cases.Fold().String(s)) }

// isDash reports whether r is one of the horizontal strokes, of which some are
// letters.
func isDash(r rune) bool {
	return unicode.In(r, unicode.Pd, unicode.Hyphen) || strings.ContainsRune("−─━⎯ーㅡ一", r)
}

// looksLikeGroup reports whether a name cannot be told from the group's, in which
// nobody counts the hyphens.
func looksLikeGroup(name string) bool {
	return isDash(firstRune(name)) && oneDash(name) == groupKey
}

var groupKey = oneDash(Group)

// oneDash returns the skeleton of a name in which each row of dashes is one.
func oneDash(name string) string {
	key := Skeleton(strings.Map(func(r rune) rune {
		if isDash(r) {
			return '-'
		}
		return r
	}, name))
	for {
		shorter := strings.ReplaceAll(key, "--", "-")
		if shorter == key {
			return key
		}
		key = shorter
	}
}

// looksLikeServer reports whether a name cannot be told from the server's.
func looksLikeServer(name string) bool {
	return !unicode.IsLetter(firstRune(name)) && Skeleton(name) == Server
}
