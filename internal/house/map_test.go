package house

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// unnamed are the rooms that the map of layers in text leaves out. A room
// within another one is named by its last word.
func unnamed(text string, pkgs []pkg) []string {
	_, layers, _ := strings.Cut(text, "## Layers\n\n```\n")
	layers, _, _ = strings.Cut(layers, "```")
	words := strings.FieldsFunc(layers, func(r rune) bool { return !unicode.IsLetter(r) })
	var missing []string
	for i := range pkgs {
		inside := strings.HasPrefix(pkgs[i].path, module+"/internal/")
		if room := pkgs[i].room(); inside && !slices.Contains(words, path.Base(room)) {
			missing = append(missing, room)
		}
	}
	return missing
}

func TestTheMapNamesEveryRoom(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../AGENTS.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range unnamed(string(text), load(t)) {
		t.Errorf("the layers of AGENTS.md do not name %s", room)
	}
	planted := []pkg{{path: module + "/internal/lane"}, {path: module + "/internal/lanes"}, {path: module + "/internal/store/attic"}, {path: module + "/api"}}
	got := unnamed("lanes\n## Layers\n\n```\nleaves: lane · store\n```\nattic", planted)
	if diff := cmp.Diff([]string{"lanes", "store/attic"}, got); diff != "" {
		t.Errorf("rooms that a map leaves out: %s", diff)
	}
}
