package store

import (
	"context"
	"errors"
	"testing"

	"gonets"
)

// queueOnly is a committer that queues and takes, and commits nothing.
func queueOnly(t *testing.T) *committer {
	t.Helper()
	return &committer{s: &Store{}, real: gonets.SystemClock{}, wake: make(chan struct{}, 1)}
}

func (c *committer) put(t *testing.T, ops ...*op) {
	t.Helper()
	for _, o := range ops {
		if err := c.enqueue(o); err != nil {
			t.Fatal(err)
		}
	}
}

func TestUpkeepHasItsPlacesInEveryBatch(t *testing.T) {
	t.Parallel()
	c := queueOnly(t)
	var upkeep []*op
	for range 3 * gonets.CommitBatch {
		c.put(t, &op{class: classComplete}, &op{class: classAccept})
	}
	for range maintainPerBatch + 1 {
		upkeep = append(upkeep, &op{class: classMaintain})
	}
	c.put(t, upkeep...)
	first, _ := c.take()
	if len(first) != gonets.CommitBatch {
		t.Fatalf("a batch of %d", len(first))
	}
	for i, o := range first[gonets.CommitBatch-maintainPerBatch:] {
		if o != upkeep[i] {
			t.Errorf("place %d is not the upkeep's in its order", i)
		}
	}
	second, _ := c.take()
	if len(second) != gonets.CommitBatch || second[len(second)-1] != upkeep[maintainPerBatch] || second[len(second)-2].class != classComplete {
		t.Error("places that upkeep does not need are left empty")
	}
}

func TestWhatNobodyWaitsForIsDropped(t *testing.T) {
	t.Parallel()
	c := queueOnly(t)
	ctx, cancel := context.WithCancel(t.Context())
	gone, kept, finish := &op{class: classMaintain, bytes: 5, ctx: ctx}, &op{class: classMaintain, ctx: t.Context()}, &op{class: classComplete}
	c.put(t, gone, kept, finish)
	cancel()
	batch, _ := c.take()
	if len(batch) != 2 || batch[0] != finish || batch[1] != kept || c.bytes != 0 {
		t.Errorf("a batch of %d, %d bytes queued", len(batch), c.bytes)
	}
	select {
	case err := <-gone.done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("dropped with %v", err)
		}
	default:
		t.Error("the caller is not told")
	}
}
