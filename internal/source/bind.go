package source

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/internal/value"
)

// Binding is a source's document laid over its preset, ready to work. It never
// changes and may be used by several goroutines at once.
type Binding struct {
	Source gonets.Source
	Preset *Preset

	methods []string
	scheme  scheme
	ids     [][]value.Path
	items   *value.Path
	order   *value.Path
	// secrets are the member names that lead to secrets: header and query by
	// name, body by path.
	secretHeaders map[string]bool
	secretQuery   map[string]bool
	secretBody    [][]string
	derive        []func(map[string]any)
	window        time.Duration
	// zone is the source's own time zone; nil is UTC.
	zone     *time.Location
	settings map[string]string
}

// Bind lays a source's document, which is valid by itself, over its preset.
// The error is an *gonets.Error with code invalid that holds every problem with
// its JSON Pointer.
func Bind(src gonets.Source, p *Preset) (*Binding, error) {
	b := &Binding{
		Source: src, Preset: p, window: gonets.DedupeWindow,
		// These identify people at other doors, so no source shows them.
		secretHeaders: map[string]bool{"authorization": true, "proxy-authorization": true, "cookie": true},
		secretQuery:   map[string]bool{},
	}
	r := &binder{}
	b.methods = methods(src, p)
	b.scheme = r.scheme(src.Verify, p)
	if src.TimeZone != "" {
		// A zone that this machine does not know leaves times in UTC.
		b.zone, _ = time.LoadLocation(src.TimeZone)
	}
	b.bindIDs(r)
	if path := first(src.Items, p.ItemsPath); path != "" {
		b.items = r.path("/items", path, "body")
	}
	if src.Order != "" {
		b.order = r.path("/order", src.Order, "body", "query", "headers", "item")
	}
	if src.DedupeWindow != nil {
		b.window = src.DedupeWindow.D()
	}
	for _, d := range p.Derived {
		f, ok := derivations(d)
		if !ok {
			r.add("/preset", codePreset, "the derived value %q from %q is not known", d.Name, d.From)
			continue
		}
		b.derive = append(b.derive, f)
	}
	for _, s := range p.SecretPaths {
		b.hide(r, s)
	}
	for _, place := range b.scheme.places {
		if b.scheme.kind != KindHMAC {
			b.hide(r, placePath(place))
		}
	}
	if len(r.problems) > 0 {
		return nil, &gonets.Error{
			Code: gonets.CodeInvalid, Message: "The source cannot be used as it is written.", Problems: r.problems,
		}
	}
	return b, nil
}

// Methods are the methods that make events, in the order of the preset.
func (b *Binding) Methods() []string { return b.methods }

// Accepts tells whether a request of this method makes an event.
func (b *Binding) Accepts(method string) bool { return slices.Contains(b.methods, method) }

// Protected tells whether callers have to prove who they are, and the name of the
// secret by which they do; without a name nobody can.
func (b *Binding) Protected() (protected bool, secret string) {
	return b.scheme.kind != KindNone, b.scheme.secret
}

// DedupeWindow is how long the source's ids are remembered.
func (b *Binding) DedupeWindow() time.Duration { return b.window }

// wait is how long the service lets itself be kept waiting.
func (p *Preset) wait() time.Duration {
	if d := p.Answer.DeadlineS; d > 0 {
		return min(gonets.MaxSyncWait, time.Duration(d-1)*time.Second)
	}
	return gonets.MaxSyncWait
}

// Wait is how long a caller may be kept waiting for a scenario's answer: the
// least of the general bound, the service's deadline less a second, and the
// document's own wait.
func (b *Binding) Wait() time.Duration {
	wait := b.Preset.wait()
	if r := b.Source.Reply; r != nil && r.Wait != nil {
		wait = min(wait, r.Wait.D())
	}
	return wait
}

func (b *Binding) bindIDs(r *binder) {
	if id := b.Source.ID; id != nil {
		if id.Path != "" {
			b.addID(r, "/id", Paths{id.Path})
		}
		return
	}
	b.addID(r, "/preset", b.Preset.IDPath)
	b.addID(r, "/preset", b.Preset.AltIDPath)
}

