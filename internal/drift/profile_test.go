package drift

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/value"

	"github.com/google/go-cmp/cmp"
)

var began = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// life is a profile that events come to, a minute apart.
type life struct {
	testing.TB
	Profile
	at time.Time
}

func (l *life) see(n int, bodies ...string) {
	l.Helper()
	for range n {
		for _, body := range bodies {
			v, _, err := value.DecodeJSONText(body)
			if err != nil {
				l.Fatal(err)
			}
			l.at = l.at.Add(time.Minute)
			l.Observe(Fields(map[string]any{"body": v}), l.at)
		}
	}
}

// told are the changes in a line.
func (l *life) told() string {
	var out []string
	for _, c := range l.Changes(l.at) {
		line := string(c.Kind) + " " + strings.TrimPrefix(c.Path, "event.body")
		if c.Kind == Type {
			line += " " + strings.Join(c.Was.Names(), "/") + ">" + strings.Join(c.Now.Names(), "/")
		}
		out = append(out, line)
	}
	return strings.Join(out, ", ")
}

const (
	lead  = `{"name":"Anna","phone":"+7","utm":{"source":"x"},"items":[{"sku":"a","n":1}]}`
	bare  = `{"name":"Anna","utm":{"source":"x"},"items":[{"sku":"a","n":1}]}`
	empty = `{"name":"Anna","phone":"+7","utm":{"source":"x"},"items":[]}`
)

// many are members of an object.
func many(n int, name string) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(`"%s%03d":1`, name, i))
	}
	return strings.Join(out, ",")
}

func TestWhatHasChangedIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		come func(*life)
		want string
	}{
		"all is as it was":                {func(l *life) { l.see(60, lead) }, ""},
		"too little is known":             {func(l *life) { l.see(Least-1, lead); l.see(9, bare) }, ""},
		"one is without it":               {func(l *life) { l.see(40, lead); l.see(soon-1, bare) }, ""},
		"a field is missing":              {func(l *life) { l.see(40, lead); l.see(soon, bare) }, "missing .phone"},
		"it came back":                    {func(l *life) { l.see(40, lead); l.see(20, bare); l.see(1, lead) }, ""},
		"now and then it is missing":      {func(l *life) { l.see(3, lead, lead, lead, lead, lead, lead, lead, lead, lead, bare); l.see(30, bare) }, ""},
		"seldom it is missing":            {func(l *life) { l.see(100, lead); l.see(1, bare, lead); l.see(surely-1, bare) }, ""},
		"seldom, and then for good":       {func(l *life) { l.see(100, lead); l.see(1, bare, lead); l.see(surely, bare) }, "missing .phone"},
		"it stays missing":                {func(l *life) { l.see(40, lead); l.see(900, bare) }, "missing .phone"},
		"an empty list":                   {func(l *life) { l.see(40, lead); l.see(40, empty) }, ""},
		"an element's field":              {func(l *life) { l.see(40, lead); l.see(9, strings.Replace(lead, `"sku":"a",`, "", 1)) }, "missing .items[*].sku"},
		"all that is within goes with it": {func(l *life) { l.see(40, lead); l.see(9, strings.Replace(lead, `"utm":{"source":"x"},`, "", 1)) }, "missing .utm"},
		"another type":                    {func(l *life) { l.see(40, lead); l.see(soon, strings.Replace(lead, `"n":1`, `"n":"1"`, 1)) }, "type .items[*].n number>text"},
		"another type for long": {func(l *life) { l.see(40, lead); l.see(900, strings.Replace(lead, `"n":1`, `"n":"1"`, 1)) },
			"type .items[*].n number>text"},
		"the type came back": {func(l *life) {
			l.see(40, lead)
			l.see(900, strings.Replace(lead, `"n":1`, `"n":"1"`, 1))
			l.see(1, lead)
		}, ""},
		"an object becomes a text":  {func(l *life) { l.see(40, lead); l.see(9, strings.Replace(lead, `{"source":"x"}`, `"x"`, 1)) }, "type .utm object>text"},
		"nothing instead of a text": {func(l *life) { l.see(40, lead); l.see(9, strings.Replace(lead, `"+7"`, `null`, 1)) }, "type .phone text>null"},
		"often nothing":             {func(l *life) { l.see(20, lead, strings.Replace(lead, `"+7"`, `null`, 1)); l.see(9, lead) }, ""},
		"no body at all":            {func(l *life) { l.see(40, lead); l.see(9, `null`) }, "type  object>null"},
		"a new field": {func(l *life) { l.see(40, lead); l.see(9, strings.Replace(lead, `"utm"`, `"mail":{"a":1},"utm"`, 1)) },
			"new .mail"},
		"a field is renamed": {func(l *life) { l.see(40, lead); l.see(9, strings.Replace(lead, `phone`, `tel`, 1)) }, "missing .phone, new .tel"},
		"it is new no more":  {func(l *life) { l.see(40, lead); l.see(Window, strings.Replace(lead, `"utm"`, `"mail":1,"utm"`, 1)) }, ""},
		"it comes now and then": {func(l *life) {
			l.see(40, lead)
			l.see(20, strings.Replace(lead, `"utm"`, `"mail":1,"utm"`, 1), lead, lead)
		}, ""},
		"what is behind the tenth element": {func(l *life) {
			l.see(40, `{"name":"Anna","items":[{"sku":"a","n":1}]}`)
			l.see(40, `{"name":"Anna","items":[`+strings.Repeat(`{"n":1},`, maxItems)+`{"sku":"a","n":1}]}`)
		}, ""},
		"what is beside a long list": {func(l *life) {
			l.see(40, `{"name":"Anna","items":[`+strings.Repeat(`{"n":1},`, maxItems)+`{"n":1}]}`)
			l.see(9, `{"items":[`+strings.Repeat(`{"n":1},`, maxItems)+`{"n":1}]}`)
		}, "missing .name"},
		"what comes to the front of a long list": {func(l *life) {
			l.see(40, `{"name":"Anna","items":[`+strings.Repeat(`{"n":1},`, maxItems)+`{"sku":"a"}]}`)
			l.see(9, `{"name":"Anna","mail":1,"items":[{"sku":"a"},`+strings.Repeat(`{"n":1},`, maxItems)+`{"n":1}]}`)
		}, "new .mail"},
		"what comes into sight of many": {func(l *life) {
			l.see(40, `{"name":"Anna",`+many(maxSeen, "k")+`,"zip":"1"}`)
			l.see(9, `{"name":"Anna",`+many(maxSeen-3, "k")+`,"zip":"1"}`)
		}, "missing .k197, missing .k198"},
		"one long list of many": {func(l *life) {
			l.see(1, `{"items":[`+strings.Repeat(`{"n":1},`, maxItems)+`{"n":1}]}`)
			l.see(39, `{"items":[{"n":1}]}`)
			l.see(9, `{"items":[{"n":1,"sku":"a"}]}`)
		}, "new .items[*].sku"},
		"as many as are looked at": {func(l *life) {
			l.see(40, `{"name":"Anna",`+many(maxSeen-2, "k")+`}`)
			l.see(9, `{"mail":"Anna",`+many(maxSeen-2, "k")+`}`)
		}, "missing .name, new .mail"},
		"missing is the usual":  {func(l *life) { l.see(40, lead); l.see(9, bare); l.Accept(); l.see(40, bare) }, ""},
		"and comes back as new": {func(l *life) { l.see(40, lead); l.see(9, bare); l.Accept(); l.see(9, lead) }, "new .phone"},
		"the type is the usual": {func(l *life) {
			l.see(40, lead)
			l.see(9, strings.Replace(lead, `{"source":"x"}`, `"x"`, 1))
			l.Accept()
			l.see(40, strings.Replace(lead, `{"source":"x"}`, `"x"`, 1))
		}, ""},
		"the new one is known": {func(l *life) { l.see(40, lead); l.see(9, strings.Replace(lead, `phone`, `tel`, 1)); l.Accept() }, ""},
		"the known one then goes": {func(l *life) {
			l.see(40, lead)
			tel := strings.Replace(lead, `phone`, `tel`, 1)
			l.see(9, tel)
			l.Accept()
			l.see(40, tel)
			l.see(9, bare)
		}, "missing .tel"},
	} {
		l := &life{TB: t, at: began}
		c.come(l)
		if got := l.told(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		// It is kept as text between two looks.
		raw, err := json.Marshal(&l.Profile)
		var back Profile
		if err == nil {
			err = json.Unmarshal(raw, &back)
		}
		if d := cmp.Diff(l.Changes(l.at), back.Changes(l.at)); err != nil || d != "" {
			t.Errorf("%s: as text: %v %s", name, err, d)
		}
	}
}

