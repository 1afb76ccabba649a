package source

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"

	"gonets"
	"gonets/internal/value"
)

// ID is the key by which a repeat of a request is recognised. An
// Idempotency-Key header is the key when it was sent, and then strict is true:
// the caller chose it, so the same key with another body is a mistake. Else it
// is the value at the source's id path; of a joined id every part must be
// there. Empty means that nothing is recognised.
func (b *Binding) ID(p *Parsed) (key string, strict bool) {
	if h, ok := p.Headers["idempotency-key"].(string); ok && strings.TrimSpace(h) != "" {
		key = strings.TrimSpace(h)
		if p.HasItem {
			key += ":" + strconv.Itoa(p.index)
		}
		return Key(key), true
	}
	for _, rule := range b.ids {
		if id := joined(rule, p.root()); id != "" {
			return Key(id), false
		}
	}
	return "", false
}

// Key is a key in the form in which it is kept: one that is longer than
// gonets.MaxIDLength is kept as its hash, so that it still recognises.
func Key(s string) string {
	if len(s) <= gonets.MaxIDLength {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func joined(rule []value.Path, root map[string]any) string {
	parts := make([]string, 0, len(rule))
	for _, path := range rule {
		v, ok := path.Get(root)
		text, scalar := scalarText(v)
		if !ok || !scalar || text == "" {
			return ""
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ":")
}

// Order is the key by which the source's runs keep their order; empty when
// there is none.
func (b *Binding) Order(p *Parsed) string {
	if b.order == nil {
		return ""
	}
	v, ok := b.order.Get(p.root())
	text, scalar := scalarText(v)
	if !ok || !scalar {
		return ""
	}
	return Key(text)
}

// Split gives the elements of a request that holds many events, each as a
// Parsed of its own with Item set; nil when the request is one event. More
// than gonets.MaxBatchEvents are an error with code body.too_large. An empty
// list that is not nil means that no element is meant to be an event.
func (b *Binding) Split(p *Parsed) ([]*Parsed, error) {
	if b.items == nil {
		return nil, nil
	}
	v, ok := b.items.Get(p.root())
	if !ok {
		return nil, nil
	}
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	if len(list) == 0 {
		return nil, nil
	}
	if len(list) > gonets.MaxBatchEvents {
		return nil, TooManyEvents(len(list))
	}
	out := make([]*Parsed, 0, len(list))
	for i, item := range list {
		one := *p
		one.Item, one.HasItem, one.index = item, true, i
		if holds(b.Preset.ItemsWhen, &one) {
			out = append(out, &one)
		}
	}
	return out, nil
}

// TooManyEvents is the error for a request that holds more events than one
// commit takes.
func TooManyEvents(n int) error {
	return gonets.Errorf(gonets.CodeBodyTooLarge,
		"the request holds %d events, at most %d are taken at once; send them in parts", n, gonets.MaxBatchEvents)
}

// ItemJSON is the element of a split request as it is stored.
func (p *Parsed) ItemJSON() ([]byte, error) {
	if !p.HasItem {
		return nil, nil
	}
	return value.EncodeJSON(p.Item)
}

// holds tells whether all conditions hold: path to value, "*" for any.
func holds(when map[string]any, p *Parsed) bool {
	for path, want := range when {
		got, ok := p.get(path)
		if !ok || want != "*" && !equal(got, want) {
			return false
		}
	}
	return true
}

// equal compares with the value of a preset's file: type and text.
func equal(got, want any) bool {
	switch want := want.(type) {
	case string:
		s, ok := got.(string)
		return ok && s == want
	case json.Number:
		n, ok := got.(json.Number)
		return ok && n == want
	case bool:
		v, ok := got.(bool)
		return ok && v == want
	}
	return want == nil && got == nil
}
