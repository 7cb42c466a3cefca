package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTypesAreSmall holds that no type here or in the ledger has more than 30 methods
// or 30 fields: nothing sees everything.
func TestTypesAreSmall(t *testing.T) {
	const most = 30
	files, err := filepath.Glob("*.go")
	ledgers, err2 := filepath.Glob("ledger/*.go")
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	fields, methods := make(map[string]int), make(map[string]int)
	for _, file := range append(files, ledgers...) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv != nil {
					recv := n.Recv.List[0].Type
					if star, ok := recv.(*ast.StarExpr); ok {
						recv = star.X
					}
					methods[tree.Name.Name+"."+recv.(*ast.Ident).Name]++
				}
			case *ast.TypeSpec:
				if s, ok := n.Type.(*ast.StructType); ok {
					for _, f := range s.Fields.List {
						fields[tree.Name.Name+"."+n.Name.Name] += max(1, len(f.Names))
					}
				}
			}
			return true
		})
	}
	for what, counts := range map[string]map[string]int{"fields": fields, "methods": methods} {
		if len(counts) < most {
			t.Errorf("only %d types have %s", len(counts), what)
		}
		for _, name := range slices.Sorted(maps.Keys(counts)) {
			if n := counts[name]; n > most {
				t.Errorf("%s has %d %s, more than %d", name, n, what, most)
			}
		}
	}
}
