// Package publishing is the room of the interface for what people want to know
// before a scenario goes live: what would be sent otherwise than it is now.
package publishing

import (
	"context"
	"slices"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/internal/hindsight"
)

// Drafts are what people work on.
type Drafts interface {
	Draft(ctx context.Context, name string) (*api.Draft, error)
}

// Scenarios are what is published.
type Scenarios interface {
	Scenario(ctx context.Context, name string) (gonets.ScenarioInfo, error)
	Version(ctx context.Context, scenario string, n int) (*gonets.Version, error)
}

// Past plays events that came.
type Past interface {
	Look(ctx context.Context, a hindsight.Ask) (api.SentComparison, error)
}

// Room is what the operation needs.
type Room struct {
	Drafts    Drafts
	Scenarios Scenarios
	Past      Past
}

// Question says what is compared, and from which event on.
type Question struct {
	Name   string `path:"name"`
	Cursor string `query:"cursor" maxLength:"512" doc:"next of the page before"`
	Body   *api.DraftToCompare
}

// Page is a page of events.
type Page struct{ Body api.SentComparison }

// Compare plays a page of the last events through a draft.
func (r Room) Compare(ctx context.Context, in *Question) (*Page, error) {
	info, err := r.Scenarios.Scenario(ctx, in.Name)
	if err != nil && gonets.CodeOf(err) != gonets.CodeDamaged {
		return nil, err
	}
	a := hindsight.Ask{Cursor: in.Cursor}
	if a.Draft, err = r.draft(ctx, in); err != nil {
		return nil, err
	}
	damaged := false
	if info.Version > 0 {
		a.Now, err = r.Scenarios.Version(ctx, in.Name, info.Version)
		if damaged = gonets.CodeOf(err) == gonets.CodeDamaged; err != nil && !damaged {
			return nil, err
		}
	}
	out, err := r.Past.Look(ctx, a)
	out.Damaged = damaged
	return &Page{Body: out}, err
}

// draft is what the scenario may become.
func (r Room) draft(ctx context.Context, in *Question) (*gonets.Scenario, error) {
	given := api.DraftToCompare{}
	if in.Body != nil {
		given = *in.Body
	}
	switch {
	case given.Text != "" && len(given.Document) > 0:
		return nil, gonets.Refuse(gonets.CodeInvalid, gonets.Mistake("/text", gonets.CodeNotBoth, "give %s or %s, not both", "document", "text"))
	case given.Text != "":
		set, err := document.Parse([]byte(given.Text), document.Checks{})
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(set.Scenarios, func(s gonets.Scenario) bool { return s.Name == in.Name })
		if i < 0 {
			return nil, gonets.Errorf(gonets.CodeInvalid, "the documents hold no scenario %q", in.Name)
		}
		set.Scenarios[i].Use(set.Requests)
		return &set.Scenarios[i], nil
	case len(given.Document) == 0:
		d, err := r.Drafts.Draft(ctx, in.Name)
		if err != nil {
			return nil, err
		}
		given.Document = d.Document
	}
	read, err := document.ReadDraft(given.Document, "", false, document.Checks{})
	if err != nil {
		return nil, err
	}
	read.Scenario.Name = in.Name
	return &read.Scenario, nil
}
