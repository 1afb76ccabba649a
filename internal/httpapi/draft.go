package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
)

// maxDraft bounds a draft in bytes.
const maxDraft = 1 << 20

// ChangeInput is exported because the framework reads embedded parameters of
// exported types only.
type ChangeInput struct {
	Name    string `path:"name"`
	IfMatch string `header:"If-Match" doc:"The ETag of what is changed; * is whatever is there"`
}

// etag is the state that the caller changes (RFC 9110 §13.1.1).
func (in *ChangeInput) etag() (string, error) {
	tag := strings.Trim(strings.TrimPrefix(strings.TrimSpace(in.IfMatch), "W/"), `"`)
	if tag == "" {
		return "", gonets.Errorf(gonets.CodeIfMatch, "send the ETag of what you changed as If-Match, or * to replace whatever is there")
	}
	return tag, nil
}

type draftOutput struct {
	ETag string `header:"ETag"`
	Body api.Draft
}

func (s *server) getDraft(ctx context.Context, in *nameInput) (*draftOutput, error) {
	d, err := s.Drafts.Draft(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	return s.draftOf(ctx, d)
}

// draftOf shows a draft with what is wrong with it.
func (s *server) draftOf(ctx context.Context, d gonets.Draft) (*draftOutput, error) {
	read, err := document.ReadDraft(d.Document, d.Scenario, false, s.Checks)
	if err != nil {
		// It was readable when it was stored; an older program may have been laxer.
		var e *gonets.Error
		if !errors.As(err, &e) || len(e.Problems) == 0 {
			return nil, err
		}
		read = &document.Draft{Problems: e.Problems}
	}
	found, err := s.missingSources(ctx, &read.Scenario)
	if err != nil {
		return nil, err
	}
	return draftShape(d, dropLines(append(read.Problems, found...)))
}

func draftShape(d gonets.Draft, problems []gonets.Problem) (*draftOutput, error) {
	doc, err := document.DraftJSON(d.Scenario, d.Document)
	if err != nil {
		return nil, err
	}
	return &draftOutput{ETag: `"` + d.ETag + `"`, Body: api.Draft{
		Document: doc, ETag: d.ETag, BasedOn: d.BasedOn, HasChanges: d.Changed, State: d.State, Version: d.Version,
		UpdatedAt: d.UpdatedAt, UpdatedBy: d.UpdatedBy, Problems: append([]gonets.Problem{}, problems...),
	}}, nil
}

func dropLines(problems []gonets.Problem) []gonets.Problem {
	for i := range problems {
		problems[i].Line, problems[i].Column = 0, 0
	}
	return problems
}

// missingSources finds what a draft names and is not there.
func (s *server) missingSources(ctx context.Context, sc *gonets.Scenario) ([]gonets.Problem, error) {
	var found []gonets.Problem
	for i, name := range sc.Sources {
		_, err := s.Sources.Source(ctx, name)
		if gonets.CodeOf(err) == gonets.CodeNotFound {
			found = append(found, gonets.Problem{Pointer: "/sources/" + strconv.Itoa(i), Code: gonets.CodeInvalid,
				Message: fmt.Sprintf("there is no source %q; choose another one", name)})
			continue
		}
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

type putDraftInput struct {
	ChangeInput
	Body api.DraftDocument
}

func (s *server) putDraft(ctx context.Context, in *putDraftInput) (*draftOutput, error) {
	return s.edit(ctx, &in.ChangeInput, in.Body.Document, false)
}

// edit saves a draft that a person changed as JSON or YAML.
func (s *server) edit(ctx context.Context, in *ChangeInput, data []byte, yaml bool) (*draftOutput, error) {
	etag, err := in.etag()
	if err != nil {
		return nil, err
	}
	if len(data) > maxDraft {
		return nil, gonets.Errorf(gonets.CodeBodyTooLarge, "the document is %d bytes long; a draft has %d at most", len(data), maxDraft)
	}
	now, err := s.Drafts.Draft(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	read, err := document.ReadDraft(data, in.Name, yaml, s.Checks)
	if err != nil {
		if !yaml {
			err = withoutLines(err)
		}
		return nil, err
	}
	text := string(data)
	if !yaml {
		if text, err = commentsOf(&now, read.Document); err != nil {
			return nil, err
		}
	}
	saved, err := s.save(ctx, gonets.DraftChange{Name: in.Name, Document: read.Document, Text: text, Parsed: &read.Scenario, IfMatch: etag, Actor: actorOf(ctx)})
	if err != nil {
		return nil, err
	}
	found, err := s.missingSources(ctx, &read.Scenario)
	if err != nil {
		return nil, err
	}
	problems := append(read.Problems, found...)
	if !yaml {
		dropLines(problems)
	}
	return draftShape(saved, problems)
}

// commentsOf is the text of a changed draft, as long as people's comments are
// in it.
func commentsOf(now *gonets.Draft, doc json.RawMessage) (string, error) {
	if now.Text == "" || bytes.Equal(now.Document, doc) {
		return now.Text, nil
	}
	commented, err := document.DraftYAML(now.Scenario, doc, now.Text)
	if err != nil {
		return "", err
	}
	plain, err := document.DraftYAML(now.Scenario, doc, "")
	if err != nil || bytes.Equal(commented, plain) {
		return "", err
	}
	return string(commented), nil
}

// save stores a draft and tells who watches.
func (s *server) save(ctx context.Context, c gonets.DraftChange) (gonets.Draft, error) {
	saved, err := s.Drafts.SaveDraft(ctx, c)
	if err != nil {
		return saved, s.withCurrent(ctx, c.Name, err)
	}
	s.draftChanged(c.Name)
	return saved, nil
}

func (s *server) draftChanged(name string) { s.Bus.Publish(gonets.Change{Kind: "draft", ID: name}) }

// withCurrent adds the present draft to a conflict.
func (s *server) withCurrent(ctx context.Context, name string, err error) error {
	if gonets.CodeOf(err) != gonets.CodeDraftConflict {
		return err
	}
	p := newProblem(err)
	if now, err := s.getDraft(ctx, &nameInput{Name: name}); err == nil {
		p.body.Current = &now.Body
	}
	return p
}

func (s *server) dropDraft(ctx context.Context, in *ChangeInput) (*none, error) {
	etag, err := in.etag()
	if err != nil {
		return nil, err
	}
	if err := s.Drafts.DropDraft(ctx, in.Name, etag, actorOf(ctx)); err != nil {
		return nil, s.withCurrent(ctx, in.Name, err)
	}
	s.draftChanged(in.Name)
	return nil, nil
}

type newScenarioInput struct{ Body api.NewScenario }

func (s *server) createScenario(ctx context.Context, in *newScenarioInput) (*output[api.Scenario], error) {
	doc := in.Body.Document
	switch {
	case in.Body.From != "" && len(doc) > 0:
		return nil, invalid("/document", "from and document were both given; a scenario begins with one of them")
	case in.Body.From != "":
		d, err := s.Drafts.Draft(ctx, in.Body.From)
		if err != nil {
			return nil, err
		}
		doc = d.Document
	case len(doc) == 0:
		doc = json.RawMessage(`{"sources":[],"steps":[]}`)
	}
	doc, err := document.WithTitle(doc, in.Body.Title)
	if err != nil {
		return nil, invalid("/document", "the document is no JSON object")
	}
	read, err := document.ReadDraft(doc, "", false, s.Checks)
	if err != nil {
		return nil, withoutLines(err)
	}
	name, err := s.Drafts.CreateScenario(ctx, gonets.NewDocument[gonets.Scenario]{
		Name: document.Slug(in.Body.Title, "scenario"), Document: read.Document, Parsed: &read.Scenario, Actor: actorOf(ctx),
	})
	if err != nil {
		return nil, err
	}
	s.configChanged()
	return s.scenario(ctx, name)
}

func (s *server) scenario(ctx context.Context, name string) (*output[api.Scenario], error) {
	info, err := s.Scenarios.Scenario(ctx, name)
	if err != nil {
		return nil, err
	}
	return &output[api.Scenario]{Body: scenarioShape(info)}, nil
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
	if in.Body == nil {
		in.Body = &api.Publish{}
	}
	d, err := s.Drafts.Draft(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	if etag == "*" {
		etag = d.ETag
	}
	read, err := document.ReadDraft(d.Document, in.Name, false, s.Checks)
	if err != nil {
		return nil, withoutLines(err)
	}
	found, err := s.missingSources(ctx, &read.Scenario)
	if err != nil {
		return nil, err
	}
	if problems := dropLines(append(read.Problems, found...)); len(problems) > 0 && etag == d.ETag {
		return nil, &gonets.Error{Code: gonets.CodeInvalid, Problems: problems,
			Message: "the draft is not complete; the places are listed. It stays saved"}
	}
	info, err := s.Drafts.Publish(ctx, gonets.Publish{Scenario: &read.Scenario, IfMatch: etag, Start: in.Body.Start,
		ReleaseHeld: in.Body.ReleaseHeld, Note: in.Body.Note, Actor: actorOf(ctx)})
	if err != nil {
		return nil, s.withCurrent(ctx, in.Name, err)
	}
	s.configChanged()
	s.draftChanged(in.Name)
	return &output[api.Scenario]{Body: scenarioShape(info)}, nil
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
	doc, text, err := s.state(ctx, in.Name, strconv.Itoa(in.Body.Version))
	if err != nil {
		return nil, err
	}
	read, err := document.ReadDraft(doc, in.Name, false, s.Checks)
	if err != nil {
		return nil, withoutLines(err)
	}
	saved, err := s.save(ctx, gonets.DraftChange{Name: in.Name, Document: read.Document, Text: text, Parsed: &read.Scenario, IfMatch: etag, Actor: actorOf(ctx)})
	if err != nil {
		return nil, err
	}
	return s.draftOf(ctx, saved)
}

func (s *server) deleteScenario(ctx context.Context, in *nameInput) (*none, error) {
	if err := s.Drafts.DeleteScenario(ctx, in.Name, actorOf(ctx)); err != nil {
		return nil, err
	}
	s.configChanged()
	s.draftChanged(in.Name)
	return nil, nil
}

// The names of states besides the numbers of versions.
const (
	statePublished = "published"
	stateDraft     = "draft"
)

// state is a scenario's document at a version's number, as it is published or
// as people work on it; with it the text that has their comments.
func (s *server) state(ctx context.Context, name, which string) (doc json.RawMessage, text string, err error) {
	d, err := s.Drafts.Draft(ctx, name)
	if err != nil {
		return nil, "", err
	}
	if which == stateDraft {
		return d.Document, d.Text, nil
	}
	n := d.Version
	if which != statePublished {
		if n, err = strconv.Atoi(which); err != nil || n < 1 {
			return nil, "", invalid("", "a state is a version's number, published or draft, not "+strconv.Quote(which))
		}
	}
	if n == 0 {
		return json.RawMessage("{}"), "", nil // nothing is published yet
	}
	v, err := s.Scenarios.Version(ctx, name, n)
	if err != nil {
		return nil, "", err
	}
	doc, err = gonets.PlainJSON(v.Scenario)
	return doc, v.Text, err
}

type changesInput struct {
	Name string `path:"name"`
	From string `query:"from" maxLength:"20" default:"published" doc:"A version's number, published or draft"`
	To   string `query:"to" maxLength:"20" default:"draft" doc:"A version's number, published or draft"`
}

func (s *server) getChanges(ctx context.Context, in *changesInput) (*output[api.ScenarioChanges], error) {
	out := &output[api.ScenarioChanges]{Body: api.ScenarioChanges{From: in.From, To: in.To, Changes: []api.ScenarioChange{}}}
	var docs [2]json.RawMessage
	var texts [2][]byte
	for i, which := range []string{in.From, in.To} {
		raw, _, err := s.state(ctx, in.Name, which)
		if err != nil {
			return nil, err
		}
		// One form for all, so that what is told is what people changed.
		read, err := document.ReadDraft(raw, in.Name, false, document.Checks{})
		if err != nil {
			return nil, err
		}
		if docs[i] = read.Document; string(raw) != "{}" {
			if texts[i], err = document.DraftYAML(in.Name, read.Document, ""); err != nil {
				return nil, err
			}
		}
	}
	changes, err := document.Changes(docs[0], docs[1])
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		out.Body.Changes = append(out.Body.Changes, api.ScenarioChange(c))
	}
	out.Body.Diff = document.Diff(texts[0], texts[1])
	return out, nil
}

type yamlOutput struct {
	ETag        string `header:"ETag"`
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *server) getYAML(ctx context.Context, in *nameInput) (*yamlOutput, error) {
	d, err := s.Drafts.Draft(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	text := []byte(d.Text)
	if d.Text == "" {
		if text, err = document.DraftYAML(in.Name, d.Document, ""); err != nil {
			return nil, err
		}
	}
	return &yamlOutput{ETag: `"` + d.ETag + `"`, ContentType: "text/yaml; charset=utf-8", Body: text}, nil
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
	return s.edit(ctx, &in.ChangeInput, data, true)
}

// scenariosInput asks for a page of scenarios.
type scenariosInput struct {
	PageInput
	Stats bool `query:"stats" doc:"Also count what each did during the last 24 hours"`
}

func (s *server) listScenarios(ctx context.Context, in *scenariosInput) (*list[api.Scenario], error) {
	l, err := s.Scenarios.Scenarios(ctx, in.page())
	if err != nil {
		return nil, err
	}
	out := listOf(l, scenarioShape)
	for i := range out.Body.Items {
		if !in.Stats {
			break
		}
		item := &out.Body.Items[i]
		a, err := s.Drafts.Activity(ctx, item.Name)
		if err != nil {
			return nil, err
		}
		item.Last24h = &api.Activity{Buckets: make([]api.Bucket, len(a.Buckets)), Total: a.Total, Paused: a.Paused, Held: a.Held, LastAt: a.LastAt}
		for j, b := range a.Buckets {
			item.Last24h.Buckets[j] = api.Bucket(b)
		}
	}
	return out, nil
}
