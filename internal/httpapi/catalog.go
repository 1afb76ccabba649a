package httpapi

import (
	"context"

	"gonets/api"
	"gonets/internal/source"
	"gonets/internal/step/form"
)

func (s *server) listPresets(context.Context, *none) (*list[source.Description], error) {
	return &list[source.Description]{Body: api.List[source.Description]{Items: append([]source.Description{}, s.Presets...)}}, nil
}

func (s *server) listKinds(context.Context, *none) (*list[form.Kind], error) {
	return &list[form.Kind]{Body: api.List[form.Kind]{Items: form.Kinds()}}, nil
}
