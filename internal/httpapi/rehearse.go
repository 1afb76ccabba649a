package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/internal/httpapi/shape"
	"gonets/internal/httpapi/spec"
	"gonets/internal/rehearse"
)

// maxRehearsed bounds a draft with the sample that it is tried on, in bytes.
const maxRehearsed = maxBody + 2*gonets.MaxIngestBody

// streamed describes an answer of one JSON object a line.
func streamed(op *huma.Operation) {
	bodyLimit(maxRehearsed)(op)
	answers("application/x-ndjson")(op)
}

type previewInput struct{ Body api.Preview }

func (s *server) preview(ctx context.Context, in *previewInput) (*output[api.PreviewResult], error) {
	ask, err := askOf(&in.Body)
	if err != nil {
		return nil, err
	}
	result, err := s.Rehearsal.Preview(ctx, ask)
	if err != nil {
		return nil, err
	}
	return &output[api.PreviewResult]{Body: result}, nil
}

// askOf reads a draft, the step that is meant, and the event that it is tried
// on. A check asks for the same things as a preview.
func askOf(p *api.Preview) (ask rehearse.Ask, err error) {
	if ask.Scenario, err = draftOf(p.Document); err != nil {
		return ask, err
	}
	ask.Step = p.Step
	if p.Scenario != "" {
		ask.Scenario.Name = p.Scenario
	}
	event, sample := p.Event, p.Sample
	if event != "" && sample != nil {
		return ask, invalid("/sample", gonets.CodeNotBoth, "give %s or %s, not both", "event", "sample")
	}
	ask.EventID = event
	if sample == nil {
		return ask, nil
	}
	given, err := sampleHeaders(sample.Headers)
	if err != nil {
		return ask, err
	}
	ask.Sample = &gonets.Event{Source: sample.Source, Method: sample.Method, Path: sample.Path, RawQuery: sample.Query, Headers: given,
		ContentType: gonets.HeaderValue(given, "Content-Type"), Body: sample.Body}
	var text string
	switch raw := bytes.TrimSpace(sample.Body); {
	case len(raw) == 0 || bytes.Equal(raw, []byte("null")):
		ask.Sample.Body = nil
	case raw[0] == '"':
		if err := json.Unmarshal(raw, &text); err != nil {
			return ask, invalid("/sample/body", codeSampleBody, "the body is no text")
		}
		ask.Sample.Body = []byte(text)
	case ask.Sample.ContentType == "":
		ask.Sample.ContentType = "application/json"
		ask.Sample.Headers = append(shape.Headers(given), gonets.Header{Name: "Content-Type", Value: "application/json"})
	}
	if len(ask.Sample.Body) > gonets.MaxIngestBody {
		return ask, gonets.Errorf(gonets.CodeBodyTooLarge, "the sample's body is too large; sources take at most %s", spec.Size(gonets.MaxIngestBody))
	}
	return ask, nil
}

// sampleHeaders reads headers as people write them, an object, or as the history
// keeps them, a list.
func sampleHeaders(raw json.RawMessage) (list []gonets.Header, err error) {
	switch raw = bytes.TrimSpace(raw); {
	case len(raw) == 0 || bytes.Equal(raw, []byte("null")):
		return nil, nil
	case raw[0] == '[':
		err = json.Unmarshal(raw, &list)
	default:
		var named map[string]string
		err = json.Unmarshal(raw, &named)
		for _, name := range slices.Sorted(maps.Keys(named)) {
			list = append(list, gonets.Header{Name: name, Value: named[name]})
		}
	}
	if err != nil {
		return nil, invalid("/sample/headers", codeSampleHeaders, "headers are an object of names and texts, or a list of objects with name and value")
	}
	return list, nil
}

// draftOf reads a scenario that need not be complete, as it is saved.
func draftOf(raw json.RawMessage) (*gonets.Scenario, error) {
	var named struct {
		Name string `json:"name"`
	}
	d, err := document.ReadDraft(raw, "", false, document.Checks{})
	if err != nil {
		return nil, err
	}
	// What has been read is an object whose name, if it has one, is a text.
	_ = json.Unmarshal(raw, &named)
	d.Scenario.Name = named.Name
	return &d.Scenario, nil
}

