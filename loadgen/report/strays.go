package report

// Strays are bytes and objects that a server sends beside the frames of its room: pings,
// empty messages, objects without a key that is known. They are allowed.
type Strays struct {
	Bytes       int64   `json:"bytes"` // at all chatters, from the first connection on
	BytesPerS   float64 `json:"bytes_per_s"`
	Connections int64   `json:"connections"` // that got more than 16 KiB/s of it
}

// sentence returns how much it was in one sentence; empty: too little to be told.
func (s *Strays) sentence() string {
	if s == nil || s.Connections == 0 {
		return ""
	}
	return "Strays: " + s.what() + ". That is no violation."
}

func (s *Strays) what() string {
	return Bytes(float64(s.Bytes)) + " beside the room's frames, " + Bytes(s.BytesPerS) + "/s, far more than these at " + Plural(s.Connections, "connection", "connections")
}

// parts returns the same for the text report. There is none of what is too little, unless
// all is to be shown.
func (s *Strays) parts(verbose bool) []string {
	switch {
	case s == nil || s.Connections == 0 && (!verbose || s.Bytes == 0):
		return nil
	case s.Connections == 0:
		return []string{Bytes(float64(s.Bytes)) + " beside the room's frames, " + Bytes(s.BytesPerS) + "/s"}
	}
	return []string{s.what(), "no violation"}
}

// strays returns how much it was; unknown in reports that did not count it.
func (r *Report) strays() (float64, bool) {
	if r.Strays == nil {
		return 0, false
	}
	return float64(r.Strays.Bytes), true
}
