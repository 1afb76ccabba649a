package rehearse

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gonets"
	"gonets/api"
	"gonets/internal/mask"
	"gonets/internal/outbound"
	"gonets/internal/step"
	"gonets/internal/value"
)

const (
	// maxShown bounds a variable's value, in characters.
	maxShown = 200
	// maxVariables bounds how many variables one place gives, maxNested how deep
	// they are taken apart.
	maxVariables = 300
	maxNested    = 6
)

// listing gathers the variables of a scope.
type listing struct {
	scope *step.Scope
	cover *mask.Cover
	out   []api.Variable
	// titles are what people call the values at paths.
	titles map[string]*api.Words
	// left is how many more variables the present place may give.
	left int
}

// variables are all that templates can read from a scope.
func (r *Room) variables(d *step.Draft, s *step.Scope, source string, c *mask.Cover) []api.Variable {
	l := &listing{scope: s, cover: c, out: []api.Variable{}, titles: map[string]*api.Words{}}
	var usual []Usual
	if r.Usual != nil {
		usual = r.Usual(source)
	}
	for _, u := range usual {
		l.titles["event."+u.Path] = &api.Words{Ru: u.Ru, En: u.En}
	}
	l.event()
	l.usual(usual)
	l.steps(d)
	l.system()
	return l.out
}

// event lists the event's values.
func (l *listing) event() {
	v, _ := l.scope.Lookup("event")
	event, _ := v.(map[string]any)
	for _, part := range []string{"body", "item", "query", "headers"} {
		root := value.Path{}.Join("event").Join(part)
		l.left = maxVariables
		members, isObject := event[part].(map[string]any)
		if !isObject {
			if event[part] != nil {
				l.value(api.Variable{Group: api.GroupSource}, root, event[part], 0)
			}
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(members)) {
			l.value(api.Variable{Group: api.GroupSource}, root.Join(name), members[name], 0)
		}
	}
	for _, name := range []string{"method", "path", "received_at", "id", "source", "raw"} {
		if v, ok := event[name]; ok {
			l.value(api.Variable{Group: api.GroupSource}, value.Path{}.Join("event").Join(name), v, maxNested)
		}
	}
}

// usual lists what the source usually sends and this event has not.
func (l *listing) usual(usual []Usual) {
	for _, u := range usual {
		path := "event." + u.Path
		p, err := value.ParsePath(path)
		if err != nil || slices.ContainsFunc(l.out, func(v api.Variable) bool { return v.Path == p.String() }) {
			continue
		}
		kind := "text"
		if u.Type == "list" || u.Type == "object" {
			kind = u.Type
		}
		l.out = append(l.out, api.Variable{Group: api.GroupSource, Path: p.String(), Short: p.String(), Label: lastName(p),
			Title: l.titles[path], Type: kind, Empty: true, Usual: true})
	}
}

// steps lists what the steps gave.
func (l *listing) steps(d *step.Draft) {
	vars := object(l.scope, "vars")
	results := object(l.scope, "steps")
	named := map[string]bool{}
	save := func(of api.Variable, name string) (listed bool) {
		v, ok := vars[name]
		if !ok || name == "" || named[name] {
			return false
		}
		named[name] = true
		l.left = maxVariables
		l.value(of, value.Path{}.Join(name), v, 0)
		return true
	}
	gonets.WalkSteps(d.Scenario.Steps, func(path string, st *gonets.Step) {
		of := api.Variable{Group: api.GroupStep, Step: path, StepTitle: st.Title}
		result, _ := results[st.ID].(map[string]any)
		body := true
		if h := st.Sends(); h != nil && h.Save != nil {
			name := h.Save.Body
			// A later step may have saved its own reply under the same name.
			body = !save(of, name) || !reflect.DeepEqual(vars[name], result["body"])
			save(of, h.Save.Status)
			save(of, h.Save.Headers)
		}
		for _, row := range st.Set {
			in := of
			in.Group = api.GroupVars
			save(in, row.Name)
		}
		root := value.Path{}.Join("steps").Join(st.ID)
		for _, name := range []string{"value", "status", "body", "headers", "attempts"} {
			v, ok := result[name]
			if !ok || name == "body" && !body {
				continue
			}
			l.left = maxVariables
			l.value(of, root.Join(name), v, 0)
		}
	})
}

// system lists what every run can read.
func (l *listing) system() {
	of := api.Variable{Group: api.GroupSystem}
	for _, path := range []string{"now", "today", "uuid", "run.id", "run.started_at", "run.idempotency_key", "scenario.name", "source.name", "public_url"} {
		p, err := value.ParsePath(path)
		if err != nil {
			continue
		}
		if v, ok := l.read(p); ok {
			of.Title = systemTitles[path]
			l.left = 1
			l.value(of, p, v, maxNested)
		}
	}
	of.Title = nil
	env := object(l.scope, "env")
	for _, name := range slices.Sorted(maps.Keys(env)) {
		l.left = 1
		l.value(of, value.Path{}.Join("env").Join(name), env[name], maxNested)
	}
}

