package engine

import (
	"context"
	"sync"

	"gonets"
	"gonets/internal/step"
)

// maxPrograms bounds the compiled versions in memory; when it is reached all
// are forgotten, which is simpler than knowing which one is old and as good:
// a version compiles in less than a millisecond.
const maxPrograms = 1_000

// programs are compiled versions. Versions never change, so neither do they.
type programs struct {
	mu sync.RWMutex
	m  map[programKey]*step.Program
}

type programKey struct {
	scenario string
	version  int
}

func (p *programs) get(ctx context.Context, store Store, scenario string, n int) (*step.Program, error) {
	key := programKey{scenario, n}
	p.mu.RLock()
	prog, ok := p.m[key]
	p.mu.RUnlock()
	if ok {
		return prog, nil
	}
	v, err := store.Version(ctx, scenario, n)
	if err != nil {
		return nil, err
	}
	prog, err = step.Compile(&v.Scenario)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.m == nil || len(p.m) >= maxPrograms {
		p.m = map[programKey]*step.Program{}
	}
	p.m[key] = prog
	return prog, nil
}

// learn reads what the work needs, for as long as a fault of the store passes by
// itself: it says nothing about the run. A database that failed for good does not.
func (w *jobWork) learn(job *gonets.Job) (err error) {
	for try := 0; ; try++ {
		if w.program, err = w.programs.get(w.loopCtx, w.Store, job.Run.Scenario, job.Run.Version); err == nil {
			w.scope, err = step.NewScope(job, w.program, w.Env)
		}
		if !gonets.Passing(err) || gonets.CodeOf(err) == gonets.CodeStoreFailed {
			return err
		}
		timer := w.Clock.NewTimer(commitPauses[min(try, len(commitPauses)-1)])
		select {
		case <-timer.C():
		case <-w.loopCtx.Done():
			timer.Stop()
			return err
		}
	}
}
