package drill

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"

	"gonets"
	"gonets/internal/ledger"
)

// sent is a record of the producer: an intent, or an acknowledgement.
type sent struct {
	Kind string `json:"k"`
	ID   string `json:"id"`
	// Event is the id that the server gave (ack).
	Event string `json:"event,omitempty"`
	// Key is the Idempotency-Key, when one is sent (intent).
	Key string `json:"key,omitempty"`
	// At is in milliseconds since 1970.
	At int64 `json:"at"`
}

const (
	kindIntent = "intent"
	kindAck    = "ack"
)

// arrival is a record of the sink: one delivery.
type arrival struct {
	ID    string `json:"id"`
	Event string `json:"event"`
	// N counts the deliveries of this id from 0.
	N int `json:"n"`
	// Key is the Idempotency-Key that came, Body the body's hash.
	Key  string `json:"key"`
	Body string `json:"body"`
	// Status is what was answered; 0 when the connection was cut.
	Status int `json:"status"`
	// Overlap is true when another delivery of this id was there at that time.
	Overlap bool  `json:"overlap,omitempty"`
	At      int64 `json:"at"`
}

// runView is what the history says about one run.
type runView struct {
	ID    string
	State gonets.RunState
	// Attempts is -1 when the history was not asked.
	Attempts int
}

// evidence is all that the referee looks at.
type evidence struct {
	intents map[string]bool
	// acks maps ids to the event ids that were answered, in the order of ids.
	acks     map[string]string
	arrivals map[string][]arrival
	// runs maps event ids to runs.
	runs map[string][]runView
	// known asks the server what it says about an event, for the examples.
	known func(eventID string) string
}

// readLedgers collects the evidence of both ledgers.
func readLedgers(sentFile, arriveFile string) (*evidence, error) {
	e := &evidence{
		intents: map[string]bool{}, acks: map[string]string{},
		arrivals: map[string][]arrival{}, runs: map[string][]runView{},
	}
	err := ledger.Read(sentFile, func(line json.RawMessage) error {
		var s sent
		if err := json.Unmarshal(line, &s); err != nil {
			return err
		}
		switch s.Kind {
		case kindIntent:
			e.intents[s.ID] = true
		case kindAck:
			e.acks[s.ID] = s.Event
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = ledger.Read(arriveFile, func(line json.RawMessage) error {
		var a arrival
		if err := json.Unmarshal(line, &a); err != nil {
			return err
		}
		e.arrivals[a.ID] = append(e.arrivals[a.ID], a)
		return nil
	})
	return e, err
}

// judge compares what was acknowledged, what arrived and what the history
// says. It is pure. It expects that the load has ended and nothing happens
// any more.
func judge(e *evidence) Report {
	r := Report{Intents: len(e.intents), Acked: len(e.acks)}
	for _, id := range slices.Sorted(maps.Keys(e.arrivals)) {
		judgeArrivals(&r, e, id)
	}
	for _, id := range slices.Sorted(maps.Keys(e.acks)) {
		judgeAck(&r, e, id)
	}
	return r
}

func judgeArrivals(r *Report, e *evidence, id string) {
	list := e.arrivals[id]
	if !e.intents[id] {
		r.Phantom += len(list)
		r.example("phantom: %q arrived %d times and was never to be sent", id, len(list))
		return
	}
	answered := 0
	perEvent := map[string]int{}
	for _, a := range list {
		perEvent[a.Event]++
		if a.Status == 200 {
			answered++
		}
		if a.Overlap {
			r.Overlaps++
			r.example("overlap: %s arrived while an earlier delivery of it was still there", id)
		}
		if first := list[0]; a.Key != first.Key || a.Body != first.Body || a.Key == "" {
			r.Mismatched++
			r.example("mismatched: %s arrived with key %q and body %s, first with key %q and body %s",
				id, a.Key, a.Body, first.Key, first.Body)
		}
	}
	r.Duplicates += max(0, answered-1)
	for _, event := range slices.Sorted(maps.Keys(perEvent)) {
		missing := perEvent[event]
		for _, run := range e.runs[event] {
			if run.Attempts < 0 {
				missing = 0
				break
			}
			missing -= run.Attempts
		}
		if missing > 0 {
			r.Silent += missing
			r.example("silent: %s (event %s) arrived %d times; the history lacks %d of its attempts",
				id, event, perEvent[event], missing)
		}
	}
}

// judgeAck puts one acknowledged event into exactly one class.
func judgeAck(r *Report, e *evidence, id string) {
	event := e.acks[id]
	runs := slices.Clone(e.runs[event])
	// The run with the most hope decides.
	slices.SortFunc(runs, func(a, b runView) int { return cmp.Compare(hope(a.State), hope(b.State)) })
	for _, run := range runs {
		if run.State == gonets.RunQueued || run.State == gonets.RunRunning {
			r.Stuck++
			r.example("stuck: %s (event %s, run %s) is still %s", id, event, run.ID, run.State)
		}
	}
	for _, a := range e.arrivals[id] {
		if a.Status == 200 {
			r.Delivered++
			return
		}
	}
	if len(runs) == 0 {
		r.Lost++
		says := ""
		if e.known != nil && len(r.Examples) < maxExamples {
			says = " (" + e.known(event) + ")"
		}
		r.example("lost: %s was acknowledged as event %q; it did not arrive and has no run%s", id, event, says)
		return
	}
	switch run := runs[0]; run.State {
	case gonets.RunHeld:
		r.Held++
	case gonets.RunQueued:
		r.Queued++
	case gonets.RunRunning:
		r.Running++
	case gonets.RunWaiting:
		r.Waiting++
	case gonets.RunPaused:
		r.Paused++
	case gonets.RunFailed, gonets.RunSkipped, gonets.RunCancelled:
		r.Ended++
	default:
		r.Lost++
		r.example("lost: %s (event %s) did not arrive; the history says that run %s is %s", id, event, run.ID, run.State)
	}
}

// hope orders states: those that can still be delivered come first, a
// success that never arrived comes last.
func hope(s gonets.RunState) int {
	switch {
	case !s.Final():
		return 0
	case s != gonets.RunSucceeded:
		return 1
	}
	return 2
}
