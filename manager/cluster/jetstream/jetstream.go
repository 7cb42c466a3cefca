//go:build !nocluster

// Package jetstream is a cluster.Stream on NATS JetStream: one stream a room.
//
// It does not use the library's ordered consumer, which after the death of a leader
// came back late or not at all; nor its retries of what was published, which store
// messages in another order.
package jetstream

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"chatsim/manager/cluster"
)

const (
	createTime = time.Second            // for a consumer, or to look at the stream
	heartbeat  = 500 * time.Millisecond // of a pull; twice that without one: another consumer
	silence    = 5 * time.Second        // without a message, though each Manager sends one a second: likewise
	pullBytes  = 4 << 20
	retryEvery = 200 * time.Millisecond
	chunk      = 256 << 10 // of a snapshot in one message
	idle       = 30 * time.Second
)

// Config says which stream it is.
type Config struct {
	Conn     *nats.Conn // which the caller closes
	Room     string
	Replicas int           // servers that keep it; 0: one
	Fewer    bool          // or one, where NATS has not so many
	Memory   bool          // the stream is not kept on disk
	MaxBytes int64         // of what is kept; 0: 256 MiB
	MaxAge   time.Duration // likewise; 0: an hour
}

// Stream is a cluster.Stream; Open makes one.
type Stream struct {
	cfg     Config
	js      jetstream.JetStream
	subject string
	name    string
	events  chan cluster.Event
	ctx     context.Context
	cancel  context.CancelFunc
	wg      sync.WaitGroup

	mu     sync.Mutex
	offers *nats.Subscription // guarded by mu
	inbox  *nats.Subscription // likewise

	behind atomic.Uint64 // messages that the stream has and this Stream has not told

	// Owned by the reading goroutine.
	created time.Time
	last    uint64
}

// Open looks for the stream of a room, makes it where there is none, and begins to
// read behind what it has.
func Open(ctx context.Context, cfg Config) (*Stream, error) {
	if cfg.MaxBytes == 0 {
		cfg.MaxBytes = 256 << 20
	}
	if cfg.MaxAge == 0 {
		cfg.MaxAge = time.Hour
	}
	room := hex.EncodeToString([]byte(cfg.Room))
	s := &Stream{cfg: cfg, subject: "chatsim." + room + ".order", name: "CHATSIM_" + room, events: make(chan cluster.Event, 1024)}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	js, err := jetstream.New(cfg.Conn, jetstream.WithPublishAsyncMaxPending(4096), jetstream.WithPublishAsyncTimeout(5*time.Second),
		jetstream.WithPublishAsyncErrHandler(func(jetstream.JetStream, *nats.Msg, error) {
			select {
			case s.events <- cluster.Event{Failed: true}:
			default: // what comes back, or does not, tells as much
			}
		}))
	if err != nil {
		return nil, fmt.Errorf("use JetStream: %w", err)
	}
	s.js = js
	stream, err := s.look(ctx)
	if err != nil {
		s.cancel()
		return nil, err
	}
	s.wg.Go(func() { s.read(stream) })
	return s, nil
}

// Behind returns how many messages the stream has that were not told yet, as far as
// is known.
func (s *Stream) Behind() uint64 { return s.behind.Load() }

// Events are what the stream tells.
func (s *Stream) Events() <-chan cluster.Event { return s.events }

func (s *Stream) tell(e cluster.Event) {
	select {
	case s.events <- e:
	case <-s.ctx.Done():
	}
}

// Publish begins to store a message.
func (s *Stream) Publish(data []byte) error {
	_, err := s.js.PublishMsgAsync(&nats.Msg{Subject: s.subject, Data: data}, jetstream.WithRetryAttempts(0))
	return err
}

// read reads for as long as the Stream is open, with one consumer after the other.
func (s *Stream) read(stream jetstream.Stream) {
	for s.ctx.Err() == nil {
		if err := s.consume(stream); err != nil && s.ctx.Err() == nil {
			select {
			case <-s.ctx.Done():
			case <-time.After(retryEvery):
			}
		}
		ctx, cancel := context.WithTimeout(s.ctx, createTime)
		again, err := s.look(ctx)
		cancel()
		switch {
		case err == nil:
			stream = again
		case errors.Is(err, ErrForeign) || errors.Is(err, cluster.ErrNewer):
			s.tell(cluster.Event{Fatal: err})
			return
		}
	}
}

