package trace

import (
	"math"

	"chatsim/loadgen/check/ledger"
)

// layout is what an event holds, in this order.
type layout struct {
	kind   ledger.EventKind
	fields []field
}

// layouts are those of the events, by their first bytes.
var layouts = [...]layout{
	opBegan:    {ledger.EventBegan, []field{beginning}},
	opDialled:  {ledger.EventDialled, []field{at, dial}},
	opSent:     {ledger.EventSent, []field{session, note}},
	opLeaving:  {ledger.EventLeaving, []field{session, at, how}},
	opLine:     {ledger.EventSaw, []field{session, at, place, line}},
	opFrame:    {ledger.EventSaw, []field{session, at, place, frame}},
	opGarbled:  {ledger.EventGarbled, []field{session, place, text}},
	opPassed:   {ledger.EventPassed, []field{session, at, place}},
	opStalls:   {ledger.EventStalls, []field{session, at}},
	opResumes:  {ledger.EventResumes, []field{session, at}},
	opOver:     {ledger.EventOver, []field{session, at, place, isolated}},
	opStood:    {ledger.EventStood, []field{standing}},
	opSlow:     {ledger.EventSlow, []field{at, took}},
	opFinished: {ledger.EventFinished, []field{ending}},
	opCalm:     {ledger.EventCalm, []field{took}},
	opDenied:   {ledger.EventDenied, []field{session, at, denial, text}},
	opAsked:    {ledger.EventAsked, []field{session, at}},
	opSilent:   {ledger.EventSilent, []field{session, at}},
	opLost:     {ledger.EventLost, []field{session, at, took}},
	opFound:    {ledger.EventFound, []field{session}},
}

// opOf holds the first byte of each kind of event, opFrame for those of a frame.
var opOf = func() (ops [256]byte) {
	for op, l := range layouts {
		if l.fields != nil {
			ops[l.kind] = byte(op)
		}
	}
	return ops
}()

// field is one field of events.
type field struct {
	write func(*encoder, *ledger.Event)
	read  func(*decoder, *ledger.Event)
}

// The fields that are one number or text.
var (
	session = field{
		func(e *encoder, ev *ledger.Event) { e.uint(ev.Session) },
		func(d *decoder, ev *ledger.Event) { ev.Session = d.below(d.dials) }}
	at = field{
		func(e *encoder, ev *ledger.Event) { e.time(ev.At) },
		func(d *decoder, ev *ledger.Event) { ev.At = d.time() }}
	took = field{
		func(e *encoder, ev *ledger.Event) { e.uint(int(ev.Took)) },
		func(d *decoder, ev *ledger.Event) { ev.Took = d.took() }}
	isolated = field{
		func(e *encoder, ev *ledger.Event) { e.uint(int(ev.Isolated)) },
		func(d *decoder, ev *ledger.Event) { ev.Isolated = int64(d.below(math.MaxInt)) }}
	how = field{
		func(e *encoder, ev *ledger.Event) { e.uint(int(ev.Leave)) },
		func(d *decoder, ev *ledger.Event) { ev.Leave = ledger.Leave(d.below(256)) }}
	denial = field{
		func(e *encoder, ev *ledger.Event) { e.uint(int(ev.Denial)) },
		func(d *decoder, ev *ledger.Event) { ev.Denial = ledger.Denial(d.below(256)) }}
	text = field{
		func(e *encoder, ev *ledger.Event) { e.text(ev.Text) },
		func(d *decoder, ev *ledger.Event) { ev.Text = string(d.bytes()) }}
	frame = field{
		func(e *encoder, ev *ledger.Event) { e.frame(ev.Frame) },
		func(d *decoder, ev *ledger.Event) { ev.Frame = d.frame() }}
)

// Those that hold several, see codec.go.
var (
	beginning = field{(*encoder).began, (*decoder).began}
	dial      = field{(*encoder).dialled, (*decoder).dialled}
	note      = field{(*encoder).sent, (*decoder).sent}
	place     = field{(*encoder).place, (*decoder).place}
	line      = field{(*encoder).line, (*decoder).line}
	standing  = field{(*encoder).stood, (*decoder).stood}
	ending    = field{(*encoder).finished, (*decoder).finished}
)
