package search_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/search"
)

func TestPeopleFindWhatEventsHold(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		" Anna@Example.TEST ": "anna@example.test",
		"+7 (900) 000-12-34":  "79000001234",
		"8 900 000 12 34":     "79000001234",
		"79000001234":         "79000001234",
		"4210011:7708153601":  "4210011:7708153601",
		"12-34":               "12-34",
		"Заказ №5":            "заказ №5",
		"":                    "",
	} {
		if got := search.Normalize(typed); got != want {
			t.Errorf("%q became %q, want %q", typed, got, want)
		}
	}
	long := search.Normalize(strings.Repeat("я", 1000))
	if len(long) > 256 || !json.Valid([]byte(`"`+long+`"`)) {
		t.Errorf("a long value was cut to %d bytes badly", len(long))
	}
}

func TestValuesComeFromTheNamedPlaces(t *testing.T) {
	t.Parallel()
	event := map[string]any{"body": map[string]any{
		"phone": "8 (900) 000-12-34", "id": json.Number("9007199254740993"), "tags": []any{"A", "b", "a"},
	}}
	got := search.Values(event, []string{"event.body.phone", "id", "phone", "tags", "event.body.nothing", "]["})
	if diff := cmp.Diff([]string{"79000001234", "9007199254740993", "a", "b"}, got); diff != "" {
		t.Fatal(diff)
	}
}

func TestNoMoreThanTheLimitIsIndexed(t *testing.T) {
	t.Parallel()
	var many []any
	for i := range 100 {
		many = append(many, "v"+string(rune('a'+i%26))+string(rune('a'+i/26)))
	}
	got := search.Values(map[string]any{"body": map[string]any{"v": many}}, []string{"event.body.v"})
	if len(got) != gonets.MaxSearchValues {
		t.Fatalf("%d values, want %d", len(got), gonets.MaxSearchValues)
	}
}
