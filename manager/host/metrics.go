package host

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"chatsim/manager"
	"chatsim/manager/feed"
	"chatsim/manager/record"
	"chatsim/manager/wire"
)

// writeMetrics writes the counters in the text form that Prometheus reads
// (version 0.0.4), by its naming conventions. lost is how many lines of the log
// nobody took; rec is nil where nothing is recorded, room where there are no other
// Managers.
func writeMetrics(w io.Writer, st manager.Stats, lost uint64, rec *record.State, room *clusterFigures) {
	e := &exposition{bufio.NewWriter(w)}
	defer e.Flush()
	e.one("chatsim_users", "gauge", "Users online.", float64(st.Online))
	e.one("chatsim_connections", "gauge", "Connections, logged in or not.", float64(st.Connections))
	e.one("chatsim_joins_total", "counter", "Users who came.", float64(st.Joins))
	e.one("chatsim_leaves_total", "counter", "Users who left.", float64(st.Leaves))
	e.one("chatsim_returns_total", "counter", "Users who came back before their broken connection was found out.", float64(st.Returns))
	e.family("chatsim_lines_total", "counter", "Lines that got a place in the order.")
	e.sample("chatsim_lines_total", `kind="group"`, float64(st.Lines))
	e.sample("chatsim_lines_total", `kind="private"`, float64(st.PrivateLines))
	e.one("chatsim_deliveries_total", "counter", "Deliveries of lines, one for each user online at the line's place.", float64(st.Deliveries))
	e.one("chatsim_refused_lines_total", "counter", "Lines that were too long, to nobody, looked like a command, or came from somebody who left before they could be said.", float64(st.LongLines+st.UnknownNames+st.Slips+st.LeftUnsaid))
	e.one("chatsim_written_bytes_total", "counter", "Bytes written to users.", float64(st.Feed.Bytes))
	e.one("chatsim_writes_total", "counter", "Writes to users.", float64(st.Feed.Writes))
	e.histogram("chatsim_feed_wait_seconds", "Time in the feed, of the oldest byte in each write until it was written.", st.Feed.Waits)
	e.one("chatsim_slowest_cursor_bytes", "gauge", "Bytes that the slowest reader still lacks.", float64(st.Feed.Behind))
	e.one("chatsim_slowest_cursor_seconds", "gauge", "Time that the oldest of them has been waiting.", st.Feed.Lagging.Seconds())
	e.one("chatsim_retained_bytes", "gauge", "Memory of the window that all readers share.", float64(st.Feed.Retained))
	e.reasons("chatsim_evictions_total", "Users who were put out.", st.Evicted, wire.Slow, wire.Stalled, wire.Kicked)
	e.reasons("chatsim_refusals_total", "Connections that were not let in.", st.LoginFailures, wire.BadName, wire.LoginTimeout)
	e.one("chatsim_wrong_passwords_total", "counter", "Wrong passwords, at any door.", float64(st.WrongPasswords))
	e.one("chatsim_dropouts_total", "counter", "Connections that ended before a name came.", float64(st.Dropouts))
	e.one("chatsim_accept_errors_total", "counter", "Failed attempts to accept a connection.", float64(st.AcceptErrors))
	e.one("chatsim_panics_total", "counter", "Bugs that were contained.", float64(st.Panics))
	e.one("chatsim_log_lost_lines_total", "counter", "Lines of the log that nobody took.", float64(lost))
	if room != nil {
		e.cluster(room)
	}
	if rec == nil {
		return
	}
	e.one("chatsim_record_up", "gauge", "Whether the record is being written.", number(rec.Err == nil))
	e.one("chatsim_record_lines_total", "counter", "Lines written to the record.", float64(rec.Lines))
	e.one("chatsim_record_lost_lines_total", "counter", "Lines that did not get into the record.", float64(rec.Lost))
	e.one("chatsim_record_waiting_bytes", "gauge", "Bytes that wait for the record's disk.", float64(rec.Waiting))
}

