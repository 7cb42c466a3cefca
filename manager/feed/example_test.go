package feed_test

import (
	"fmt"

	"chatsim/manager/feed"
)

// One entry is for all, one for amy alone: she reads it where it was appended.
func ExampleLog() {
	log := feed.NewLog(0)
	var amy, bob feed.Cursor
	log.Subscribe(&amy)
	log.Subscribe(&bob)
	log.Append([]byte("one "))
	log.AppendPrivate(&amy, []byte("for amy "))
	log.Append([]byte("two "))

	read := func(c *feed.Cursor) (text string) {
		for log.Pending(c) > 0 {
			part := log.Next(c, make([]byte, 64))
			text += string(part)
			log.Advance(c, len(part), 0)
		}
		return text
	}
	fmt.Printf("amy reads %q\n", read(&amy))
	fmt.Printf("bob reads %q\n", read(&bob))
	// Output:
	// amy reads "one for amy two "
	// bob reads "one two "
}
