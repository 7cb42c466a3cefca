//go:build !linux

package pace

// usage is of no use where a nap is the runtime's own sleep.
type usage struct{}

func (*usage) busy() bool { return false }
