package httpapi

import (
	"context"
	"slices"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/ask"
	"gonets/internal/httpapi/shape"
)

// maxDraft bounds the request that saves a draft of the largest size, in bytes.
const maxDraft = 2 << 20

// ChangeInput is exported because the framework reads embedded parameters of
// exported types only.
type ChangeInput struct {
	Name    string `path:"name"`
	IfMatch string `header:"If-Match" doc:"The ETag of what is changed; * is whatever is there"`
}

// etag is the state that the caller changes.
func (in *ChangeInput) etag() (string, error) { return ask.ETag(in.IfMatch) }

type draftOutput struct {
	ETag string `header:"ETag"`
	Body api.Draft
}

func draftShape(d *api.Draft) *draftOutput { return &draftOutput{ETag: `"` + d.ETag + `"`, Body: *d} }

func (s *server) getDraft(ctx context.Context, in *nameInput) (*draftOutput, error) {
	d, err := s.Drafts.Draft(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	return draftShape(d), nil
}

type putDraftInput struct {
	ChangeInput
	Body api.DraftDocument
}

func (s *server) putDraft(ctx context.Context, in *putDraftInput) (*draftOutput, error) {
	return s.saveDraft(ctx, &in.ChangeInput, gonets.DraftEdit{Data: in.Body.Document})
}

func (s *server) saveDraft(ctx context.Context, in *ChangeInput, e gonets.DraftEdit) (*draftOutput, error) {
	var err error
	if e.IfMatch, err = in.etag(); err != nil {
		return nil, err
	}
	e.Name, e.Actor = in.Name, actorOf(ctx)
	saved, err := s.Drafts.Save(ctx, e)
	return s.saved(ctx, in.Name, saved, err)
}

// saved tells who watches, or who was too late what is there.
func (s *server) saved(ctx context.Context, name string, d *api.Draft, err error) (*draftOutput, error) {
	if err != nil {
		return nil, s.withCurrent(ctx, name, err)
	}
	s.draftChanged(name)
	return draftShape(d), nil
}

func (s *server) draftChanged(name string) { s.Bus.Publish(gonets.Change{Kind: "draft", ID: name}) }

// withCurrent adds the present draft to a conflict.
func (s *server) withCurrent(ctx context.Context, name string, err error) error {
	if gonets.CodeOf(err) != gonets.CodeDraftConflict {
		return err
	}
	p := newProblem(err)
	if now, err := s.Drafts.Draft(ctx, name); err == nil {
		p.body.Current = now
	}
	return p
}

func (s *server) dropDraft(ctx context.Context, in *ChangeInput) (*none, error) {
	etag, err := in.etag()
	if err != nil {
		return nil, err
	}
	if err := s.Edits.DropDraft(ctx, in.Name, etag, actorOf(ctx)); err != nil {
		return nil, s.withCurrent(ctx, in.Name, err)
	}
	s.draftChanged(in.Name)
	return nil, nil
}

type newScenarioInput struct{ Body api.NewScenario }

func (s *server) createScenario(ctx context.Context, in *newScenarioInput) (*output[api.Scenario], error) {
	name, err := s.Drafts.Create(ctx, in.Body, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	s.configChanged()
	info, err := s.Scenarios.Scenario(ctx, name)
	return &output[api.Scenario]{Body: shape.Scenario(info)}, err
}

type publishInput struct {
	ChangeInput
	Body *api.Publish
}

func (s *server) publish(ctx context.Context, in *publishInput) (*output[api.Scenario], error) {
	etag, err := in.etag()
	if err != nil {
		return nil, err
	}
	p := gonets.Publish{IfMatch: etag, Actor: actorOf(ctx)}
	if in.Body != nil {
		p.Start, p.ReleaseHeld, p.Note, p.Requests = in.Body.Start, in.Body.ReleaseHeld, in.Body.Note, in.Body.Requests
	}
	info, err := s.Drafts.Publish(ctx, in.Name, p)
	if err != nil {
		return nil, s.withCurrent(ctx, in.Name, err)
	}
	s.configChanged()
	s.draftChanged(in.Name)
	return &output[api.Scenario]{Body: shape.Scenario(info)}, nil
}

type rollbackInput struct {
	Name    string `path:"name"`
	IfMatch string `header:"If-Match" doc:"The ETag of the draft that may be replaced; any when left out"`
	Body    api.Rollback
}

func (s *server) rollback(ctx context.Context, in *rollbackInput) (*draftOutput, error) {
	change := ChangeInput{Name: in.Name, IfMatch: in.IfMatch}
	if in.IfMatch == "" {
		change.IfMatch = "*"
	}
	etag, err := change.etag()
	if err != nil {
		return nil, err
	}
	saved, err := s.Drafts.RollBack(ctx, in.Body.Version, gonets.DraftEdit{Name: in.Name, IfMatch: etag, Actor: actorOf(ctx)})
	return s.saved(ctx, in.Name, saved, err)
}

func (s *server) deleteScenario(ctx context.Context, in *nameInput) (*none, error) {
	if err := s.Edits.DeleteScenario(ctx, in.Name, actorOf(ctx)); err != nil {
		return nil, err
	}
	s.configChanged()
	s.draftChanged(in.Name)
	return nil, nil
}

type changesInput struct {
	Name string `path:"name"`
	From string `query:"from" maxLength:"20" default:"published" doc:"A version's number, published or draft"`
	To   string `query:"to" maxLength:"20" default:"draft" doc:"A version's number, published or draft"`
}

func (s *server) getChanges(ctx context.Context, in *changesInput) (*output[api.ScenarioChanges], error) {
	changes, err := s.Drafts.Changes(ctx, in.Name, in.From, in.To)
	if err != nil {
		return nil, err
	}
	return &output[api.ScenarioChanges]{Body: *changes}, nil
}

type yamlOutput struct {
	ETag        string `header:"ETag"`
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *server) getYAML(ctx context.Context, in *nameInput) (*yamlOutput, error) {
	text, etag, err := s.Drafts.YAML(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	return &yamlOutput{ETag: `"` + etag + `"`, ContentType: "text/yaml; charset=utf-8", Body: text}, nil
}

type putYAMLInput struct {
	ChangeInput
	DocumentsInput
}

func (s *server) putYAML(ctx context.Context, in *putYAMLInput) (*draftOutput, error) {
	data, err := in.documents()
	if err != nil {
		return nil, err
	}
	return s.saveDraft(ctx, &in.ChangeInput, gonets.DraftEdit{Data: data, YAML: true})
}

// scenariosInput asks for a page of scenarios.
type scenariosInput struct {
	PageInput
	Stats bool   `query:"stats" doc:"Also count what each did during the last 24 hours"`
	Tag   string `query:"tag" maxLength:"40" doc:"Only scenarios with this tag; a page may then be short, and its next goes on"`
}

func (s *server) listScenarios(ctx context.Context, in *scenariosInput) (*list[api.Scenario], error) {
	l, err := s.Scenarios.Scenarios(ctx, in.page())
	if err != nil {
		return nil, err
	}
	if in.Tag != "" {
		l.Items = slices.DeleteFunc(l.Items, func(one gonets.ScenarioInfo) bool { return !slices.Contains(one.Tags, in.Tag) })
	}
	out := listOf(l, shape.Scenario)
	for i := range out.Body.Items {
		if !in.Stats {
			break
		}
		item := &out.Body.Items[i]
		a, err := s.Edits.Activity(ctx, item.Name)
		if err != nil {
			return nil, err
		}
		item.Last24h = shape.Activity(a)
	}
	return out, nil
}
