package query_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/query"
	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var reader = query.Reader{Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Zone: time.FixedZone("MSK", 3*60*60)}

const (
	someID  = "01a201e4-4ea9-7000-a762-672e4e7e57a9"
	traceOf = "01a201e44ea97000a762672e4e7e57a9"
)

func TestQuestionsMeanWhatTheySay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]gonets.RunFilter{
		"":                                {},
		"state:paused,failed":             {States: []gonets.RunState{gonets.RunPaused, gonets.RunFailed}},
		"STATE:Paused":                    {States: []gonets.RunState{gonets.RunPaused}},
		"scenario:crm source:site":        {Scenario: "crm", Source: "site"},
		"status:503,5xx,400-404":          {Statuses: []gonets.StatusSpan{{Low: 503, High: 503}, {Low: 500, High: 599}, {Low: 400, High: 404}}},
		"after:-24h":                      {Since: reader.Now.Add(-24 * time.Hour)},
		"after:2026-11-14":                {Since: time.Date(2026, 11, 13, 21, 0, 0, 0, time.UTC)},
		"before:2026-11-14T12:30":         {Until: time.Date(2026, 11, 14, 9, 30, 0, 0, time.UTC)},
		"before:2026-11-14T12:30:00Z":     {Until: time.Date(2026, 11, 14, 12, 30, 0, 0, time.UTC)},
		"received:2026-11-14":             {ReceivedFrom: time.Date(2026, 11, 13, 21, 0, 0, 0, time.UTC), ReceivedUntil: time.Date(2026, 11, 14, 21, 0, 0, 0, time.UTC)},
		"received:2026-11-01..2026-11-14": {ReceivedFrom: time.Date(2026, 10, 31, 21, 0, 0, 0, time.UTC), ReceivedUntil: time.Date(2026, 11, 14, 21, 0, 0, 0, time.UTC)},
		"received:2026-11-14T12:00..2026-11-14T12:30": {ReceivedFrom: time.Date(2026, 11, 14, 9, 0, 0, 0, time.UTC), ReceivedUntil: time.Date(2026, 11, 14, 9, 30, 0, 0, time.UTC)},
		"code:network.*":           {Code: "network.*"},
		"lane:https://crm.example": {Lane: "https://crm.example"},
		"mark:check":               {Mark: gonets.MarkCheck},
		"event:" + someID:          {EventID: someID},
		"bulk:" + someID:           {Bulk: someID},
		strings.ToUpper(someID):    {ID: someID},
		// What a service has in its log may be ours or not: the store knows.
		someID + "-deal":               {Value: someID + "-deal"},
		traceOf + " state:failed":      {Value: traceOf, States: []gonets.RunState{gonets.RunFailed}},
		someID + "-7":                  {Value: someID + "-7"},
		"+7 999 123-45-67":             {Value: "+7 999 123-45-67"},
		`"state:paused"`:               {Value: "state:paused"},
		`a@b.example state:held`:       {Value: "a@b.example", States: []gonets.RunState{gonets.RunHeld}},
		`text:"Анна \"А\" \\ Петрова"`: {Text: `Анна "А" \ Петрова`},
		"12:30": {Value: "12:30"},
	} {
		got, err := query.Parse(text, reader)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		for _, at := range []*time.Time{&got.Since, &got.Until, &got.ReceivedFrom, &got.ReceivedUntil} {
			if !at.IsZero() {
				*at = at.UTC()
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: -want +got\n%s", text, d)
		}
	}
}

