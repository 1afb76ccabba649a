package drill

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gonets"
	"gonets/internal/child"
)

// api is the little that a drill needs of the server's API.
type api struct{ *child.API }

func newAPI(o *Options, base string) (*api, error) {
	a, err := child.NewAPI(o.dataDir(0), base)
	return &api{a}, err
}

// documentName names the drill's source and scenario.
const documentName = "drill"

// documents are a source and a scenario with one request to the sink.
func documents(sinkURL string) []byte {
	work := child.Work{Name: documentName, URL: sinkURL, Timeout: 5 * time.Second, Open: true,
		Members: [][2]string{{"id", "event.body.id"}, {"event", "event.id"}, {"fill", "event.body.fill"}}}
	return work.Documents()
}

// apply makes the documents and returns the source's address at base.
func (a *api) apply(ctx context.Context, sinkURL string) (string, error) {
	return a.Apply(ctx, documents(sinkURL), documentName)
}

// anyOf tells whether a run is in one of the states.
func (a *api) anyOf(ctx context.Context, states ...gonets.RunState) (bool, error) {
	for _, s := range states {
		var page gonets.List[json.RawMessage]
		err := a.Call(ctx, http.MethodGet, "/api/v1/runs?limit=1&state="+string(s), nil, &page)
		if err != nil || len(page.Items) > 0 {
			return true, err
		}
	}
	return false, nil
}

// runItem is a run as the API lists it.
type runItem struct {
	ID      string          `json:"id"`
	State   gonets.RunState `json:"state"`
	EventID string          `json:"event_id"`
	// Attempts is a number where the list tells it.
	Attempts json.RawMessage `json:"attempts"`
}

// sampled bounds how many runs are asked for one by one when the list does
// not tell their attempts.
const sampled = 2_000

// runs reads the whole history into e.
func (a *api) runs(ctx context.Context, e *evidence) error {
	asked := 0
	for cursor := ""; ; {
		var page gonets.List[runItem]
		if err := a.Call(ctx, http.MethodGet, "/api/v1/runs?limit=1000&cursor="+url.QueryEscape(cursor), nil, &page); err != nil {
			return err
		}
		for _, item := range page.Items {
			v := runView{ID: item.ID, State: item.State, Attempts: -1}
			if n, err := strconv.Atoi(string(item.Attempts)); err == nil {
				v.Attempts = n
			} else if asked < sampled {
				asked++
				if v.Attempts, err = a.attempts(ctx, item.ID); err != nil {
					return err
				}
			}
			e.runs[item.EventID] = append(e.runs[item.EventID], v)
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

// attempts counts the attempts of one run.
func (a *api) attempts(ctx context.Context, runID string) (int, error) {
	var run struct {
		Steps []struct {
			Attempts []json.RawMessage `json:"attempts"`
		} `json:"steps"`
	}
	if err := a.Call(ctx, http.MethodGet, "/api/v1/runs/"+url.PathEscape(runID), nil, &run); err != nil {
		return 0, err
	}
	n := 0
	for _, s := range run.Steps {
		n += len(s.Attempts)
	}
	return n, nil
}

// known tells what the server says about an event, for the examples.
func (a *api) known(ctx context.Context, eventID string) string {
	if eventID == "" {
		return "no event id was answered"
	}
	var event json.RawMessage
	err := a.Call(ctx, http.MethodGet, "/api/v1/events/"+url.PathEscape(eventID), nil, &event)
	if gonets.CodeOf(err) == gonets.CodeNotFound {
		return "the event is not stored"
	}
	if err != nil {
		return err.Error()
	}
	return "the event is stored"
}
