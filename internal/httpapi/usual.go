package httpapi

import (
	"context"

	"gonets/api"
	"gonets/internal/news"
)

// Usual is how sources usually are, and where they are not.
type Usual interface {
	Fields(ctx context.Context, source string) (api.SourceFields, error)
	AcceptFields(ctx context.Context, source, actor string) error
	// Silences are the sources that are silent for too long.
	Silences(ctx context.Context) (map[string]news.Silence, error)
	AcceptSilence(ctx context.Context, source, actor string) error
}

func (s *server) sourceFields(ctx context.Context, in *nameInput) (*output[api.SourceFields], error) {
	if _, err := s.Sources.Source(ctx, in.Name); err != nil {
		return nil, err
	}
	f, err := s.Usual.Fields(ctx, in.Name)
	return &output[api.SourceFields]{Body: f}, err
}

func (s *server) acceptFields(ctx context.Context, in *nameInput) (*output[api.SourceFields], error) {
	if _, err := s.Sources.Source(ctx, in.Name); err != nil {
		return nil, err
	}
	if err := s.Usual.AcceptFields(ctx, in.Name, actorOf(ctx)); err != nil {
		return nil, err
	}
	return s.sourceFields(ctx, in)
}

func (s *server) acceptSilence(ctx context.Context, in *nameInput) (*output[api.Source], error) {
	if err := s.Usual.AcceptSilence(ctx, in.Name, actorOf(ctx)); err != nil {
		return nil, err
	}
	return s.source(ctx, in.Name)
}
