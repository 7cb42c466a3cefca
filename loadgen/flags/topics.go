package flags

import (
	"embed"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"chatsim/loadgen/repair"
	"chatsim/loadgen/report"
	"chatsim/manager/hinted"
)

// topics are what the help says beside the flags: the first line of each is
// what it is about.
//
//go:embed topics/*.txt
var topics embed.FS

// topicNames returns the topics in the order of the alphabet.
func topicNames() []string {
	entries, _ := topics.ReadDir("topics") // it is there, or the program is not built
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".txt"))
	}
	return names
}

// topic returns what a topic is about, and its text.
func topic(name string) (about, text string) {
	b, _ := topics.ReadFile(path.Join("topics", name+".txt"))
	about, text, _ = strings.Cut(string(b), "\n\n")
	if name == "thresholds" {
		text += "\n" + strings.ToUpper(report.MetricNames()[:1]) + report.MetricNames()[1:] + "\n"
	}
	return about, text
}

// helpValue is -help, alone or with what it is asked about.
type helpValue struct{ c *Line }

func (h helpValue) String() string { return "" }
func (h helpValue) Type() string   { return "help" }

func (h helpValue) Set(s string) error {
	switch s {
	case "true":
		h.c.Help = true
	case "false":
		h.c.Help = false
	default:
		h.c.Help, h.c.Topic = true, s
	}
	return nil
}

// setTopic finds the topic in what is asked, behind the flag or as its value.
func (c *Line) setTopic() (err error) {
	word := strings.TrimSpace(c.Topic + " " + strings.Join(c.set.Args(), " "))
	if word == "" {
		return nil
	}
	c.Topic, err = c.set.findTopic(word)
	return err
}

// findTopic finds out what is asked about. Words that are not known by heart are
// taken for what is nearest: help does no harm.
func (s *set) findTopic(word string) (string, error) {
	asked := word
	word = strings.ToLower(strings.Trim(strings.ReplaceAll(word, " ", "-"), "-"))
	var names []string
	for _, g := range s.groups {
		names = append(names, groupName(g))
	}
	s.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	names = append(topicNames(), names...)
	if _, ok := report.FindMetric(word); ok {
		return "thresholds", nil
	}
	if slices.Contains(names, word) {
		return word, nil
	}
	if near := repair.Nearest(word, names); near != "" {
		return near, nil
	}
	return "", hinted.New("no help on "+show(asked), "chatsim -help lists flags, and topics: "+strings.Join(topicNames(), ", "))
}

func groupName(g group) string { return strings.ReplaceAll(strings.ToLower(g.title), " ", "-") }

// about writes what is asked about: a topic, a group of flags, or a flag.
func (s *set) about(b *strings.Builder, name string) {
	i := slices.IndexFunc(s.groups, func(g group) bool { return groupName(g) == name })
	switch f := s.Lookup(name); {
	case slices.Contains(topicNames(), name):
		what, text := topic(name)
		fmt.Fprintf(b, "%s: %s\n\n%s", name, what, text)
	case i >= 0:
		fmt.Fprintf(b, "%s:\n", s.groups[i].title)
		for _, flag := range s.groups[i].flags {
			s.describe(b, s.Lookup(flag))
		}
	default:
		s.describe(b, f)
		for _, t := range topicNames() {
			if _, text := topic(t); slices.Contains(mentions(text), name) {
				fmt.Fprintf(b, "  %-*s chatsim -help %s\n", hanging-3, "see also", t)
			}
		}
	}
}

var mentioned = regexp.MustCompile(`(?:^|[ (\n])-([a-z][a-z-]*)`)

// mentions returns the flags in a text.
func mentions(text string) []string {
	var names []string
	for _, m := range mentioned.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}

// listTopics writes what the topics are about.
func listTopics(b *strings.Builder) {
	b.WriteString("\nTopics, such as chatsim -help thresholds; also chatsim -help FLAG:\n")
	for _, name := range topicNames() {
		what, _ := topic(name)
		fmt.Fprintf(b, "  %-*s %s\n", hanging-3, name, what)
	}
}
