package manager

import "chatsim/manager/socket"

// Abort has the Manager be as if its process had been killed: all connections are
// reset, and nobody is told anything. Whoever calls it has cut the Stream, if there is
// one, and calls Shutdown for what is left.
func (m *Manager) Abort() {
	m.mu.Lock()
	m.draining.Store(true)
	for ln := range m.listeners {
		ln.Close()
	}
	sessions := make([]*session, 0, len(m.sessions))
	for s := range m.sessions {
		sessions = append(sessions, s)
	}
	m.mu.Unlock()
	for _, s := range sessions {
		_ = socket.Reset(s.conn)
	}
	m.cancel()
	if m.endReplica != nil {
		m.endReplica()
		<-m.seq.replica.run.Done()
	}
}
