// Package saved is the room of the interface for saved requests: what several
// scenarios send by one name.
package saved

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/internal/rehearse"
)

// Store keeps saved requests.
type Store interface {
	Requests(ctx context.Context) ([]gonets.RequestInfo, error)
	Request(ctx context.Context, name string) (gonets.RequestInfo, error)
	CreateRequest(ctx context.Context, n gonets.NewDocument[gonets.SavedRequest]) (name string, err error)
	SaveRequest(ctx context.Context, c gonets.RequestChange) error
	DeleteRequest(ctx context.Context, name, actor string) error
	// RequestChecks are the newest checks of saved requests, by the names of these; only
	// of those that are named, if some are.
	RequestChecks(ctx context.Context, names ...string) (map[string]gonets.RunSummary, error)
}

// Rehearsal tries drafts.
type Rehearsal interface {
	Preview(ctx context.Context, a rehearse.Ask) (api.PreviewResult, error)
}

// Room is what the operations need.
type Room struct {
	Store     Store
	Rehearsal Rehearsal
	// Checks find what is wrong inside a document.
	Checks document.Checks

	Desk
}

// Desk is what the interface lends to the room for one caller.
type Desk struct {
	Actor string
	// Changed is told that requests are others now.
	Changed func()
	// Show is a request as people see it, with its last check or nil.
	Show func(info gonets.RequestInfo, last *gonets.RunSummary) api.SavedRequest
	// ETag reads the header If-Match, Members a document in which some are given.
	ETag    func(header string) (string, error)
	Members func(doc json.RawMessage, given map[string]any) ([]byte, error)
}

// At is the room as one caller finds it.
func (r Room) At(d Desk) Room {
	r.Desk = d
	return r
}

type (
	// Name is a saved request.
	Name struct {
		Name string `path:"name"`
	}
	// Output is a saved request as people see it.
	Output struct{ Body api.SavedRequest }
	// List are all saved requests.
	List struct{ Body api.List[api.SavedRequest] }
	// New is one that is made.
	New struct{ Body api.NewRequest }
	// Change is another document for one.
	Change struct {
		Name
		IfMatch string `header:"If-Match" doc:"The ETag of what was changed, or *"`
		Body    api.DraftDocument
	}
	// Trial is one that is tried.
	Trial struct {
		Name
		Body api.RequestTrial
	}
	// Preview is what would be sent.
	Preview struct{ Body api.PreviewResult }
)

// List lists saved requests by name.
func (r Room) List(ctx context.Context, _ *struct{}) (*List, error) {
	infos, err := r.Store.Requests(ctx)
	if err != nil {
		return nil, err
	}
	checks, err := r.Store.RequestChecks(ctx)
	if err != nil {
		return nil, err
	}
	items := make([]api.SavedRequest, len(infos))
	for i, info := range infos {
		items[i] = r.shown(info, checks)
	}
	return &List{Body: api.List[api.SavedRequest]{Items: items}}, nil
}

// shown is a saved request with its last check, unless it was changed since: then that
// was of another text.
func (r Room) shown(info gonets.RequestInfo, checks map[string]gonets.RunSummary) api.SavedRequest {
	if check, ok := checks[info.Name]; ok && !check.CreatedAt.Before(info.UpdatedAt) {
		return r.Show(info, &check)
	}
	return r.Show(info, nil)
}

// Get reads a saved request.
func (r Room) Get(ctx context.Context, in *Name) (*Output, error) {
	info, err := r.Store.Request(ctx, in.Name)
	if err != nil && gonets.CodeOf(err) != gonets.CodeDamaged {
		return nil, err
	}
	checks, err := r.Store.RequestChecks(ctx, in.Name)
	return &Output{Body: r.shown(info, checks)}, err
}

// Create makes a saved request under a name that is made of the title.
func (r Room) Create(ctx context.Context, in *New) (*Output, error) {
	name := document.Slug(in.Body.Title, "request")
	req, err := r.read(in.Body.Document, map[string]any{"name": name, "title": in.Body.Title})
	if err != nil {
		return nil, err
	}
	if name, err = r.Store.CreateRequest(ctx, gonets.NewDocument[gonets.SavedRequest]{Name: name, Parsed: req, Actor: r.Actor}); err != nil {
		return nil, err
	}
	r.Changed()
	return r.Get(ctx, &Name{name})
}

