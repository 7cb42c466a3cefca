package cluster

// fault is what a Core does wrong on purpose, so that tests show that they would
// find it.
type fault int

const (
	right fault = iota
	numberIgnored
	snapshotShifted
	snapshotForeign
	goneTwice
	goneUnplaced
	notFenced
	gapIgnored
	reordered
	neverSlowed
	slowedByDead
	droppedEarly
	droppedStays
)
