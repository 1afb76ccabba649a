package queue_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"gonets"
	"gonets/internal/store/queue"
	"gonets/internal/testkit"
)

// upkeep is how many places of a batch are kept for it.
const upkeep = 4

type op = queue.Op[string]

func put(t *testing.T, q *queue.Queue[string], ops ...*op) {
	t.Helper()
	for _, o := range ops {
		if err := q.Add(o); err != nil {
			t.Fatal(err)
		}
	}
}

func TestUpkeepHasItsPlacesInEveryBatch(t *testing.T) {
	t.Parallel()
	q := queue.New[string](testkit.NewClock())
	for range 3 * gonets.CommitBatch / 2 {
		put(t, q, &op{Class: queue.Complete}, &op{Class: queue.Accept})
	}
	kept := make([]*op, upkeep+1)
	for i := range kept {
		kept[i] = &op{Class: queue.Maintain}
	}
	put(t, q, kept...)
	first := q.Next()
	if len(first) != gonets.CommitBatch {
		t.Fatalf("a batch of %d", len(first))
	}
	for i, o := range first[gonets.CommitBatch-upkeep:] {
		if o != kept[i] {
			t.Errorf("place %d is not the upkeep's in its order", i)
		}
	}
	second := q.Next()
	if len(second) != gonets.CommitBatch || second[len(second)-1] != kept[upkeep] || second[len(second)-2].Class == queue.Maintain {
		t.Error("places that upkeep does not need are left empty")
	}
}

// batch is the classes of the next batch.
func batch(q *queue.Queue[string]) (out []queue.Class) {
	for _, o := range q.Next() {
		out = append(out, o.Class)
	}
	return out
}

func TestRemovalGivesWayToThoseWhoWait(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock()
	q := queue.New[string](clock)
	others := []queue.Class{queue.Complete, queue.Accept, queue.Maintain}
	wait := func() {
		for _, cl := range others {
			put(t, q, &op{Class: cl})
		}
	}
	put(t, q, &op{Class: queue.Spare}, &op{Class: queue.Spare})
	// As long as others come, commit after commit, it waits.
	for range 10 {
		wait()
		if got := batch(q); !slices.Equal(got, others) {
			t.Fatalf("a batch of %v", got)
		}
		clock.Advance(4 * time.Millisecond)
	}
	// With nobody there it goes alone.
	if got := batch(q); !slices.Equal(got, []queue.Class{queue.Spare}) {
		t.Fatalf("a batch of %v with nobody waiting", got)
	}
	// It does not wait for ever, and does not come twice at once.
	put(t, q, &op{Class: queue.Spare})
	clock.Advance(10 * time.Millisecond)
	wait()
	if got := batch(q); !slices.Equal(got, append(others, queue.Spare)) {
		t.Fatalf("a batch of %v after its time", got)
	}
	wait()
	if got := batch(q); !slices.Equal(got, others) {
		t.Fatalf("a batch of %v behind one with a removal", got)
	}
	// A full batch keeps a place for it, and stays as large as it may be.
	clock.Advance(time.Second)
	for range gonets.CommitBatch {
		put(t, q, &op{Class: queue.Complete})
	}
	if got := batch(q); len(got) != gonets.CommitBatch || got[len(got)-1] != queue.Spare {
		t.Errorf("a batch of %d that ends with %v", len(got), got[len(got)-1])
	}
}

func TestWhatNobodyWaitsForIsDropped(t *testing.T) {
	t.Parallel()
	q := queue.New[string](testkit.NewClock())
	ctx, cancel := context.WithCancel(t.Context())
	gone, kept, finish := &op{Class: queue.Maintain, Ctx: ctx}, &op{Class: queue.Maintain, Ctx: t.Context()}, &op{Class: queue.Complete}
	put(t, q, gone, kept, finish)
	cancel()
	if batch := q.Next(); len(batch) != 2 || batch[0] != finish || batch[1] != kept {
		t.Errorf("a batch of %d", len(batch))
	}
	select {
	case err := <-gone.Done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("dropped with %v", err)
		}
	default:
		t.Error("the caller is not told")
	}
}

func TestFullQueueRefusesWhatBringsNewWork(t *testing.T) {
	t.Parallel()
	const large = gonets.CommitQueueBytes / 2
	for name, c := range map[string]struct {
		before func(*queue.Queue[string], *testkit.Clock)
		bytes  int64
		want   gonets.Code
	}{
		"room":           {func(*queue.Queue[string], *testkit.Clock) {}, 2 * large, ""},
		"too many bytes": {func(q *queue.Queue[string], _ *testkit.Clock) { put(t, q, &op{Class: queue.Complete, Bytes: large}) }, large + 1, gonets.CodeBusy},
		"too old": {func(q *queue.Queue[string], clock *testkit.Clock) {
			put(t, q, &op{Class: queue.Accept})
			clock.Advance(gonets.CommitQueueAge + time.Millisecond)
		}, 0, gonets.CodeBusy},
		"stopping": {func(q *queue.Queue[string], _ *testkit.Clock) { q.Stop() }, 0, gonets.CodeStopping},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := testkit.NewClock()
			q := queue.New[string](clock)
			c.before(q, clock)
			if got := gonets.CodeOf(q.Add(&op{Class: queue.Accept, Bytes: c.bytes})); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if c.want == gonets.CodeBusy {
				put(t, q, &op{Class: queue.Complete, Bytes: c.bytes})
			}
		})
	}
}
