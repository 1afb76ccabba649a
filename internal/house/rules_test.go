package house

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

// violation is one breach of one rule.
type violation struct{ rule, where, what string }

func (v violation) String() string { return fmt.Sprintf("%s: %s: %s", v.where, v.rule, v.what) }

// owner says which rooms may import a foreign library, and why that one does.
type owner struct {
	library string
	rooms   []string
	reason  string
	// tests are rooms whose tests may use it too.
	tests []string
}

// packs are rooms whose tests make packed requests and replies.
var packs = []string{"outbound", "ingest", "source", "echo"}

var owners = []owner{
	{"modernc.org/sqlite", []string{"store"}, "all SQL stands in one place", nil},
	{"github.com/jackc/pgx/v5", []string{"store"}, "all SQL stands in one place", nil},
	{"github.com/gofrs/flock", []string{"store"}, "the data folder belongs to one process", nil},
	{"github.com/expr-lang/expr", []string{"expr"}, "expressions run under its budgets only", nil},
	{"github.com/danielgtaylor/huma/v2", []string{"httpapi"}, "the API's operations", nil},
	{"go.yaml.in/yaml/v3", []string{"document"}, "documents are read and written there", nil},
	{"github.com/klauspost/compress", []string{"compress"}, "decoders with limits", packs},
	{"github.com/andybalholm/brotli", []string{"compress"}, "decoders with limits", packs},
	{"github.com/cespare/xxhash/v2", []string{"compress"}, "the checksum of zstd", nil},
	{"golang.org/x/text", []string{"charset"}, "old character sets", nil},
	{"github.com/google/uuid", []string{"id"}, "ids are made in one way", nil},
	{"github.com/prometheus/client_golang", []string{"telemetry"}, "one registry", nil},
	{"github.com/prometheus/procfs", []string{"cgroup"}, "the bounds of this process", nil},
	{"github.com/spf13/cobra", []string{"cli"}, "the command line", nil},
	{"golang.org/x/term", []string{"cmd"}, "a password is typed unseen; the process's streams belong to cmd", nil},
	{"golang.org/x/crypto", []string{"account"}, "argon2id, for passwords only", nil},
	{"golang.org/x/net/publicsuffix", []string{"outbound"}, "which domains belong to many, for the cookies of a run", nil},
	{"golang.org/x/sync", []string{"outbound"}, "a semaphore of bytes, for the memory of long replies", nil},
	{"github.com/wneessen/go-mail", []string{"mail"}, "letters leave in one way", nil},
}

// testLibraries may be imported by every test and by testkit.
var testLibraries = []string{
	"github.com/google/go-cmp", "pgregory.net/rapid", "go.uber.org/goleak",
	"github.com/rogpeppe/go-internal", "github.com/mccutchen/go-httpbin/v2",
	"github.com/emersion/go-smtp", "github.com/emersion/go-sasl",
}

// testRooms hold code for tests only.
var testRooms = []string{"testkit", "store/storetest"}

// composers only put others together: what they import is what they are for.
var composers = []string{"cmd", "store/rooms"}

// apart never import one another: they meet in the store and one notifier.
var apart = []string{"ingest", "engine", "schedule", "alert", "httpapi"}

// fromOutside are the tools that act on a server from outside, in real time and
// over real connections: they are no part of what it does.
var fromOutside = []string{"drill", "loadgen", "child"}

// call names functions or types of a package of the standard library, the rooms
// that may use them, and the reason.
type call struct {
	rule, library string
	names         []string
	rooms         []string
	// file narrows the permission of the rooms to one file.
	file   string
	reason string
}

var calls = []call{
	{"clock", "time", []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"},
		[]string{"root"}, "clock.go", "everything else takes a gonets.Clock, so that tests run hours in milliseconds"},
	{"environment", "os", []string{"Getenv", "LookupEnv", "Environ", "ExpandEnv", "Setenv", "Unsetenv"},
		[]string{"config", "cmd"}, "", "one struct describes all settings; cmd hands the look-up on"},
	{"network", "net", []string{"Dial", "DialTimeout", "DialIP", "DialTCP", "DialUDP", "DialUnix", "Dialer"},
		[]string{"outbound", "client", "testkit"}, "", "every connection passes the guard of outbound; client talks to the own server only, testkit stands between a test and its database"},
	{"network", "net/http", []string{"Client", "Transport", "DefaultClient", "DefaultTransport", "Get", "Head", "Post", "PostForm"},
		[]string{"outbound", "client"}, "", "every connection passes the guard of outbound; client talks to the own server only"},
}

