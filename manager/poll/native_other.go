//go:build (!linux && !darwin) || portable

package poll

import (
	"errors"
	"net"
	"time"
)

// native is what the kernel can wait with: nothing here.
type native struct{}

func newNative() (*native, error) { return nil, nil }

func (*native) close() error                                      { return nil }
func (*native) wake()                                             {}
func (*native) wait(to []event, _ time.Duration) ([]event, error) { return to, nil }

func (*native) arm(int, uint64, interest, interest) error { return errors.ErrUnsupported }

func (*Conn) take(net.Conn) bool { return false }
func (*Conn) armLocked() error   { return nil }
func (*Conn) destroy()           {}

func readDescriptor(int, []byte) (int, error) { return 0, errors.ErrUnsupported }
func closeWriteDescriptor(int) error          { return errors.ErrUnsupported }
func setReadBuffer(int, int) error            { return errors.ErrUnsupported }
func lingerDescriptor(int) error              { return errors.ErrUnsupported }
