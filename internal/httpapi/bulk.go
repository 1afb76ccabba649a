package httpapi

import (
	"context"
	"net/http"
	"slices"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/shape"
	"gonets/internal/query"
)

// Bulks do one thing to many runs.
type Bulks interface {
	Plan(ctx context.Context, w api.BulkWish) (api.Bulk, error)
	Begin(ctx context.Context, w api.BulkWish) (api.Bulk, error)
	List(ctx context.Context, p gonets.Page) (gonets.List[api.Bulk], error)
	Get(ctx context.Context, id string) (api.Bulk, error)
	Steer(ctx context.Context, id, verb, actor string) (api.Bulk, error)
}

// defaultRate is in runs a second.
const defaultRate = 10

type newBulkInput struct {
	KeyInput
	Body api.NewBulk
}

type bulkOutput struct {
	Status int
	Body   api.Bulk
}

func (s *server) newBulk(ctx context.Context, in *newBulkInput) (*bulkOutput, error) {
	b := &in.Body
	filter, err := s.chosen(b)
	if err != nil {
		return nil, err
	}
	retry, err := shape.RetryOf(b.Action, b.Retry)
	if err != nil && !b.Dry {
		return nil, err
	}
	w := api.BulkWish{Action: b.Action, Q: b.Q, Filter: filter, Version: b.Version, Retry: retry, Rate: defaultRate, OneFirst: b.OneFirst, Actor: actorOf(ctx), Key: in.Key}
	if b.Rate != nil {
		w.Rate = *b.Rate
	}
	if b.Dry {
		plan, err := s.Bulks.Plan(ctx, w)
		return &bulkOutput{Status: http.StatusOK, Body: plan}, err
	}
	made, err := s.Bulks.Begin(ctx, w)
	return &bulkOutput{Status: http.StatusCreated, Body: made}, err
}

// chosen are the runs that are meant, as far as the action is possible for them.
func (s *server) chosen(b *api.NewBulk) (gonets.RunFilter, error) {
	f, err := s.question(b.Q)
	switch {
	case err != nil:
		return f, err
	case query.Of(&f) == "":
		// A slip must not cancel everything.
		return f, invalid("/q", gonets.CodeMissing, "an empty question means every run; name at least one condition")
	}
	from := gonets.ActionKind(b.Action).From()
	none := f.Mark == gonets.MarkCheck
	if len(f.States) == 0 {
		f.States = from
	} else {
		f.States = slices.DeleteFunc(f.States, func(st gonets.RunState) bool { return !slices.Contains(from, st) })
		none = none || len(f.States) == 0
	}
	if none {
		return f, gonets.Errorf(gonets.CodeRunState, "%s is not possible for such runs; it is for runs that are %s", b.Action, shape.States(from))
	}
	return f, nil
}

type bulksInput struct{ PageInput }

func (s *server) listBulks(ctx context.Context, in *bulksInput) (*list[api.Bulk], error) {
	l, err := s.Bulks.List(ctx, in.page())
	if err != nil {
		return nil, err
	}
	return listOf(l, func(b api.Bulk) api.Bulk { return b }), nil
}

func (s *server) getBulk(ctx context.Context, in *idInput) (*output[api.Bulk], error) {
	b, err := s.Bulks.Get(ctx, in.ID)
	return &output[api.Bulk]{Body: b}, err
}

func (s *server) holdBulk(ctx context.Context, in *idInput) (*output[api.Bulk], error) {
	return s.steer(ctx, in.ID, "pause")
}

func (s *server) goOnWithBulk(ctx context.Context, in *idInput) (*output[api.Bulk], error) {
	return s.steer(ctx, in.ID, "go-on")
}

func (s *server) stopBulk(ctx context.Context, in *idInput) (*output[api.Bulk], error) {
	return s.steer(ctx, in.ID, "stop")
}

func (s *server) steer(ctx context.Context, id, verb string) (*output[api.Bulk], error) {
	b, err := s.Bulks.Steer(ctx, id, verb, actorOf(ctx))
	return &output[api.Bulk]{Body: b}, err
}
