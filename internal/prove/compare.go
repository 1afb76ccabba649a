package prove

import (
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gonets"
	"gonets/internal/stage"
	"gonets/internal/trial"
	"gonets/internal/value"
)

// differences are gathered a line each.
type differences []string

func (d *differences) add(format string, args ...any) { *d = append(*d, fmt.Sprintf(format, args...)) }

// compare finds what is not as a test wants it.
func compare(e *trial.Expect, story *stage.Story) []string {
	var d differences
	if e.State != "" && e.State != story.State {
		d.add("state: want %s, it is %s", e.State, ending(story))
	}
	if e.Reason != "" && e.Reason != story.Reason {
		d.add("reason: want %s, it is %s", e.Reason, orNone(string(story.Reason)))
	}
	for i := range e.Sent {
		d.sent(&e.Sent[i], story.Sent)
	}
	if e.Answer != nil {
		d.answer(e.Answer, story.Answer)
	}
	if e.Letters != nil {
		got := letters(story)
		if !slices.Equal(got, e.Letters) {
			d.add("letters: want %s, there are %s", list(e.Letters), list(got))
		}
	}
	if took := story.Ended.Sub(story.Began); e.Within != nil && took > e.Within.D() {
		d.add("within: want %s, it took %s", *e.Within, since(took))
	}
	return d
}

// letters are the kinds of news, in order.
func letters(story *stage.Story) []string {
	out := []string{}
	for i := range story.Lines {
		if l := &story.Lines[i]; l.Kind == stage.Letter {
			out = append(out, string(l.Letter))
		}
	}
	return out
}

func list(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}

func orNone(text string) string { return cmpText(text, "none") }

// ending is the state with its reason.
func ending(story *stage.Story) string {
	out := string(story.State)
	if story.Reason != "" {
		out += " (" + string(story.Reason) + ")"
	}
	if story.Error != "" {
		out += ": " + story.Error
	}
	return out
}

// sent compares what a step sent last with what it has to send.
func (d *differences) sent(want *trial.Sent, all []stage.Sent) {
	var last *gonets.Request
	times := 0
	for i := range all {
		if all[i].Path == want.Step {
			last = all[i].Request
			times++
		}
	}
	if want.Times != nil && *want.Times != times {
		d.add("%s: want it sent %s, it was sent %s", want.Step, often(*want.Times), often(times))
	}
	if last == nil {
		if want.Times == nil {
			d.add("%s: nothing was sent", want.Step)
		}
		return
	}
	if want.Method != "" && !strings.EqualFold(want.Method, last.Method) {
		d.add("%s: method: want %s, sent %s", want.Step, want.Method, last.Method)
	}
	if want.URL != "" && want.URL != last.URL {
		d.add("%s: url: want %s, sent %s", want.Step, want.URL, last.URL)
	}
	for _, h := range headers(want.Headers) {
		if got := gonets.HeaderValue(last.Headers, h.Name); got != h.Value {
			d.add("%s: header %s: want %q, sent %q", want.Step, h.Name, h.Value, got)
		}
	}
	d.body(want.Step+": body", body{want.Body, want.Text}, last.Body, gonets.HeaderValue(last.Headers, "Content-Type"))
}

func often(n int) string {
	if n == 1 {
		return "once"
	}
	return strconv.Itoa(n) + " times"
}

func (d *differences) answer(want *trial.Answer, got *gonets.Answer) {
	if got == nil {
		d.add("answer: the scenario answered nothing")
		return
	}
	if want.Status != 0 && want.Status != got.Status {
		d.add("answer: status: want %d, it is %d", want.Status, got.Status)
	}
	d.body("answer: body", body{want.Body, want.Text}, got.Body, gonets.HeaderValue(got.Headers, "Content-Type"))
}

// body is what a body has to be: JSON or a form of which this has to be there,
// or exactly this text.
type body struct {
	tree *gonets.Tree
	text *string
}

func (d *differences) body(what string, want body, got []byte, contentType string) {
	if want.text != nil && *want.text != string(got) {
		d.add("%s: want %q, it is %q", what, *want.text, string(got))
	}
	if want.tree == nil {
		return
	}
	raw, err := gonets.PlainJSON(want.tree)
	if err != nil {
		d.add("%s: %s", what, err)
		return
	}
	kind, _, _ := mime.ParseMediaType(contentType)
	if kind == "application/x-www-form-urlencoded" {
		d.inside(what, plain(raw), form(string(got)), true)
		return
	}
	if !json.Valid(got) {
		d.add("%s: want JSON, it is %q", what, short(string(got)))
		return
	}
	d.inside(what, plain(raw), plain(got), false)
}

// form is a form's fields as an object; one that repeats is a list.
func form(body string) any {
	fields, err := url.ParseQuery(body)
	if err != nil {
		return nil
	}
	out := map[string]any{}
	for name, values := range fields {
		if len(values) == 1 {
			out[name] = values[0]
			continue
		}
		many := []any{}
		for _, v := range values {
			many = append(many, v)
		}
		out[name] = many
	}
	return out
}

// inside compares all that is wanted with what stands in its place; loose takes
// a number for its text.
func (d *differences) inside(what string, want, got any, loose bool) {
	switch w := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			d.add("%s: want an object, it is %s", what, shown(got))
			return
		}
		for _, name := range slices.Sorted(maps.Keys(w)) {
			v, there := member(object, name)
			if !there {
				d.add("%s: %s is missing", what, name)
				continue
			}
			d.inside(what+" "+name, w[name], v, loose)
		}
	case []any:
		items, ok := got.([]any)
		if !ok || len(items) != len(w) {
			d.add("%s: want %s, it is %s", what, shown(want), shown(got))
			return
		}
		for i := range w {
			d.inside(fmt.Sprintf("%s[%d]", what, i), w[i], items[i], loose)
		}
	default:
		if !same(want, got, loose) {
			d.add("%s: want %s, it is %s", what, shown(want), shown(got))
		}
	}
}

// member is the one of a name, or, as in the body of a step, the one that a
// dotted name leads to.
func member(object map[string]any, name string) (any, bool) {
	if v, there := object[name]; there {
		return v, true
	}
	p, err := value.ParsePath(name)
	if err != nil {
		return nil, false
	}
	return p.Get(object)
}

func same(want, got any, loose bool) bool {
	a, isNumber := want.(json.Number)
	b, both := got.(json.Number)
	if isNumber && both && a != b && (strings.ContainsAny(string(a), ".eE") || strings.ContainsAny(string(b), ".eE")) {
		x, err1 := a.Float64()
		y, err2 := b.Float64()
		return err1 == nil && err2 == nil && x == y
	}
	if loose && want != nil && got != nil {
		return value.Text(want) == value.Text(got)
	}
	return want == got
}

// shown is a value as JSON, shortened.
func shown(v any) string {
	raw, err := gonets.PlainJSON(v)
	if err != nil {
		return err.Error()
	}
	return short(string(raw))
}

// maxShown bounds a value in a difference, in bytes.
const maxShown = 200

func short(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown], "") + "…"
}
