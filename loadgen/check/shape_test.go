package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// large are the types that may be larger, by their directory, and why.
var large = map[string]string{
	"loadgen.Config":          "settings, each with its own reason, that a caller fills in",
	"manager.Config":          "settings, each with its own reason, that a caller fills in",
	"loadgen/report.Report":   "a schema: its fields are the keys of the JSON",
	"loadgen/report.htmlView": "what the page's template reads",
	"chatter/term.words":      "the sentences of a program, one a field",
	"manager/host.words":      "the sentences of a program, one a field",
	"manager.sequencer":       "the requests that take the feed's lock, which no other type takes",
	"manager/feed.Feed":       "what is decided under one lock",
	"manager/poll.Conn":       "the methods of a net.Conn, and how three systems have them",
}

// TestTypesAreSmall holds that no type has more than 30 methods or 30 fields: nothing
// sees everything.
func TestTypesAreSmall(t *testing.T) {
	const most = 30
	fields, methods := sizes(t, "../..")
	for name := range large {
		if fields[name] <= most && methods[name] <= most {
			t.Errorf("%s is no larger than others, and needs no exception", name)
		}
	}
	for what, counts := range map[string]map[string]int{"fields": fields, "methods": methods} {
		for _, dir := range []string{"loadgen", "loadgen/check", "loadgen/check/ledger", "manager", "chatter"} {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(counts)), func(name string) bool { return strings.HasPrefix(name, dir+".") }) {
				t.Errorf("no type of %s has %s", dir, what)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(counts)) {
			if n := counts[name]; n > most && large[name] == "" {
				t.Errorf("%s has %d %s, more than %d", name, n, what, most)
			}
		}
	}
}

// sizes returns how many fields and methods the types below a directory have, by their
// own directory and name. A method of several systems counts once.
func sizes(t *testing.T, root string) (fields, methods map[string]int) {
	t.Helper()
	fields, methods = make(map[string]int), make(map[string]int)
	seen := make(map[string]bool)
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		for _, decl := range tree.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv != nil {
				name := filepath.ToSlash(dir) + "." + receiver(f.Recv.List[0].Type)
				if method := name + "." + f.Name.Name; !seen[method] {
					seen[method] = true
					methods[name]++
				}
			}
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if s, ok := spec.Type.(*ast.StructType); ok {
					name := filepath.ToSlash(dir) + "." + spec.Name.Name
					fields[name] = max(fields[name], s.Fields.NumFields())
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return fields, methods
}

// receiver returns the name of the type that an expression is or points to.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
