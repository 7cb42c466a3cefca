package ledger

// Totals are sums over sessions: how often there was something to compare.
type Totals struct {
	Deliveries int64 // of measured lines
	Observed   int64 // of any line of the run
	Entries    int64 // public entries that receivers saw in their place
	Views      int64 // joins and leaves that receivers saw
	Snapshots  int64
	Suffixes   int64
	Joins      int64 // joins that got a place
	Successors int64 // lines compared with their sender's line before
	Informed   int64 // lines whose senders had seen something before they sent them
	Claims     int64 // lines that claimed another sender
	Isolated   int64 // deliveries while somebody did not read
	Private    int64 // deliveries of private lines
	Sent       int64
	Asked      int64 // who asked to be let in, and was or was not

	// At the end, and so far of stays that are over and forgotten.
	Spans    int64 // public entries of all spans
	Expected int64 // deliveries of measured lines
	Left     int64 // stays that were over
	Alive    int64 // sessions that were there at the end
}

// plus adds o so many times.
func (t *Totals) plus(o *Totals, times int64) {
	t.Deliveries += times * o.Deliveries
	t.Observed += times * o.Observed
	t.Entries += times * o.Entries
	t.Views += times * o.Views
	t.Snapshots += times * o.Snapshots
	t.Suffixes += times * o.Suffixes
	t.Joins += times * o.Joins
	t.Successors += times * o.Successors
	t.Informed += times * o.Informed
	t.Claims += times * o.Claims
	t.Isolated += times * o.Isolated
	t.Private += times * o.Private
	t.Sent += times * o.Sent
	t.Spans += times * o.Spans
	t.Expected += times * o.Expected
	t.Left += times * o.Left
}
