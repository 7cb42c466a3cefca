package wire

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// LookAlike gives a key that is equal for names which differ only in case, in
// width, in other forms of the same characters or in what cannot be seen: near
// Unicode's NFKC_Casefold. It does not know that letters of different scripts
// may look alike.
func LookAlike(name string) string {
	key := norm.NFKC.String(cases.Fold().String(norm.NFKC.String(name)))
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) {
			return -1
		}
		return r
	}, key)
}
