package main

import (
	"errors"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/mask"
)

func TestAnErrorIsMaskedAgainOnlyWhenItMayLookDifferent(t *testing.T) {
	t.Parallel()
	var q quotes
	reads := 0
	first := quoted{run: "a", state: gonets.RunWaiting, text: "no", attempts: 1, rules: mask.New([]string{"phone"}), sources: &sync.Map{}}
	ask := func(of quoted, want int) {
		t.Helper()
		text, err := q.get(of, func() (string, error) { reads++; return strconv.Itoa(reads), nil })
		if err != nil || text != strconv.Itoa(want) {
			t.Errorf("got %q, %v, want %d", text, err, want)
		}
	}
	ask(first, 1)
	ask(first, 1)
	for i, change := range []func(*quoted){
		func(k *quoted) { k.run = "b" }, func(k *quoted) { k.state = gonets.RunFailed }, func(k *quoted) { k.text = "never" },
		func(k *quoted) { k.attempts = 2 }, func(k *quoted) { k.rules = mask.New([]string{"phone"}) }, func(k *quoted) { k.sources = &sync.Map{} },
	} {
		other := first
		change(&other)
		ask(other, i+2)
	}
	if _, err := q.get(quoted{run: "c"}, func() (string, error) { return "", errors.New("no") }); err == nil {
		t.Error("what cannot be read is shown")
	}
	ask(quoted{run: "c"}, 8)
	for i := range 2 * maxQuotes {
		ask(quoted{run: strconv.Itoa(i)}, i+9)
		if len(q.shown) > maxQuotes {
			t.Fatalf("%d errors are kept", len(q.shown))
		}
	}
}

func TestAnOutlineHoldsNoBodies(t *testing.T) {
	t.Parallel()
	body := make([]byte, 1<<10)
	exchange := gonets.Exchange{Outcome: gonets.OutcomeHTTP, Status: 500, RequestBody: body, ReplyBody: body}
	whole := gonets.RunDetail{Run: gonets.RunSummary{Run: gonets.Run{ID: "a", Attempts: 2}}, Version: &gonets.Version{N: 3},
		Event: gonets.Event{Body: body}, Results: []gonets.StepResult{{Value: body}},
		Attempts: []gonets.Attempt{{N: 1, Exchange: exchange}, {N: 2, Exchange: exchange}}}
	want := gonets.RunDetail{Run: whole.Run, Version: whole.Version,
		Attempts: []gonets.Attempt{{N: 2, Exchange: gonets.Exchange{Outcome: gonets.OutcomeHTTP, Status: 500}}}}
	if diff := cmp.Diff(want, outline(whole)); diff != "" {
		t.Error(diff)
	}
}
