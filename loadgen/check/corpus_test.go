package check

import (
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

var (
	update = flag.Bool("update", false, "write what the judge says of the corpus to "+corpusFile)
	dump   = flag.String("dump", "", "write what the judge says of each run of the corpus, in full, to a file in this directory")
)

// corpusFile holds a line for each run of the corpus: its name, the checks that
// failed with the number of their violations, and a hash of all that the judge
// says of the run. It changes only where the judge is meant to say something else.
const corpusFile = "testdata/judged.txt"

// corpus is what the judge has said, and says now, by the names of the runs.
var corpus struct {
	once sync.Once
	said map[string]string

	mu  sync.Mutex
	now map[string]string
}

// CheckCorpus compares what the judge says of a run with what it has said before.
func CheckCorpus(t *testing.T, name string, results ...Result) {
	t.Helper()
	corpus.once.Do(func() {
		corpus.said, corpus.now = make(map[string]string), make(map[string]string)
		b, _ := os.ReadFile(corpusFile)
		for line := range strings.Lines(string(b)) {
			name, said, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
			corpus.said[name] = said
		}
	})
	h := fnv.New64a()
	var failed []string
	var full strings.Builder
	for _, r := range results {
		text := r.text()
		full.WriteString(text)
		fmt.Fprint(h, text)
		for _, o := range r.Checks {
			if o.Violations > 0 && len(results) == 1 {
				failed = append(failed, fmt.Sprintf("%s %d", o.Name, o.Violations))
			}
		}
	}
	if *dump != "" {
		if err := os.WriteFile(filepath.Join(*dump, strings.ReplaceAll(name, "/", "_")), []byte(full.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	now := fmt.Sprintf("%s; %016x", strings.Join(failed, ", "), h.Sum64())
	corpus.mu.Lock()
	corpus.now[name] = now
	corpus.mu.Unlock()
	if said := corpus.said[name]; said != now && !*update {
		t.Errorf("%s: the judge says %q, it has said %q; compare the files that -args -dump DIR writes before and after", name, now, said)
	}
}

// text returns a result in full. Hashes of names differ from one process to the next,
// so nothing in it may depend on them.
func (r Result) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d deliveries, %d observed\n", r.Deliveries, r.Expected, r.Observed)
	for _, o := range r.Checks {
		if o.Name == Admission && o.Violations == 0 {
			continue // these rooms let in whoever asks
		}
		fmt.Fprintf(&b, "%s: %s, required %v, %d evaluations, %d violations, %d implied, %q\n",
			o.Name, o.Verdict, o.Required, o.Evaluations, o.Violations, o.Implied, o.Reason)
		for _, w := range o.Witnesses[:min(len(o.Witnesses), 5)] { // more would say the same
			fmt.Fprintf(&b, "\t%v %q at %d: %s\n\t\texpected %q\n\t\tcame     %q\n\t\tbefore   %q\n\t\t%d agreed, %v\n",
				w.Chatters, w.Names, w.Place, w.Sentence, w.Expected, w.Came, w.Before, w.Agreed, w.Sides)
		}
	}
	return b.String()
}

func TestMain(m *testing.M) {
	code := m.Run()
	if *update {
		var lines []string
		for name, said := range corpus.said {
			if corpus.now[name] == "" {
				corpus.now[name] = said
			}
		}
		for name, said := range corpus.now {
			lines = append(lines, name+": "+said+"\n")
		}
		slices.Sort(lines)
		if err := os.WriteFile(corpusFile, []byte(strings.Join(lines, "")), 0o666); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}
