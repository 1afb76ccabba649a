package search

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"gonets/internal/value"
)

// Telling is a value by which a person recognises an event.
type Telling struct{ Name, Value string }

const (
	// maxTelling is how many values tell an event.
	maxTelling = 3
	// maxTold bounds one of them, in characters.
	maxTold = 80
	// maxLooked bounds how many values are looked at, maxTellingDepth how deep.
	maxLooked       = 200
	maxTellingDepth = 4
)

// kinds of telling values, the most telling first: words that names contain.
var tellingNames = [][]string{
	{"name", "имя", "фио", "fio", "клиент", "customer", "client"},
	{"phone", "телефон", "tel", "mobile"},
	{"email", "mail", "почта"},
	{"orderid", "order", "заказ", "number", "номер", "tranid", "leadid", "id", "ид"},
}

// Tell picks up to three values of an event: what looks like a name, a telephone
// number, an e-mail address and an id, in this order.
func Tell(event map[string]any) []Telling {
	found := make([]Telling, len(tellingNames))
	look := looker{found: found, left: maxLooked}
	for _, part := range []string{"item", "body", "query"} {
		look.in(event[part], 0)
	}
	found = slices.DeleteFunc(found, func(t Telling) bool { return t.Value == "" })
	return found[:min(len(found), maxTelling)]
}

// TellBy are the values at the paths that a scenario names, at most as many as
// tell an event. Where none of them is there, it is [Tell].
func TellBy(event map[string]any, paths []string) (out []Telling) {
	root := map[string]any{"event": event}
	for _, src := range paths[:min(len(paths), maxTelling)] {
		p, err := value.ParsePath(src)
		if err != nil {
			continue
		}
		v, ok := p.Get(root)
		if !ok {
			v, ok = p.Get(event["body"])
		}
		text := strings.Join(strings.Fields(value.Text(v)), " ")
		if ok && text != "" && utf8.ValidString(text) {
			out = append(out, Telling{Name: lastName(src), Value: cut(text)})
		}
	}
	if len(out) == 0 {
		return Tell(event)
	}
	return out
}

// lastName is the member that a path ends with.
func lastName(path string) string {
	path = strings.TrimRight(path, "]\"'")
	return path[strings.LastIndexAny(path, ".[\"'")+1:]
}

// cut bounds a text.
func cut(text string) string {
	if runes := []rune(text); len(runes) > maxTold {
		return string(runes[:maxTold]) + "…"
	}
	return text
}

type looker struct {
	found []Telling
	left  int
}

// in looks at the values of an object, then at what is inside it.
func (l *looker) in(v any, depth int) {
	m, ok := v.(map[string]any)
	if !ok || depth > maxTellingDepth {
		return
	}
	names := slices.Sorted(maps.Keys(m))
	for _, name := range names {
		l.left--
		if l.left < 0 {
			return
		}
		if text, ok := scalar(m[name]); ok {
			l.take(name, text)
		}
	}
	for _, name := range names {
		l.in(m[name], depth+1)
	}
}

func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		v = strings.Join(strings.Fields(v), " ")
		return v, v != "" && utf8.ValidString(v)
	case json.Number:
		return v.String(), true
	}
	return "", false
}

func (l *looker) take(name, text string) {
	kind := kindOf(name, text)
	if kind < 0 || l.found[kind].Value != "" {
		return
	}
	l.found[kind] = Telling{Name: name, Value: cut(text)}
}

// kindOf is the kind that a value is by its name, or by how it looks.
func kindOf(name, text string) int {
	plain := strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(name))
	if strings.Contains(text, "@") && strings.Contains(text, ".") && !strings.Contains(text, " ") {
		return 2
	}
	for _, kind := range []int{2, 1, 0, 3} {
		for _, word := range tellingNames[kind] {
			if plain == word || kind < 3 && strings.Contains(plain, word) && !misleading(plain) || kind == 3 && strings.HasSuffix(plain, word) && len(word) > 2 {
				return kind
			}
		}
	}
	return -1
}

// misleading names hold a telling word and mean something else.
func misleading(name string) bool {
	for _, word := range []string{"formname", "filename", "hostname", "username", "blockname", "utm", "title", "hotel", "template", "telegram"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
