//go:build nocluster

package several

import "chatsim/manager/hinted"

func openNodes(int) (nodes, error) {
	return nil, hinted.New("this chatsim was built without NATS, by which several Managers have one room", "a build without the tag nocluster has it")
}
