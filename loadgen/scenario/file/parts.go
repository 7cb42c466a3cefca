package file

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"chatsim/loadgen/repair"
	"chatsim/loadgen/report"
	"chatsim/manager/hinted"
)

func (t *Talk) decode(d *Doc) func(ast.Node) error {
	return func(n ast.Node) error {
		err := d.Mapping(n, "talk", []Key{{"private", d.share(&t.Private)}, {"answers", d.share(&t.Answers)}, {"claims", d.share(&t.Claims)}, {"forms", d.share(&t.Forms)}})
		if err == nil && t.Private+t.Claims > 1 {
			return d.Error(n, "private lines and claims are more than all lines", "a private line claims nobody: together they are at most 100%")
		}
		return err
	}
}

func (f *File) decodeVisits(n ast.Node) error {
	var every PerSecond
	if err := f.Doc.perSecond(&every)(n); err != nil {
		return err
	}
	if f.Visits = every.Count; f.Visits == 0 {
		return f.Doc.Error(n, "visits are a number above 0", "write it like 0.5/s")
	}
	return nil
}

// MaxShared is how many names may be shared.
const MaxShared = 5

func (t *Names) decode(d *Doc) func(ast.Node) error {
	return func(n ast.Node) error {
		err := d.Mapping(n, "names", []Key{{"shared", d.count(&t.Shared, 1, MaxShared)}, {"share", d.share(&t.Share)}})
		if err == nil && t.Share > 0 && t.Shared == 0 {
			t.Shared = MaxShared
		}
		if err == nil && t.Share == 0 {
			return d.Error(n, "nobody shares the names", "say how many of the chatters do: { shared: 5, share: 20% }")
		}
		return err
	}
}

func (t *Leaves) decode(d *Doc) func(ast.Node) error {
	return func(n ast.Node) error {
		var most PerSecond
		return d.Mapping(n, "leaves", []Key{
			{"rate", d.perSecond(&t.Rate)},
			{"most", func(n ast.Node) error {
				if err := d.perSecond(&most)(n); err != nil {
					return err
				}
				if t.Most = most.Count; t.Most == 0 {
					return d.Error(n, "the most is not a number above 0", "write it like 5/s")
				}
				return nil
			}},
			{"kinds", t.decodeKinds(d)},
			{"reuse", d.yes(&t.Reuse)},
			{"back", func(n ast.Node) error {
				return d.Mapping(n, "back", []Key{{"after", d.duration(&t.After)}, {"share", d.share(&t.Back)}})
			}},
		})
	}
}

func (t *Leaves) decodeKinds(d *Doc) func(ast.Node) error {
	return func(n ast.Node) error {
		return d.List(n, "kinds", func(n ast.Node) error {
			s, err := d.Scalar(n, "a kind of leave")
			if err != nil {
				return err
			}
			if !slices.Contains(Kinds, s) {
				return d.Error(n, fmt.Sprintf("%q is no kind of leave", s), didYouMean(s, Kinds))
			}
			t.Kinds = append(t.Kinds, s)
			return nil
		})
	}
}

func didYouMean(word string, of []string) string {
	hint := "there are " + strings.Join(of, ", ")
	if near := repair.Nearest(word, of); near != "" {
		hint = "did you mean " + near + "? " + hint
	}
	return hint
}

func (f *File) decodeExpect(n ast.Node) error {
	d := f.Doc
	return d.List(n, "expect", func(n ast.Node) error {
		e := Expect{}
		at, in := n, n
		if _, ok := n.(ast.MapNode); ok {
			err := d.Mapping(n, "a limit", []Key{
				{"is", func(n ast.Node) error { at = n; return d.text(&e.Is)(n) }},
				{"in", func(n ast.Node) error { in = n; return d.text(&e.In)(n) }},
			})
			if err != nil {
				return err
			}
		} else if err := d.text(&e.Is)(n); err != nil {
			return err
		}
		if _, err := report.ParseThreshold(e.Is); err != nil {
			return d.limit(at, e.Is, err)
		}
		f.Expect = append(f.Expect, e)
		f.expectIs, f.expectIn = append(f.expectIs, at), append(f.expectIn, in)
		return nil
	})
}

// checkExpect looks whether there are the phases and roles that limits are for.
func (f *File) checkExpect() error {
	var all []string
	for _, p := range f.Phases {
		if !p.Warm {
			all = append(all, p.Name)
		}
	}
	for i, e := range f.Expect {
		if e.In != "" && !slices.Contains(all, e.In) {
			return f.Doc.Error(f.expectIn[i], fmt.Sprintf("there is no measured phase %q", e.In), didYouMean(e.In, all))
		}
		t, err := report.ParseThreshold(e.String())
		if err != nil {
			return f.Doc.limit(f.expectIs[i], e.Is, errors.New("is not measured by phase"))
		}
		role := t.Metric().Role()
		if role != "" && !slices.ContainsFunc(f.Roles, func(r Role) bool { return r.Kind == role }) {
			return f.Doc.Error(f.expectIs[i], fmt.Sprintf("nobody has the role %s", role), "write it under roles, or take the limit out")
		}
	}
	return nil
}

// check looks at what is only known when all is read.
func (f *File) check(root ast.Node) error {
	for _, part := range []struct {
		key string
		has bool
	}{{"users", f.Users > 0}, {"think", f.Think > 0}, {"phases", len(f.Phases) > 0}, {"leaves", !reflect.DeepEqual(f.Leaves, defaults().Leaves)}, {"roles", len(f.Roles) > 0}} {
		if f.Story != nil && part.has {
			return f.Doc.Error(root, "a story and "+part.key+" in one file", "in a story the steps say who is there and what happens: take "+part.key+" out, or the story")
		}
	}
	if err := f.checkPhases(); err != nil {
		return err
	}
	if err := f.checkRoles(); err != nil {
		return err
	}
	return f.checkExpect()
}

// limit returns what is wrong with a limit as an error at its word.
func (d *Doc) limit(n ast.Node, expr string, err error) error {
	var te *report.ThresholdError
	if !errors.As(err, &te) {
		return d.Error(n, fmt.Sprintf("%q: %v", expr, err), hinted.Hint(err))
	}
	at := d.Error(n, fmt.Sprintf("%q: %s", expr, te.Msg), te.Advice).(*Error)
	at.Column += te.Pos
	return at
}
