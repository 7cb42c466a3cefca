package flags_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"chatsim/loadgen/flags"
	"chatsim/loadgen/flags/flagstest"
	"chatsim/manager/hinted"
)

// TestHints holds that what hints propose is accepted, and that each hint of
// the package is tried.
func TestHints(t *testing.T) {
	var hints []string
	tried := 0
	for _, r := range flags.Refusals {
		args := strings.Split(strings.TrimSpace(r.Line), " ")
		_, err := flags.Parse(args, flags.Anew(), flags.Scripted)
		if err == nil {
			t.Fatalf("%q is no error", r.Line)
		}
		hint := hinted.Hint(err)
		n, err := flagstest.Try(args, err.Error(), hint, flags.Scripted)
		if err != nil {
			t.Errorf("%q: hint: %s\n%v", r.Line, hint, err)
		}
		tried += n
		hints = append(hints, hint)
	}
	if tried < len(flags.Refusals)/2 {
		t.Errorf("%d command lines were tried for %d errors", tried, len(flags.Refusals))
	}
	for _, form := range append(literals(t), flags.Hints()...) {
		if strings.HasSuffix(form, "and remove the file") {
			continue // see TestRedirected
		}
		if !matchesAny(form, hints) {
			t.Errorf("no command line of the table gets the hint %q", form)
		}
	}
}

// TestRedirected is about an expression without quotes, of which a shell has
// taken a part.
func TestRedirected(t *testing.T) {
	for _, tt := range []struct{ line, file, want string }{
		{"-threshold deliveries_per_s", "100000", "-threshold deliveries_per_s: the shell has taken the > for a redirection, and made a file named 100000"},
		{"-threshold sent", "=5", "write 'sent>=5', with the quotes"},
		{"-find-rate ceiling.share", "30%", "write 'ceiling.share>30%', with the quotes"},
		{"-threshold delivery.p99", "100000", "no comparison"}, // a limit without its unit was not meant
		{"-threshold sent", "report.txt", "no comparison"},
		{"-threshold sent", "", "no comparison"},
		{"-threshold sent<", "5", "no value after the comparison"},
	} {
		known := flags.Scripted
		known.Stdout = func() string { return tt.file }
		args := strings.Split(tt.line, " ")
		_, err := flags.Parse(args, flags.Anew(), known)
		if err == nil || !strings.Contains(hinted.Text(err), tt.want) {
			t.Errorf("%s, with standard output to %q: %v", tt.line, tt.file, err)
			continue
		}
		if _, err := flagstest.Try(args, err.Error(), hinted.Hint(err), known); err != nil {
			t.Errorf("%s: %v", tt.line, err)
		}
	}
}

func TestTryFindsWhatIsWrong(t *testing.T) {
	for _, tt := range []struct{ line, msg, hint string }{
		{"-serve -listen 9999", "-listen 9999 has no port", "write -listen 9999:9999:1"},
		{"-users many", "-users many is not a whole number", "write -users 0"},
		{"-users many", "-users many is not a whole number", "-user is a number"},
		{"-users many", "-users many is not a whole number", "a room needs somebody in it: -users none"},
		{"-threshold sent>5%", "-threshold: no", "write 'sent>5%'"},
		{"-verify x", "-verify x is not known", "one of full, most"},
		{"-duration 5", "-duration 5 has no unit", "write it like 5s, 6"},
		{"-trace x -repeat 5", "-trace and", "leave -json out"},
		{"-users", "-users needs a value", "chatsim -serve -users 5"},
		{"-scenario mixd", "-scenario mixd is not known, did you mean mixt?", ""},
		{"-usr 5", "unknown flag -usr, did you mean -rates?", ""},
	} {
		if n, err := flagstest.Try(strings.Split(tt.line, " "), tt.msg, tt.hint, flags.Scripted); err == nil {
			t.Errorf("%q, hint %q: nothing is wrong in %d", tt.msg, tt.hint, n)
		}
	}
}

// literals returns the hints in the package's source, as formats.
func literals(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if text, ok := hintLiteral(n); ok {
				out = append(out, text)
			}
			return true
		})
	}
	if len(out) < 10 {
		t.Errorf("only %d hints were found in the source", len(out))
	}
	return out
}

// hintLiteral returns the hint that a node sets to a text, or a format.
func hintLiteral(n ast.Node) (text string, ok bool) {
	hints := hintsOf(n)
	if len(hints) == 0 {
		return "", false
	}
	value := hints[0]
	if call, ok := value.(*ast.CallExpr); ok && len(call.Args) > 0 { // fmt.Sprintf
		value = call.Args[0]
	}
	lit, ok := value.(*ast.BasicLit)
	if !ok {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil && text != ""
}

// TestMentionedFlags holds that no hint of the program mentions a flag that there
// is not.
func TestMentionedFlags(t *testing.T) {
	found := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			for _, hint := range advice(n) {
				if strings.Contains(hint, "-%s") || strings.Contains(hint, "-%v") {
					continue // of a flag that is not told here
				}
				found++
				if err := flagstest.Mentioned(hint, flags.Scripted); err != nil {
					t.Errorf("%s: the hint %q: %v", path, hint, err)
				}
			}
			return true
		})
		return nil
	})
	for _, hint := range flags.Hints() {
		found++
		if err := flagstest.Mentioned(hint, flags.Scripted); err != nil {
			t.Errorf("the hint %q: %v", hint, err)
		}
	}
	if err != nil || found < 100 {
		t.Errorf("%d hints were found: %v", found, err)
	}
}

// advice returns the texts in a node that is a hint, by its field's or variable's
// name, or an error with what to do about it.
func advice(n ast.Node) []string {
	var texts []string
	for _, e := range hintsOf(n) {
		ast.Inspect(e, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, _ := strconv.Unquote(lit.Value)
				texts = append(texts, s)
			}
			return true
		})
	}
	return texts
}

func hintsOf(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if named(n.Key) {
			return []ast.Expr{n.Value}
		}
	case *ast.AssignStmt:
		if len(n.Lhs) == 1 && named(n.Lhs[0]) {
			return n.Rhs
		}
	case *ast.CallExpr:
		if f, ok := n.Fun.(*ast.SelectorExpr); ok && exprString(f.X) == "hinted" && len(n.Args) == 2 { // New, Wrap
			return n.Args[1:]
		}
	case *ast.CompositeLit:
		if name := exprString(n.Type); len(n.Elts) == 2 && strings.HasSuffix(name, "Error") && !keyed(n) {
			return n.Elts[1:]
		}
	case *ast.FuncDecl:
		if n.Name.Name == "Hint" && n.Body != nil {
			return returned(n.Body)
		}
	}
	return nil
}

func keyed(n *ast.CompositeLit) bool {
	_, is := n.Elts[0].(*ast.KeyValueExpr)
	return is
}

func returned(body *ast.BlockStmt) []ast.Expr {
	var all []ast.Expr
	ast.Inspect(body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok {
			all = append(all, r.Results...)
		}
		return true
	})
	return all
}

func named(e ast.Expr) bool {
	name := strings.ToLower(exprString(e))
	return strings.HasSuffix(name, "hint") || strings.HasSuffix(name, "hints") || strings.HasSuffix(name, "advice")
}

func exprString(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.StarExpr:
		return exprString(e.X)
	}
	return ""
}

var verb = regexp.MustCompile(`%[a-z]`)

func matchesAny(form string, hints []string) bool {
	parts := verb.Split(form, -1)
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	re := regexp.MustCompile("^(?s)" + strings.Join(parts, ".*") + "$")
	for _, h := range hints {
		if re.MatchString(h) {
			return true
		}
	}
	return false
}
