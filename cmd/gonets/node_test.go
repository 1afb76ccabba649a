package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/hint"
	"gonets/internal/notify"
)

// TestOnlyAnswersForElsewhereAreToldToOthers: a caller who waits here needs no
// hint through the database.
func TestOnlyAnswersForElsewhereAreToldToOthers(t *testing.T) {
	t.Parallel()
	var told []string
	bus := &notify.Bus{}
	a := answers{bus, func(h hint.Hint) { told = append(told, h.Answered...) }}
	waiter := bus.Await("here")
	defer waiter.Stop()
	for _, event := range []string{"here", "there"} {
		a.Publish(gonets.Change{Kind: "run", ID: "r", Event: event, State: gonets.RunRunning})
		a.Publish(gonets.Change{Kind: "run", ID: "r", Event: event, Answer: &gonets.Answer{Status: 200}})
	}
	if diff := cmp.Diff([]string{"there"}, told); diff != "" {
		t.Error(diff)
	}
	<-waiter.C()
	if c := <-waiter.C(); c.Answer == nil {
		t.Error("who waits here is not told")
	}
}

// TestSavedDraftsAreToldToOthers: who edits the same scenario may do so at another
// node. What comes from there is not told again.
func TestSavedDraftsAreToldToOthers(t *testing.T) {
	t.Parallel()
	var told hint.Hint
	a := answers{&notify.Bus{}, func(h hint.Hint) { told.Merge(h) }}
	for _, c := range []gonets.Change{{Kind: "draft", ID: "lead"}, {Kind: "config"}, {Kind: "draft", ID: "lead"}, {Kind: "draft", ID: "order"}} {
		a.Publish(c)
	}
	if diff := cmp.Diff(hint.Hint{Drafts: []string{"lead", "order"}}, told); diff != "" {
		t.Error(diff)
	}
	for n := range 100 {
		told.Merge(hint.Hint{Drafts: []string{strings.Repeat("n", n+1)}})
	}
	if len(told.Drafts) != hint.MaxHintDrafts {
		t.Errorf("%d drafts in one hint", len(told.Drafts))
	}
}

// TestTargetOfTheStoriesJudges plants what it must see.
func TestTargetOfTheStoriesJudges(t *testing.T) {
	t.Parallel()
	tg := deliveries(t)
	tg.held = make(chan struct{})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	send := func(key, body string) {
		req, err := http.NewRequest(http.MethodPost, "http://"+tg.addr, strings.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		req.Header.Set("Idempotency-Key", key)
		if res, err := client.Do(req); err != nil {
			t.Error(err)
		} else {
			res.Body.Close()
		}
	}
	faults := func() []string {
		tg.mu.Lock()
		defer tg.mu.Unlock()
		return append([]string{}, tg.faults...)
	}
	done := make(chan struct{})
	for range 2 {
		go func() {
			send("k", "together")
			done <- struct{}{}
		}()
	}
	if !await(func() bool { return len(faults()) == 1 }) {
		t.Error("two requests of one key at the same time were not seen")
	}
	tg.mu.Lock()
	close(tg.held)
	tg.held = nil
	tg.mu.Unlock()
	<-done
	<-done
	send("k", "together")
	if got := faults(); len(got) != 1 {
		t.Errorf("a repeat one after another is no fault: %q", got)
	}
	send("other", "together")
	if got := faults(); len(got) != 2 {
		t.Errorf("a repeat with another key was not seen: %q", got)
	}
}
