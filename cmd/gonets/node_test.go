package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/notify"
)

// TestOnlyAnswersForElsewhereAreToldToOthers: a caller who waits here needs no
// hint through the database.
func TestOnlyAnswersForElsewhereAreToldToOthers(t *testing.T) {
	t.Parallel()
	var told []string
	bus := &notify.Bus{}
	a := answers{bus, func(h gonets.Hint) { told = append(told, h.Answered...) }}
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
