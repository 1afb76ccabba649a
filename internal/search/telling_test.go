package search_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets/internal/search"
)

func TestAnEventIsToldByItsNamePhoneMailAndId(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body map[string]any
		want []search.Telling
	}{
		"a form": {map[string]any{"Name": "Анна", "Phone": "+7 999 000-11-22", "Email": "a@b.ru", "formname": "Заявка", "tranid": "1:2", "utm_source": "vk"},
			[]search.Telling{{Name: "Name", Value: "Анна"}, {Name: "Phone", Value: "+7 999 000-11-22"}, {Name: "Email", Value: "a@b.ru"}}},
		"inside":            {map[string]any{"order": map[string]any{"id": json.Number("17"), "customer": map[string]any{"имя": "Олег"}}}, []search.Telling{{Name: "имя", Value: "Олег"}, {Name: "id", Value: "17"}}},
		"by its look":       {map[string]any{"contact": "x@y.test"}, []search.Telling{{Name: "contact", Value: "x@y.test"}}},
		"nothing telling":   {map[string]any{"hotel": "Азия", "filename": "a.txt", "paid": true, "name": ""}, nil},
		"the order's id":    {map[string]any{"order_id": "A-1"}, []search.Telling{{Name: "order_id", Value: "A-1"}}},
		"long ones are cut": {map[string]any{"name": strings.Repeat("я", 100)}, []search.Telling{{Name: "name", Value: strings.Repeat("я", 80) + "…"}}},
	}
	for name, tt := range tests {
		got := search.Tell(map[string]any{"body": tt.body})
		if len(got) == 0 {
			got = nil
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestAScenarioNamesWhatTellsItsRuns(t *testing.T) {
	t.Parallel()
	event := map[string]any{
		"body":  map[string]any{"name": "Анна", "sum": json.Number("15000"), "order": map[string]any{"номер заказа": "A-1"}, "paid": true, "long": strings.Repeat("я", 100)},
		"query": map[string]any{"utm": " from \n afar "},
	}
	for paths, want := range map[string][]search.Telling{
		"event.body.sum event.query.utm":       {{Name: "sum", Value: "15000"}, {Name: "utm", Value: "from afar"}},
		`event.body.order["номер_заказа"] sum`: {{Name: "sum", Value: "15000"}},
		"event.body.long":                      {{Name: "long", Value: strings.Repeat("я", 80) + "…"}},
		"sum name paid long":                   {{Name: "sum", Value: "15000"}, {Name: "name", Value: "Анна"}, {Name: "paid", Value: "true"}},
		// None of them is there: it is guessed.
		"event.body.nothing ][": {{Name: "name", Value: "Анна"}},
		"":                      {{Name: "name", Value: "Анна"}},
	} {
		if diff := cmp.Diff(want, search.TellBy(event, strings.Fields(paths))); diff != "" {
			t.Errorf("%s:\n%s", paths, diff)
		}
	}
	if got := search.TellBy(event, []string{`event.body.order["номер заказа"]`}); len(got) != 1 || got[0].Name != "номер заказа" {
		t.Errorf("a name in quotes: %+v", got)
	}
}
