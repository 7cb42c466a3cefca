package wire

import (
	"encoding/json"
	"strconv"
)

// AppendSlow appends the frame by which a server tells a client, once, that its
// lines come faster than the limit, in lines a second: the others are read
// later. Whoever does not know it ignores it.
func AppendSlow(dst []byte, limit float64) []byte {
	dst = append(dst, `{"slow":`...)
	dst = strconv.AppendFloat(dst, limit, 'g', -1, 64)
	return append(dst, "}\n"...)
}

// ParseSlow returns the limit that an Unknown frame tells of; false if it tells
// of none.
func ParseSlow(raw []byte) (limit float64, ok bool) {
	var object struct{ Slow float64 }
	if json.Unmarshal(raw, &object) != nil || object.Slow <= 0 {
		return 0, false
	}
	return object.Slow, true
}
