// Package shelf is the room of the interface for documents as the server has them:
// written into files, and beside those that would be applied.
package shelf

import (
	"cmp"
	"context"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/setting"
)

// Store is what is read.
type Store interface {
	Settings(ctx context.Context) (setting.Settings, error)
	Sources(ctx context.Context, p gonets.Page) (gonets.List[gonets.SourceInfo], error)
	Source(ctx context.Context, name string) (gonets.SourceInfo, error)
	Requests(ctx context.Context) ([]gonets.RequestInfo, error)
	Request(ctx context.Context, name string) (gonets.RequestInfo, error)
	Scenarios(ctx context.Context, p gonets.Page) (gonets.List[gonets.ScenarioInfo], error)
	Scenario(ctx context.Context, name string) (gonets.ScenarioInfo, error)
	SavedRequests(ctx context.Context) ([]gonets.SavedRequest, error)
}

// Room is what the operations need.
type Room struct {
	Store Store
	// Attachment names a file by a title.
	Attachment func(title, otherwise, ending string) string
}

// Which says which documents are wanted.
type Which struct {
	Kind string `query:"kind" enum:"Source,Request,Scenario,Settings" doc:"Only documents of this kind"`
	Name string `query:"name" doc:"Only the document of this name; needs kind"`
}

// File is a text of documents.
type File struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	Body               []byte
}

// Export writes documents as YAML.
func (r Room) Export(ctx context.Context, in *Which) (*File, error) {
	set, err := r.wanted(ctx, in)
	if err == nil {
		err = based(&set)
	}
	if err != nil {
		return nil, err
	}
	text, err := YAML(set)
	if err != nil {
		return nil, err
	}
	return &File{ContentType: "application/yaml; charset=utf-8", Body: text, ContentDisposition: r.Attachment(TitleOf(&set), "gonets", ".yaml")}, nil
}

func (r Room) wanted(ctx context.Context, in *Which) (document.Apply, error) {
	var set document.Apply
	var damage error
	if in.Name != "" {
		if in.Kind == "" {
			p := gonets.Mistake("/kind", gonets.CodeMissing, "name needs kind: say whether it is a Source, a Request or a Scenario")
			return set, &gonets.Error{Code: gonets.CodeInvalid, Message: p.Message, Problems: []gonets.Problem{p}}
		}
		if in.Kind != document.KindScenario {
			return r.current(ctx, in.Kind, in.Name)
		}
		info, err := r.Store.Scenario(ctx, in.Name)
		if err != nil {
			return set, err
		}
		return set, scenario(&set, &info)
	}
	if in.Kind == "" || in.Kind == document.KindSettings {
		settings, err := r.Store.Settings(ctx)
		if err != nil {
			return set, err
		}
		// Settings that nobody has set are no document.
		if in.Kind != "" || !Unset(settings) {
			set.Settings = &settings
		}
	}
	if in.Kind == "" || in.Kind == document.KindSource {
		infos, err := All(ctx, r.Store.Sources)
		if err != nil {
			return set, err
		}
		for _, info := range infos {
			set.Sources, damage = append(set.Sources, info.Source), cmp.Or(damage, info.Damage)
		}
	}
	if in.Kind == "" || in.Kind == document.KindRequest {
		infos, err := r.Store.Requests(ctx)
		if err != nil {
			return set, err
		}
		for _, info := range infos {
			set.Requests, damage = append(set.Requests, info.SavedRequest), cmp.Or(damage, info.Damage)
		}
	}
	if in.Kind == "" || in.Kind == document.KindScenario {
		infos, err := All(ctx, r.Store.Scenarios)
		if err != nil {
			return set, err
		}
		for _, info := range infos {
			if err := scenario(&set, &info); err != nil {
				return set, err
			}
			damage = cmp.Or(damage, info.Damage)
		}
	}
	return set, damage // a copy that lacks something is no copy
}

// scenario adds a scenario, with what its file is based on.
func scenario(set *document.Apply, info *gonets.ScenarioInfo) error {
	set.Scenarios = append(set.Scenarios, info.Scenario)
	return note(set, document.ID{Kind: document.KindScenario, Name: info.Name}, info.Version, &info.Scenario)
}

// based adds what the files of documents without versions are based on.
func based(set *document.Apply) (err error) {
	add := func(kind, name string, doc any) {
		if err == nil {
			err = note(set, document.ID{Kind: kind, Name: name}, 0, doc)
		}
	}
	if set.Settings != nil {
		add(document.KindSettings, document.SettingsName, set.Settings)
	}
	for i := range set.Sources {
		add(document.KindSource, set.Sources[i].Name, &set.Sources[i])
	}
	for i := range set.Requests {
		add(document.KindRequest, set.Requests[i].Name, &set.Requests[i])
	}
	return err
}

// note says what the file of a document is based on.
func note(set *document.Apply, id document.ID, version int, doc any) (err error) {
	if set.Based == nil {
		set.Based = make(map[document.ID]document.Basis)
	}
	set.Based[id], err = document.BasisOf(version, doc)
	return err
}

// current is the stored document of a kind and name.
func (r Room) current(ctx context.Context, kind, name string) (document.Apply, error) {
	switch kind {
	case document.KindSource:
		info, err := r.Store.Source(ctx, name)
		return document.Apply{Sources: []gonets.Source{info.Source}}, err
	case document.KindRequest:
		info, err := r.Store.Request(ctx, name)
		return document.Apply{Requests: []gonets.SavedRequest{info.SavedRequest}}, err
	case document.KindScenario:
		info, err := r.Store.Scenario(ctx, name)
		return document.Apply{Scenarios: []gonets.Scenario{info.Scenario}, Requests: info.Requests}, err
	}
	settings, err := r.Store.Settings(ctx)
	return document.Apply{Settings: &settings}, err
}

// Differences tell how documents differ from what is stored. A scenario comes with the
// saved requests that it would embed, beside those that it embeds.
func (r Room) Differences(ctx context.Context, set *document.Set) ([]api.Difference, error) {
	live, err := r.Store.SavedRequests(ctx)
	if err != nil {
		return nil, err
	}
	out := []api.Difference{}
	for _, doc := range Split(Apply(set)) {
		there := true
		stored, err := r.current(ctx, doc.Kind, doc.Name)
		switch gonets.CodeOf(err) {
		case "", gonets.CodeDamaged: // what cannot be read is empty
		case gonets.CodeNotFound:
			there = false
		default:
			return nil, err
		}
		if doc.Kind == document.KindScenario && len(stored.Requests) > 0 {
			doc.Set.Requests = doc.Set.Scenarios[0].Uses(set.Known(live))
		}
		d, err := doc.Difference(stored, there)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// All reads a list to its end.
func All[T any](ctx context.Context, read func(context.Context, gonets.Page) (gonets.List[T], error)) ([]T, error) {
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
