// Package house holds the rules of this repository's layout and the tests that
// prove them. It has no code of its own.
package house

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the module's path; the root package is named like it.
const module = "gonets"

// pkg is a package as the rules see it: its files, parsed.
type pkg struct {
	path  string
	files []file
}

type file struct {
	name string
	test bool
	// variant files are built on another system or under a tag only.
	variant bool
	lines   int
	ast     *ast.File
}

// parse reads one file. Generated files are left out: nobody edits them.
func parse(tb testing.TB, name string, src []byte) (f file, generated bool) {
	tb.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ParseComments)
	if err != nil {
		tb.Fatal(err)
	}
	return file{
		name: name, test: strings.HasSuffix(name, "_test.go"), ast: tree, lines: bytes.Count(src, []byte("\n")),
	}, ast.IsGenerated(tree)
}

// load reads every package of the module as it stands on disk, for all systems.
func load(tb testing.TB) []pkg {
	tb.Helper()
	list := exec.CommandContext(tb.Context(), "go", "list", "-e",
		"-json=ImportPath,Dir,GoFiles,CgoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles", module+"/...")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		tb.Fatal(err)
	}
	var pkgs []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p struct {
			ImportPath, Dir                                              string
			GoFiles, CgoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
		}
		if err := d.Decode(&p); err != nil {
			tb.Fatal(err)
		}
		one := pkg{path: p.ImportPath}
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles, p.TestGoFiles, p.XTestGoFiles) {
			src, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				tb.Fatal(err)
			}
			if f, generated := parse(tb, name, src); !generated {
				f.variant = slices.Contains(p.IgnoredGoFiles, name)
				one.files = append(one.files, f)
			}
		}
		pkgs = append(pkgs, one)
	}
	return pkgs
}

// imports are the paths that a file imports, with the names that it uses for
// them.
func (f *file) imports() map[string]string {
	all := map[string]string{}
	for _, spec := range f.ast.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		name := path[strings.LastIndexByte(path, '/')+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		all[path] = name
	}
	return all
}

// room is the package's place: "root", "cmd/gonets", "store".
func (p *pkg) room() string {
	if p.path == module {
		return "root"
	}
	return strings.TrimPrefix(strings.TrimPrefix(p.path, module+"/"), "internal/")
}

// in tells whether the package is one of the rooms or stands inside one.
func (p *pkg) in(rooms ...string) bool {
	room := p.room()
	return slices.ContainsFunc(rooms, func(r string) bool { return room == r || strings.HasPrefix(room, r+"/") })
}
