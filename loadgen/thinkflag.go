package loadgen

import (
	"strconv"
	"time"

	"chatsim/loadgen/scenario"
)

// thinkFlag is a flag's value: how long chatters think.
type thinkFlag struct{ of *Config }

func (f *thinkFlag) String() string {
	if f.of == nil {
		return time.Duration(0).String()
	}
	return f.of.Think.String()
}

func (f *thinkFlag) Type() string { return "duration" }

func (f *thinkFlag) Set(s string) (err error) {
	f.of.Think, err = time.ParseDuration(s)
	return err
}

// Settings returns the flag -size of lines as people write them, where the scenario
// has no texts of its own.
func (f *thinkFlag) Settings() map[string]string {
	if f.of.Think <= 0 || f.of.Scenario.Size > 0 {
		return nil
	}
	return map[string]string{"size": strconv.Itoa(scenario.Spec{}.Thinking(f.of.Think).Size)}
}
