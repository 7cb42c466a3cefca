package web

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// Sample is what the server has counted up to an instant; what says "of the
// moment" is not counted but as it is then.
type Sample struct {
	At         int64             `json:"at_ms"`         // Unix milliseconds
	Users      int               `json:"users"`         // of the moment
	Lines      uint64            `json:"lines"`         // to the group and private
	Deliveries uint64            `json:"deliveries"`    // of lines, one for each user
	Waits      []uint64          `json:"waits"`         // writes by their time in the feed: up to each of Bounds, and above
	Behind     int               `json:"behind_bytes"`  // of the slowest cursor, of the moment
	Lagging    float64           `json:"lagging_s"`     // likewise
	Evicted    map[string]uint64 `json:"evicted"`       // by reason
	Bounds     []float64         `json:"wait_bounds_s"` // the same in each
}

// samples answers with those that are younger than ?since=, in milliseconds.
func (cfg *Config) samples(w http.ResponseWriter, r *http.Request) {
	since, _ := strconv.ParseInt(r.URL.Query().Get("since"), 10, 64) // else all
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(cfg.Live(since)) // its reader has gone
}
