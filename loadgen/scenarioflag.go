package loadgen

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/manager/choice"
	"chatsim/manager/hinted"
)

// scenarioFlag is a flag's value: the name of a scenario that is built in, or a
// file.
type scenarioFlag struct {
	to   *scenario.Spec
	word string
}

func (f *scenarioFlag) String() string { return f.word }
func (f *scenarioFlag) Type() string   { return "scenario" }

// Words returns the scenarios that are built in.
func (f *scenarioFlag) Words() []string { return append(scenario.Names(), Conformance) }

func (f *scenarioFlag) Set(word string) error {
	find := scenario.Find
	switch {
	case word == Conformance: // whoever makes the runs reads its stories
		find = func(name string) (scenario.Spec, error) { return scenario.Spec{Name: name}, nil }
	case choice.IsFile(word):
		find = open
	}
	spec, err := find(word)
	if err != nil {
		return err
	}
	*f.to, f.word = spec, word
	return nil
}

// open opens a scenario file; its errors are those of *FileError.
func open(path string) (scenario.Spec, error) {
	spec, err := scenario.Open(path)
	switch {
	case err == nil:
		return spec, nil
	case errors.Is(err, fs.ErrNotExist):
		err = hinted.New(fmt.Sprintf("there is no file %s", report.Printable(path)), toStartFrom)
	case hinted.Hint(err) == "":
		err = hinted.Wrap(err, toStartFrom)
	}
	return spec, &FileError{err}
}

const toStartFrom = "chatsim -scenario mixed -print-scenario shows one to start from; save it as FILE.yaml"

// FileError is what is wrong with the file of a flag's value, in whole words.
type FileError struct{ error }

func (e *FileError) Unwrap() error { return e.error }
func (e *FileError) Hint() string  { return hinted.Hint(e.error) }

// Located reports that the error names the file by itself.
func (e *FileError) Located() bool { return true }

// LeastUsers returns the fewest users that the scenario can be made with; 0: there is no
// such number.
func (f *scenarioFlag) LeastUsers() int { return (&Config{Scenario: *f.to}).LeastUsers() }

// Settings returns what the file has other flags be that are not given, by name.
func (f *scenarioFlag) Settings() map[string]string {
	set := make(map[string]string)
	if f.to.Users > 0 {
		set["users"] = strconv.Itoa(f.to.Users)
	}
	if f.to.Size > 0 {
		set["size"] = strconv.Itoa(f.to.Size)
	}
	if warm, measured := f.to.Lengths(); measured > 0 {
		set["warmup"], set["duration"] = warm.String(), measured.String()
	}
	if rate := report.Rate(f.to.Rate()); rate > 0 {
		set["rate"] = strings.TrimSpace(rate.String())
	}
	return set
}