type checkInput struct{ Body api.Check }

// check streams a check until it is over, its reader leaves, or the server
// stops.
func (s *server) check(ctx context.Context, in *checkInput) (*huma.StreamResponse, error) {
	ask, err := askOf(&api.Preview{
		Scenario: in.Body.Scenario, Document: in.Body.Document, Step: in.Body.Step, Event: in.Body.Event, Sample: in.Body.Sample,
	})
	if err != nil {
		return nil, err
	}
	if ask.Sample != nil {
		ask.Sample.Actor = actorOf(ctx)
	}
	order := rehearse.Order{Ask: ask, Only: in.Body.Step != ""}
	if !in.Body.AllDry {
		order.Really = in.Body.Really
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		_, w := humago.Unwrap(ctx)
		s.streamCheck(ctx.Context(), w, order)
	}}, nil
}

func (s *server) streamCheck(ctx context.Context, w http.ResponseWriter, order rehearse.Order) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-s.Stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	stream := http.NewResponseController(w)
	// A check outlives the timeouts of other answers. A writer that knows no
	// deadlines has none to lift.
	_ = stream.SetWriteDeadline(time.Time{})
	_ = stream.SetReadDeadline(time.Time{})
	began := false
	err := s.Rehearsal.Check(ctx, order, func(l rehearse.Line) error {
		if !began {
			began = true
			w.Header().Set("Content-Type", "application/x-ndjson")
			w.Header().Set("X-Accel-Buffering", "no") // nginx would hold the lines back
			w.WriteHeader(http.StatusOK)
		}
		if err := encode(w, shape.CheckLine(l, shape.Reader{Now: s.Clock.Now()})); err != nil {
			return err
		}
		return stream.Flush()
	})
	switch {
	case err == nil || ctx.Err() != nil:
	case !began:
		writeProblem(w, newProblem(err))
	default:
		s.Log.Error("a check broke off", "error", err)
	}
}

type curlInput struct{ Body api.CurlText }

func (s *server) readCurl(_ context.Context, in *curlInput) (*output[api.CurlStep], error) {
	step, err := shape.CurlStep(in.Body.Text)
	if err != nil {
		return nil, err
	}
	return &output[api.CurlStep]{Body: step}, nil
}

type attemptInput struct {
	ID string `path:"id"`
	N  int    `path:"n" minimum:"1"`
}

func (s *server) attemptCurl(ctx context.Context, in *attemptInput) (*rawOutput, error) {
	d, err := s.Runs.Run(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if text, ok := shape.Curl(&d, in.N); ok {
		return &rawOutput{ContentType: "text/plain; charset=utf-8", Body: []byte(text)}, nil
	}
	return nil, gonets.Errorf(gonets.CodeNotFound, "the run %s has no attempt %d that made a request", in.ID, in.N)
}

// attemptReply gives a reply's body as a file: a browser saves it and never
// shows it.
func (s *server) attemptReply(ctx context.Context, in *attemptInput) (*rawOutput, error) {
	d, err := s.Runs.Run(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	for i := range d.Attempts {
		if a := &d.Attempts[i]; a.N == in.N && a.Status != 0 {
			return &rawOutput{
				ContentType:        "application/octet-stream",
				ContentDisposition: fmt.Sprintf(`attachment; filename="reply-%s-%d.bin"`, d.Run.ID, a.N),
				Body:               append([]byte{}, a.ReplyBody...),
			}, nil
		}
	}
	return nil, gonets.Errorf(gonets.CodeNotFound, "the run %s has no attempt %d that was answered", in.ID, in.N)
}

func (s *server) runVariables(ctx context.Context, in *idInput) (*list[api.StepVariables], error) {
	d, err := s.Runs.Run(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &list[api.StepVariables]{}
	out.Body.Items = append([]api.StepVariables{}, s.Rehearsal.Variables(d)...)
	return out, nil
}
