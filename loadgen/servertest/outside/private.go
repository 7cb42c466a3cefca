package outside

func privateFaults() []Fault {
	return []Fault{
		{"a private line lost at its target", []string{"agreement"}, whispering, atOne(whispered, lost)},
		{"a private line lost at its sender", []string{"validity"}, whispering, atOne(whispers, lost)},
		{"a private line lost at both", []string{"validity"}, whispering, told(func(p *Plan, _, _ *Member, _ Frame) {})},
		{"a private line twice at its target", []string{"no duplication"}, whispering, atOne(whispered, twice)},
		{"a private line twice at its sender", []string{"no duplication"}, whispering, atOne(whispers, twice)},
		{"a private line behind the next public one at its target", []string{"total order", "causal order"}, whispering, delayed(whispered, func(_, f Frame) bool { return f.Public() }, 2)},
		{"a private line leaked to one", []string{"confidentiality"}, whispering, leaked(1)},
		{"a private line leaked to all", []string{"confidentiality"}, whispering, leaked(9)},
		{"a private line told to another instead of its target", []string{"confidentiality"}, whispering, told(func(p *Plan, from, to *Member, f Frame) {
			p.tell(from, f)
			p.tell(p.some(from, to), f)
		})},
		{"a private line told to the group", []string{"confidentiality"}, whispering, told(func(p *Plan, _, _ *Member, f Frame) {
			f.Target = group
			p.tellAll(f)
		})},
		{"a private line that names another target", []string{"no creation", "confidentiality"}, whispering, told(func(p *Plan, from, to *Member, f Frame) {
			f.Target = p.some(from, to).Name
			p.tell(from, f)
			p.tell(to, f)
		})},
		{"a private line that names nobody as its target, at its target", []string{"no creation", "confidentiality"}, whispering, told(func(p *Plan, from, to *Member, f Frame) {
			p.tell(from, f)
			f.Target = "nobody"
			p.tell(to, f)
		})},
		{"a private line refused although its target is there", []string{"validity"}, whispering, told(func(p *Plan, from, _ *Member, f Frame) {
			p.tell(from, Frame{Kind: Failure, Text: "no such user: " + f.Target})
		})},
		{"a private line refused and told to its target", []string{"validity"}, whispering, told(func(p *Plan, from, to *Member, f Frame) {
			p.tell(to, f)
			p.tell(from, Frame{Kind: Failure, Text: "no such user: " + f.Target})
		})},
		{"a private line told and refused", []string{"validity"}, whispering, told(func(p *Plan, from, to *Member, f Frame) {
			p.tell(to, f)
			p.tell(from, f)
			p.tell(from, Frame{Kind: Failure, Text: "no such user: " + f.Target})
		})},
		{"a private line under another's name at its target", []string{"no creation"}, whispering, told(func(p *Plan, from, to *Member, f Frame) {
			p.tell(from, f)
			f.Sender = p.some(from, to).Name
			p.tell(to, f)
		})},
		{"a private line to somebody absent comes back as if it were delivered", []string{"validity", "confidentiality", "no creation"}, []string{"private", "churn", "mixed"}, absent(func(p *Plan, from *Member, f Frame) {
			p.tell(from, f)
		})},
		{"a private line to somebody absent is not answered", []string{"validity"}, []string{"private", "churn", "mixed"}, absent(func(*Plan, *Member, Frame) {})},
		{"a private line to somebody absent goes to another", []string{"confidentiality"}, []string{"private", "churn", "mixed"}, absent(func(p *Plan, from *Member, f Frame) {
			p.tell(from, f)
			p.tell(p.some(from), f)
		})},
	}
}

// told deals in another way with one private line between two who stay.
func told(deal func(p *Plan, from, to *Member, f Frame)) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Tell = func(from, to *Member, f Frame) bool {
			if !p.ready() || from == to || !p.loyal(from) || !p.loyal(to) || p.some(from, to) == nil {
				return false
			}
			p.planted(nil, f.about())
			deal(p, from, to, f)
			return true
		}
	}
}

// absent deals in another way with one private line to nobody.
func absent(deal func(p *Plan, from *Member, f Frame)) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Tell = func(from, to *Member, f Frame) bool {
			if !p.ready() || to != nil || !p.loyal(from) || p.some(from) == nil {
				return false
			}
			p.planted(nil, f.about())
			deal(p, from, f)
			return true
		}
	}
}

func leaked(n int) func(*Plan) {
	return told(func(p *Plan, from, to *Member, f Frame) {
		p.tell(from, f)
		p.tell(to, f)
		left := n
		for _, m := range p.members {
			if m != from && m != to && p.loyal(m) && left > 0 {
				left--
				p.tell(m, f)
			}
		}
	})
}
