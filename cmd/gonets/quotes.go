package main

import (
	"sync"

	"gonets"
	"gonets/api"
	"gonets/internal/mask"
)

// maxQuotes bounds the errors that are kept as they are shown: two of the longest
// pages. Past it, it starts anew.
const maxQuotes = 2_000

// quotes keep errors as they are shown: to know what is hidden in one, all of its
// run is read, and a list is looked at again and again.
type quotes struct {
	mu    sync.Mutex
	shown map[quoted]string
}

// quoted is an error with all on which it depends what people see of it.
type quoted struct {
	run, text string
	state     gonets.RunState
	attempts  int
	rules     *mask.Rules
	// sources stand for what the sources keep secret: they are other ones after
	// every change.
	sources *sync.Map
}

// quotation is the last error of a run under what is hidden now.
func (l *live) quotation(run *api.RunSummary) quoted {
	return quoted{run.ID, run.LastError, run.State, run.Attempts, l.masks.Load(), l.bindings.Load()}
}

// get is an error as it is shown; read tells it when it is not known.
func (q *quotes) get(of quoted, read func() (string, error)) (string, error) {
	q.mu.Lock()
	text, known := q.shown[of]
	q.mu.Unlock()
	if known {
		return text, nil
	}
	text, err := read()
	if err != nil {
		return "", err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.shown == nil || len(q.shown) >= maxQuotes {
		q.shown = map[quoted]string{}
	}
	q.shown[of] = text
	return text, nil
}
