package main

import (
	"context"
	"sync"
	"time"

	"gonets"
	"gonets/internal/engine"
	"gonets/internal/id"
	"gonets/internal/loadgen"
	"gonets/setting"
)

// memoryNode is the only node of a server without a store.
const memoryNode = "bench"

// maxUnfinished is how many runs may be unfinished before senders have to wait.
// Nothing else slows them down here: they would run far ahead of the deliveries,
// and the collector of the memory that they fill would be what is measured.
const maxUnfinished = 1_000

// memory stands in for the store where none is to be measured: it places runs
// in lanes by the same rules, hands out what found no place, and forgets what
// has ended.
type memory struct {
	source  gonets.Source
	version gonets.Version
	places  *engine.Places

	mu sync.Mutex
	// ended wakes senders that wait until runs have ended.
	ended *sync.Cond
	// runs are those that have not ended; queues the ids of those that nobody
	// works on, by lane.
	runs   map[string]*gonets.Job
	queues map[string][]string
}

func newMemory(src gonets.Source, sc gonets.Scenario, places *engine.Places) *memory {
	m := &memory{source: src, version: gonets.Version{Scenario: sc, N: 1}, places: places,
		runs: map[string]*gonets.Job{}, queues: map[string][]string{}}
	m.ended = sync.NewCond(&m.mu)
	return m
}

// errNotKept answers questions about the past.
func errNotKept() error {
	return gonets.Errorf(gonets.CodeNotFound, "this server measures the path without a store and keeps nothing")
}

// await holds a sender back until fewer than maxUnfinished runs are unfinished.
func (m *memory) await(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.runs) < maxUnfinished {
		return nil
	}
	stop := context.AfterFunc(ctx, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.ended.Broadcast()
	})
	defer stop()
	for len(m.runs) >= maxUnfinished {
		if err := ctx.Err(); err != nil {
			return err
		}
		m.ended.Wait()
	}
	return nil
}

// Accept makes a run of each event.
func (m *memory) Accept(ctx context.Context, in []gonets.Acceptance) ([]gonets.Accepted, error) {
	if err := m.await(ctx); err != nil {
		return nil, err
	}
	out := make([]gonets.Accepted, len(in))
	for i := range in {
		ev := in[i].Event
		run := gonets.Run{ID: id.New(), EventID: ev.ID, Scenario: m.version.Scenario.Name, Version: m.version.N,
			State: gonets.RunQueued, CreatedAt: ev.ReceivedAt}
		var placed bool
		if run.Lane, placed = m.places.Place(&m.version.Scenario, &ev); placed {
			run.State, run.Lease = gonets.RunRunning, gonets.Lease{Node: memoryNode, Epoch: 1, Seq: 1}
		}
		m.mu.Lock()
		m.runs[run.ID] = &gonets.Job{Run: run, Event: ev}
		if !placed {
			m.queues[run.Lane] = append(m.queues[run.Lane], run.ID)
		}
		m.mu.Unlock()
		out[i] = gonets.Accepted{EventID: ev.ID, Runs: []gonets.Run{run}, MayRespond: m.version.Scenario.MayRespond()}
	}
	return out, nil
}

// Finish forgets a run that has ended and queues one that goes on later.
func (m *memory) Finish(_ context.Context, t gonets.Transition) (fenced bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	job := m.runs[t.RunID]
	switch {
	case job == nil:
		return true, nil
	case t.State.Final() || t.State == gonets.RunPaused:
		delete(m.runs, t.RunID)
		m.ended.Signal()
		return false, nil
	}
	job.Run.State, job.Run.Lane, job.Run.DueAt, job.Run.Tries = t.State, t.Lane, t.DueAt, t.Tries
	job.Results = append(job.Results, t.Results...)
	if !t.KeepLease {
		m.free(&job.Run)
	}
	return false, nil
}