// Put replaces the document of a saved request.
func (r Room) Put(ctx context.Context, in *Change) (*Output, error) {
	etag, err := r.ETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	req, err := r.read(in.Body.Document, map[string]any{"name": in.Name.Name})
	if err != nil {
		return nil, err
	}
	if err := r.Store.SaveRequest(ctx, gonets.RequestChange{Request: req, IfMatch: etag, Actor: r.Actor}); err != nil {
		return nil, err
	}
	r.Changed()
	return r.Get(ctx, &in.Name)
}

// Delete deletes a saved request that no scenario sends.
func (r Room) Delete(ctx context.Context, in *Name) (*struct{}, error) {
	if err := r.Store.DeleteRequest(ctx, in.Name, r.Actor); err != nil {
		return nil, err
	}
	r.Changed()
	return nil, nil
}

// read reads a document in which some members are given. A new one without a request
// of its own has an address to be filled in.
func (r Room) read(doc json.RawMessage, given map[string]any) (*gonets.SavedRequest, error) {
	if len(doc) == 0 {
		given["http"] = map[string]string{"url": "https://example.com/"}
	}
	given["apiVersion"], given["kind"] = document.APIVersion, document.KindRequest
	text, err := r.Members(doc, given)
	if err != nil {
		return nil, err
	}
	set, err := document.ParseJSON(text, r.Checks)
	if err != nil {
		return nil, document.WithoutLines(err)
	}
	return &set.Requests[0], nil
}

// Preview tells what would be sent. What is not finished is told as a problem.
func (r Room) Preview(ctx context.Context, in *Trial) (*Preview, error) {
	asked, err := r.Ask(ctx, in)
	var e *gonets.Error
	if errors.As(err, &e) && len(in.Body.Document) > 0 && len(e.Problems) > 0 {
		return &Preview{api.PreviewResult{Values: []api.PreviewValue{}, Scope: []api.Variable{}, Problems: e.Problems}}, nil
	}
	if err != nil {
		return nil, err
	}
	out, err := r.Rehearsal.Preview(ctx, asked)
	for i := range out.Values {
		out.Values[i].Pointer = placed(out.Values[i].Pointer)
	}
	for i := range out.Problems {
		out.Problems[i].Pointer = placed(out.Problems[i].Pointer)
	}
	return &Preview{out}, err
}

// placed is a pointer into the draft of one step as one into the request's document.
func placed(pointer string) string { return strings.TrimPrefix(pointer, "/steps/0") }

// onlyStep is the id of the step that sends a request which is tried by itself.
const onlyStep = "request"

// Ask is a draft of one step, which sends a saved request with the values that are
// given.
func (r Room) Ask(ctx context.Context, in *Trial) (out rehearse.Ask, err error) {
	info, err := r.Store.Request(ctx, in.Name.Name)
	req := &info.SavedRequest
	if code := gonets.CodeOf(err); err != nil && (code != gonets.CodeDamaged || len(in.Body.Document) == 0) {
		return out, err
	}
	kept := gonets.CheckOfRequest + in.Name.Name
	if len(in.Body.Document) > 0 {
		if req, err = r.read(in.Body.Document, map[string]any{"name": in.Name.Name}); err != nil {
			return out, err
		}
		if info.Damage != nil || !req.Same(&info.SavedRequest) {
			kept += "/draft" // what is not saved is no check of what is
		}
	}
	st := gonets.Step{ID: onlyStep, Title: req.Title, Request: req.Name}
	for _, name := range slices.Sorted(maps.Keys(in.Body.Params)) {
		var value gonets.Tree
		if err := json.Unmarshal(in.Body.Params[name], &value); err != nil {
			return out, err
		}
		st.With = append(st.With, gonets.Row{Name: name, Value: value.Value})
	}
	sc := &gonets.Scenario{Name: kept, Title: req.Title, Steps: []gonets.Step{st}}
	sc.Use([]gonets.SavedRequest{*req})
	return rehearse.Ask{Scenario: sc, Step: onlyStep}, nil
}
