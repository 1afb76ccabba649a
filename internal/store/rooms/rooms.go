// Package rooms names the rooms of the store, and nothing else.
package rooms

import (
	"gonets/internal/lane"
	"gonets/internal/store/bulks"
	"gonets/internal/store/checks"
	"gonets/internal/store/documents"
	"gonets/internal/store/floor"
	"gonets/internal/store/history"
	"gonets/internal/store/lanes"
	"gonets/internal/store/outbox"
	"gonets/internal/store/people"
)

// What rooms stand on.
type (
	// Base is [floor.Base].
	Base = floor.Base
	// Txn is [floor.Txn].
	Txn = floor.Txn
	// Sealer is [floor.Sealer].
	Sealer = floor.Sealer
)

// What the room of lanes keeps.
type (
	// LaneRecord is [lane.Record].
	LaneRecord = lane.Record
	// LaneChange is [lane.Change].
	LaneChange = lane.Change
	// LaneChangeKind is [lane.ChangeKind].
	LaneChangeKind = lane.ChangeKind
	// LaneProbe is [lane.Probe].
	LaneProbe = lane.Probe
	// LaneAction is [lane.Action].
	LaneAction = lane.Action
	// LaneActionKind is [lane.ActionKind].
	LaneActionKind = lane.ActionKind
	// LaneWant is [lane.Want].
	LaneWant = lane.Want
	// LaneCount is [lane.Count].
	LaneCount = lane.Count
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
}

// New furnishes the rooms.
func New(b Base) Rooms {
	return Rooms{
		Documents: documents.New(b),
		People:    people.New(b),
		Book:      checks.New(b),
		Outbox:    outbox.New(b),
		History:   history.New(b),
		Jobs:      bulks.New(b),
		Lanes:     lanes.New(b),
	}
}