// cluster writes what is known of the stream of the room.
func (e *exposition) cluster(c *clusterFigures) {
	e.one("chatsim_cluster_up", "gauge", "Whether the room goes on with the other chatsim that have it.", number(c.up))
	e.one("chatsim_cluster_managers", "gauge", "Chatsim that have the room, with this one.", float64(c.Peers))
	if c.Of > 0 {
		e.one("chatsim_cluster_nodes", "gauge", "Nodes of the stream that can be reached, with this one.", float64(c.Nodes))
		e.one("chatsim_cluster_nodes_configured", "gauge", "Nodes of the stream that there should be.", float64(c.Of))
	}
	e.one("chatsim_cluster_place", "gauge", "Place in the stream of the last message that was applied.", float64(c.Place))
	e.one("chatsim_cluster_behind_messages", "gauge", "Messages that the stream has and that were not applied here.", float64(c.State.Behind))
	e.one("chatsim_cluster_slowest_bytes", "gauge", "Bytes of the stream that the slowest chatsim of the room has not applied, of those that live.", float64(c.Status.Behind))
	e.one("chatsim_cluster_held_up", "gauge", "Whether what users say waits as another chatsim is far behind.", number(c.HeldUp))
	e.one("chatsim_cluster_waiting_bytes", "gauge", "Bytes of what users of this chatsim have said that have not come back by the stream.", float64(c.Held))
	e.one("chatsim_cluster_slowed_total", "counter", "Times that a user has waited as too much had not come back.", float64(c.Slowed))
	e.one("chatsim_cluster_silence_seconds", "gauge", "Time since something of this chatsim came back by the stream.", c.Silence.Seconds())
	e.one("chatsim_cluster_lives_total", "counter", "Times that this chatsim has begun with the room.", float64(c.Lives))
	e.one("chatsim_cluster_dead_total", "counter", "Chatsim that have left, or were taken for dead.", float64(c.Buried))
	e.one("chatsim_cluster_dropped_total", "counter", "Of them, those that were too slow for the others.", float64(c.Slow))
	e.one("chatsim_cluster_resets_total", "counter", "Times that the room has begun anew.", float64(c.Resets))
	e.one("chatsim_cluster_republished_total", "counter", "Times that this chatsim has published again what had not come back.", float64(c.Republished))
	e.one("chatsim_cluster_garbage_total", "counter", "Messages in the stream that are nobody's.", float64(c.Garbage))
}

// number returns a condition as a gauge has it.
func number(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}

// exposition writes families of metrics.
type exposition struct{ *bufio.Writer }

func (e *exposition) family(name, kind, help string) {
	fmt.Fprintf(e, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// sample writes one value; labels may be empty, and need no escaping.
func (e *exposition) sample(name, labels string, value float64) {
	if labels != "" {
		labels = "{" + labels + "}"
	}
	fmt.Fprintf(e, "%s%s %s\n", name, labels, strconv.FormatFloat(value, 'g', -1, 64))
}

func (e *exposition) one(name, kind, help string, value float64) {
	e.family(name, kind, help)
	e.sample(name, "", value)
}

// reasons writes a counter for each reason that there was, and for these.
func (e *exposition) reasons(name, help string, counts map[wire.Reason]uint64, always ...wire.Reason) {
	e.family(name, "counter", help)
	all := slices.Concat(slices.Collect(maps.Keys(counts)), always)
	slices.Sort(all)
	for _, r := range slices.Compact(all) {
		e.sample(name, `reason="`+strings.ReplaceAll(r.String(), " ", "_")+`"`, float64(counts[r]))
	}
}

func (e *exposition) histogram(name, help string, h feed.Histogram) {
	e.family(name, "histogram", help)
	total := uint64(0)
	for i, bound := range feed.WaitBounds {
		total += h.Counts[i]
		e.sample(name+"_bucket", `le="`+seconds(bound)+`"`, float64(total))
	}
	total += h.Counts[len(feed.WaitBounds)]
	e.sample(name+"_bucket", `le="+Inf"`, float64(total))
	e.sample(name+"_sum", "", h.Sum.Seconds())
	e.sample(name+"_count", "", float64(total))
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'g', -1, 64) }
