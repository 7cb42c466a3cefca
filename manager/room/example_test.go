package room_test

import (
	"fmt"
	"slices"

	"chatsim/manager/room"
)

// Three users come, two of whom ask for one name; a freed name is given again.
func ExampleRoom() {
	var r room.Room
	ann, _ := r.Join("ann")
	second, roster := r.Join("ann")
	fmt.Println(second.Name(), "joins", slices.Collect(roster.Names()))

	r.Leave(ann)
	third, now := r.Join("ann")
	fmt.Println(third.Name(), "joins", slices.Collect(now.Names()))
	fmt.Println("before it there were", slices.Collect(roster.Names()))
	// Output:
	// ann2 joins [ann ann2]
	// ann joins [ann2 ann]
	// before it there were [ann ann2]
}
