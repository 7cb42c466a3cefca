package report

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"

	"chatsim/manager/hinted"
)

// Rate is lines a second of all chatters together; Max has no schedule.
type Rate float64

// Max is the rate of the closed model: as fast as the room takes the lines.
var Max = Rate(math.Inf(1))

// IsMax tells the closed model from a schedule.
func (r Rate) IsMax() bool { return math.IsInf(float64(r), 1) }

func (r Rate) String() string {
	if r.IsMax() {
		return "max"
	}
	return strconv.FormatFloat(float64(r), 'f', -1, 64)
}

// MarshalJSON writes a number, or "max".
func (r Rate) MarshalJSON() ([]byte, error) {
	if r.IsMax() {
		return []byte(`"max"`), nil
	}
	return json.Marshal(float64(r))
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Rate) UnmarshalJSON(b []byte) error {
	if string(b) == `"max"` {
		*r = Max
		return nil
	}
	var f float64
	if err := json.Unmarshal(b, &f); err != nil {
		return fmt.Errorf(`rate is neither a number nor "max": %w`, err)
	}
	*r = Rate(f)
	return nil
}

// MaxRate is far above what one process can send on a schedule.
const MaxRate = 10_000_000

var rateForm = regexp.MustCompile(`^[+-]?[0-9.]+([eE][+-]?[0-9]+)?$`)

// Set reads a number above 0, or max.
func (r *Rate) Set(s string) error {
	if s == Max.String() {
		*r = Max
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || !rateForm.MatchString(s):
		return hinted.New("is not a number of lines a second", "")
	case f <= 0:
		return hinted.New("must be above 0", "write -rate 0.5 for a line every two seconds")
	case f > MaxRate:
		return hinted.New(fmt.Sprintf("at most %d lines a second can be scheduled", MaxRate), "-rate max goes as fast as the room takes them")
	}
	*r = Rate(f)
	return nil
}

// Type returns what a flag's value is.
func (r *Rate) Type() string { return "rate" }
