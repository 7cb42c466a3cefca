// Package story holds what named chatters do, step by step: values, the words in
// which people write them, and the same words printed back.
//
// A step says what is done. What must come of it is not written down: whoever
// performs a story waits until everybody has seen what is due, and the judge knows
// what that is. The package knows no connection, no clock and no file: it reads
// texts, and is told where they stand.
package story

import "strings"

// Story is what happens, in order.
type Story struct {
	Path  string    // of its file; empty: it has none
	About string    // in a line, for people
	Needs []Need    // beside what the steps take
	Cast  []Chatter // by their numbers, in the order in which they first join
	Steps []Step
}

// Need is what a story takes of a room that not all have, and that does not show
// in its steps.
type Need string

// The needs.
const (
	Suffixes Need = "suffixes" // a taken name is given with the smallest free suffix
	Names    Need = "names"    // the rules for names of chatsim's protocol
	Order    Need = "order"    // newcomers are told who is there in the order of their joins
	Typed    Need = "typed"    // bytes can be sent as at nc
	Long     Need = "long"     // lines have more than 512 bytes
)

// Needs are all of them.
var Needs = []Need{Suffixes, Names, Order, Typed, Long}

func needs() string {
	var all []string
	for _, n := range Needs {
		all = append(all, string(n))
	}
	return strings.Join(all, ", ")
}

// Chatter is one of those whom a story names.
type Chatter struct {
	Name  string // by which the story calls it, whatever its name in a room
	Asked string // the name that it asks for
}

// Verb is what a step has its chatter do.
type Verb uint8

// The verbs. What a chatter says, tells or types begins with a stamp, by which
// the judge knows it again.
const (
	Together   Verb = iota // the steps of Step.Together, of different chatters at once; of one, one after the other without waiting
	Joins                  // connects and asks for its name
	Says                   // a line to the group
	Tells                  // a line to one name
	Types                  // bytes, as at nc: lines, of which the last one is ended
	Spells                 // likewise, each byte in a write of its own
	Begins                 // bytes without an end of a line
	Leaves                 // FIN, with nothing under way; reads to the end
	HalfCloses             // FIN, whatever is under way; reads to the end
	Resets                 // RST
	Vanishes               // neither reads nor writes any more, as a machine without power; RST when it joins again, or at the end
	Stalls                 // reads nothing more
	ReadsOn                // reads again
)

// Step is one step.
type Step struct {
	Verb     Verb
	Who      int    // in the cast
	To       int    // of Tells: in the cast, or -1
	Name     string // of Tells: a name that is no chatter's; of Says: the sender that it claims
	Text     string
	Times    int // of Says and Tells: so many lines, if above 0
	Bytes    int // of Says, Tells and Types: a text of so many bytes, if above 0
	Together []Step
	At       Pos
}

// Pos is where something stands in a file; the zero Pos is nowhere.
type Pos struct{ Line, Column int }

// Each calls f with every step, those within Together one by one.
func (s *Story) Each(f func(*Step)) { each(s.Steps, f) }

func each(steps []Step, f func(*Step)) {
	for i := range steps {
		if steps[i].Verb == Together {
			each(steps[i].Together, f)
			continue
		}
		f(&steps[i])
	}
}
