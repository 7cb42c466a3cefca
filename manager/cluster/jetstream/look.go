//go:build !nocluster

package jetstream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"chatsim/manager/cluster"
)

// ErrForeign is the error for a stream that is not a room's.
var ErrForeign = errors.New("it is not one of chatsim's")

// A stream of ours has its format in its description, which NATS before 2.10 keeps as
// well.
const (
	described = "chatsim, format "
	format    = 1
)

// Codes of errors of JetStream that its client has no names for.
const (
	noPeers    = 10005 // no server, or too few, can have a replica
	notSeveral = 10074 // a server alone keeps no replicas
)

// look finds or makes the stream.
func (s *Stream) look(ctx context.Context) (jetstream.Stream, error) {
	stream, err := s.js.Stream(ctx, s.name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		stream, err = s.make(ctx)
	}
	if err == nil {
		err = s.isOurs(stream.CachedInfo().Config)
	}
	if err != nil {
		return nil, fmt.Errorf("open the stream %s of the room %q: %w", s.name, s.cfg.Room, err)
	}
	return stream, nil
}

// make makes the stream, with fewer replicas where there are not so many servers.
func (s *Stream) make(ctx context.Context) (jetstream.Stream, error) {
	cfg := jetstream.StreamConfig{Name: s.name, Subjects: []string{s.subject}, Storage: jetstream.FileStorage, Replicas: max(s.cfg.Replicas, 1),
		MaxBytes: s.cfg.MaxBytes, MaxAge: s.cfg.MaxAge, DenyDelete: true, DenyPurge: true, Discard: jetstream.DiscardOld,
		Description: described + strconv.Itoa(format)}
	if s.cfg.Memory {
		cfg.Storage = jetstream.MemoryStorage
	}
	for {
		stream, err := s.js.CreateStream(ctx, cfg)
		var told *jetstream.APIError
		switch {
		case errors.Is(err, jetstream.ErrStreamNameAlreadyInUse): // another Manager was first
			return s.js.Stream(ctx, s.name)
		case cfg.Replicas > 1 && s.cfg.Fewer && errors.As(err, &told) && slices.Contains([]jetstream.ErrorCode{noPeers, notSeveral}, told.ErrorCode):
			cfg.Replicas = 1
			continue
		}
		return stream, err
	}
}

// isOurs looks whether a stream of our name is one that this package has made.
func (s *Stream) isOurs(cfg jetstream.StreamConfig) error {
	text, ours := strings.CutPrefix(cfg.Description, described)
	version, err := strconv.Atoi(text)
	switch {
	case !ours || err != nil || !slices.Equal(cfg.Subjects, []string{s.subject}):
		return ErrForeign
	case version > format:
		return cluster.ErrNewer
	}
	return nil
}

// Replicas returns how many servers keep the stream.
func (s *Stream) Replicas(ctx context.Context) (int, error) {
	stream, err := s.js.Stream(ctx, s.name)
	if err != nil {
		return 0, err
	}
	return max(stream.CachedInfo().Config.Replicas, 1), nil
}
