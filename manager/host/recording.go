package host

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"time"

	"chatsim/manager"
	"chatsim/manager/record"
)

// recording is the record of a room, and tells the log what becomes of it.
type recording struct {
	*record.Recorder
	file string
	log  *slog.Logger
}

// openRecord opens the record, or has stdout be it, and has the room go on where its
// last run has ended.
func openRecord(of *Config, mc *manager.Config, stdout io.Writer, log *slog.Logger) (_ *recording, err error) {
	recallRecord(of, mc, log)
	r := &recording{file: of.Record, log: log}
	cfg := record.Config{Place: mc.FirstPlace, Format: of.RecordFormat, Notify: r.changed, Opened: r.opened}
	if of.Record == onStdout {
		r.Recorder = record.To(stdout, "standard output", cfg)
		return r, nil
	}
	rec, ended, err := record.Open(of.Record, cfg)
	if ended {
		log.Warn("the record ended in an unfinished line, which was ended", "file", of.Record)
	}
	if err != nil {
		return nil, err
	}
	r.Recorder = rec
	return r, nil
}

// placeGap is how many places are left free behind those of a record, for entries
// that did not get there.
const placeGap = 1_000_000

// recallRecord takes the history of the room's earlier runs from the record. What
// keeps the record from being read is told where it is opened.
//
// A room that other Managers have too knows its history from them.
func recallRecord(of *Config, mc *manager.Config, log *slog.Logger) {
	if of.Cluster.Where != "" || of.RecordFormat != record.JSON || of.Record == onStdout || mc.History <= 0 {
		return
	}
	said, err := record.Last(of.Record, mc.History)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("the record's last lines cannot be read, and are not told to newcomers", "error", err)
	}
	for _, m := range said {
		mc.Before = append(mc.Before, manager.Said{Place: m.Place, Time: m.Time, Frame: m.Frame()})
		mc.FirstPlace = max(mc.FirstPlace, m.Place+placeGap)
	}
}

func (r *recording) opened(why string) {
	r.log.Info("the record was opened anew", "file", r.file, "why", why)
}

func (r *recording) changed(err error) {
	if err != nil {
		r.log.Error("the room goes on without its record, which is tried again", "error", err)
	} else {
		r.log.Info("the record is written again", "file", r.file)
	}
}

// recordTime is what the record has for its last lines though people have used
// up all of the drain.
const recordTime = 500 * time.Millisecond

// finish closes the record once all of it is written.
func (r *recording) finish(ctx context.Context) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < recordTime {
		var cancel func()
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), recordTime)
		defer cancel()
	}
	return r.Close(ctx)
}
