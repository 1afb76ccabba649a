package step

import (
	"net/url"
	"strconv"
	"strings"

	"gonets"
	"gonets/internal/charset"
	"gonets/internal/expr"
	"gonets/internal/value"
)

// pair is a name with its value, or with several that commas part.
type pair struct {
	name   string
	values []string
}

// pairing is how values become the pairs of a query or a form.
type pairing struct {
	// lists is the step's way to write lists: a=1&a=2 unless it is brackets, a[]=1&a[]=2,
	// or comma, a=1,2.
	lists string
	// nested writes the members of objects with names of their own, as PHP reads
	// them; otherwise an object is its JSON.
	nested bool
	// holes keeps the name of a value that is not there.
	holes bool
}

// of gives the rows' pairs. Null is no pair.
func (p pairing) of(s *Scope, rows []namedTemplate) ([]pair, error) {
	var pairs []pair
	for _, row := range rows {
		v, err := row.node.eval(s)
		if err != nil {
			return nil, err
		}
		name := row.name
		if p.nested {
			name = bracketed(name)
		}
		if isMissing(v) {
			if p.holes {
				pairs = append(pairs, pair{name, []string{""}})
			}
			continue
		}
		pairs = p.add(pairs, name, v)
	}
	return pairs, nil
}

func (p pairing) add(pairs []pair, name string, v any) []pair {
	switch v := v.(type) {
	case nil:
		return pairs
	case []any:
		return p.list(pairs, name, v)
	case gonets.Rows:
		if p.nested {
			for _, row := range v {
				pairs = p.add(pairs, name+"["+row.Name+"]", row.Value)
			}
			return pairs
		}
	case map[string]any:
		if p.nested {
			for _, member := range value.Members(v) {
				pairs = p.add(pairs, name+"["+member+"]", v[member])
			}
			return pairs
		}
	}
	return append(pairs, pair{name, []string{value.Text(v)}})
}

func (p pairing) list(pairs []pair, name string, list []any) []pair {
	var joined []string
	// A name that was written with its brackets gets no second ones.
	base := strings.TrimSuffix(name, "[]")
	for i, item := range list {
		switch {
		case item == nil:
		case p.nested && compound(item):
			// Only numbers tell which members belong together.
			pairs = p.add(pairs, base+"["+strconv.Itoa(i)+"]", item)
		case p.lists == "comma":
			joined = append(joined, value.Text(item))
		case p.lists == "brackets":
			pairs = append(pairs, pair{base + "[]", []string{value.Text(item)}})
		default:
			pairs = append(pairs, pair{name, []string{value.Text(item)}})
		}
	}
	if joined != nil {
		pairs = append(pairs, pair{name, joined})
	}
	return pairs
}

// compound tells what cannot be the value of one pair.
func compound(v any) bool {
	switch v.(type) {
	case gonets.Rows, map[string]any, []any:
		return true
	}
	return false
}

// bracketed is a name with dots as PHP reads it: a.b.c is a[b][c], and a\.b keeps
// its dot. What stands in brackets already stays.
func bracketed(name string) string {
	const dot = "\x00"
	parts := strings.Split(strings.ReplaceAll(name, `\.`, dot), ".")
	for i, part := range parts[1:] {
		inner, rest, found := strings.Cut(part, "[")
		if found {
			rest = "[" + rest
		}
		parts[i+1] = "[" + inner + "]" + rest
	}
	return strings.ReplaceAll(strings.Join(parts, ""), dot, ".")
}

// encodePairs joins pairs with & and =, each part escaped.
func encodePairs(pairs []pair, escape func(string) string) string {
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(escape(p.name))
		for j, v := range p.values {
			b.WriteByte("=,"[min(j, 1)])
			b.WriteString(escape(v))
		}
	}
	return b.String()
}

// appendQuery adds pairs after what the address already asks for, before its
// fragment.
func appendQuery(address string, pairs []pair) string {
	if len(pairs) == 0 {
		return address
	}
	address, _, _ = strings.Cut(address, "#")
	sep := "?"
	if strings.Contains(address, "?") {
		sep = "&"
		if strings.HasSuffix(address, "?") || strings.HasSuffix(address, "&") {
			sep = ""
		}
	}
	// As in the address itself: a space is %20, which every service reads.
	return address + sep + encodePairs(pairs, expr.EscapeQuery)
}

const typeForm = "application/x-www-form-urlencoded"

type formBody struct {
	rows    []namedTemplate
	how     pairing
	charset string
}

func (b formBody) build(s *Scope) ([]byte, string, error) {
	how := b.how
	how.holes = true
	pairs, err := b.encoded(how.of(s, b.rows))
	return []byte(encodePairs(pairs, url.QueryEscape)), charsetType(typeForm, b.charset), err
}

func (b formBody) pairs(s *Scope) ([]pair, error) { return b.encoded(b.how.of(s, b.rows)) }

// encoded are pairs whose texts are bytes in the form's encoding.
func (b formBody) encoded(pairs []pair, err error) ([]pair, error) {
	if b.charset == "" || err != nil {
		return pairs, err
	}
	out := make([]pair, len(pairs))
	for i, p := range pairs {
		name, err := charset.Encode(p.name, b.charset)
		if err != nil {
			return nil, err
		}
		out[i].name = string(name)
		for _, v := range p.values {
			raw, err := charset.Encode(v, b.charset)
			if err != nil {
				return nil, err
			}
			out[i].values = append(out[i].values, string(raw))
		}
	}
	return out, nil
}

// charsetType is a media type that names the encoding, where one was chosen.
func charsetType(media, label string) string {
	if label == "" {
		return media
	}
	return media + "; charset=" + charset.Name(label)
}
