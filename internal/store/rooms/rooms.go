// Package rooms names the rooms of the store, and nothing else.
package rooms

import (
	"gonets/internal/store/bulks"
	"gonets/internal/store/checks"
	"gonets/internal/store/documents"
	"gonets/internal/store/erasure"
	"gonets/internal/store/floor"
	"gonets/internal/store/history"
	"gonets/internal/store/lanes"
	"gonets/internal/store/outbox"
	"gonets/internal/store/people"
	"gonets/internal/store/reconcile"
	"gonets/internal/store/space"
)

// Rooms are the rooms; a store embeds them, so that their methods are its own.
type Rooms struct {
	*documents.Documents
	*people.People
	*checks.Book
	*outbox.Outbox
	*history.History
	*bulks.Jobs
	*lanes.Lanes
	*reconcile.Books
	*space.Space
	*erasure.Eraser
}

// New furnishes the rooms.
func New(b floor.Base) Rooms {
	return Rooms{
		Documents: documents.New(b),
		People:    people.New(b),
		Book:      checks.New(b),
		Outbox:    outbox.New(b),
		History:   history.New(b),
		Jobs:      bulks.New(b),
		Lanes:     lanes.New(b),
		Books:     reconcile.New(b),
		Space:     space.New(b),
		Eraser:    erasure.New(b),
	}
}
