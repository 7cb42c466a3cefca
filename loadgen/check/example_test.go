package check_test

import (
	"fmt"
	"time"

	"chatsim/loadgen/check"
	"chatsim/manager/wire"
)

// Three chatters are in a room, and two lines come to one of them in another
// order than to the others.
func Example() {
	judge := check.New(check.Config{Nonce: "k3f9"})
	var room []*check.Session
	var names [][]byte
	for n, name := range []string{"amy", "bob", "eve"} {
		s := judge.Dial(n, name, 0)
		names = append(names, []byte(name))
		s.Observe(&wire.Frame{Kind: wire.Welcome, Names: names[n:]}, 1)
		s.Observe(&wire.Frame{Kind: wire.Roster, Names: names}, 1)
		for _, o := range room {
			o.Observe(&wire.Frame{Kind: wire.Join, Names: names[n:]}, 1)
		}
		room = append(room, s)
	}

	says := func(n int, text string) *wire.Frame {
		room[n].Send(check.Note{Text: text, Actual: time.Second})
		return &wire.Frame{Kind: wire.Line, Sender: names[n], Text: []byte(text)}
	}
	hello, hi := says(0, "k3f9-0-0;hello"), says(1, "k3f9-1-0;hi")
	for n, order := range [][2]*wire.Frame{{hello, hi}, {hello, hi}, {hi, hello}} {
		room[n].Observe(order[0], 2*time.Second)
		room[n].Observe(order[1], 2*time.Second)
		room[n].Flush(2 * time.Second)
	}

	for _, o := range judge.End(check.End{}).Checks {
		for _, w := range o.Witnesses {
			fmt.Printf("%s %s: %s\n", o.Name, o.Verdict, w.Sentence)
			for _, side := range w.Sides {
				fmt.Println(side.Name, "saw", side.Saw)
			}
		}
	}
	// Output:
	// total order failed: "eve" got #4 "bob" says "k3f9-1-0;hi" before #3 "amy" says "k3f9-0-0;hello"; 2 had it the other way round
	// eve saw [#4 "bob" says "k3f9-1-0;hi" #3 "amy" says "k3f9-0-0;hello"]
	// bob saw [#2 join of "eve" #3 "amy" says "k3f9-0-0;hello" #4 "bob" says "k3f9-1-0;hi"]
}
