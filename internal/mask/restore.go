package mask

import (
	"crypto/sha256"
	"encoding/json"
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
		now, twice, nowErr := value.DecodeJSONText(edited)
		if err == nil && seenErr == nil && nowErr == nil {
			r := restorer{walker: walker{s: edited}, twice: twice}
			r.value(beside{seen, was, now})
			if r.err != nil {
				return "", r.err
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

// ErrTwice is an edit in which a member that hides something has a namesake beside
// it.
var ErrTwice = gonets.Errorf(gonets.CodeInvalid, "a name stands twice in one place, and a value of it is hidden as %s; write its values", Hidden)

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

// errLong is an edit in which a few asterisks stand for more than a body may hold.
var errLong = gonets.Errorf(gonets.CodeBodyTooLarge, "with the values that are hidden in it the text would be longer than %d bytes", gonets.MaxIngestBody)

// restorer walks through an edited JSON text.
type restorer struct {
	walker
	// twice tells that somewhere in it members of one object have the same name.
	twice bool
	// hidden is how many values with asterisks were met.
	hidden int
	err    error
}

// beside is a value of the edited text with what was shown in its place and what is
// behind that.
type beside struct{ shown, original, now any }

func (r *restorer) value(b beside) {
	first := r.peek()
	start := r.pos
	switch first {
	case '{':
		r.object(b)
	case '[':
		r.list(b)
	default:
		r.pos = r.end()
		if first == '"' && r.err == nil {
			r.leaf(start, b)
		}
	}
}

func (r *restorer) leaf(start int, b beside) {
	raw := r.s[start:r.pos]
	if !strings.Contains(raw, Hidden) {
		return
	}
	r.hidden++
	var text string
	if json.Unmarshal([]byte(raw), &text) != nil {
		return
	}
	if seen, ok := b.shown.(string); !ok || seen != text {
		r.err = errLost
		return
	}
	plain, err := value.EncodeJSON(b.original)
	switch {
	case err != nil:
		r.err = errLost
	case r.out.Len()+len(plain) > gonets.MaxIngestBody:
		r.err = errLong
	default:
		r.replace(start, r.pos, string(plain))
	}
}

func (r *restorer) object(b beside) {
	seen, _ := b.shown.(map[string]any)
	was, _ := b.original.(map[string]any)
	now, _ := b.now.(map[string]any)
	// hides tells of the names so far whether something is hidden below them.
	var hides map[string]bool
	if r.twice {
		hides = make(map[string]bool, len(now))
	}
	r.pos++
	for r.peek() == '"' {
		start := r.pos
		r.pos = r.end()
		var name string
		_ = json.Unmarshal([]byte(r.s[start:r.pos]), &name)
		if r.peek() == ':' {
			r.pos++
		}
		before := r.hidden
		r.value(beside{seen[name], was[name], now[name]})
		if r.twice {
			hidden, again := hides[name]
			hides[name] = hidden || r.hidden > before
			if again && hides[name] {
				r.err = ErrTwice
			}
		}
		r.comma()
	}
	r.pos = min(r.pos+1, len(r.s))
}

// list finds elements by their number, and when some were added or taken away by
// what they are.
func (r *restorer) list(b beside) {
	seen, _ := b.shown.([]any)
	was, _ := b.original.([]any)
	now, _ := b.now.([]any)
	place := func(i int) int { return i }
	if len(seen) != len(now) && len(seen) > 0 {
		places := placesOf(seen)
		place = func(i int) int {
			if j, ok := places[printOf(now[i])]; ok {
				return j
			}
			return -1
		}
	}
	r.pos++
	for i := 0; r.peek() != ']' && r.peek() != 0; i++ {
		var next beside
		if i < len(now) { // of members of one name only the last is there
			next.now = now[i]
			if j := place(i); j >= 0 && j < min(len(seen), len(was)) {
				next.shown, next.original = seen[j], was[j]
			}
		}
		r.value(next)
		r.comma()
	}
	r.peek()
	r.pos = min(r.pos+1, len(r.s))
}

// placesOf are the places of elements by their prints; -1 where two are alike, and
// what is hidden in them is not.
func placesOf(list []any) map[[sha256.Size]byte]int {
	places := make(map[[sha256.Size]byte]int, len(list))
	for j, item := range list {
		key := printOf(item)
		if _, known := places[key]; known {
			j = -1
		}
		places[key] = j
	}
	return places
}

// printOf is the same of equal values.
func printOf(v any) [sha256.Size]byte {
	text, _ := value.EncodeJSON(v) // it was read, so it can be written
	return sha256.Sum256(text)
}
