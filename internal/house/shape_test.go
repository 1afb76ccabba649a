package house

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
)

// The budgets. They are a smoke alarm: split by meaning, not by line count.
const (
	maxFileLines    = 600
	maxTestLines    = 900
	maxPackageLines = 3_500
	maxPackageFiles = 25
	maxImports      = 7
	maxMethods      = 8
	maxArguments    = 4
)

// checkShape looks at names, functions and interfaces.
func checkShape(p *pkg, f *file, report reporter) {
	if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "model", "models", "misc"}, f.ast.Name.Name) {
		report("name", f.name, "package %s says nothing about what is in it", f.ast.Name.Name)
	}
	limit := maxFileLines
	if f.test {
		limit = maxTestLines
	}
	if f.lines > limit {
		report("lines", f.name, "%d lines of %d: split by meaning", f.lines, limit)
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				report("init", f.name, "an init function works before anybody asked it to")
			}
			if got := arguments(n.Type); !f.test && got > maxArguments {
				report("arguments", f.name, "%s takes %d arguments: make it a struct", n.Name.Name, got)
			}
		case *ast.InterfaceType:
			if got := n.Methods.NumFields(); got > maxMethods {
				report("methods", f.name, "an interface of %d methods: declare what you need where you need it", got)
			}
			for _, m := range n.Methods.List {
				if ft, ok := m.Type.(*ast.FuncType); ok && !f.test && arguments(ft) > maxArguments {
					report("arguments", f.name, "%s takes %d arguments: make it a struct", m.Names[0].Name, arguments(ft))
				}
			}
		}
		return true
	})
}

// arguments counts a function's arguments without its context.
func arguments(ft *ast.FuncType) int {
	n := ft.Params.NumFields()
	for _, field := range ft.Params.List {
		if sel, ok := field.Type.(*ast.SelectorExpr); ok && sel.Sel.Name == "Context" {
			n -= max(1, len(field.Names))
		}
	}
	return n
}

// checkBudgets looks at the package as a whole.
func checkBudgets(p *pkg, report reporter) {
	files, lines, inside := 0, 0, map[string]bool{}
	for i := range p.files {
		f := &p.files[i]
		if f.test || f.variant {
			continue
		}
		files++
		lines += f.lines
		for path := range f.imports() {
			// A package's own rooms are parts of it, not neighbours.
			if within(path, module+"/internal") && !within(path, p.path) {
				inside[path] = true
			}
		}
	}
	if files > maxPackageFiles {
		report("package", "", "%d files of %d", files, maxPackageFiles)
	}
	if p.in(testRooms...) {
		return // as for other tests, only files have a size
	}
	if lines > maxPackageLines {
		report("package", "", "%d lines of %d", lines, maxPackageLines)
	}
	if len(inside) > maxImports && !p.in(composers...) {
		report("imports", "", "imports %d packages of ours, of %d", len(inside), maxImports)
	}
}

// checkGlobals finds package variables that change after their declaration:
// assigned, incremented, deleted from, their address taken, or made to be
// changed (locks, counters).
func checkGlobals(p *pkg, report reporter) {
	globals := map[string]*ast.ValueSpec{}
	for i := range p.files {
		f := &p.files[i]
		for _, decl := range f.ast.Decls {
			d, ok := decl.(*ast.GenDecl)
			if f.test || !ok || d.Tok != token.VAR {
				continue
			}
			for _, s := range d.Specs {
				spec := s.(*ast.ValueSpec)
				if what := mutableKind(f, spec); what != "" {
					report("global", f.name, "%s is a %s: state belongs to a value that somebody owns", spec.Names[0].Name, what)
				}
				for _, name := range spec.Names {
					globals[name.Name] = spec
				}
			}
		}
	}
	for i := range p.files {
		f := &p.files[i]
		seen := map[token.Pos]bool{}
		changed := func(e ast.Expr) {
			id := base(e)
			if id == nil || globals[id.Name] == nil || seen[id.Pos()] {
				return
			}
			if id.Obj != nil && id.Obj.Decl != globals[id.Name] { // a local variable of that name
				return
			}
			seen[id.Pos()] = true
			report("global", f.name, "changes the package variable %s", id.Name)
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, e := range n.Lhs {
						changed(e)
					}
				}
			case *ast.IncDecStmt:
				changed(n.X)
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					changed(n.X)
				}
			case *ast.RangeStmt:
				if n.Tok == token.ASSIGN {
					changed(n.Key)
					changed(n.Value)
				}
			case *ast.CallExpr:
				if fn, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 && (fn.Name == "delete" || fn.Name == "clear" || fn.Name == "close") {
					changed(n.Args[0])
				}
			}
			return true
		})
	}
}

// base is the variable at the root of x[i].y, *x and the like.
func base(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// mutableKind names the kind of a variable that exists to be changed. A
// sync.Pool holds no meaning and sync.OnceValue computes a constant late.
func mutableKind(f *file, spec *ast.ValueSpec) string {
	exprs := slices.Concat(spec.Values, []ast.Expr{spec.Type})
	for _, e := range exprs {
		if lit, ok := e.(*ast.CompositeLit); ok {
			e = lit.Type
		}
		if call, ok := e.(*ast.CallExpr); ok && len(call.Args) > 0 {
			if fn, ok := call.Fun.(*ast.Ident); ok && (fn.Name == "make" || fn.Name == "new") {
				if _, isChan := call.Args[0].(*ast.ChanType); isChan {
					return "channel"
				}
				e = call.Args[0]
			}
		}
		if index, ok := e.(*ast.IndexExpr); ok {
			e = index.X
		}
		sel, ok := e.(*ast.SelectorExpr)
		if !ok {
			continue
		}
		x, ok := sel.X.(*ast.Ident)
		if !ok {
			continue
		}
		for path, name := range f.imports() {
			if name == x.Name && (path == "sync" && sel.Sel.Name != "Pool" || path == "sync/atomic") {
				return path + "." + sel.Sel.Name
			}
		}
	}
	return ""
}

// sizes makes files of given lengths, to try the budgets.
func sizes(lines ...int) []file {
	files := make([]file, len(lines))
	for i, n := range lines {
		files[i] = file{name: "f" + strconv.Itoa(i) + ".go", lines: n, ast: &ast.File{Name: ast.NewIdent("p")}}
	}
	return files
}
