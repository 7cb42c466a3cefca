package file

import (
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// layout is a dialect file.
type layout struct {
	Protocol  string  `yaml:"protocol"`  // for people; the file's name
	Transport word    `yaml:"transport"` // lines
	Path      program `yaml:"path"`      // of the WebSocket, as it is or as a program yields it; /
	Headers   program `yaml:"headers"`   // of the request for the WebSocket
	Decode    word    `yaml:"decode"`    // json
	Split     string  `yaml:"split"`     // what parts several messages of one frame; empty: there is one
	Room      string  `yaml:"room"`      // $room, unless -room is another
	HTTP      steps   `yaml:"http"`      // before the stream
	Login     program `yaml:"login"`
	Say       program `yaml:"say"`
	Tell      program `yaml:"tell"` // left out: there are no private lines
	Leave     program `yaml:"leave"`
	Receive   program `yaml:"receive"`
	Every     struct {
		Seconds float64 `yaml:"seconds"`
		Send    program `yaml:"send"`
	} `yaml:"every"`
	Can can `yaml:"can"`
}

// can is what the server promises; what is left out is the strictest.
type can struct {
	Order   word `yaml:"order"`   // total; or of each sender's lines only
	Echo    word `yaml:"echo"`    // own lines come back; or receive makes them of acks
	Views   word `yaml:"views"`   // see Views
	Rosters word `yaml:"rosters"` // in the order of joining, or sets
	Suffix  word `yaml:"suffix"`  // by whom a taken name gets one
	Deliver word `yaml:"deliver"` // every line, or each at most once: one may be lost
	Half    word `yaml:"half"`    // what a half-close is; left out: not exercised
	Text    struct {
		Max     int    `yaml:"max"` // bytes; 0: no limit is known
		Trim    bool   `yaml:"trim"`
		Forbids string `yaml:"forbids"`
	} `yaml:"text"`
}

// Views are what a server tells of joins and leaves.
const (
	Ordered  = "ordered"  // at their place among the lines
	Eventual = "eventual" // without a place
	Rosters  = "rosters"  // by whole rosters only
	None     = "none"     // not at all
)

// Transports.
const (
	Lines  = "lines"
	WS     = "ws"
	Frames = "frames"
)

// words are what the values of keys may be, the default first.
func (l *layout) words() []wordOf {
	return []wordOf{
		{&l.Transport, "transport", []string{Lines, WS, Frames}},
		{&l.Decode, "decode", []string{"json", "text"}},
		{&l.Can.Order, "can.order", []string{"total", "sender"}},
		{&l.Can.Echo, "can.echo", []string{"true", "false"}},
		{&l.Can.Views, "can.views", []string{Ordered, Eventual, Rosters, None}},
		{&l.Can.Rosters, "can.rosters", []string{"ordered", "sets"}},
		{&l.Can.Suffix, "can.suffix", []string{"server", "client"}},
		{&l.Can.Deliver, "can.deliver", []string{"every-line", "at-most-once"}},
		{&l.Can.Half, "can.half", []string{"ignored", "close", "leave"}},
	}
}

type wordOf struct {
	word   *word
	key    string
	values []string
}

// word is a value that is one of a few.
type word struct {
	text string
	at   token.Position
}

// UnmarshalYAML takes the value and where it stands.
func (w *word) UnmarshalYAML(node ast.Node) error {
	t := node.GetToken()
	w.text, w.at = t.Value, *t.Position
	return nil
}

// What the file says of the server.

// Name returns the name of the file.
func (d *Dialect) Name() string { return d.name }

// Speaks returns the protocol's name, for people.
func (d *Dialect) Speaks() string { return d.Protocol }

// Over returns the transport.
func (d *Dialect) Over() string { return d.Transport.text }

// Views returns what is told of joins and leaves.
func (d *Dialect) Views() string { return d.Can.Views.text }

// Sets reports whether rosters are in no order.
func (d *Dialect) Sets() bool { return d.Can.Rosters.text == "sets" }

// Echoes reports whether own lines come back.
func (d *Dialect) Echoes() bool { return d.Can.Echo.text == "true" }

// Silent reports whether nothing at all tells a client that its line was taken.
func (d *Dialect) Silent() bool { return d.says }

// OwnSuffix reports whether a client itself asks for another name than a taken one.
func (d *Dialect) OwnSuffix() bool { return d.Can.Suffix.text == "client" }

// BySender reports whether only the lines of each sender have an order.
func (d *Dialect) BySender() bool { return d.Can.Order.text == "sender" }

// Private reports whether there are private lines.
func (d *Dialect) Private() bool { return d.Tell.source != "" }

// AtMostOnce reports whether a line may be lost.
func (d *Dialect) AtMostOnce() bool { return d.Can.Deliver.text == "at-most-once" }

// HalfCloses reports whether a half-close is a leave before which all is delivered.
func (d *Dialect) HalfCloses() bool { return d.Can.Half.text == "leave" }
