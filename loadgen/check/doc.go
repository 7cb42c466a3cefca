// Package check is the judge: chatters tell it what they send and see while a
// run goes on, and it returns whether everybody saw the same conversation.
//
// New makes a Judge, Dial a Session for each stay of a chatter. A session is
// told what its chatter sends (Send), reads (Observe, or Pass before parsing)
// and does (Closing, Stall, Ended); End judges, Interim and Violated tell how
// the run stands before.
//
// What is told is recorded by package ledger, which knows no promise: it emits
// facts, such as an entry that came twice. Each promise is a rule, in a file of
// its own. A rule names the facts that break the promise as they stand, and those
// that are suspicious; what depends on the whole run it judges at the end, by the
// evidence: the order that the majority saw, the names of which nobody can tell
// who had them, whether the room stopped. So a violation is one rule's, and what
// follows from it is implied. The evidence is built up in majority.go, presence.go,
// dues.go and lacking.go, each on top of those before.
//
//	promise              file                what it looks at
//	no creation          creation.go         texts and senders of what came
//	no duplication       duplication.go      what came again
//	validity             validity.go         own lines that did not come back
//	agreement            agreement.go        entries that some lack; counts
//	total order          order.go            two lines in two orders; private lines
//	FIFO order           order.go            one sender's lines
//	causal order         order.go            an answer before its question
//	view order           view.go             joins, leaves, and lines outside of a stay
//	roster accuracy      roster.go           rosters, false leaves, who was put out; strangers.go: strangers
//	leave completeness   leaves.go           leaves that came never, twice or late
//	name uniqueness      names.go            joins by names that members had
//	name suffixing       names.go            assigned names
//	confidentiality      confidentiality.go  private lines at a third
//	sender authenticity  authenticity.go     lines that claim another sender
//	isolation            isolation.go        deliveries while one does not read
//	liveness             liveness.go         whether deliveries went on
//
// The package knows no socket and no clock: every time is handed in, as the
// duration since the run's start.
//
// The names of the promises are those of Hadzilacos and Toueg, "A modular
// approach to fault-tolerant broadcasts and related problems" (TR 94-1425),
// and of Chockler, Keidar and Vitenberg, "Group communication specifications"
// (2001).
package check
