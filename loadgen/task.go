package loadgen

import (
	"context"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/scenario"
)

// act is what a chatter is told to do.
type act uint8

const (
	come   act = iota // join, if it is not in the room
	say               // send a line
	anchor            // send an anchor, which the end of a run waits for
	leave             // end the stay
	vanish            // be silent until it is woken
	wake              // end a stay that has vanished
	ended             // see that the stay has ended; of the mailbox itself
)

// task is one thing that a chatter is told to do.
type task struct {
	act      act
	kind     check.Leave     // of leave
	ctx      context.Context // of come: ends the attempt
	reply    chan<- error    // of come: how it ended; nil: nobody waits for that
	planned  bool            // of come: the plan of the load has it at this time
	line     scenario.Line
	seq      int
	intended time.Duration
	behind   time.Duration // when it was queued behind other tasks; 0 if it was not
	token    bool          // a line of the closed model
	parting  bool          // right before a leave, beside what the rate asks for
	to       int           // whom the line is for, +1; 0: as the script says
	extra    bool          // in one write with another, beside what the rate asks for
}

// sends reports whether the task is to send a line.
func (t *task) sends() bool { return t.act == say || t.act == anchor }

// leaves reports whether the task ends the stay.
func (t *task) leaves() bool { return t.act == leave || t.act == vanish }

// comes reports whether the task is to join.
func (t *task) comes() bool { return t.act == come }

// method returns the Client's method that does the task.
func (t *task) method() string {
	switch {
	case t.act == leave:
		return "Leave"
	case !t.sends():
		return ""
	case t.line.To >= 0:
		return "Tell"
	case t.line.Claims >= 0:
		return "Say or Claim"
	}
	return "Say"
}
