package httpapi

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/patient"
)

const (
	// gatherFor is how long hints are gathered into one message.
	gatherFor = 250 * time.Millisecond
	// heartbeat keeps proxies from closing a quiet stream.
	heartbeat = 15 * time.Second
	// hintBuffer is how many hints a slow reader may be behind; the rest is
	// dropped, as hints may be.
	hintBuffer = 1024
)

// watchChanges streams hints (server-sent events) until the reader leaves or
// the server stops.
func (s *server) watchChanges(context.Context, *none) (*huma.StreamResponse, error) {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		_, w := humago.Unwrap(ctx)
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("X-Accel-Buffering", "no") // nginx would hold the hints back
		w.WriteHeader(http.StatusOK)
		s.stream(ctx.Context(), patient.New(w))
	}}, nil
}

func (s *server) stream(ctx context.Context, w *patient.Writer) {
	hints, end := s.Bus.Subscribe(hintBuffer)
	defer end()
	looked := s.Clock.Now()
	send := func(text []byte) bool {
		// Who was logged out everywhere is told nothing more.
		if now := s.Clock.Now(); now.Sub(looked) >= heartbeat {
			if looked = now; !s.stillIn(ctx) {
				return false
			}
		}
		return w.Send(text) == nil
	}
	// The first bytes tell the reader that it is subscribed.
	if !send([]byte(": connected\n\n")) {
		return
	}
	for {
		quiet := s.Clock.NewTimer(heartbeat)
		select {
		case <-ctx.Done():
			quiet.Stop()
			return
		case <-s.Stopping:
			quiet.Stop()
			return
		case <-quiet.C():
			if !send([]byte(": still here\n\n")) {
				return
			}
		case first := <-hints:
			quiet.Stop()
			if !send(message(s.gather(ctx, first, hints))) {
				return
			}
		}
	}
}

// stillIn tells whether the caller's session lives on. A store that is away is
// no reason to send him off.
func (s *server) stillIn(ctx context.Context) bool {
	c := callerOf(ctx)
	if c.visit == nil {
		return true
	}
	_, err := s.People.Visit(ctx, c.token)
	return gonets.CodeOf(err) != gonets.CodeUnauthorized
}

// gather waits a moment for more hints and drops repeats, the newest state of
// each thing stays.
func (s *server) gather(ctx context.Context, first gonets.Change, hints <-chan gonets.Change) []gonets.Change {
	type key struct{ kind, id string }
	place := map[key]int{{first.Kind, first.ID}: 0}
	changes := []gonets.Change{first}
	timer := s.Clock.NewTimer(gatherFor)
	defer timer.Stop()
	for len(changes) < hintBuffer {
		select {
		case <-ctx.Done():
			return changes
		case <-s.Stopping:
			return changes
		case <-timer.C():
			return changes
		case c := <-hints:
			if i, known := place[key{c.Kind, c.ID}]; known {
				changes[i] = c
				continue
			}
			place[key{c.Kind, c.ID}] = len(changes)
			changes = append(changes, c)
		}
	}
	return changes
}

func message(changes []gonets.Change) []byte {
	var b bytes.Buffer
	b.WriteString("event: change\ndata: ")
	// Hints are plain words and ids; they always encode, in one line.
	_ = encode(&b, api.Changes{Changes: changes})
	b.WriteByte('\n')
	return b.Bytes()
}
