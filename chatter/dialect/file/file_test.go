package file

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chatsim/manager/hinted"
)

// plain is a file with a place for more.
const plain = `say: '{body: $text}'
receive: 'if .body then {line: {from: .user, text: .body}} elif .you then {welcome: .you, roster: .all} else empty end'
`

func TestErrors(t *testing.T) {
	for name, tc := range map[string]struct{ source, want string }{
		"empty":          {"", "f.yaml: the file is empty"},
		"blank":          {" \n\n", "f.yaml: the file is empty"},
		"a comment":      {"# nothing\n", "f.yaml: the file is empty"},
		"no YAML":        {"say: [", "f.yaml:1:"},
		"a tab":          {"say: x\n\treceive: y\n", "f.yaml:2:"},
		"a list":         {"- a\n- b\n", "f.yaml:1:"},
		"a word":         {"hello\n", "f.yaml:1:1"},
		"a wrong key":    {plain + "sayy: '{}'\n", `f.yaml:3:1: unknown field "sayy"`},
		"twice":          {plain + "say: '{}'\n", "f.yaml:3:1: mapping key \"say\" already defined"},
		"two documents":  {plain + "---\nsay: x\n", "f.yaml: there is more than one document"},
		"a wrong word":   {plain + "transport: udp\n", "f.yaml:3:12: transport: udp"},
		"a wrong view":   {plain + "can:\n  views: some\n", "f.yaml:4:10: can.views: some"},
		"a wrong number": {plain + "every: {seconds: often, send: '1'}\n", "f.yaml:3:18:"},
		"a path":         {plain + "path: ws\n", "f.yaml: path: ws does not begin with a slash"},
		"YAML for jq":    {"say: {type: message}\n", "f.yaml:1:"},
		"an anchor":      {"say: &a [*a]\n", "f.yaml:1:"},
		"no anchor":      {plain + "login: *x\n", "f.yaml:3:"},
		"cut":            {"say: '{body: $text'\n", "f.yaml:1:19: say is no jq program: unexpected EOF"},
		"a token":        {"say: '{body $text}'\n", `f.yaml:1:13: say is no jq program: unexpected token "$text"`},
		"in a block":     {"say: '1'\nreceive: |\n  # so\n  if .a then\n    {line: )\n", `f.yaml:5:12: receive is no jq program: unexpected token ")"`},
		"a variable":     {"say: '{body: $txt}'\n", "f.yaml:1:14: say: variable not defined: $txt"},
		"a function":     {"say: |\n  {body:\n    upper($text)}\n", "f.yaml:3:5: say: function not defined: upper/1"},
		"the world":      {"say: '{body: env}'\n", "f.yaml:1:14: say: env is out of a program's reach"},
		"a module":       {"say: 'include \"x\"; .'\n", "f.yaml:1:7: say: include is out of a program's reach"},
		"no say":         {"receive: '{line: 1, welcome: 2, roster: 3}'\n", "f.yaml: say is missing"},
		"no receive":     {"say: '1'\n", "f.yaml: receive is missing"},
		"no line":        {"say: '1'\nreceive: '{welcome: 1, roster: 1}'\n", "f.yaml: receive makes no {line:"},
		"no welcome":     {"say: '1'\nreceive: '{line: 1, roster: 1}'\n", "f.yaml: receive makes neither {welcome: NAME} nor"},
		"no roster":      {"say: '1'\nreceive: '{line: 1, welcome: 1}'\n", "f.yaml: receive makes no {roster: [NAMES]}"},
		"no echo":        {plain + "can: {echo: false}\n", "f.yaml: can.echo: false without {ack: REF}"},
		"never":          {plain + "every: {seconds: 5}\n", "f.yaml: every needs both"},
	} {
		_, err := Parse("f.yaml", []byte(tc.source))
		if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
			continue
		}
		if hinted.Hint(err) == "" {
			t.Errorf("%s: no hint: %v", name, err)
		}
	}
	if _, err := Parse("f.yaml", []byte(plain)); err != nil {
		t.Error(err)
	}
}

// TestReady has the files that come with the program make sense.
func TestReady(t *testing.T) {
	files, err := filepath.Glob("../../../testdata/dialects/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(name, source); err != nil {
			t.Error(err)
		}
	}
}
