package web

import (
	"net/http"
	"sync"

	"chatsim/manager/wire"
)

const (
	maxEndings = 1000 // that are remembered
	maxVisit   = 64   // bytes of a visit's name
)

// endings are why visits ended that could not be told so themselves: the
// connection of one who is evicted takes nothing any more. A page gives each
// visit a name that nobody else knows, and asks by it.
type endings struct {
	mu     sync.Mutex
	reason map[string]string // by visit
	visits []string          // the oldest first
}

func (e *endings) add(visit, reason string) {
	if visit == "" || len(visit) > maxVisit {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.reason == nil {
		e.reason = make(map[string]string)
	}
	if _, known := e.reason[visit]; !known {
		e.visits = append(e.visits, visit)
	}
	e.reason[visit] = reason
	if len(e.visits) > maxEndings {
		delete(e.reason, e.visits[0])
		e.visits = append(e.visits[:0:0], e.visits[1:]...)
	}
}

// ServeHTTP answers ?visit= with the error frame that it could not be sent;
// empty if it ended for no reason of the room's.
func (e *endings) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	reason := e.reason[r.URL.Query().Get("visit")]
	e.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if reason == "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	_, _ = w.Write(wire.AppendError(nil, reason)) // its reader has gone
}
