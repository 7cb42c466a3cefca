package trace

import (
	"time"

	"chatsim/loadgen/check/ledger"
)

// An event is its first byte and its fields (layouts). Of those that hold several
// numbers, names and texts:
//
//	beginning  level and flags, text nonce, text protocol, grace, servers, n × (text check, text why it cannot be exercised)
//	dial       chatter, name asked, server            sessions are numbered in this order
//	note       flags, seq, actual, intended, place, name target, name claims, text
//	place      c, behind
//	line       chatter, seq                           it saw a line of the run just as sent
//	frame      kind and whether it is private, and what that kind has: it saw any other frame
//	standing   length of the order, n, n × (2·session + 1 if isolated comes, behind, isolated)
//	ending     flags, n, n × text check
//
// session, chatter, how, n, took, isolated and the length of a text, which its bytes
// follow, are unsigned; so is a name: the number of one that came before, from
// 1, or 0 and a text. All others are signed differences:
//
//	at, actual   nanoseconds, to the last at or actual
//	intended     what actual is later, there only if it is (flag)
//	seq          to the one after the chatter's last in a field of that kind
//	c            to the session's last c
//	place        of a note: to the session's last c
//	behind       by how much the place flushed is below c, or below the order's length
//	the length   of the order: to the last one
//
// The protocol, the grace and the number of servers of a beginning are there only with their
// flags, and the server of a dial where the beginning has servers; so are its checks, which
// version 1 had instead. target and claims are there only if there is one (flags). A text of a line
// that begins with its stamp is written without (flag).
const (
	opBegan = 1 + iota
	opDialled
	opSent
	opLeaving
	opLine
	opFrame
	opGarbled
	opPassed
	opStalls
	opResumes
	opOver
	opStood
	opSlow
	opFinished
	opCalm
	opDenied = 32
	opAsked  = 33
	opSilent = 34
	opLost   = 35
	opFound  = 36
)

// The flags beside the level.
const (
	rosters  = 16 << iota // they are all that is told of joins and leaves
	unable                // some checks cannot be exercised: in version 1
	protocol              // it is not chatsim's line protocol
	sets                  // rosters are in no order

	ownSuffix = 8   // a taken name is refused, and the client asks for another
	noClaims  = 256 // no line can claim another sender

	noViews   = 512  // nobody is told of joins and leaves
	noPrivate = 1024 // a line goes to all
	bySender  = 2048 // only each sender's lines have an order

	cutsLeaves = 4096  // a leave may cut off what is under way
	silent     = 16384 // nothing tells a client that its line was taken

	graced = 8192 // the server's grace is known

	atMostOnce = 32768 // a line may be lost

	linked = 65536 // several servers have an order each

	allFlags = rosters | unable | protocol | sets | ownSuffix | noClaims | noViews | noPrivate | bySender | cutsLeaves | graced | silent | atMostOnce | linked
)

// switches returns the capabilities that are flags.
func switches(c *ledger.Capabilities) map[int]*bool {
	return map[int]*bool{sets: &c.Sets, ownSuffix: &c.OwnSuffix, noClaims: &c.NoClaims, noPrivate: &c.NoPrivate, bySender: &c.BySender,
		cutsLeaves: &c.CutsLeaves, silent: &c.Silent, atMostOnce: &c.AtMostOnce}
}

// The flags of a line that was sent.
const (
	measured = 1 << iota
	private
	claims
	stamped
	later // actual is not intended
	comesBack
	mayRefuse
)

// The flags of an end.
const (
	advancing = 1 << iota
	cut
)

// maxNames is how many names are numbered, maxName how long those are.
const (
	maxNames = 1 << 20
	maxName  = 256
)

// state is what both ends know of what came before.
type state struct {
	nonce     string
	at        time.Duration
	frontier  int64
	dials     int
	linked    bool    // servers are, and each dial is at one of them
	c         []int64 // by session
	chatterOf []int   // likewise
	chatters  []chatterState
	roster    []int // the one that others are told by, as numbers of names
}

type chatterState struct{ sent, saw int }

func (s *state) dial(chatter int) {
	s.dials++
	s.c, s.chatterOf = append(s.c, 0), append(s.chatterOf, chatter)
	s.chatter(chatter)
}

func (s *state) chatter(n int) *chatterState {
	for n >= len(s.chatters) {
		s.chatters = append(s.chatters, chatterState{})
	}
	return &s.chatters[n]
}

// stamp returns what a line's text begins with.
func (s *state) stamp(dst []byte, chatter, seq int) []byte {
	return ledger.AppendStamp(dst, s.nonce, chatter, seq)
}
