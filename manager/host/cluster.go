package host

import (
	"context"
	"errors"
	"fmt"
	"time"

	"chatsim/manager"
	"chatsim/manager/cluster"
	"chatsim/manager/cluster/node"
	"chatsim/manager/hinted"
)

const (
	// joinTime is how long the room of other Managers may take to be this one's too.
	joinTime = 30 * time.Second
	// stillTime is how long the stream may stand still before that is told.
	stillTime = 3 * time.Second
	// watchEvery is how often it is looked whether anything has changed.
	watchEvery = 250 * time.Millisecond
)

// openNode reaches the stream that the room has together with other Managers, if
// there is to be one.
func (h *house) openNode(ctx context.Context, mc *manager.Config) error {
	if h.cfg.Cluster.Where == "" {
		return nil
	}
	n, err := node.Open(ctx, h.cfg.Cluster, h.log)
	if err != nil {
		return err
	}
	h.node, mc.Stream, mc.Lease = n, n.Stream(), h.cfg.Cluster.Lease
	return nil
}

// joinRoom waits until this Manager has the room.
func (h *house) joinRoom(ctx context.Context) error {
	if h.node == nil {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, joinTime, errLate)
	defer cancel()
	err := h.room.WaitReady(ctx)
	if err == nil || context.Cause(ctx) != errLate {
		return err
	}
	why := h.node.State().Trouble()
	if why == "" {
		why = "those who have it do not answer"
	}
	return hinted.New(fmt.Sprintf("the room %q was not reached within %v: %s", h.cfg.Cluster.Room, joinTime, why), "look at the logs of the other chatsim, and of NATS")
}

var errLate = errors.New("too late")

// watchCluster logs what becomes of the room that this Manager has together with
// others, until ctx ends, or returns why it has lost it for good.
func (h *house) watchCluster(ctx context.Context) error {
	if h.node == nil {
		return nil
	}
	lost := make(chan error, 1)
	go func() { lost <- h.room.WaitLost() }() // until the Manager is shut down
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var told cluster.Status
	trouble := ""
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-lost:
			if err != nil {
				err = fmt.Errorf("this chatsim cannot go on with the room: %w", err)
			}
			return err
		case <-tick.C:
		}
		now := h.room.Cluster()
		if now.Peers != told.Peers && now.Ready {
			h.log.Info("chatsim that have the room", "number", now.Peers, "dead_so_far", now.Buried)
			told.Peers = now.Peers
		}
		if now.Garbage != told.Garbage {
			h.log.Warn("somebody else writes into the stream of the room; that is ignored", "messages", now.Garbage)
			told.Garbage = now.Garbage
		}
		if now.HeldUp != told.HeldUp {
			if told.HeldUp = now.HeldUp; now.HeldUp {
				h.log.Warn("what users say waits for a chatsim of the room that is far behind", "bytes", now.Behind)
			} else {
				h.log.Info("what users say does not wait any more")
			}
		}
		if why := h.clusterTrouble(now); (why == "") != (trouble == "") {
			if trouble = why; why == "" {
				h.log.Info("the room goes on with the others")
			} else {
				h.log.Warn("the room stands still", "because", why)
			}
		}
	}
}

// clusterTrouble returns what keeps this Manager from going on with the others; empty
// if nothing does.
func (h *house) clusterTrouble(s cluster.Status) string {
	if h.node == nil {
		return ""
	}
	switch why := h.node.State().Trouble(); {
	case why != "":
		return why
	case !s.Ready:
		return "this chatsim does not have the room of the others"
	case s.Silence > stillTime:
		return fmt.Sprintf("nothing has come back by the room's stream for %v", s.Silence.Round(time.Second))
	}
	return ""
}

// clusterFigures are those of the room's stream.
type clusterFigures struct {
	cluster.Status
	node.State
	up bool
}

// cluster returns the figures of the room's stream; nil: there is none.
func (h *house) cluster() *clusterFigures {
	if h.node == nil {
		return nil
	}
	s := h.room.Cluster()
	return &clusterFigures{s, h.node.State(), h.clusterTrouble(s) == ""}
}