// realTime lists rooms that measure or wait in real time by their nature.
var realTime = map[string]string{
	"service": "the grace of a stop is for people and supervisors, who do not live in the server's time",
}

// check holds packages against every rule.
func check(pkgs []pkg) []violation {
	var found []violation
	for i := range pkgs {
		p := &pkgs[i]
		report := func(rule, where, format string, args ...any) {
			found = append(found, violation{rule, strings.TrimPrefix(p.path+"/"+where, module+"/"), fmt.Sprintf(format, args...)})
		}
		for j := range p.files {
			f := &p.files[j]
			for path := range f.imports() {
				checkImport(p, f, path, report)
			}
			checkCalls(p, f, report)
			checkShape(p, f, report)
		}
		checkGlobals(p, report)
		checkBudgets(p, report)
	}
	return found
}

type reporter func(rule, where, format string, args ...any)

func foreign(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return strings.Contains(first, ".")
}

func within(path, library string) bool {
	return path == library || strings.HasPrefix(path, library+"/")
}

func checkImport(p *pkg, f *file, path string, report reporter) {
	ours := within(path, module)
	target := pkg{path: path}
	switch {
	case !f.test && p.room() == "root" && (foreign(path) || ours):
		report("root", f.name, "the root package imports %s; it knows the standard library only", path)
	case foreign(path):
		checkOwner(p, f, path, report)
	case !ours:
	case p.in(apart...) && target.in(apart...) && !target.in(p.room()):
		report("apart", f.name, "%s imports %s; they meet in the store and the notifier", p.room(), target.room())
	case target.in(testRooms...) && !f.test && !p.in(testRooms...):
		report("testkit", f.name, "imports %s, which is for tests only", target.room())
	case target.in("store") && !p.in("store", "cmd", "testkit"):
		report("store", f.name, "imports the store; declare the few methods that you need where you need them")
	case target.in("cmd"):
		report("cmd", f.name, "imports %s; nothing stands above cmd", path)
	}
}

func checkOwner(p *pkg, f *file, path string, report reporter) {
	isLibrary := func(l string) bool { return within(path, l) }
	if (f.test || p.in(testRooms...)) && slices.ContainsFunc(testLibraries, isLibrary) {
		return
	}
	for _, o := range owners {
		if !within(path, o.library) {
			continue
		}
		allowed := o.rooms[0] == "" || p.in(o.rooms...) || f.test && p.in(o.tests...)
		if !allowed {
			report("owner", f.name, "imports %s, which belongs to %s: %s", path, strings.Join(o.rooms, ", "), o.reason)
		}
		return
	}
	report("owner", f.name, "imports %s, which nobody owns: add an owner with a reason", path)
}

// checkCalls finds what only some rooms may use. Tests may use all of it but
// sleep, unless in the made time of testing/synctest.
func checkCalls(p *pkg, f *file, report reporter) {
	imports := f.imports()
	ast.Inspect(f.ast, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		if !ok || x.Obj != nil { // a variable that hides the import
			return true
		}
		for _, c := range calls {
			if imports[c.library] != x.Name || !slices.Contains(c.names, sel.Sel.Name) {
				continue
			}
			used := c.library + "." + sel.Sel.Name
			switch {
			case f.test && used == "time.Sleep" && imports["testing/synctest"] == "":
				report("sleep", f.name, "a test sleeps; wait for a signal or move a fake clock")
			case f.test || p.in(c.rooms...) && (c.file == "" || c.file == f.name):
			case c.rule != "environment" && p.in(fromOutside...):
			case c.rule == "clock" && realTime[p.room()] != "":
			default:
				report(c.rule, f.name, "uses %s: %s", used, c.reason)
			}
		}
		return true
	})
}
