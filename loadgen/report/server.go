package report

import (
	"fmt"
	"strings"
)

// Server is one that was started for the run.
type Server struct {
	Command string   `json:"command"`
	StartS  float64  `json:"start_s"`           // from its start until it answered
	CPUS    float64  `json:"cpu_s"`             // processor time, of its whole life; 0 is not known
	Ended   string   `json:"ended,omitempty"`   // how it ended although nobody had asked it to; empty: it did not
	Stopped string   `json:"stopped,omitempty"` // what went wrong when it was asked to end
	Output  []string `json:"output,omitempty"`  // its last lines, where it has ended or did not end by itself
}

// Died reports whether the server has not lived as long as the run.
func (r *Report) Died() bool { return r.Server.died() }

// died is Died.
func (s *Server) died() bool { return s != nil && s.Ended != "" }

// death returns that in words.
func (s *Server) death() string { return "the server ended during the run: " + s.Ended }

func (p *page) server(s *Server) {
	if s == nil {
		return
	}
	cpu := ""
	if s.CPUS > 0 {
		cpu = humanSeconds(s.CPUS) + " of processor time"
	}
	p.row("server", s.Command, "answered after "+humanSeconds(s.StartS), cpu)
	if s.died() {
		p.row("", s.death())
	}
	if s.Stopped != "" {
		p.row("", s.Stopped)
	}
	for _, line := range s.Output {
		p.line(strings.Repeat(" ", indent) + "| " + line)
	}
}

func humanSeconds(s float64) string { return humanDuration(int64(s * 1e9)) }

// htmlServer is what the page shows of it.
type htmlServer struct {
	Died, Stopped string
	Output        []string
	Facts         []fact
}

func newHTMLServer(s *Server) *htmlServer {
	if s == nil {
		return nil
	}
	v := &htmlServer{Stopped: s.Stopped, Output: s.Output, Facts: []fact{{Name: "command", Value: s.Command}, {Name: "answered after", Value: humanSeconds(s.StartS)}}}
	if s.CPUS > 0 {
		v.Facts = append(v.Facts, fact{Name: "processor time", Value: fmt.Sprintf("%s, of its whole life", humanSeconds(s.CPUS))})
	}
	if s.died() {
		v.Died = s.death()
	}
	return v
}

// output returns the last lines, fit to be shown.
func (s *Server) output() string {
	var lines []string
	for _, line := range s.Output {
		lines = append(lines, Printable(line))
	}
	return strings.Join(lines, "\n")
}
