package job

import (
	"fmt"
	"io"
	"strings"

	"chatsim/loadgen/compare"
	"chatsim/loadgen/report"
)

// Compare compares reports that are there already.
func Compare(cfg Config, stdout, stderr io.Writer) (int, error) {
	s := &Job{Config: cfg, Stdout: stdout, Stderr: stderr}
	if err := s.Output.Check(); err != nil {
		return 0, err
	}
	var sides [2][]*report.Report
	a, b, _ := strings.Cut(cfg.Compare, ",")
	for i, pattern := range []string{a, b} {
		var err error
		if sides[i], err = compare.ReadPattern(pattern); err != nil {
			return 0, fmt.Errorf("-compare: %w", err)
		}
	}
	c, err := compare.Reports(sides[0], sides[1], cfg.Tolerance, cfg.BaselineAny)
	if err != nil {
		return 0, fmt.Errorf("-compare: %w", err)
	}
	if err := c.Text(s.text(), cfg.Output.Quiet); err != nil {
		return 0, fmt.Errorf("write the comparison: %w", err)
	}
	return c.ExitCode(), s.Output.Files(c.Runs(sides[0], sides[1]), func(w io.Writer) error { return report.WriteJSON(w, c) }, stdout)
}
