package httpapi

import (
	"context"
	"net/http"
	"strings"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/shape"
)

// PageInput is exported because the framework reads embedded parameters of
// exported types only.
type PageInput struct {
	Cursor string `query:"cursor" maxLength:"512" doc:"next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" doc:"100 when left out"`
}

func (p PageInput) page() gonets.Page { return gonets.Page{Cursor: p.Cursor, Limit: p.Limit} }

// listOf maps a page of the store to a page of the interface.
func listOf[T, W any](l gonets.List[T], f func(T) W) *list[W] {
	out := &list[W]{}
	out.Body.Next = l.Next
	out.Body.Items = make([]W, 0, len(l.Items))
	for _, item := range l.Items {
		out.Body.Items = append(out.Body.Items, f(item))
	}
	return out
}

type conditionalInput struct {
	Name        string `path:"name"`
	IfNoneMatch string `header:"If-None-Match"`
}

type conditionalOutput[T any] struct {
	Status int
	ETag   string `header:"ETag"`
	Body   T
}

// unlessSame answers 304 when the caller has this state already (RFC 9110
// §13.1.2).
func unlessSame[T any](in *conditionalInput, etag string, body T) *conditionalOutput[T] {
	out := &conditionalOutput[T]{Status: http.StatusOK, ETag: `"` + strings.Trim(etag, `"`) + `"`, Body: body}
	for candidate := range strings.SplitSeq(in.IfNoneMatch, ",") {
		if strings.TrimPrefix(strings.TrimSpace(candidate), "W/") == out.ETag {
			out.Status = http.StatusNotModified
		}
	}
	return out
}

func (s *server) getScenario(ctx context.Context, in *conditionalInput) (*conditionalOutput[api.Scenario], error) {
	info, err := s.Scenarios.Scenario(ctx, in.Name)
	if err != nil && gonets.CodeOf(err) != gonets.CodeDamaged {
		return nil, err
	}
	return unlessSame(in, info.ETag, shape.Scenario(info)), nil
}

type startInput struct {
	Name string `path:"name"`
	Body *api.StartScenario
}

func (s *server) startScenario(ctx context.Context, in *startInput) (*output[api.Scenario], error) {
	release := in.Body != nil && in.Body.ReleaseHeld
	return s.setState(ctx, gonets.StateChange{Name: in.Name, State: gonets.ScenarioRunning, ReleaseHeld: release})
}

type nameInput struct {
	Name string `path:"name"`
}

func (s *server) stopScenario(ctx context.Context, in *nameInput) (*output[api.Scenario], error) {
	return s.setState(ctx, gonets.StateChange{Name: in.Name, State: gonets.ScenarioStopped})
}

func (s *server) setState(ctx context.Context, c gonets.StateChange) (*output[api.Scenario], error) {
	c.Actor, c.At = actorOf(ctx), s.Clock.Now()
	info, err := s.Scenarios.SetScenarioState(ctx, c)
	if err != nil {
		return nil, err
	}
	s.configChanged()
	return &output[api.Scenario]{Body: shape.Scenario(info)}, nil
}

type versionsInput struct {
	Name string `path:"name"`
	PageInput
}

func (s *server) listVersions(ctx context.Context, in *versionsInput) (*list[api.ScenarioVersion], error) {
	l, err := s.Scenarios.Versions(ctx, in.Name, in.page())
	if err != nil {
		return nil, err
	}
	return listOf(l, shape.Version), nil
}

type versionInput struct {
	Name    string `path:"name"`
	Version int    `path:"version" minimum:"1"`
}

func (s *server) getVersion(ctx context.Context, in *versionInput) (*output[api.ScenarioVersion], error) {
	v, err := s.Scenarios.Version(ctx, in.Name, in.Version)
	if err != nil {
		return nil, err
	}
	live, err := s.Shelf.Store.SavedRequests(ctx)
	if err != nil {
		return nil, err
	}
	return &output[api.ScenarioVersion]{Body: shape.WholeVersion(*v, live)}, nil
}
