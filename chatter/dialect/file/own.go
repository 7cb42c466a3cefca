package file

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/itchyny/gojq"
)

// own is what a program is given that differs from client to client, and in time.
var own = regexp.MustCompile(`\$(name|n|ref|s|text|to)\b|\bnow\b`)

func isOwn(part fmt.Stringer) bool { return own.MatchString(part.String()) }

// tagged returns a program that yields [false, x] for each x that the query yields by
// what all clients know alike, and [true, x] for others: behind a condition, or of a
// branch, in which something of the client's own is asked for. What is already known
// to be so is in mine.
func tagged(q *gojq.Query, mine bool) string {
	whole := q.String()
	switch {
	case mine || !own.MatchString(whole):
	case anyOwn(q.FuncDefs):
		mine = true
	case q.Op == gojq.OpPipe && len(q.Patterns) == 0 && !isOwn(q.Left):
		return fmt.Sprintf("(%s(%s) | %s)", defined(q.FuncDefs), q.Left, tagged(q.Right, false))
	case q.Term != nil && q.Term.Type == gojq.TermTypeIf && len(q.Term.SuffixList) == 0:
		return fmt.Sprintf("(%s%s)", defined(q.FuncDefs), branches(q.Term.If))
	default:
		mine = true
	}
	return fmt.Sprintf("(%s | [%t, .])", whole, mine)
}

// branches returns the tagged form of an if.
func branches(f *gojq.If) string {
	var b strings.Builder
	mine := false
	arm := func(word string, cond, then *gojq.Query) {
		mine = mine || isOwn(cond)
		fmt.Fprintf(&b, "%s (%s) then %s ", word, cond, tagged(then, mine))
	}
	arm("if", f.Cond, f.Then)
	for _, e := range f.Elif {
		arm("elif", e.Cond, e.Then)
	}
	if f.Else == nil {
		fmt.Fprintf(&b, "else [%t, .] end", mine)
	} else {
		fmt.Fprintf(&b, "else %s end", tagged(f.Else, mine))
	}
	return b.String()
}

func anyOwn(defs []*gojq.FuncDef) bool {
	for _, d := range defs {
		if isOwn(d) {
			return true
		}
	}
	return false
}

func defined(defs []*gojq.FuncDef) string {
	var b strings.Builder
	for _, d := range defs {
		b.WriteString(d.String() + " ")
	}
	return b.String()
}
