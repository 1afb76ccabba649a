package httpapi

import (
	"bytes"
	"cmp"
	"context"
	"mime"
	"net/http"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/internal/httpapi/shape"
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
	if err := s.unknownSources(ctx, set); err != nil {
		return nil, err
	}
	a := applyOf(set)
	a.Draft, a.Stopped, a.DryRun, a.Note, a.Actor = in.Draft, in.Stopped, in.DryRun, in.Note, actorOf(ctx)
	applied, err := s.Documents.Apply(ctx, a)
	if err != nil {
		return nil, err
	}
	out := &list[api.Applied]{}
	out.Body.Items = make([]api.Applied, 0, len(applied))
	for _, one := range applied {
		row := api.Applied{Applied: one}
		if one.Kind == kindSource {
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
	return &output[api.Validation]{Body: api.Validation{Valid: true, Documents: len(shape.Split(applyOf(set)))}}, nil
}

// The kinds of documents.
const (
	kindSource   = document.KindSource
	kindScenario = document.KindScenario
	kindSettings = document.KindSettings
)

// read reads a call's documents and checks what is in them.
func (s *server) read(in *DocumentsInput) (*document.Set, error) {
	data, err := in.documents()
	if err != nil {
		return nil, err
	}
	return document.Parse(data, s.Checks)
}

func applyOf(set *document.Set) document.Apply {
	return document.Apply{Sources: set.Sources, Scenarios: set.Scenarios, Settings: set.Settings}
}

// unknownSources finds references to sources that are neither stored nor in
// the call. The store refuses them too, but only here it is known where in
// the text they stand.
func (s *server) unknownSources(ctx context.Context, set *document.Set) error {
	if len(set.UnknownSources(nil)) == 0 {
		return nil
	}
	infos, err := all(ctx, s.Sources.Sources)
	if err != nil {
		return err
	}
	var stored []string
	for _, info := range infos {
		stored = append(stored, info.Name)
	}
	problems := set.UnknownSources(stored)
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
	out := &list[api.Difference]{}
	out.Body.Items = []api.Difference{}
	for _, doc := range shape.Split(applyOf(set)) {
		d, err := s.difference(ctx, doc)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, d)
	}
	return out, nil
}

func (s *server) difference(ctx context.Context, doc shape.Single) (api.Difference, error) {
	set, err := s.current(ctx, doc.Kind, doc.Name)
	switch gonets.CodeOf(err) {
	case "", gonets.CodeDamaged: // what cannot be read is empty
		return doc.Difference(set, true)
	case gonets.CodeNotFound:
		return doc.Difference(set, false)
	}
	return api.Difference{}, err
}

// current is the stored document of a kind and name.
func (s *server) current(ctx context.Context, kind, name string) (document.Apply, error) {
	switch kind {
	case kindSource:
		info, err := s.Sources.Source(ctx, name)
		return document.Apply{Sources: []gonets.Source{info.Source}}, err
	case kindScenario:
		info, err := s.Scenarios.Scenario(ctx, name)
		return document.Apply{Scenarios: []gonets.Scenario{info.Scenario}}, err
	}
	settings, err := s.Documents.Settings(ctx)
	return document.Apply{Settings: &settings}, err
}

type exportInput struct {
	Kind string `query:"kind" enum:"Source,Scenario,Settings" doc:"Only documents of this kind"`
	Name string `query:"name" doc:"Only the document of this name; needs kind"`
}

type rawOutput struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	Body               []byte
}

func (s *server) export(ctx context.Context, in *exportInput) (*rawOutput, error) {
	set, err := s.exported(ctx, in)
	if err != nil {
		return nil, err
	}
	text, err := shape.YAML(set)
	if err != nil {
		return nil, err
	}
	return &rawOutput{ContentType: "application/yaml; charset=utf-8", Body: text, ContentDisposition: shape.Attachment(shape.TitleOf(&set), "gonets", ".yaml")}, nil
}

func (s *server) exported(ctx context.Context, in *exportInput) (document.Apply, error) {
	var set document.Apply
	var damage error
	if in.Name != "" {
		if in.Kind == "" {
			return set, invalid("/kind", gonets.CodeMissing, "name needs kind: say whether it is a Source or a Scenario")
		}
		return s.current(ctx, in.Kind, in.Name)
	}
	if in.Kind == "" || in.Kind == kindSettings {
		settings, err := s.Documents.Settings(ctx)
		if err != nil {
			return set, err
		}
		// Settings that nobody has set are no document.
		if in.Kind != "" || !shape.Unset(settings) {
			set.Settings = &settings
		}
	}
	if in.Kind == "" || in.Kind == kindSource {
		infos, err := all(ctx, s.Sources.Sources)
		if err != nil {
			return set, err
		}
		for _, info := range infos {
			set.Sources, damage = append(set.Sources, info.Source), cmp.Or(damage, info.Damage)
		}
	}
	if in.Kind == "" || in.Kind == kindScenario {
		infos, err := all(ctx, s.Scenarios.Scenarios)
		if err != nil {
			return set, err
		}
		for _, info := range infos {
			set.Scenarios, damage = append(set.Scenarios, info.Scenario), cmp.Or(damage, info.Damage)
		}
	}
	return set, damage // a copy that lacks something is no copy
}

// all reads a list to its end.
func all[T any](ctx context.Context, read func(context.Context, gonets.Page) (gonets.List[T], error)) ([]T, error) {
	var items []T
	page := gonets.Page{Limit: gonets.MaxPageSize}
	for {
		l, err := read(ctx, page)
		if err != nil {
			return nil, err
		}
		items = append(items, l.Items...)
		if l.Next == "" {
			return items, nil
		}
		page.Cursor = l.Next
	}
}

// invalid is a mistake in a request that the schema cannot tell.
func invalid(pointer string, code gonets.Code, format string, args ...any) error {
	p := gonets.Mistake(pointer, code, format, args...)
	return &gonets.Error{Code: gonets.CodeInvalid, Message: p.Message, Problems: []gonets.Problem{p}}
}
