package httpapi

import (
	"context"

	"gonets/api"
)

func (s *server) listPresets(context.Context, *none) (*list[api.Preset], error) {
	return &list[api.Preset]{Body: api.List[api.Preset]{Items: append([]api.Preset{}, s.Presets...)}}, nil
}

func (s *server) listKinds(context.Context, *none) (*list[api.Kind], error) {
	return &list[api.Kind]{Body: api.List[api.Kind]{Items: append([]api.Kind{}, s.Kinds...)}}, nil
}
