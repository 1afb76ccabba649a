package httpapi

import (
	"context"
	"encoding/json"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/internal/httpapi/ask"
)

type newSourceInput struct{ Body api.NewSource }

func (s *server) createSource(ctx context.Context, in *newSourceInput) (*output[api.Source], error) {
	name := document.Slug(in.Body.Title, "source")
	given := map[string]string{"name": name, "title": in.Body.Title}
	if in.Body.Preset != "" {
		given["preset"] = in.Body.Preset
	}
	src, err := s.readSource(in.Body.Document, given)
	if err != nil {
		return nil, err
	}
	if name, err = s.SourceEdits.CreateSource(ctx, gonets.NewDocument[gonets.Source]{Name: name, Parsed: src, Actor: actorOf(ctx)}); err != nil {
		return nil, err
	}
	s.configChanged()
	return s.source(ctx, name)
}

// readSource reads a source's document in which some members are given.
func (s *server) readSource(doc json.RawMessage, given map[string]string) (*gonets.Source, error) {
	text, err := ask.SourceText(doc, given)
	if err != nil {
		return nil, err
	}
	set, err := document.ParseJSON(text, s.Checks)
	if err != nil {
		return nil, document.WithoutLines(err)
	}
	return &set.Sources[0], nil
}

func (s *server) source(ctx context.Context, name string) (*output[api.Source], error) {
	info, err := s.Sources.Source(ctx, name)
	if err != nil {
		return nil, err
	}
	shown, err := s.showSource(ctx, info, nil)
	return &output[api.Source]{Body: shown}, err
}

type putSourceInput struct {
	ChangeInput
	Body api.DraftDocument
}

func (s *server) putSource(ctx context.Context, in *putSourceInput) (*output[api.Source], error) {
	etag, err := in.etag()
	if err != nil {
		return nil, err
	}
	src, err := s.readSource(in.Body.Document, map[string]string{"name": in.Name})
	if err != nil {
		return nil, err
	}
	if err := s.SourceEdits.SaveSource(ctx, gonets.SourceChange{Source: src, IfMatch: etag, Actor: actorOf(ctx)}); err != nil {
		return nil, err
	}
	s.configChanged()
	return s.source(ctx, in.Name)
}

func (s *server) deleteSource(ctx context.Context, in *nameInput) (*none, error) {
	return s.changed(s.SourceEdits.DeleteSource(ctx, in.Name, actorOf(ctx)))
}

func (s *server) addAddress(ctx context.Context, in *nameInput) (*output[api.Source], error) {
	if err := s.SourceEdits.AddAddress(ctx, in.Name, actorOf(ctx)); err != nil {
		return nil, err
	}
	s.configChanged()
	return s.source(ctx, in.Name)
}

type addressInput struct {
	Name string `path:"name"`
	N    int    `path:"n" minimum:"1" doc:"Its place in urls, from 1"`
}

func (s *server) retireAddress(ctx context.Context, in *addressInput) (*none, error) {
	return s.changed(s.SourceEdits.RetireAddress(ctx, in.Name, in.N, actorOf(ctx)))
}

func (s *server) listPresets(context.Context, *none) (*list[api.Preset], error) {
	return &list[api.Preset]{Body: api.List[api.Preset]{Items: append([]api.Preset{}, s.Presets...)}}, nil
}

func (s *server) listKinds(context.Context, *none) (*list[api.Kind], error) {
	return &list[api.Kind]{Body: api.List[api.Kind]{Items: append([]api.Kind{}, s.Kinds...)}}, nil
}
