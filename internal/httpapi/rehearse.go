package httpapi

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/ask"
	"gonets/internal/httpapi/checking"
	"gonets/internal/httpapi/saved"
	"gonets/internal/httpapi/shape"
	"gonets/internal/httpapi/wire"
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
	asked, err := ask.Read(&in.Body)
	if err != nil {
		return nil, err
	}
	result, err := s.Rehearsal.Preview(ctx, asked)
	return &output[api.PreviewResult]{Body: result}, err
}

type rehearseInput struct{ Body api.Rehearsal }

// foretell tells what would become of an event, of a draft or of a version.
func (s *server) foretell(ctx context.Context, in *rehearseInput) (*output[api.RehearsalResult], error) {
	var embedded []gonets.SavedRequest
	if in.Body.Document == nil {
		v, err := s.Scenarios.Version(ctx, in.Body.Scenario, in.Body.Version)
		if err != nil {
			return nil, err
		}
		if in.Body.Document, err = json.Marshal(&v.Scenario); err != nil {
			return nil, err
		}
		embedded = v.Requests
	}
	asked, err := ask.Read(&api.Preview{Scenario: in.Body.Scenario, Document: in.Body.Document, Event: in.Body.Event, Sample: in.Body.Sample})
	if err != nil {
		return nil, err
	}
	asked.Scenario.Use(embedded)
	result, err := s.Rehearsal.Foretell(ctx, asked, &in.Body)
	return &output[api.RehearsalResult]{Body: result}, err
}

type checkInput struct{ Body api.Check }

// check tries a draft and tells how it goes.
func (s *server) check(ctx context.Context, in *checkInput) (*huma.StreamResponse, error) {
	asked, err := ask.Read(&api.Preview{
		Scenario: in.Body.Scenario, Document: in.Body.Document, Step: in.Body.Step, Event: in.Body.Event, Sample: in.Body.Sample,
	})
	if err != nil {
		return nil, err
	}
	if asked.Sample != nil {
		asked.Sample.Actor = actorOf(ctx)
	}
	order := rehearse.Order{Ask: asked, Only: in.Body.Step != ""}
	if !in.Body.AllDry {
		order.Really = in.Body.Really
	}
	return s.checking(ctx, order, in.Body.GoesOn), nil
}

// checkRequest checks a saved request by itself.
func (s *server) checkRequest(ctx context.Context, in *saved.Trial) (*huma.StreamResponse, error) {
	asked, err := s.requests(ctx).Ask(ctx, in)
	if err != nil {
		return nil, err
	}
	return s.checking(ctx, rehearse.Order{Ask: asked, Only: true, Really: []string{asked.Step}}, in.Body.GoesOn), nil
}

func (s *server) checking(ctx context.Context, order rehearse.Order, goesOn bool) *huma.StreamResponse {
	if goesOn {
		order.Going = &gonets.GoingCheck{Title: order.Scenario.Title, By: actorOf(ctx), Step: order.Step}
	}
	reader := s.reader()
	return s.Checking.Stream(checking.Wish{
		Order:  order,
		Show:   func(l rehearse.Line) api.CheckLine { return shape.CheckLine(l.CheckLine, l.Attempt, l.Step, reader) },
		Refuse: func(w http.ResponseWriter, err error) { writeProblem(w, newProblem(err)) },
	})
}

type curlInput struct{ Body api.CurlText }

func (s *server) readCurl(_ context.Context, in *curlInput) (*output[api.CurlStep], error) {
	step, err := wire.CurlStep(in.Body.Text)
	return &output[api.CurlStep]{Body: step}, err
}

type attemptInput struct {
	ID string `path:"id"`
	N  int    `path:"n" minimum:"1"`
}

// attemptFile shows an attempt in some other form.
func attemptFile(write func(*gonets.RunDetail, int) (wire.File, bool)) func(*server, context.Context, *attemptInput) (*wire.File, error) {
	return func(s *server, ctx context.Context, in *attemptInput) (*wire.File, error) {
		d, err := s.Runs.Run(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		d = s.Masks.Run(d)
		f, ok := write(&d, in.N)
		if !ok {
			if err := wire.Erased(&d, in.N); err != nil {
				return nil, err
			}
			return nil, gonets.Errorf(gonets.CodeNotFound, "the run %s has no attempt %d that has this, or it was not kept", in.ID, in.N)
		}
		return &f, nil
	}
}

func (s *server) compareAttempt(ctx context.Context, in *attemptInput) (*output[api.Comparison], error) {
	d, err := s.Runs.Run(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	asked, err := wire.Sent(&d, in.N)
	if err != nil {
		return nil, err
	}
	good, err := s.History.LastGood(ctx, d.Run.Scenario, asked)
	if err != nil {
		return nil, err
	}
	var with wire.Good
	if good != nil {
		other, err := s.Runs.Run(ctx, good.RunID)
		if err != nil && gonets.CodeOf(err) != gonets.CodeNotFound { // removed since
			return nil, err
		}
		other = s.Masks.Run(other)
		with = wire.Good{Run: &other, N: good.N}
	}
	d = s.Masks.Run(d)
	c, err := wire.Compare(&d, in.N, with)
	return &output[api.Comparison]{Body: c}, err
}

func (s *server) runVariables(ctx context.Context, in *idInput) (*list[api.StepVariables], error) {
	d, err := s.Runs.Run(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	items, err := s.Rehearsal.Variables(d)
	return &list[api.StepVariables]{Body: api.List[api.StepVariables]{Items: items}}, err
}

func (s *server) listExamples(ctx context.Context, in *nameInput) (*list[api.Example], error) {
	items, err := s.Rehearsal.Kept(ctx, in.Name)
	return &list[api.Example]{Body: api.List[api.Example]{Items: append([]api.Example{}, items...)}}, err
}

type keepExampleInput struct {
	Name string `path:"name"`
	Body api.NewExample
}

func (s *server) keepExample(ctx context.Context, in *keepExampleInput) (*output[api.Example], error) {
	kept, err := s.Rehearsal.Keep(ctx, in.Name, in.Body, actorOf(ctx))
	return &output[api.Example]{Body: kept}, err
}

type dropExampleInput struct {
	Name string `path:"name"`
	Step string `query:"step" required:"true" doc:"The step, as the list of examples names it"`
}

func (s *server) dropExample(ctx context.Context, in *dropExampleInput) (*none, error) {
	return nil, s.Rehearsal.Drop(ctx, in.Name, in.Step)
}
