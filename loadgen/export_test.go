package loadgen

import "time"

// SetPatience shortens the limits that are not in a Config.
func SetPatience(hang, interrupted time.Duration) {
	hangLimit, interruptDrain = hang, interrupted
}
