package manager

import "chatsim/manager/socket"

// Abort has the Manager be as if its process had been killed: all connections are
// reset, and nobody is told anything. Whoever calls it has cut the Stream, if there is
// one, and calls Shutdown for what is left.
func (m *Manager) Abort() {
	for _, s := range m.stopAccepting() {
		_ = socket.Reset(s.conn)
	}
	m.cancel()
	if m.endReplica != nil {
		m.endReplica()
		<-m.seq.replica.run.Done()
	}
}