func TestMistakesAreToldWithTheirPlace(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]gonets.Problem{
		"Анна stat:paused":        {Code: gonets.CodeQueryKey, Column: 6, Suggestion: "state"},
		"scenario:x state:pausd":  {Code: gonets.CodeQueryValue, Column: 18, Suggestion: "paused"},
		"state:":                  {Code: gonets.CodeQueryValue, Column: 7},
		"state: paused":           {Code: gonets.CodeQueryValue, Column: 7},
		`state:""`:                {Code: gonets.CodeQueryValue, Column: 7},
		`text:"Анна`:              {Code: gonets.CodeQueryQuote, Column: 6},
		"state:held state:paused": {Code: gonets.CodeQueryTwice, Column: 12},
		"status:x00":              {Code: gonets.CodeQueryValue, Column: 8},
		"status:5x":               {Code: gonets.CodeQueryValue, Column: 8},
		"status:499-400":          {Code: gonets.CodeQueryValue, Column: 8},
		"status:1xx,2xx,3xx,4xx,5xx,500,501,502,503": {Code: gonets.CodeQueryValue, Column: 8},
		"after:yesterday":                      {Code: gonets.CodeQueryValue, Column: 7},
		"received:2026-11-14..2026-11-13":      {Code: gonets.CodeQueryValue, Column: 10},
		"received:2026-11-14..":                {Code: gonets.CodeQueryValue, Column: 10},
		"received:2026-11-14T12:00":            {Code: gonets.CodeQueryValue, Column: 10},
		"after:-1y":                            {Code: gonets.CodeQueryValue, Column: 7},
		"mark:chek":                            {Code: gonets.CodeQueryValue, Column: 6, Suggestion: "check"},
		"bulk:yesterday":                       {Code: gonets.CodeQueryValue, Column: 6},
		"code:*":                               {Code: gonets.CodeQueryValue, Column: 6},
		"code:a*b":                             {Code: gonets.CodeQueryValue, Column: 6},
		strings.Repeat("x", query.MaxLength+1): {Code: gonets.CodeQueryLong, Column: 1},
	} {
		_, err := query.Parse(text, reader)
		var e *gonets.Error
		if !errors.As(err, &e) || e.Code != gonets.CodeQuery || len(e.Problems) != 1 {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := e.Problems[0]
		if got.Message == "" || got.Pointer != "/q" || got.Line != 1 {
			t.Errorf("%s: %+v", text, got)
		}
		if got.Code != want.Code || got.Column != want.Column || got.Suggestion != want.Suggestion {
			t.Errorf("%s: %s at %d, %q", text, got.Code, got.Column, got.Suggestion)
		}
	}
}

func FuzzQuestionsAreReadAsTheyAreWritten(f *testing.F) {
	for _, seed := range []string{"state:paused x", `text:"a \" b" "c:d"`, "after:-24h", "é:\xff", `""`, `a"b`, "status:5xx,400-499 +7 999", "received:2026-11-01..2026-11-14T12:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		terms, err := query.Split(text)
		if err != nil {
			if gonets.CodeOf(err) != gonets.CodeQuery {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		written := query.Format(terms)
		again, err := query.Split(written)
		if err != nil && len(written) <= query.MaxLength {
			t.Fatalf("%q was written as %q: %v", text, written, err)
		}
		for i := range again {
			if again[i].Key != terms[i].Key || again[i].Value != terms[i].Value {
				t.Fatalf("%q was written as %q: %+v", text, written, again[i])
			}
		}
		if err == nil && len(again) != len(terms) {
			t.Fatalf("%q was written as %q", text, written)
		}
		// What it means can be written as a question again.
		filter, err := query.Parse(text, reader)
		if asked := query.Of(&filter); err == nil && len(asked) <= query.MaxLength {
			if same, err := query.Parse(asked, reader); err != nil || !alike(filter, same) {
				t.Fatalf("%q was asked as %q: %v\n%+v\n%+v", text, asked, err, filter, same)
			}
		}
	})
}

// alike tells that two filters choose the same runs; the same moment may be
// written in two zones.
func alike(a, b gonets.RunFilter) bool {
	since, until := a.Since.Equal(b.Since), a.Until.Equal(b.Until)
	since = since && a.ReceivedFrom.Equal(b.ReceivedFrom) && a.ReceivedUntil.Equal(b.ReceivedUntil)
	a.ReceivedFrom, a.ReceivedUntil, b.ReceivedFrom, b.ReceivedUntil = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	a.Since, a.Until, b.Since, b.Until = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return since && until && reflect.DeepEqual(a, b)
}
