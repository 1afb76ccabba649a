// Package draft is what people do with a scenario before it runs: saving what is
// incomplete, comparing, publishing, going back. It reads the documents; the
// store keeps them.
package draft

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
)

// maxDraft bounds a draft in bytes.
const maxDraft = 1 << 20

// Store keeps drafts.
type Store interface {
	Draft(ctx context.Context, scenario string) (gonets.Draft, error)
	SaveDraft(ctx context.Context, c gonets.DraftChange) (gonets.Draft, error)
	CreateScenario(ctx context.Context, n gonets.NewDocument[gonets.Scenario]) (name string, err error)
	Publish(ctx context.Context, p gonets.Publish) (gonets.ScenarioInfo, error)
	Version(ctx context.Context, scenario string, n int) (*gonets.Version, error)
	Source(ctx context.Context, name string) (gonets.SourceInfo, error)
	SavedRequests(ctx context.Context) ([]gonets.SavedRequest, error)
}

// Desk is where drafts are worked on.
type Desk struct {
	Store Store
	// Checks find what is wrong inside a document.
	Checks document.Checks
}

// Draft shows a draft with what is wrong with it.
func (s *Desk) Draft(ctx context.Context, name string) (*api.Draft, error) {
	d, err := s.Store.Draft(ctx, name)
	if gonets.CodeOf(err) == gonets.CodeDamaged {
		d.Document = json.RawMessage(empty)
		return shape(d, []gonets.Problem{gonets.Mistake("", codeDamaged,
			"what the database holds of this scenario is damaged; restore an earlier version and publish it, or apply it again from a file")})
	}
	if err != nil {
		return nil, err
	}
	return s.show(ctx, d)
}

// Save keeps a draft that a person changed. What is incomplete is told, not
// refused.
func (s *Desk) Save(ctx context.Context, e gonets.DraftEdit) (*api.Draft, error) {
	if len(e.Data) > maxDraft {
		return nil, gonets.Errorf(gonets.CodeBodyTooLarge, "the document is %d bytes long; a draft has %d at most", len(e.Data), maxDraft)
	}
	now, err := s.Store.Draft(ctx, e.Name)
	if err != nil && gonets.CodeOf(err) != gonets.CodeDamaged {
		return nil, err
	}
	read, err := document.ReadDraft(e.Data, e.Name, e.YAML, s.Checks)
	if err != nil {
		if !e.YAML {
			err = document.WithoutLines(err)
		}
		return nil, err
	}
	text := string(e.Data)
	if !e.YAML {
		if text, err = commentsOf(&now, read.Document); err != nil {
			return nil, err
		}
	}
	saved, err := s.Store.SaveDraft(ctx, gonets.DraftChange{Name: e.Name, Document: read.Document, Text: text, Parsed: &read.Scenario, IfMatch: e.IfMatch, Actor: e.Actor})
	if err != nil {
		return nil, err
	}
	found, err := s.references(ctx, &read.Scenario)
	if err != nil {
		return nil, err
	}
	problems := append(read.Problems, found...)
	if !e.YAML {
		document.DropLines(problems)
	}
	return shape(saved, problems)
}

// show gives a draft with what is wrong with it.
func (s *Desk) show(ctx context.Context, d gonets.Draft) (*api.Draft, error) {
	read, err := document.ReadDraft(d.Document, d.Scenario, false, s.Checks)
	if err != nil {
		// It was readable when it was stored; an older program may have been laxer.
		var e *gonets.Error
		if !errors.As(err, &e) || len(e.Problems) == 0 {
			return nil, err
		}
		read = &document.Draft{Problems: e.Problems}
	}
	found, err := s.references(ctx, &read.Scenario)
	if err != nil {
		return nil, err
	}
	return shape(d, document.DropLines(append(read.Problems, found...)))
}

func shape(d gonets.Draft, problems []gonets.Problem) (*api.Draft, error) {
	doc, err := document.DraftJSON(d.Scenario, d.Document)
	if err != nil {
		return nil, err
	}
	return &api.Draft{
		Document: doc, ETag: d.ETag, BasedOn: d.BasedOn, HasChanges: d.Changed, State: d.State, Version: d.Version,
		UpdatedAt: d.UpdatedAt, UpdatedBy: d.UpdatedBy, Problems: append([]gonets.Problem{}, problems...),
	}, nil
}

