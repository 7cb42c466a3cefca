// Package conformance holds stories, each of which is one promise of a chat room,
// and has them told one by one: whoever writes a server gets a list of what holds.
//
// It does not know what a room is: it is given a function that opens one.
package conformance

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario/file"
	"chatsim/loadgen/story"
)

//go:embed stories/*.yaml
var stories embed.FS

// Story is one of the set.
type Story struct {
	Name string
	Text []byte // of its file
	*story.Story
}

// All returns the set, in the order of the names.
func All() ([]Story, error) {
	entries, err := stories.ReadDir("stories")
	if err != nil {
		return nil, err
	}
	var all []Story
	for _, e := range entries {
		at := path.Join("stories", e.Name())
		text, err := stories.ReadFile(at)
		if err != nil {
			return nil, err
		}
		f, err := file.Read(at, text)
		if err != nil {
			return nil, err
		}
		s, err := story.Read(f)
		if err != nil {
			return nil, err
		}
		all = append(all, Story{strings.TrimSuffix(e.Name(), path.Ext(e.Name())), text, s})
	}
	slices.SortFunc(all, func(a, b Story) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// Tell makes one run, in a fresh room where there can be one.
type Tell func(ctx context.Context, s Story) (*report.Report, error)

// Run has each story told, and returns a report that has a check for each. An error
// is that of a server to which nobody came.
func Run(ctx context.Context, tell Tell) (*report.Report, error) {
	all, err := All()
	if err != nil {
		return nil, err
	}
	out := &report.Report{Schema: report.Schema, Conformance: true, Warnings: []string{}}
	last := "" // the story that was told last
	for _, s := range all {
		c, rep, err := one(ctx, s, tell)
		var start *loadgen.StartError
		switch {
		case ctx.Err() != nil:
			out.Interrupted = true
		case errors.As(err, &start) && last != "":
			c.Verdict, c.Reason = report.NotExercised, fmt.Sprintf("nobody can join any more, since %s: %v", last, err)
		case err != nil:
			return nil, err
		case rep != nil:
			last = s.Name
			join(out, rep)
		}
		if out.Interrupted {
			break
		}
		out.Checks = append(out.Checks, c)
	}
	return out, nil
}

// one has one story told, and returns what came of it; without a report it was not.
func one(ctx context.Context, s Story, tell Tell) (report.Check, *report.Report, error) {
	c := report.Check{Name: s.Name, About: s.About, Verdict: report.NotExercised}
	rep, err := tell(ctx, s)
	var unable *loadgen.UnableError
	switch {
	case errors.As(err, &unable):
		c.Reason = unable.What
		return c, nil, nil
	case err != nil:
		return c, nil, err
	}
	c.Verdict, c.Required = rep.Verdict, true
	for i := range rep.Checks {
		o := &rep.Checks[i]
		c.Evaluations += o.Evaluations
		c.Violations += o.Violations
		c.Implied += o.Implied
		c.Witnesses = append(c.Witnesses, o.Witnesses...)
		if o.Verdict == report.Inconclusive && c.Reason == "" && o.Reason != "" {
			c.Reason = o.Name + ": " + o.Reason
		}
	}
	if c.Verdict == report.Failed {
		c.Reason = ""
	}
	return c, rep, nil
}

// join adds a story's run to the whole.
func join(out, rep *report.Report) {
	if out.Where == "" {
		checks, warnings := out.Checks, out.Warnings
		*out = *rep
		out.Conformance, out.Checks, out.Warnings = true, checks, warnings
		out.Latency, out.Series, out.Course, out.Resources = report.Latencies{}, []report.Second{}, nil, report.Resources{}
		out.Config.Scenario, out.Users, out.Config.Users = loadgen.Conformance, 0, 0
		return
	}
	out.Joined += rep.Joined
	out.Renamed += rep.Renamed
	out.Left += rep.Left
	out.Sent += rep.Sent
	out.Deliveries += rep.Deliveries
	out.ExpectedDeliveries += rep.ExpectedDeliveries
	out.MeasuredS += rep.MeasuredS
	out.Refused += rep.Refused
}