func TestOfPeopleNothingIsRemembered(t *testing.T) {
	t.Parallel()
	l := &life{TB: t, at: began}
	l.see(40, `{"secret-name":"secret-value","anna@example.org":1,"+79990001122":2,"`+strings.Repeat("x", maxName+1)+`":3}`)
	raw, err := json.Marshal(&l.Profile)
	if err != nil || !strings.Contains(string(raw), "secret-name") {
		t.Fatalf("%s, %v", raw, err)
	}
	for _, no := range []string{"secret-value", "anna", "7999", "xxx"} {
		if strings.Contains(string(raw), no) {
			t.Errorf("%q is remembered", no)
		}
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	t.Parallel()
	l := &life{TB: t, at: began}
	for i := range 2000 {
		l.see(1, fmt.Sprintf(`{"name":"Anna","k%d":{"deep":[[[[[[[[1]]]]]]]]}}`, i%1000))
	}
	if n := len(l.Fields); n > maxFields {
		t.Errorf("%d fields", n)
	}
	l.see(soon, `{}`)
	if got := l.told(); got != "missing .name" {
		t.Errorf("told %q", got)
	}
	wide := map[string]any{}
	for i := range 3000 {
		wide[fmt.Sprintf("k%d", i)] = 1.0
	}
	if n := len(Fields(map[string]any{"body": wide}).Seen); n != maxSeen {
		t.Errorf("%d fields of one event", n)
	}
}

func TestWhatFallsOffAWideEventIsNotMissing(t *testing.T) {
	t.Parallel()
	l := &life{TB: t, at: began}
	l.see(40, `{"name":"Anna","zip":"1"}`)
	l.see(40, `{"name":"Anna",`+many(maxSeen, "k")+`,"zip":"1"}`)
	if got := l.told(); strings.Contains(got, "missing") {
		t.Errorf("told %q", got)
	}
}

func TestWhatAFileIsToldByIsNoFieldOfTheSender(t *testing.T) {
	t.Parallel()
	l := &life{TB: t, at: began}
	before := `{"name":"Anna","photo":{"name":"photo","filename":"a.png","type":"image/png","size":5}}`
	l.see(40, before)
	l.see(40, strings.Replace(before, `"size":5`, `"size":5,"part":2`, 1))
	if got := l.told(); got != "" {
		t.Errorf("told %q", got)
	}
	l.see(40, `{"name":"Anna"}`)
	if got := l.told(); got != "missing .photo" {
		t.Errorf("without the file told %q", got)
	}
}

func TestStepsThatReadAFieldAreNamed(t *testing.T) {
	t.Parallel()
	sc := &gonets.Scenario{Name: "lead", Steps: []gonets.Step{
		{ID: "only", If: `event.body.phone != ""`, Then: []gonets.Step{{ID: "deal", HTTP: &gonets.HTTPStep{URL: "https://crm.example/{{event.body.items[0].sku}}"}}}},
		{ID: "whole", HTTP: &gonets.HTTPStep{URL: "https://crm.example/?q={{ json(event.body) }}&u={{ json(event.body.utm) }}"}},
		{ID: "none", HTTP: &gonets.HTTPStep{URL: "https://crm.example/event.body.phone"}},
		{ID: "saved", Request: "notice"},
	}}
	sc.Use([]gonets.SavedRequest{{Name: "notice", HTTP: gonets.HTTPStep{URL: "https://chat.example/{{ event.body.chat }}"},
		Params: []gonets.Param{{Name: "text", Default: &gonets.Tree{Value: "{{ event.body.note }}"}, Example: &gonets.Tree{Value: "{{ event.body.name }}"}}}}})
	for field, want := range map[string]string{
		"event.body.phone": "only", "event.body.items[*].sku": "only/deal", "event.body.items": "only/deal", "event.body.utm.source": "whole",
		"event.body.chat": "saved", "event.body.note": "saved", "event.body.phones": "", "event.body.name": "",
	} {
		changes := []Change{{Path: field}}
		Name(changes, Readings(sc))
		var got []string
		for _, u := range changes[0].Uses {
			got = append(got, u.Step)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", field, got, want)
		}
	}
}

func TestElementsOfABatchAreLookedAtByThemselves(t *testing.T) {
	t.Parallel()
	got := Fields(map[string]any{"body": map[string]any{"list": []any{}}, "item": map[string]any{"a b": json.Number("1"), "ok": true}}).Seen
	want := []Seen{{"event.item", "", Object}, {`event.item["a b"]`, "event.item", Number}, {"event.item.ok", "event.item", Bool}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func BenchmarkObserve(b *testing.B) {
	var p Profile
	v, _, err := value.DecodeJSONText(lead)
	if err != nil {
		b.Fatal(err)
	}
	event := map[string]any{"body": v}
	for b.Loop() {
		p.Observe(Fields(event), began)
	}
}
