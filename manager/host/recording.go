package host

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"chatsim/manager"
	"chatsim/manager/record"
)

// openRecord opens the record, and has the room go on where its last run has
// ended.
func (h *house) openRecord(mc *manager.Config) (*record.Recorder, error) {
	h.recallRecord(mc)
	cfg := record.Config{Place: mc.FirstPlace, Format: h.cfg.RecordFormat, Notify: h.recordChanged, Opened: h.recordOpened}
	if h.cfg.Record == onStdout {
		return record.To(h.stream, "standard output", cfg), nil
	}
	rec, ended, err := record.Open(h.cfg.Record, cfg)
	if ended {
		h.log.Warn("the record ended in an unfinished line, which was ended", "file", h.cfg.Record)
	}
	return rec, err
}

// placeGap is how many places are left free behind those of a record, for entries
// that did not get there.
const placeGap = 1_000_000

// recallRecord takes the history of the room's earlier runs from the record. What
// keeps the record from being read is told where it is opened.
//
// A room that other Managers have too knows its history from them.
func (h *house) recallRecord(mc *manager.Config) {
	if h.cfg.Cluster.Where != "" || h.cfg.RecordFormat != record.JSON || h.cfg.Record == onStdout || mc.History <= 0 {
		return
	}
	said, err := record.Last(h.cfg.Record, mc.History)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		h.log.Warn("the record's last lines cannot be read, and are not told to newcomers", "error", err)
	}
	for _, m := range said {
		mc.Before = append(mc.Before, manager.Said{Place: m.Place, Time: m.Time, Frame: m.Frame()})
		mc.FirstPlace = max(mc.FirstPlace, m.Place+placeGap)
	}
}

func (h *house) recordOpened(why string) {
	h.log.Info("the record was opened anew", "file", h.cfg.Record, "why", why)
}

func (h *house) recordChanged(err error) {
	if err != nil {
		h.log.Error("the room goes on without its record, which is tried again", "error", err)
	} else {
		h.log.Info("the record is written again", "file", h.cfg.Record)
	}
}

// recordTime is what the record has for its last lines though people have used
// up all of the drain.
const recordTime = 500 * time.Millisecond

func (h *house) closeRecord(ctx context.Context) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < recordTime {
		var cancel func()
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), recordTime)
		defer cancel()
	}
	return h.rec.Close(ctx)
}
