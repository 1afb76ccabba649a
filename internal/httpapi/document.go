package httpapi

import (
	"bytes"
	"context"
	"mime"
	"net/http"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/internal/httpapi/shape"
	"gonets/internal/httpapi/shelf"
	"gonets/internal/httpapi/spec"
)

// DocumentsInput is exported because the framework reads embedded parameters
// of exported types only.
type DocumentsInput struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"application/yaml"`
}

// documents gives a copy, because the framework takes the body's memory back.
func (in *DocumentsInput) documents() ([]byte, error) {
	if in.ContentType != "" {
		kind, _, err := mime.ParseMediaType(in.ContentType)
		switch {
		case err != nil:
			return nil, unsupported(in.ContentType)
		case kind == "application/json", kind == "application/yaml", kind == "application/x-yaml", kind == "text/yaml":
		default:
			return nil, unsupported(kind)
		}
	}
	return bytes.Clone(in.RawBody), nil
}

func unsupported(kind string) error {
	p := newProblem(gonets.Errorf(gonets.CodeBodyUnreadable,
		"documents are application/yaml or application/json, not %s; set Content-Type to what the body is", kind))
	p.body.Status, p.body.Title = http.StatusUnsupportedMediaType, http.StatusText(http.StatusUnsupportedMediaType)
	return p
}

type applyInput struct {
	Draft   bool   `query:"draft" doc:"Keep scenarios as drafts instead of publishing them"`
	Stopped bool   `query:"stopped" doc:"Leave new scenarios stopped instead of starting them"`
	DryRun  bool   `query:"dry_run" doc:"Only tell what would change"`
	Force   bool   `query:"force" doc:"Replace what was changed since the documents were exported, and bring back what was deleted"`
	Note    string `query:"note" maxLength:"1000" doc:"Why; kept with the versions"`
	DocumentsInput
}

type output[T any] struct{ Body T }

type list[T any] struct{ Body api.List[T] }

func (s *server) apply(ctx context.Context, in *applyInput) (*list[api.Applied], error) {
	set, err := s.read(&in.DocumentsInput)
	if err != nil {
		return nil, err
	}
	if err := s.unknown(ctx, set); err != nil {
		return nil, err
	}
	a := shelf.Apply(set)
	a.Draft, a.Stopped, a.DryRun, a.Force, a.Note, a.Actor = in.Draft, in.Stopped, in.DryRun, in.Force, in.Note, actorOf(ctx)
	applied, err := s.Documents.Apply(ctx, a)
	if err != nil {
		return nil, err
	}
	out := &list[api.Applied]{}
	out.Body.Items = make([]api.Applied, 0, len(applied))
	for _, one := range applied {
		row := api.Applied{Applied: one}
		if one.Kind == document.KindSettings {
			if row.Absent, err = s.Shelf.Absent(ctx, &a); err != nil {
				return nil, err
			}
		}
		if one.Kind == document.KindSource {
			// A source of a dry run may not exist yet and has no address then.
			if info, err := s.Sources.Source(ctx, one.Name); err == nil {
				row.URL = shape.NewestURL(info.Tokens, s.urls(ctx))
			}
		}
		out.Body.Items = append(out.Body.Items, row)
	}
	if !in.DryRun {
		s.configChanged()
	}
	return out, nil
}

// configChanged tells readers to read again, and the engine that a change may
// have set runs free.
func (s *server) configChanged() {
	s.Bus.Publish(gonets.Change{Kind: "config"})
	s.Engine.Nudge("")
}

// changed answers what has changed the server's configuration, or could not.
func (s *server) changed(err error) (*none, error) {
	if err == nil {
		s.configChanged()
	}
	return nil, err
}

func (s *server) validate(_ context.Context, in *DocumentsInput) (*output[api.Validation], error) {
	set, err := s.read(in)
	if err != nil {
		return nil, err
	}
	return &output[api.Validation]{Body: api.Validation{Valid: true, Documents: len(shelf.Split(shelf.Apply(set)))}}, nil
}

// read reads a call's documents and checks what is in them.
func (s *server) read(in *DocumentsInput) (*document.Set, error) {
	data, err := in.documents()
	if err != nil {
		return nil, err
	}
	return document.Parse(data, s.Checks)
}

// unknown finds references to sources and saved requests that are neither stored nor
// in the call. The store refuses them too, but only here it is known where in the text
// they stand.
func (s *server) unknown(ctx context.Context, set *document.Set) error {
	requests, err := s.Shelf.Store.SavedRequests(ctx)
	if err != nil {
		return err
	}
	problems := set.Uses(requests, s.Checks)
	if len(set.UnknownSources(nil)) > 0 {
		infos, err := shelf.All(ctx, s.Sources.Sources)
		if err != nil {
			return err
		}
		var stored []string
		for _, info := range infos {
			stored = append(stored, info.Name)
		}
		problems = append(problems, set.UnknownSources(stored)...)
	}
	if len(problems) == 0 {
		return nil
	}
	return &gonets.Error{Code: gonets.CodeInvalid, Message: spec.Count(problems), Problems: problems}
}

func (s *server) diff(ctx context.Context, in *DocumentsInput) (*list[api.Difference], error) {
	set, err := s.read(in)
	if err != nil {
		return nil, err
	}
	items, err := s.Shelf.Differences(ctx, set)
	return &list[api.Difference]{Body: api.List[api.Difference]{Items: items}}, err
}

// invalid is a mistake in a request that the schema cannot tell.
func invalid(pointer string, code gonets.Code, format string, args ...any) error {
	p := gonets.Mistake(pointer, code, format, args...)
	return &gonets.Error{Code: gonets.CodeInvalid, Message: p.Message, Problems: []gonets.Problem{p}}
}
