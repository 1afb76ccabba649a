package mask

import (
	"encoding/json"
	"reflect"
	"strings"

	"gonets"
	"gonets/internal/value"
)

// Restore is an edited text in which every hidden value that the editor left
// alone is the original one again. What is hidden and cannot be told any more is
// refused: asterisks must not become data.
func Restore(original, shown, edited string) (string, error) {
	if shown == original || !strings.Contains(edited, Hidden) {
		return edited, nil
	}
	if edited == shown {
		return original, nil
	}
	if json.Valid([]byte(edited)) {
		was, _, err := value.DecodeJSONText(original)
		seen, _, seenErr := value.DecodeJSONText(shown)
		if err == nil && seenErr == nil {
			r := restorer{walker: walker{s: edited}}
			r.value(seen, was)
			if r.lost {
				return "", errLost
			}
			return r.rest(), nil
		}
	}
	sep := "\n"
	if !strings.Contains(original, sep) {
		sep = "&"
	}
	return restoreParts(original, shown, edited, sep)
}

var errLost = gonets.Errorf(gonets.CodeInvalid, "a value is hidden as %s, and it cannot be told which; write the value", Hidden)

// restoreParts does it for a text of lines, or of a form's fields.
func restoreParts(original, shown, edited, sep string) (string, error) {
	was, seen := strings.Split(original, sep), strings.Split(shown, sep)
	if len(was) != len(seen) {
		return "", errLost
	}
	// alike are the places of parts that look the same, in their order.
	alike := map[string][]int{}
	for j, part := range seen {
		alike[part] = append(alike[part], j)
	}
	parts := strings.Split(edited, sep)
	for i, part := range parts {
		if !strings.Contains(part, Hidden) {
			continue
		}
		places := alike[part]
		if len(places) == 0 {
			return "", errLost
		}
		parts[i], alike[part] = was[places[0]], places[1:] // the next one alike is another one
	}
	return strings.Join(parts, sep), nil
}

// restorer walks through an edited JSON text beside what was shown and what is
// behind it.
type restorer struct {
	walker
	lost bool
}

func (r *restorer) value(shown, original any) {
	first := r.peek()
	start := r.pos
	switch first {
	case '{':
		r.object(shown, original)
	case '[':
		r.list(shown, original)
	default:
		r.pos = r.end()
		if first == '"' {
			r.leaf(start, shown, original)
		}
	}
}

func (r *restorer) leaf(start int, shown, original any) {
	raw := r.s[start:r.pos]
	if !strings.Contains(raw, Hidden) {
		return
	}
	var text string
	if json.Unmarshal([]byte(raw), &text) != nil {
		return
	}
	b, err := value.EncodeJSON(original)
	if seen, ok := shown.(string); !ok || seen != text || err != nil {
		r.lost = true
		return
	}
	r.replace(start, r.pos, string(b))
}

func (r *restorer) object(shown, original any) {
	seen, _ := shown.(map[string]any)
	was, _ := original.(map[string]any)
	r.pos++
	for r.peek() == '"' {
		start := r.pos
		r.pos = r.end()
		var name string
		_ = json.Unmarshal([]byte(r.s[start:r.pos]), &name)
		if r.peek() == ':' {
			r.pos++
		}
		r.value(seen[name], was[name])
		r.comma()
	}
	r.pos = min(r.pos+1, len(r.s))
}

// list finds elements by their number, and when some were added or taken away by
// what they are.
func (r *restorer) list(shown, original any) {
	seen, _ := shown.([]any)
	was, _ := original.([]any)
	start := r.pos
	v, _, _ := value.DecodeJSONText(r.s[start:r.end()])
	now, _ := v.([]any)
	r.pos++
	for i := 0; r.peek() != ']' && r.peek() != 0 && i < len(now); i++ {
		var a, b any
		switch j := place(seen, now, i); {
		case j >= 0 && j < len(was):
			a, b = seen[j], was[j]
		}
		r.value(a, b)
		r.comma()
	}
	r.peek()
	r.pos = min(r.pos+1, len(r.s))
}

func place(seen, now []any, i int) int {
	if len(seen) == len(now) {
		return i
	}
	found := -1
	for j := range seen {
		if reflect.DeepEqual(seen[j], now[i]) {
			if found >= 0 {
				return -1 // two are alike, and what is hidden in them is not
			}
			found = j
		}
	}
	return found
}
