package job

import (
	"context"
	"fmt"

	"chatsim/loadgen"
	"chatsim/loadgen/conformance"
	"chatsim/loadgen/report"
	"chatsim/loadgen/story"
	"chatsim/manager/screen"
)

// stories are those of the set, told one after the other, each in a fresh room, or
// at the target.
type stories struct{ *Job }

func (s stories) run(ctx context.Context) (int, error) {
	what := "rooms of this process"
	if at := s.where(); at != "" {
		what = "the server at " + at
	}
	fmt.Fprintf(s.Stderr, "chatsim: stories, one after the other, each of which is one promise of a chat room; %s\n", what)
	panics := uint64(0)
	rep, err := conformance.Run(ctx, func(ctx context.Context, st conformance.Story) (*report.Report, error) {
		o, err := s.tellOne(ctx, st.Story)
		panics += o.panics
		return o.report, err
	})
	if err != nil {
		return 0, err
	}
	s.identify(rep)
	rep.Where = what
	rep.Conclude(s.Thresholds)
	return outcome{report: rep, panics: panics}.code(), s.write(rep)
}

// tellOne has one story told.
func (s stories) tellOne(ctx context.Context, st *story.Story) (o outcome, err error) {
	lc := s.Load
	lc.Story = st
	room, err := s.open(ctx, &lc, s.Servers.Command)
	if err != nil {
		return outcome{}, err
	}
	defer room.Close()
	if o.report, err = loadgen.Run(ctx, lc); err != nil {
		return outcome{}, err
	}
	if room.Panics != nil {
		o.panics = room.Panics()
	}
	return o, nil
}

// print prints them.
func (s stories) print() error {
	all, err := conformance.All()
	if err != nil {
		return err
	}
	out := screen.Fit(s.Stdout)
	for _, st := range all {
		if _, err := fmt.Fprintf(out, "# %s.yaml\n%s\n", st.Name, st.Text); err != nil {
			return err
		}
	}
	return nil
}
