package httpapi

import (
	"context"
	"encoding/json"

	"gonets"
	"gonets/api"
)

// Views keeps each user's own questions of the history, as a document of JSON.
type Views interface {
	// Views is nil for a user who keeps none.
	Views(ctx context.Context, userID string) ([]byte, error)
	KeepViews(ctx context.Context, userID string, document []byte) error
}

// listViews gives nothing to a program: the owner's token is no user.
func (s *server) listViews(ctx context.Context, _ *none) (*output[api.Views], error) {
	out := &output[api.Views]{Body: api.Views{Items: []api.View{}}}
	visit := callerOf(ctx).visit
	if visit == nil {
		return out, nil
	}
	document, err := s.Views.Views(ctx, visit.User.ID)
	if err != nil || document == nil {
		return out, err
	}
	return out, json.Unmarshal(document, &out.Body)
}

type viewsInput struct{ Body api.Views }

func (s *server) keepViews(ctx context.Context, in *viewsInput) (*output[api.Views], error) {
	visit := callerOf(ctx).visit
	if visit == nil {
		return nil, gonets.Errorf(gonets.CodeForbidden, "the owner's token is no user and keeps no views; log in to keep yours")
	}
	for _, v := range in.Body.Items {
		if _, err := s.question(v.Q); err != nil {
			return nil, err
		}
	}
	document, err := json.Marshal(in.Body)
	if err != nil {
		return nil, err
	}
	return &output[api.Views]{Body: in.Body}, s.Views.KeepViews(ctx, visit.User.ID, document)
}
