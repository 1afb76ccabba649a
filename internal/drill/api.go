package drill

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gonets"
)

// api is the little that a drill needs of the server's API.
type api struct {
	base   string
	token  string
	client *http.Client
}

func newAPI(o *Options, base string) (*api, error) {
	token, err := os.ReadFile(filepath.Join(o.dataDir(), "owner.token"))
	if err != nil {
		return nil, fmt.Errorf("the server made no owner's token: %w", err)
	}
	return &api{base: base, token: strings.TrimSpace(string(token)), client: &http.Client{Timeout: 30 * time.Second}}, nil
}

// maxAnswer bounds an answer of the API, in bytes.
const maxAnswer = 64 << 20

func (a *api) call(ctx context.Context, method, path string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, a.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+a.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/yaml")
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if resp.StatusCode == http.StatusNotFound {
		return gonets.Errorf(gonets.CodeNotFound, "%s %s was answered 404", method, path)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s was answered %d: %s", method, path, resp.StatusCode, answer[:min(len(answer), 500)])
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("%s %s: the answer cannot be read: %w", method, path, err)
	}
	return nil
}

// documentName names the drill's source and scenario.
const documentName = "drill"

// documents are a source and a scenario with one request to the sink.
func documents(sinkURL string) []byte {
	return fmt.Appendf(nil, `apiVersion: gonets/v1
kind: Source
name: %[1]s
preset: generic
---
apiVersion: gonets/v1
kind: Scenario
name: %[1]s
sources: [%[1]s]
steps:
  - id: send
    http:
      method: POST
      url: %[2]s
      timeout: 5s
      body:
        json:
          id: "{{ event.body.id }}"
          event: "{{ event.id }}"
          fill: "{{ event.body.fill }}"
`, documentName, sinkURL)
}

// apply makes the documents and returns the source's address at base.
func (a *api) apply(ctx context.Context, sinkURL string) (string, error) {
	return a.applyDocuments(ctx, documents(sinkURL))
}

func (a *api) applyDocuments(ctx context.Context, yaml []byte) (string, error) {
	var ignored json.RawMessage
	if err := a.call(ctx, http.MethodPost, "/api/v1/apply", yaml, &ignored); err != nil {
		return "", err
	}
	for cursor := ""; ; {
		var page gonets.List[struct{ Name, URL string }]
		if err := a.call(ctx, http.MethodGet, "/api/v1/sources?limit=1000&cursor="+url.QueryEscape(cursor), nil, &page); err != nil {
			return "", err
		}
		for _, s := range page.Items {
			if s.Name != documentName {
				continue
			}
			u, err := url.Parse(s.URL)
			if err != nil {
				return "", fmt.Errorf("the source's address %q: %w", s.URL, err)
			}
			// The host may be the one of an earlier start.
			return a.base + u.EscapedPath(), nil
		}
		if cursor = page.Next; cursor == "" {
			return "", fmt.Errorf("the server does not list the source %q that was applied", documentName)
		}
	}
}

// anyIn tells whether a run is in the state.
func (a *api) anyIn(ctx context.Context, state gonets.RunState) (bool, error) {
	var page gonets.List[json.RawMessage]
	err := a.call(ctx, http.MethodGet, "/api/v1/runs?limit=1&state="+string(state), nil, &page)
	return len(page.Items) > 0, err
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
		if err := a.call(ctx, http.MethodGet, "/api/v1/runs?limit=1000&cursor="+url.QueryEscape(cursor), nil, &page); err != nil {
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
	if err := a.call(ctx, http.MethodGet, "/api/v1/runs/"+url.PathEscape(runID), nil, &run); err != nil {
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
	err := a.call(ctx, http.MethodGet, "/api/v1/events/"+url.PathEscape(eventID), nil, &event)
	if gonets.CodeOf(err) == gonets.CodeNotFound {
		return "the event is not stored"
	}
	if err != nil {
		return err.Error()
	}
	return "the event is stored"
}
