package scenario

import (
	"embed"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"chatsim/loadgen/scenario/file"
)

//go:embed builtin
var files embed.FS

// builtIn are the names of the built-in scenarios, the default first.
var builtIn = []string{"mixed", "steady", "namesakes", "private", "churn", "protocol", "slowreader", "failover"}

// All returns the built-in scenarios, the default first.
func All() []Spec { return slices.Clone(read()) }

var read = sync.OnceValue(func() []Spec {
	var all []Spec
	for _, name := range builtIn {
		text, err := files.ReadFile("builtin/" + name + ".yaml")
		if err != nil {
			panic(err)
		}
		f, err := file.Read(name+".yaml", text)
		if err != nil {
			panic(err) // a file of our own
		}
		all = append(all, Of(f, text))
	}
	return all
})

// Names lists the built-in scenarios.
func Names() []string { return slices.Clone(builtIn) }

// Find returns a built-in scenario; the error lists those there are.
func Find(name string) (Spec, error) {
	if i := slices.Index(builtIn, name); i >= 0 {
		return read()[i], nil
	}
	return Spec{}, fmt.Errorf("no scenario %q, there are %s", name, strings.Join(builtIn, ", "))
}

// Open returns the scenario of a file.
func Open(path string) (Spec, error) {
	f, text, err := file.Open(path)
	if err != nil {
		return Spec{}, err
	}
	s := Of(f, text)
	s.Path = path
	return s, nil
}

func isMax(rate float64) bool { return math.IsInf(rate, 1) }
