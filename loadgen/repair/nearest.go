package repair

import "strings"

// Nearest returns the candidate that a misspelt word was probably meant to be, or
// empty: one that it begins, or the one with the fewest edits if these are few.
func Nearest(word string, candidates []string) string {
	if len(word) > 64 {
		return ""
	}
	word = strings.ToLower(word)
	best, fewest := "", 1+max(1, len(word)/3)
	for _, c := range candidates {
		if len(word) >= 2 && strings.HasPrefix(c, word) {
			return c
		}
		if d := edits(word, c); d < fewest && d < len(c) {
			best, fewest = c, d
		}
	}
	return best
}

// edits returns the optimal string alignment distance: insertions, deletions,
// substitutions and swaps of neighbours, in bytes.
func edits(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