func (m *memory) free(run *gonets.Run) {
	run.Lease.Node = ""
	m.queues[run.Lane] = append(m.queues[run.Lane], run.ID)
}

// Release queues runs again.
func (m *memory) Release(_ context.Context, runs []gonets.Run) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range runs {
		if job := m.runs[runs[i].ID]; job != nil {
			job.Run.State = gonets.RunQueued
			m.free(&job.Run)
		}
	}
	return nil
}

// Claim hands out the lane's oldest runs. Its receiver never fails, so that
// none waits for a time of its own.
func (m *memory) Claim(_ context.Context, c gonets.Claim) ([]gonets.Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	queue := m.queues[c.Lane]
	n := min(c.Limit, len(queue))
	jobs := make([]gonets.Job, n)
	for i, id := range queue[:n] {
		job := m.runs[id]
		job.Run.State, job.Run.DueAt = gonets.RunRunning, time.Time{}
		job.Run.Lease = gonets.Lease{Node: c.Node, Epoch: c.Epoch, Seq: job.Run.Lease.Seq + 1}
		jobs[i] = *job
	}
	if m.queues[c.Lane] = queue[n:]; n == len(queue) {
		delete(m.queues, c.Lane)
	}
	return jobs, nil
}

// Backlog lists the lanes of which runs are queued.
func (m *memory) Backlog(context.Context) ([]gonets.LaneBacklog, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var lanes []gonets.LaneBacklog
	for lane := range m.queues {
		lanes = append(lanes, gonets.LaneBacklog{Lane: lane})
	}
	return lanes, nil
}

// SourceByToken knows one address.
func (m *memory) SourceByToken(_ context.Context, token string) (gonets.SourceInfo, error) {
	if token != loadgen.CeilingToken {
		return gonets.SourceInfo{}, gonets.Errorf(gonets.CodeAddressUnknown, "no source has this address")
	}
	return gonets.SourceInfo{Source: m.source}, nil
}

// Source knows one name.
func (m *memory) Source(_ context.Context, name string) (gonets.SourceInfo, error) {
	if name != m.source.Name {
		return gonets.SourceInfo{}, errNotKept()
	}
	return gonets.SourceInfo{Source: m.source}, nil
}

// Version knows one version.
func (m *memory) Version(context.Context, string, int) (*gonets.Version, error) {
	return &m.version, nil
}

// Settings are the defaults.
func (m *memory) Settings(context.Context) (setting.Settings, error) { return setting.Settings{}, nil }

// Rescue finds nothing: nothing outlives the process.
func (m *memory) Rescue(context.Context, gonets.Death) (gonets.RescueReport, error) {
	return gonets.RescueReport{}, nil
}

// Prune finds nothing that is old.
func (m *memory) Prune(context.Context, time.Time, int) (int, error) { return 0, nil }

// Stats knows of nothing on disk.
func (m *memory) Stats(context.Context) (gonets.StoreStats, error) { return gonets.StoreStats{}, nil }

// Answer finds no kept answer.
func (m *memory) Answer(context.Context, string) (*gonets.Answer, error) { return nil, errNotKept() }

// FindEvent finds no kept event.
func (m *memory) FindEvent(context.Context, string, string) (gonets.Event, error) {
	return gonets.Event{}, errNotKept()
}

// Runs finds no kept runs.
func (m *memory) Runs(context.Context, gonets.RunFilter) (gonets.List[gonets.RunSummary], error) {
	return gonets.List[gonets.RunSummary]{}, errNotKept()
}

// Act finds no run to act on.
func (m *memory) Act(context.Context, gonets.Action) (gonets.Run, error) {
	return gonets.Run{}, errNotKept()
}

// Rerun finds no run to repeat.
func (m *memory) Rerun(context.Context, gonets.Rerun) (gonets.Job, error) {
	return gonets.Job{}, errNotKept()
}

// Secret knows none.
func (m *memory) Secret(context.Context, string) (string, error) { return "", errNotKept() }
