package store_test

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/id"
	"gonets/internal/store"
	"gonets/internal/store/storetest"
)

// benchStores measures on both databases, in a store with one source and one
// scenario; free is how many runs are born leased.
func benchStores(b *testing.B, free int, measure func(*testing.B, *store.Store)) {
	b.Run("sqlite", func(b *testing.B) {
		measure(b, benchStore(b, free, store.Options{Path: filepath.Join(b.TempDir(), "gonets.db")}))
	})
	b.Run("postgres", func(b *testing.B) {
		measure(b, benchStore(b, free, store.Options{Database: cluster.Database(b)}))
	})
}

func benchStore(b *testing.B, free int, o store.Options) *store.Store {
	b.Helper()
	o.Clock, o.Sealer, o.Placer = gonets.SystemClock{}, storetest.Sealer{}, &storetest.Places{Lane: "http://x", Free: free}
	s, err := store.Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	// The benchmark's own context has ended by then.
	b.Cleanup(func() { s.Close(context.Background()) })
	if _, err := s.Apply(b.Context(), document.Apply{Sources: []gonets.Source{{Name: "s", Preset: "generic"}},
		Scenarios: []gonets.Scenario{storetest.Scenario("x", "s")}}); err != nil {
		b.Fatal(err)
	}
	return s
}

func benchAccept(b *testing.B, s *store.Store) gonets.Run {
	acc, err := s.Accept(b.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: id.New(), Source: "s", Method: "POST",
		ReceivedAt: gonets.SystemClock{}.Now(), ContentType: "application/json", Body: make([]byte, 1024)}}})
	if err != nil {
		b.Error(err)
		return gonets.Run{}
	}
	return acc[0].Runs[0]
}

// submitters is how many callers share a commit, for each processor.
const submitters = 64

// BenchmarkAccept stores events and makes a run of each.
func BenchmarkAccept(b *testing.B) { benchStores(b, 1<<30, accepts) }

func accepts(b *testing.B, s *store.Store) {
	b.SetParallelism(submitters)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			benchAccept(b, s)
		}
	})
}

// BenchmarkFinish stores what became of runs, with their exchange.
func BenchmarkFinish(b *testing.B) { benchStores(b, 1<<30, finishes) }

func finishes(b *testing.B, s *store.Store) {
	runs := make([]gonets.Run, b.N)
	var made, next atomic.Int64
	b.SetParallelism(submitters)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			runs[made.Add(1)-1] = benchAccept(b, s)
		}
	})
	body := make([]byte, 1024)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			run, now := runs[next.Add(1)-1], gonets.SystemClock{}.Now()
			fenced, err := s.Finish(b.Context(), gonets.Transition{RunID: run.ID, EventID: run.EventID, Lease: run.Lease,
				State: gonets.RunSucceeded, At: now, Tries: 1, StepAt: now,
				Results: []gonets.StepResult{{Path: "send", State: gonets.StepDone, Attempt: 1, FinishedAt: now.UnixMilli()}},
				Attempt: &gonets.Attempt{N: 1, Path: "send", StartedAt: now, Charged: true, Exchange: gonets.Exchange{
					Outcome: gonets.OutcomeOK, Method: "POST", URL: "http://x/", RequestBody: body, Status: 200, StatusLine: "200 OK", ReplyBody: body}}})
			if err != nil || fenced {
				b.Errorf("fenced %v: %v", fenced, err)
			}
		}
	})
}

// BenchmarkClaim takes a batch of runs with their events out of many that are
// due.
func BenchmarkClaim(b *testing.B) { benchStores(b, 0, claims) }

func claims(b *testing.B, s *store.Store) {
	for range 20 * gonets.ClaimBatch {
		benchAccept(b, s)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		jobs, err := s.Claim(b.Context(), gonets.Claim{Lane: "http://x", Limit: gonets.ClaimBatch, Node: s.Node(), Epoch: s.Epoch(),
			Now: gonets.SystemClock{}.Now()})
		if err != nil || len(jobs) != gonets.ClaimBatch {
			b.Fatalf("%d runs: %v", len(jobs), err)
		}
		b.StopTimer()
		runs := make([]gonets.Run, len(jobs))
		for i := range jobs {
			runs[i] = jobs[i].Run
		}
		if err := s.Release(b.Context(), runs); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N)*gonets.ClaimBatch/b.Elapsed().Seconds(), "runs/s")
}
