package pack

import (
	"fmt"

	"gonets"
)

// LoadJobs reads what runs need for their next step.
func LoadJobs(q Reader, runs []gonets.Run) ([]gonets.Job, error) {
	ids := make([]string, len(runs))
	events := make([]string, len(runs))
	for i := range runs {
		ids[i], events[i] = runs[i].ID, runs[i].EventID
	}
	found, err := LoadEvents(q, events, -1)
	if err != nil {
		return nil, err
	}
	results, err := LoadResults(q, ids)
	if err != nil {
		return nil, err
	}
	jobs := make([]gonets.Job, len(runs))
	for i, r := range runs {
		ev, ok := found[r.EventID]
		if !ok {
			return nil, fmt.Errorf("the event %s is not there", r.EventID)
		}
		jobs[i] = gonets.Job{Run: r, Event: ev, Results: results[r.ID]}
		if jobs[i].Replies, err = LoadReplies(q, r.ID, jobs[i].Results); err != nil {
			return nil, err
		}
	}
	return jobs, nil
}
