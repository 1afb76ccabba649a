package ingest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
)

func TestBatch(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body    string
		headers []string
		bodies  []string
		keys    []string
	}{
		"a list":         {`[{"a": 1.50}, "text", 7]`, nil, []string{`{"a": 1.50}`, `"text"`, `7`}, []string{"", "", ""}},
		"an envelope":    {` {"events": [{"a": 1}]} `, nil, []string{`{"a": 1}`}, []string{""}},
		"their own keys": {`[{"idempotency_key": "k1"}, {"idempotency_key": "k2"}]`, nil, []string{`{"idempotency_key": "k1"}`, `{"idempotency_key": "k2"}`}, []string{"k1", "k2"}},
		"one key":        {`[1, 2]`, []string{"Idempotency-Key", "b"}, []string{"1", "2"}, []string{"b:0", "b:1"}},
		"other members":  {`{"a": [{}], "events": [[1],  {}], "b": "]"}`, nil, []string{`[1]`, `{}`}, []string{"", ""}},
		"the last one":   {`{"events": [1], "events": [2]}`, nil, []string{"2"}, []string{""}},
		"a BOM":          {"\xEF\xBB\xBF[1]", nil, []string{"1"}, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, gonets.Source{})
			commits := 0
			b.store.beforeAccept = func([]gonets.Acceptance) { commits++ }
			g := b.do(t, http.MethodPost, "/batch", tt.body, append(tt.headers, "Content-Type", "application/json; charset=utf-8")...)
			if g.status != http.StatusOK || commits != 1 {
				t.Fatalf("%d commits, %d %s", commits, g.status, g.text)
			}
			var bodies, keys []string
			for i, a := range b.store.all() {
				bodies, keys = append(bodies, string(a.Event.Body)), append(keys, a.Key)
				if a.Event.Mark != "" || a.Event.ContentType != "application/json" {
					t.Errorf("event %d: %+v", i, a.Event)
				}
			}
			if diff := cmp.Diff(tt.bodies, bodies) + cmp.Diff(tt.keys, keys); diff != "" {
				t.Error(diff)
			}
			body := g.json(t)
			if events, _ := body["events"].([]any); len(events) != len(tt.bodies) || body["event_id"] != b.store.all()[0].Event.ID {
				t.Errorf("the answer is %s", g.text)
			}
		})
	}
}

func TestBatchTellsWhatBecameOfEachEvent(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{})
	b.do(t, http.MethodPost, "/batch", `[{"idempotency_key":"a"},{"idempotency_key":"b"}]`)
	first := b.store.all()
	g := b.do(t, http.MethodPost, "/batch", `[{"idempotency_key":"a"},{"idempotency_key":"b","x":1},{"idempotency_key":"c"}]`)
	body := g.json(t)
	var words []string
	for _, e := range body["events"].([]any) {
		m := e.(map[string]any)
		words = append(words, fmt.Sprint(m["success"], " ", m["status"], " ", m["error_code"]))
	}
	want := []string{"true duplicate <nil>", "false rejected idempotency.body_differs", "true accepted <nil>"}
	if diff := cmp.Diff(want, words); diff != "" || body["success"] != false || body["event_id"] != first[0].Event.ID || g.status != 200 {
		t.Errorf("%s %s", diff, g.text)
	}
	refused(t, b.do(t, http.MethodPost, "/batch", `[{"idempotency_key":"a","x":1}]`), gonets.CodeKeyReused)
}

func TestWhatIsNoBatch(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{})
	for body, code := range map[string]gonets.Code{
		`{"a":1}`: gonets.CodeInvalid, `[]`: gonets.CodeInvalid, ``: gonets.CodeInvalid, `[1`: gonets.CodeInvalid, `7`: gonets.CodeInvalid,
		`{"events":{}}`: gonets.CodeInvalid, `{"events":[]}`: gonets.CodeInvalid, `[1] 2`: gonets.CodeInvalid, `[1 2]`: gonets.CodeInvalid,
		`{"events":[1]`: gonets.CodeInvalid, `{"events":[1]}]`: gonets.CodeInvalid, `{"events":[1],}`: gonets.CodeInvalid, `[1}`: gonets.CodeInvalid, `[` + strings.Repeat("1,", gonets.MaxBatchEvents) + `1]`: gonets.CodeBodyTooLarge,
	} {
		refused(t, b.do(t, http.MethodPost, "/batch", body, "Content-Type", "application/json"), code)
	}
	refused(t, b.do(t, http.MethodPost, "/batch", "[1]", "Content-Type", "text/plain"), gonets.CodeInvalid)
	if n := len(b.store.all()); n != 0 {
		t.Errorf("%d events", n)
	}
}

func TestABatchIsBoundedByItsElements(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{})
	one := "[" + strings.Repeat("0,", 400) + "0]"
	deep := strings.Repeat("[", 65) + strings.Repeat("]", 65)
	body := "[" + strings.Repeat(one+",", gonets.MaxBatchEvents-2) + "[" + strings.Repeat("0,", 100_000) + "0]," + deep + "]"
	if g := b.do(t, http.MethodPost, "/batch", body, "Content-Type", "application/json"); g.status != http.StatusOK {
		t.Fatalf("got %d %s", g.status, g.text)
	}
	for i, a := range b.store.all() {
		want := gonets.Mark("")
		if i >= gonets.MaxBatchEvents-2 {
			want = gonets.MarkUnparsed
		}
		if a.Event.Mark != want {
			t.Errorf("event %d has the mark %q, want %q", i, a.Event.Mark, want)
		}
	}
}

func TestARequestIsSplit(t *testing.T) {
	t.Parallel()
	src := gonets.Source{Items: "body.leads[*]", ID: &gonets.SourceID{Path: "item.id"}}
	b := newBench(t, src)
	body := `{"leads":[{"id":"a"},{"id":"b"}]}`
	g := b.do(t, http.MethodPost, "", body, "Content-Type", "application/json")
	all := b.store.all()
	if len(all) != 2 || all[0].Key != "a" || all[1].Key != "b" || string(all[1].Event.Item) != `{"id":"b"}` ||
		string(all[1].Event.Body) != body || all[0].Event.ID == all[1].Event.ID {
		t.Fatalf("%s %+v", g.text, all)
	}
	b.do(t, http.MethodPost, "", body, "Content-Type", "application/json")
	if n := len(b.store.all()); n != 2 {
		t.Errorf("a repeat made %d events", n-2)
	}
	// A request that does not hold the list is one event: nothing is lost.
	b.do(t, http.MethodPost, "", `{"other":1}`, "Content-Type", "application/json")
	if n := len(b.store.all()); n != 3 {
		t.Errorf("%d events", n)
	}
}

func TestASplitRequestDoesNotFillTheStore(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{Items: "body[*]"})
	body := `["` + strings.Repeat("x", 1<<20) + `"` + strings.Repeat(`,{"a":1}`, 99) + `]`
	if g := b.do(t, http.MethodPost, "", body, "Content-Type", "application/json", "Idempotency-Key", "k"); g.status != 200 {
		t.Fatalf("%d %s", g.status, g.text)
	}
	total := 0
	all := b.store.all()
	for _, a := range all {
		total += len(a.Event.Body) + len(a.Event.Item)
	}
	if total > 4<<20 || len(all) != 100 || string(all[99].Event.Body) != `{"a":1}` || all[99].Key != "k:99" {
		t.Errorf("%d bytes in %d events, the last: %s %s", total, len(all), all[99].Event.Body, all[99].Key)
	}
}