func (b *Binding) addID(r *binder, pointer string, paths Paths) {
	if len(paths) == 0 {
		return
	}
	rule := make([]value.Path, 0, len(paths))
	for _, s := range paths {
		if p := r.path(pointer, s, "body", "query", "headers", "item"); p != nil {
			rule = append(rule, *p)
		}
	}
	b.ids = append(b.ids, rule)
}

// hide keeps a place out of the scope and masks it wherever it is shown.
func (b *Binding) hide(r *binder, s string) {
	p := r.path("/preset", s, "body", "query", "headers")
	if p == nil {
		return
	}
	root := p.Root()
	names := memberNames(p.Rest())
	if len(names) == 0 || root != "body" && len(names) != 1 {
		r.add("/verify/places", codePlace, "%q is not the place of one value", s)
		return
	}
	switch root {
	case "headers":
		b.secretHeaders[names[0]] = true
	case "query":
		b.secretQuery[names[0]] = true
	case "body":
		b.secretBody = append(b.secretBody, names)
	}
}

// memberNames are a path's names; nil when it has other parts.
func memberNames(p value.Path) []string {
	var names []string
	for ; p.Len() > 0; p = p.Rest() {
		name := p.Root()
		if name == "" {
			return nil
		}
		names = append(names, name)
	}
	return names
}

func placePath(p gonets.Place) string {
	switch p.In {
	case "header":
		return `headers["` + strings.ToLower(p.Name) + `"]`
	case "query":
		return `query["` + p.Name + `"]`
	}
	return "body." + p.Name
}

// The codes of what is wrong with a source, beside those of the root.
const (
	codePreset    gonets.Code = "source.preset"
	codePath      gonets.Code = "source.path"
	codeRoot      gonets.Code = "source.path_root"
	codePlace     gonets.Code = "verify.place"
	codePlaceName gonets.Code = "verify.place_name"
	codeBasic     gonets.Code = "verify.basic"
	codeChoose    gonets.Code = "verify.choose"
	codeHeader    gonets.Code = "verify.header"
	codeBrace     gonets.Code = "verify.brace"
	codePart      gonets.Code = "verify.part"
	codeCovers    gonets.Code = "verify.covers_nothing"
	codeTimestamp gonets.Code = "verify.timestamp"
)

// binder collects what is wrong with a document.
type binder struct{ problems []gonets.Problem }

func (r *binder) add(pointer string, code gonets.Code, format string, args ...any) {
	r.problems = append(r.problems, gonets.Mistake(pointer, code, format, args...))
}

// path reads a path that is relative to the event; event. in front of it is
// allowed.
func (r *binder) path(pointer, s string, roots ...string) *value.Path {
	text := strings.TrimPrefix(s, "event.")
	if strings.HasPrefix(text, "headers") {
		// Names of headers are in lower case in the scope.
		text = strings.ToLower(text)
	}
	p, err := value.ParsePath(text)
	if err != nil {
		r.add(pointer, codePath, "%q is not a path; write it like body.order.id", s)
		return nil
	}
	if !slices.Contains(roots, p.Root()) {
		problem := gonets.Mistake(pointer, codeRoot, "the path begins with none of %s", gonets.Choice(roots))
		problem.Expression = s
		if p.Root() != "" {
			problem.Suggestion = "body." + s
		}
		r.problems = append(r.problems, problem)
		return nil
	}
	return &p
}

// methods are the document's, else the preset's. HEAD and OPTIONS only ask.
func methods(src gonets.Source, p *Preset) []string {
	list := p.Methods
	if src.Accept != nil && len(src.Accept.Methods) > 0 {
		list = src.Accept.Methods
	}
	var out []string
	for _, m := range list {
		if m = strings.ToUpper(m); m != http.MethodOptions && m != http.MethodHead {
			out = append(out, m)
		}
	}
	return out
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
