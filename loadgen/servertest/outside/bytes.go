package outside

import "strings"

func byteFaults() (all []Fault) {
	raw := func(text string) Frame { return Frame{Kind: Bytes, Text: text} }
	for _, n := range []struct{ name, text string }{
		{"an empty frame", "\n"},
		{"a frame of no kind", "hello\n"},
		{"a comment", "# hello\n"},
		{"an HTTP error", "HTTP/1.1 500 Internal Server Error\n"},
		{"half an object", "{\"join\":[\"x\"\n"},
		{"an object that is no JSON", "{join:[x]}\n"},
		{"a roster that is no JSON", "[a,b]\n"},
		{"a roster of numbers", "[1,2]\n"},
		{"a join of a number", "{\"join\":[7]}\n"},
		{"a join of no list", "{\"join\":\"x\"}\n"},
		{"two objects in one frame", "{\"a\":1}{\"b\":2}\n"},
		{"a line without fields", " hello\n"},
		{"a line with one field", " bob:hello@bob\n"},
		{"a NUL", "\x00\n"},
		{"a stack trace", "panic: runtime error\n"},
		{"a byte order mark", "\ufeff{\"motd\":\"x\"}\n"},
		{"invalid UTF-8", " \xff\xfe\n"},
		{"an empty line of nobody", " :@@\n"},
	} {
		all = append(all, Fault{n.name + " at one", []string{"no creation"}, everywhere, noise(raw(n.text), false)},
			Fault{n.name + " at all", []string{"no creation"}, everywhere, noise(raw(n.text), true)})
	}
	return append(all,
		Fault{"a stamped line that is no frame at one", []string{"no creation"}, everywhere, atOne(ofPeers, func(_ *Plan, f Frame) []Frame {
			return same(raw("?" + f.Text + "\n"))
		})},
		Fault{"a line without its line break at one", []string{"no creation"}, everywhere, atOne(ofPeers, func(p *Plan, f Frame) []Frame {
			return same(raw(strings.TrimSuffix(string(p.Spelling.render(nil, f)), "\n")))
		})},
		Fault{"a line with a break in its middle at one", []string{"no creation"}, everywhere, atOne(ofPeers, func(p *Plan, f Frame) []Frame {
			b := string(p.Spelling.render(nil, f))
			return same(raw(b[:len(b)/2] + "\n" + b[len(b)/2:]))
		})},
		Fault{"a line with CR LF at one", []string{"no creation"}, everywhere, atOne(ofPeers, func(p *Plan, f Frame) []Frame {
			return same(raw(strings.TrimSuffix(string(p.Spelling.render(nil, f)), "\n") + "\r\n"))
		})},
		Fault{"a line without its first byte at one", []string{"no creation"}, everywhere, atOne(ofPeers, func(p *Plan, f Frame) []Frame {
			return same(raw(string(p.Spelling.render(nil, f)[1:])))
		})},
	)
}
