package store_test

import (
	"sync/atomic"
	"testing"
	"time"

	"gonets"
	"gonets/internal/id"
	"gonets/internal/store"
)

// BenchmarkAcceptFinish is the hot path of one event with one HTTP step, under
// as many submitters as a busy server has.
func BenchmarkAcceptFinish(b *testing.B) { benchStores(b, 1<<30, acceptFinish) }

func acceptFinish(b *testing.B, s *store.Store) {
	body := make([]byte, 1024)
	headers := []gonets.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "User-Agent", Value: "bench"}}
	var lost atomic.Int64
	b.SetParallelism(submitters)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			now := gonets.SystemClock{}.Now()
			acc, err := s.Accept(b.Context(), []gonets.Acceptance{{Event: gonets.Event{ID: id.New(), Source: "s",
				ReceivedAt: now, Method: "POST", Headers: headers, Body: body, Remote: "127.0.0.1:1"}}})
			if err != nil {
				b.Error(err)
				return
			}
			run := acc[0].Runs[0]
			fenced, err := s.Finish(b.Context(), gonets.Transition{RunID: run.ID, EventID: run.EventID, Lease: run.Lease,
				State: gonets.RunSucceeded, At: now, Tries: 1, StepAt: now,
				Results: []gonets.StepResult{{Path: "send", State: gonets.StepDone, Attempt: 1, FinishedAt: now.UnixMilli()}},
				Attempt: &gonets.Attempt{N: 1, Path: "send", StartedAt: now, Duration: time.Millisecond, Charged: true,
					Exchange: gonets.Exchange{Outcome: gonets.OutcomeOK, Method: "POST", URL: "http://x/", RequestHeaders: headers,
						RequestBody: body, Status: 200, StatusLine: "200 OK", ReplyHeaders: headers, ReplyBody: body}}})
			if err != nil || fenced {
				lost.Add(1)
			}
		}
	})
	b.StopTimer()
	if lost.Load() > 0 {
		b.Fatal("lost", lost.Load())
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "cycles/s")
}
