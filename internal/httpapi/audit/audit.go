// Package audit is the room of the interface for what people did: logins, changes
// of documents, actions on runs.
package audit

import (
	"context"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/deed"
)

// Book keeps what people did.
type Book interface {
	Audit(ctx context.Context, f deed.Filter) (gonets.List[deed.Deed], error)
}

// Room is what the operation needs.
type Room struct{ Book Book }

// Question chooses entries.
type Question struct {
	Actor  string    `query:"actor" maxLength:"200" doc:"Only what this one did"`
	Action string    `query:"action" maxLength:"100" doc:"Only this action, such as publish"`
	Object string    `query:"object" maxLength:"300" doc:"Only what was done to this, such as Scenario/orders"`
	Since  time.Time `query:"since" doc:"Only what was done at or after this time"`
	Until  time.Time `query:"until" doc:"Only what was done before this time"`
	Cursor string    `query:"cursor" maxLength:"512" doc:"next of the page before"`
	Limit  int       `query:"limit" minimum:"1" maximum:"1000" doc:"100 when left out"`
}

// Page is a page of entries.
type Page struct{ Body api.List[api.AuditEntry] }

// List lists entries, newest first.
func (r Room) List(ctx context.Context, in *Question) (*Page, error) {
	found, err := r.Book.Audit(ctx, deed.Filter{Actor: in.Actor, Action: in.Action, Object: in.Object,
		Since: in.Since, Until: in.Until, Page: gonets.Page{Cursor: in.Cursor, Limit: in.Limit}})
	if err != nil {
		return nil, err
	}
	out := &Page{Body: api.List[api.AuditEntry]{Items: make([]api.AuditEntry, 0, len(found.Items)), Next: found.Next}}
	for i := range found.Items {
		out.Body.Items = append(out.Body.Items, api.AuditEntry(found.Items[i]))
	}
	return out, nil
}
