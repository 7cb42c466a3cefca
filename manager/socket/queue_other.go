//go:build !linux && !darwin

package socket

import "errors"

// queuedBytes cannot be told here.
func queuedBytes(int) (int, error) { return 0, errors.ErrUnsupported }
