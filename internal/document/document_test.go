package document

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"

	"gonets"
)

var update = flag.Bool("update", false, "write golden files again")

// sameSet compares what documents hold, not where they stood.
func sameSet(a, b *Set) string { return cmp.Diff(a, b, cmpopts.IgnoreUnexported(Set{})) }

func problemsOf(t *testing.T, err error) []gonets.Problem {
	t.Helper()
	var e *gonets.Error
	if !errors.As(err, &e) || e.Code != gonets.CodeInvalid || len(e.Problems) == 0 {
		t.Fatalf("not an error of code invalid with problems: %v", err)
	}
	return e.Problems
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got):\n%s", path, d)
	}
}

func TestBrokenFilesAreExplainedWithTheirPlaces(t *testing.T) {
	t.Parallel()
	const path = "testdata/broken.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		in, out := archive.Files[i], &archive.Files[i+1]
		if out.Name != in.Name+": said" {
			t.Fatalf("%s is followed by %s", in.Name, out.Name)
		}
		_, err := Parse(in.Data, Checks{})
		if err == nil {
			t.Errorf("%s: nothing is said", in.Name)
			continue
		}
		var said strings.Builder
		for _, p := range problemsOf(t, err) {
			if p.Line == 0 && len(strings.TrimSpace(string(in.Data))) > 0 && !strings.HasPrefix(in.Name, "only") {
				t.Errorf("%s: no line: %v", in.Name, p)
			}
			if p.Document > 1 {
				said.WriteString("document 2+: ")
			}
			said.WriteString(p.String() + "\n")
		}
		out.Data = []byte(said.String())
	}
	golden(t, path, txtar.Format(archive))
}

func TestExamplesAreSoundAndStaySo(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../examples/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("examples: %v, %v", files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		set, err := Parse(data, Checks{})
		if err != nil {
			t.Errorf("%s:\n%v", file, err)
			continue
		}
		roundTrip(t, set)
	}
}

// roundTrip proves that a set survives export and that export is stable.
func roundTrip(t interface {
	Helper()
	Fatalf(string, ...any)
}, set *Set) {
	t.Helper()
	first, err := Export(*set)
	if err != nil {
		t.Fatalf("export: %v", err)
	}
	again, err := parse(first, Checks{}, readYAML)
	if err != nil {
		t.Fatalf("what was exported is not read: %v\n%s", err, first)
	}
	if d := sameSet(set, again); d != "" {
		t.Fatalf("changed by export (-before +after):\n%s\n%s", d, first)
	}
	second, err := Export(*again)
	if err != nil || string(first) != string(second) {
		t.Fatalf("export is not stable, %v:\n%s", err, cmp.Diff(string(first), string(second)))
	}
	for i := range set.Scenarios {
		data, err := JSON(&set.Scenarios[i])
		if err != nil {
			t.Fatalf("JSON: %v", err)
		}
		fromJSON, err := ParseJSON(data, Checks{})
		if err != nil {
			t.Fatalf("JSON is not read: %v\n%s", err, data)
		}
		if d := cmp.Diff(set.Scenarios[i], fromJSON.Scenarios[0]); d != "" {
			t.Fatalf("changed by JSON:\n%s", d)
		}
	}
}

func TestEverythingIsExportedInCanonicalForm(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	set, err := Parse(data, Checks{})
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, set)
	out, err := Export(*set)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/full.golden", out)
	source, err := JSON(set.Sources[0])
	if err != nil {
		t.Fatal(err)
	}
	scenario, err := JSON(set.Scenarios[0])
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/full.json.golden", append(append(source, '\n'), append(scenario, '\n')...))
}
