package flags

import (
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/pflag"

	"chatsim/manager/hinted"
)

// settling is the value of a flag that decides what others are unless they are
// given: a scenario file says how many users there are.
type settling interface{ Settings() map[string]string }

// settle sets the flags that are neither on the command line nor in the
// environment to what the values of others ask for.
func (c *Line) settle() error {
	var err error
	c.set.VisitAll(func(f *pflag.Flag) {
		s, ok := f.Value.(settling)
		if !ok || err != nil {
			return
		}
		settings := s.Settings()
		for _, name := range slices.Sorted(maps.Keys(settings)) {
			other := c.set.Lookup(name)
			if other == nil || other.Changed {
				continue
			}
			if e := other.Value.Set(settings[name]); e != nil && err == nil {
				err = hinted.New(fmt.Sprintf("-%s %s: its %s %s: %v", f.Name, show(f.Value.String()), name, settings[name], e), hinted.Hint(e))
			}
			c.settled = append(c.settled, name)
		}
	})
	return err
}