// consume reads by a consumer until it fails.
func (s *Stream) consume(stream jetstream.Stream) error {
	ctx, cancel := context.WithTimeout(s.ctx, createTime)
	defer cancel()
	info, err := stream.Info(ctx)
	if err != nil {
		return err
	}
	if !info.Created.Equal(s.created) || info.State.LastSeq < s.last {
		s.begin(info)
	}
	consumer, err := stream.CreateConsumer(ctx, jetstream.ConsumerConfig{AckPolicy: jetstream.AckNonePolicy, DeliverPolicy: jetstream.DeliverByStartSequencePolicy,
		OptStartSeq: s.last + 1, MemoryStorage: true, Replicas: 1, InactiveThreshold: idle})
	if err != nil {
		return err
	}
	messages, err := consumer.Messages(jetstream.PullMaxBytes(pullBytes), jetstream.PullHeartbeat(heartbeat), jetstream.PullExpiry(5*time.Second), jetstream.WithMessagesErrOnMissingHeartbeat(true))
	if err != nil {
		return err
	}
	defer messages.Stop()
	stop := context.AfterFunc(s.ctx, messages.Stop)
	defer stop()
	for {
		m, err := messages.Next(jetstream.NextMaxWait(silence))
		if err != nil {
			return err
		}
		meta, err := m.Metadata()
		if err != nil {
			return err
		}
		s.last = meta.Sequence.Stream
		s.behind.Store(meta.NumPending)
		s.tell(cluster.Event{Message: cluster.Message{Seq: s.last, At: meta.Timestamp, Data: m.Data()}})
	}
}

// begin has the reading begin behind what a stream has that was not read before.
func (s *Stream) begin(info *jetstream.StreamInfo) {
	var why error
	if !s.created.IsZero() {
		why = cluster.ErrReset
	}
	s.created, s.last = info.Created, info.State.LastSeq
	s.tell(cluster.Event{Begin: true, Place: s.last, Why: why, Keeps: max(info.Config.MaxBytes, 0)})
}

// Ask asks one of those that answer.
func (s *Stream) Ask() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inbox != nil {
		_ = s.inbox.Unsubscribe()
	}
	var whole []byte
	next := uint32(0)
	inbox := nats.NewInbox()
	sub, err := s.cfg.Conn.Subscribe(inbox, func(m *nats.Msg) {
		if len(m.Data) < 8 || binary.BigEndian.Uint32(m.Data) != next {
			return // a piece is missing: another snapshot is asked for
		}
		next++
		if whole = append(whole, m.Data[8:]...); next == binary.BigEndian.Uint32(m.Data[4:]) {
			s.tell(cluster.Event{Snapshot: whole})
		}
	})
	if err == nil {
		s.inbox = sub
		_ = s.cfg.Conn.PublishRequest(s.subject+".ask", inbox, nil)
	}
}

// Answer has one of those that answer be asked.
func (s *Stream) Answer(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !on && s.offers != nil {
		_ = s.offers.Unsubscribe()
		s.offers = nil
	}
	if on && s.offers == nil {
		s.offers, _ = s.cfg.Conn.QueueSubscribe(s.subject+".ask", "chatsim", func(m *nats.Msg) {
			s.tell(cluster.Event{Asked: func(b []byte) { s.send(m.Reply, b) }})
		})
	}
}

// send sends a snapshot in pieces.
func (s *Stream) send(inbox string, b []byte) {
	pieces := (len(b) + chunk - 1) / chunk
	for i := range pieces {
		piece := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(i)), uint32(pieces))
		_ = s.cfg.Conn.Publish(inbox, append(piece, b[i*chunk:min(len(b), (i+1)*chunk)]...))
	}
}

// Close ends the reading.
func (s *Stream) Close() {
	s.cancel()
	s.mu.Lock()
	for _, sub := range []*nats.Subscription{s.offers, s.inbox} {
		if sub != nil {
			_ = sub.Unsubscribe()
		}
	}
	s.mu.Unlock()
	s.wg.Wait()
}
