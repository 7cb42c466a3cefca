package report

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxShare is the largest share that a percentage may have: ten times the
// whole. What is larger was meant for something else.
const maxShare = 10

// ParsePercentage reads 30% as 0.3. A bare number is refused: whether 10 was
// meant for 10 % or for ten times cannot be known.
func ParsePercentage(s string) (share float64, err error) {
	number, ok := strings.CutSuffix(s, "%")
	number = strings.TrimSpace(number)
	f, err := parseNumber(number)
	switch {
	case err != nil && strings.HasPrefix(number, "-"):
		return 0, errors.New("is negative")
	case err != nil:
		return 0, errors.New("is not a percentage")
	case !ok:
		return 0, errors.New("has no %")
	case f > 100*maxShare:
		return 0, fmt.Errorf("is more than %d%%", 100*maxShare)
	}
	return f / 100, nil
}

// FormatPercentage writes a share as ParsePercentage reads it.
func FormatPercentage(share float64) string {
	return strconv.FormatFloat(share*100, 'g', 6, 64) + "%"
}