var systemTitles = map[string]*api.Words{
	"now":                 {Ru: "Дата и время", En: "Date and time"},
	"today":               {Ru: "Дата", En: "Date"},
	"uuid":                {Ru: "Уникальный номер", En: "Unique id"},
	"run.id":              {Ru: "Номер операции", En: "Run id"},
	"run.started_at":      {Ru: "Начало операции", En: "Start of the run"},
	"run.idempotency_key": {Ru: "Ключ запроса: один у всех попыток шага", En: "Request key: the same in all attempts of the step"},
	"scenario.name":       {Ru: "Имя обработки", En: "Name of the scenario"},
	"source.name":         {Ru: "Имя источника", En: "Name of the source"},
	"public_url":          {Ru: "Адрес этого сервера", En: "Address of this server"},
}

func object(s *step.Scope, name string) map[string]any {
	v, _ := s.Lookup(name)
	m, _ := v.(map[string]any)
	return m
}

func (l *listing) read(p value.Path) (any, bool) {
	v, ok := l.scope.Lookup(p.Root())
	if ok && p.Len() > 1 {
		return p.Rest().Get(v)
	}
	return v, ok
}

// value lists a value and what is inside it.
func (l *listing) value(of api.Variable, p value.Path, v any, depth int) {
	if l.left <= 0 {
		return
	}
	l.left--
	of.Path, of.Label = p.String(), lastName(p)
	of.Type, of.Empty = Kind(v), empty(v)
	of.Value, of.Secret = l.shown(p, v)
	if of.Title == nil {
		of.Title = l.titles[of.Path]
	}
	of.Short, of.Reserved = l.short(p)
	l.out = append(l.out, of)
	if depth >= maxNested {
		return
	}
	inside := of
	inside.Title = nil
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			l.value(inside, p.Join(name), v[name], depth+1)
		}
	case []any:
		if first, err := value.ParsePath(p.String() + "[0]"); err == nil && len(v) > 0 {
			l.value(inside, first, v[0], depth+1)
		}
	}
}

// short is the shortest path that means the same value; reserved tells that the
// bare name of an event's field means something else.
func (l *listing) short(p value.Path) (short string, reserved bool) {
	whole := p.String()
	for _, part := range []string{"event.body", "event.query"} {
		rest, inside := strings.CutPrefix(whole, part+".")
		if !inside {
			continue
		}
		bare, err := value.ParsePath(rest)
		if err != nil {
			return whole, false
		}
		if slices.Contains(value.ReservedNames(), bare.Root()) {
			return whole, true
		}
		if _, taken := object(l.scope, "vars")[bare.Root()]; taken {
			return whole, false
		}
		if part == "event.query" {
			body, _ := object(l.scope, "event")["body"].(map[string]any)
			if _, taken := body[bare.Root()]; taken {
				return whole, false
			}
		}
		return bare.String(), false
	}
	return whole, false
}

// names are the names along a path.
func names(p value.Path) (out []string) {
	for ; p.Len() > 0; p = p.Rest() {
		out = append(out, p.Root())
	}
	return out
}

// lastName is the last name of a path.
func lastName(p value.Path) string {
	for p.Len() > 1 {
		p = p.Rest()
	}
	return strings.Trim(p.String(), `[]"`)
}

// Kind is what people call a value's type.
func Kind(v any) string {
	switch v.(type) {
	case nil:
		return "nothing"
	case string:
		return "text"
	case json.Number:
		return "number"
	case bool:
		return "yes-no"
	case []any:
		return "list"
	case []byte:
		return "binary"
	}
	return "object"
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	case gonets.Rows:
		return len(v) == 0
	case []byte:
		return len(v) == 0
	}
	return false
}

// shown is a value as a list shows it; credentials and hidden fields are masked.
func (l *listing) shown(p value.Path, v any) (text string, secret bool) {
	at := names(p)
	if l.cover.Hides(at...) {
		return mask.Hidden, true
	}
	if raw, ok := v.([]byte); ok {
		return strconv.Itoa(len(raw)) + " B", false
	}
	if strings.HasPrefix(p.String(), "event.headers.") {
		text = value.Text(v)
		masked := outbound.MaskHeaders([]gonets.Header{{Name: lastName(p), Value: text}})[0].Value
		if masked != text {
			return cut(masked, maxShown), true
		}
	}
	text = value.Text(l.cover.Value(at, v))
	return cut(text, maxShown), secret
}

// cut shortens a text to so many characters.
func cut(text string, most int) string {
	if len(text) <= most || utf8.RuneCountInString(text) <= most {
		return text
	}
	for i := range text {
		if most--; most == 0 {
			return strings.ToValidUTF8(text[:i], "") + "…"
		}
	}
	return text
}
