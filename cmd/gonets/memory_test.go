package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"gonets"
	"gonets/internal/engine"
	"gonets/internal/id"
)

// fullMemory is one in which as many runs are unfinished as may be.
func fullMemory(t *testing.T) (m *memory, last gonets.Run) {
	t.Helper()
	m = newMemory(gonets.Source{Name: "in"}, gonets.Scenario{Name: "out"}, engine.NewPlaces(engine.PlaceRules{
		Own: func(string) bool { return false }, Clock: gonets.SystemClock{}}))
	for range maxUnfinished {
		acc, err := m.Accept(t.Context(), anEvent())
		if err != nil {
			t.Fatal(err)
		}
		last = acc[0].Runs[0]
	}
	return m, last
}

func anEvent() []gonets.Acceptance {
	return []gonets.Acceptance{{Event: gonets.Event{ID: id.New(), Source: "in"}}}
}

func TestTheCeilingHoldsSendersBackUntilRunsHaveEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, run := fullMemory(t)
		taken := make(chan error, 1)
		go func() {
			_, err := m.Accept(t.Context(), anEvent())
			taken <- err
		}()
		synctest.Wait()
		select {
		case err := <-taken:
			t.Fatalf("taken although %d runs are unfinished (%v)", maxUnfinished, err)
		default:
		}
		if _, err := m.Finish(t.Context(), gonets.Transition{RunID: run.ID, State: gonets.RunSucceeded}); err != nil {
			t.Fatal(err)
		}
		if err := <-taken; err != nil {
			t.Errorf("refused although a run has ended: %v", err)
		}
		if len(m.runs) != maxUnfinished {
			t.Errorf("%d runs are unfinished", len(m.runs))
		}
	})
}

func TestASenderWhoLeavesIsNotHeldBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, _ := fullMemory(t)
		ctx, leave := context.WithCancel(t.Context())
		taken := make(chan error, 1)
		go func() {
			_, err := m.Accept(ctx, anEvent())
			taken <- err
		}()
		synctest.Wait()
		leave()
		if err := <-taken; !errors.Is(err, context.Canceled) {
			t.Errorf("the sender got %v", err)
		}
		if len(m.runs) != maxUnfinished {
			t.Errorf("%d runs are unfinished", len(m.runs))
		}
	})
}
