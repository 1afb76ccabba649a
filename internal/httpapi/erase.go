package httpapi

import (
	"context"

	"gonets"
	"gonets/api"
)

// Erasures remove one person from everything that is kept.
type Erasures interface {
	Begin(ctx context.Context, value, actor string) (api.Erasure, error)
	Get(ctx context.Context, id string) (api.Erasure, error)
	List(ctx context.Context, p gonets.Page) (gonets.List[api.Erasure], error)
	Confirm(ctx context.Context, id, value, actor string, cancel bool) (api.Erasure, error)
	Drop(ctx context.Context, id, actor string) (api.Erasure, error)
}

func erasureOf(e api.Erasure, err error) (*output[api.Erasure], error) {
	return &output[api.Erasure]{Body: e}, err
}

func (s *server) newErasure(ctx context.Context, in *struct{ Body api.NewErasure }) (*output[api.Erasure], error) {
	return erasureOf(s.Erasures.Begin(ctx, in.Body.Value, actorOf(ctx)))
}

func (s *server) getErasure(ctx context.Context, in *idInput) (*output[api.Erasure], error) {
	return erasureOf(s.Erasures.Get(ctx, in.ID))
}

func (s *server) listErasures(ctx context.Context, in *PageInput) (*list[api.Erasure], error) {
	l, err := s.Erasures.List(ctx, in.page())
	return listOf(l, func(e api.Erasure) api.Erasure { return e }), err
}

type confirmInput struct {
	ID   string `path:"id"`
	Body api.ConfirmErasure
}

func (s *server) confirmErasure(ctx context.Context, in *confirmInput) (*output[api.Erasure], error) {
	return erasureOf(s.Erasures.Confirm(ctx, in.ID, in.Body.Value, actorOf(ctx), in.Body.Cancel))
}

func (s *server) dropErasure(ctx context.Context, in *idInput) (*output[api.Erasure], error) {
	return erasureOf(s.Erasures.Drop(ctx, in.ID, actorOf(ctx)))
}