// references finds what a draft names and is not there, or not as it is used.
func (s *Desk) references(ctx context.Context, sc *gonets.Scenario) ([]gonets.Problem, error) {
	var found []gonets.Problem
	for i, name := range sc.Sources {
		_, err := s.Store.Source(ctx, name)
		if gonets.CodeOf(err) == gonets.CodeNotFound {
			found = append(found, gonets.Mistake("/sources/"+strconv.Itoa(i), gonets.CodeNoSource, "there is no source %q; choose another one", name))
			continue
		}
		if err != nil && gonets.CodeOf(err) != gonets.CodeDamaged {
			return nil, err
		}
	}
	saved, err := s.Store.SavedRequests(ctx)
	if err != nil {
		return nil, err
	}
	if s.Checks.Uses != nil {
		found = append(found, s.Checks.Uses(sc, saved)...)
	}
	return found, nil
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

// Create makes a scenario that is a draft, of nothing, a document or a copy.
func (s *Desk) Create(ctx context.Context, n api.NewScenario, actor string) (name string, err error) {
	doc := n.Document
	switch {
	case n.From != "" && len(doc) > 0:
		return "", invalid("/document", gonets.CodeNotBoth, "%s and %s were both given; a scenario begins with one of them", "from", "document")
	case n.From != "":
		d, err := s.Store.Draft(ctx, n.From)
		if err != nil {
			return "", err
		}
		doc = d.Document
	case len(doc) == 0:
		doc = json.RawMessage(empty)
	}
	doc, err = document.WithTitle(doc, n.Title)
	if err != nil {
		return "", invalid("/document", codeNotObject, "the document is no JSON object")
	}
	read, err := document.ReadDraft(doc, "", false, s.Checks)
	if err != nil {
		return "", document.WithoutLines(err)
	}
	return s.Store.CreateScenario(ctx, gonets.NewDocument[gonets.Scenario]{
		Name: document.Slug(n.Title, "scenario"), Document: read.Document, Parsed: &read.Scenario, Actor: actor,
	})
}

// empty is a scenario without anything.
const empty = `{"sources":[],"steps":[]}`

// The codes of mistakes in what is asked, and in what is stored.
const (
	codeDamaged   gonets.Code = "draft.damaged"
	codeNotObject gonets.Code = "document.not_object"
	codeState     gonets.Code = "invalid.version"
)

// invalid is a mistake in a request.
func invalid(pointer string, code gonets.Code, format string, args ...any) error {
	p := gonets.Mistake(pointer, code, format, args...)
	return &gonets.Error{Code: gonets.CodeInvalid, Message: p.Message, Problems: []gonets.Problem{p}}
}

// Publish makes the draft that p.IfMatch names the next version, when nothing
// is wrong with it. Its scenario is read here.
func (s *Desk) Publish(ctx context.Context, name string, p gonets.Publish) (gonets.ScenarioInfo, error) {
	var none gonets.ScenarioInfo
	d, err := s.Store.Draft(ctx, name)
	if err != nil {
		return none, err
	}
	if p.IfMatch == "*" {
		p.IfMatch = d.ETag
	}
	read, err := document.ReadDraft(d.Document, name, false, s.Checks)
	if err != nil {
		return none, document.WithoutLines(err)
	}
	found, err := s.references(ctx, &read.Scenario)
	if err != nil {
		return none, err
	}
	p.Scenario = &read.Scenario
	if p.IfMatch == d.ETag { // of another draft the store tells
		if problems := document.DropLines(append(read.Problems, found...)); len(problems) > 0 {
			return none, &gonets.Error{Code: gonets.CodeInvalid, Problems: problems,
				Message: "the draft is not complete; the places are listed. It stays saved"}
		}
		if err := seen(&p); err != nil {
			return none, err
		}
	}
	return s.Store.Publish(ctx, p)
}

// seen refuses saved requests that say something else than when a person looked at the
// draft. What they say here the store finds unchanged when it publishes, or refuses, too.
func seen(p *gonets.Publish) (err error) {
	gonets.WalkSteps(p.Scenario.Steps, func(_ string, st *gonets.Step) {
		if p.Requests == nil || st.Saved == nil || p.Requests[st.Request] == mark(st.Saved) {
			return
		}
		what := "was changed after"
		if _, looked := p.Requests[st.Request]; !looked {
			what = "was not sent yet when"
		}
		err = gonets.Errorf(gonets.CodeRequestChanged, "the saved request %q %s the changes of the scenario %q were looked at; nothing was published. Look at them again and publish then",
			st.Request, what, p.Scenario.Name)
	})
	return err
}

// mark stands for what a saved request says.
func mark(r *gonets.SavedRequest) string {
	text, _ := json.Marshal(r) // what was read from JSON can be written
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// RollBack makes a version the draft, with its comments. The draft sends saved
// requests as they are now: it tells which of them were others in the version.
func (s *Desk) RollBack(ctx context.Context, version int, e gonets.DraftEdit) (*api.Draft, error) {
	at, err := s.state(ctx, e.Name, strconv.Itoa(version))
	if err != nil {
		return nil, err
	}
	read, err := document.ReadDraft(at.document, e.Name, false, s.Checks)
	if err != nil {
		return nil, document.WithoutLines(err)
	}
	saved, err := s.Store.SaveDraft(ctx, gonets.DraftChange{Name: e.Name, Document: read.Document, Text: at.text, Parsed: &read.Scenario, IfMatch: e.IfMatch, Actor: e.Actor})
	if err != nil {
		return nil, err
	}
	live, err := s.Store.SavedRequests(ctx)
	if err != nil {
		return nil, err
	}
	shown, err := s.show(ctx, saved)
	if err == nil {
		shown.Differing = document.Differing(at.requests, live)
	}
	return shown, err
}

// The names of states besides the numbers of versions.
const (
	statePublished = "published"
	stateDraft     = "draft"
)

// state is a scenario as it is published or as people work on it.
type state struct {
	document json.RawMessage
	// text has people's comments.
	text string
	// requests are the saved ones that its steps send.
	requests []gonets.SavedRequest
}

// state is a scenario's at a version's number, published or draft.
func (s *Desk) state(ctx context.Context, name, which string) (out state, err error) {
	d, err := s.Store.Draft(ctx, name)
	if gonets.CodeOf(err) == gonets.CodeDamaged && which != stateDraft {
		err = nil // an earlier version is whole
	}
	if err != nil {
		return out, err
	}
	if which == stateDraft {
		out.requests, err = s.Store.SavedRequests(ctx)
		out.document, out.text = d.Document, d.Text
		return out, err
	}
	n := d.Version
	if which != statePublished {
		if n, err = strconv.Atoi(which); err != nil || n < 1 {
			return out, invalid("", codeState, "a state is a version's number, published or draft, not %q", which)
		}
	}
	if n == 0 {
		return state{document: json.RawMessage("{}")}, nil // nothing is published yet
	}
	v, err := s.Store.Version(ctx, name, n)
	if err != nil {
		return out, err
	}
	out.text, out.requests = v.Text, v.Requests
	out.document, err = gonets.PlainJSON(v.Scenario)
	return out, err
}

// Changes tells how two states of a scenario differ: versions by number,
// published or draft.
func (s *Desk) Changes(ctx context.Context, name, from, to string) (*api.ScenarioChanges, error) {
	out := &api.ScenarioChanges{From: from, To: to, Changes: []api.ScenarioChange{}}
	var docs [2]json.RawMessage
	var texts [2][]byte
	var requests [2][]gonets.SavedRequest
	var last gonets.Scenario
	for i, which := range []string{from, to} {
		at, err := s.state(ctx, name, which)
		if err != nil {
			return nil, err
		}
		// One form for all, so that what is told is what people changed.
		read, err := document.ReadDraft(at.document, name, false, document.Checks{})
		if err != nil {
			return nil, err
		}
		last, requests[i] = read.Scenario, read.Scenario.Uses(at.requests)
		if docs[i] = read.Document; string(at.document) != "{}" {
			if texts[i], err = written(name, read, requests[i]); err != nil {
				return nil, err
			}
		}
	}
	changes, err := document.Changes(docs[0], docs[1])
	if err != nil {
		return nil, err
	}
	inside, err := document.RequestChanges(&last, requests[0], requests[1])
	if err != nil {
		return nil, err
	}
	for _, c := range append(changes, inside...) {
		out.Changes = append(out.Changes, api.ScenarioChange(c))
	}
	out.Diff = document.Diff(texts[0], texts[1])
	for i := range requests[1] {
		if out.Requests == nil {
			out.Requests = map[string]string{}
		}
		out.Requests[requests[1][i].Name] = mark(&requests[1][i])
	}
	return out, nil
}

// written is a state as YAML, the saved requests behind the scenario.
func written(name string, read *document.Draft, requests []gonets.SavedRequest) ([]byte, error) {
	text, err := document.DraftYAML(name, read.Document, "")
	if err != nil || len(requests) == 0 {
		return text, err
	}
	saved, err := document.Export(document.Set{Requests: requests})
	return slices.Concat(text, []byte("---\n"), saved), err
}

// YAML is the draft as YAML, with its comments, and its ETag.
func (s *Desk) YAML(ctx context.Context, name string) (text []byte, etag string, err error) {
	d, err := s.Store.Draft(ctx, name)
	if err != nil {
		return nil, "", err
	}
	if d.Text != "" {
		return []byte(d.Text), d.ETag, nil
	}
	text, err = document.DraftYAML(name, d.Document, "")
	return text, d.ETag, err
}
