package api

import (
	"time"

	"gonets"
)

// NewErasure asks to look for one person everywhere.
type NewErasure struct {
	Value string `json:"value" minLength:"1" maxLength:"1024" doc:"A phone, an e-mail address or any other exact text"`
}

// ConfirmErasure erases what was found.
type ConfirmErasure struct {
	Value  string `json:"value" minLength:"1" maxLength:"1024" doc:"The value again"`
	Cancel bool   `json:"cancel,omitempty" doc:"Runs that are not over and carry the value are cancelled first; without it they refuse the erasure"`
}

// Erasure removes one person from everything that is kept. The value itself is
// never told.
type Erasure struct {
	ID         string         `json:"id"`
	State      string         `json:"state" enum:"looking,found,erasing,checking,closing,finished,dropped" doc:"found waits for a confirmation, for a day; checking looks again after the erasing; closing rewrites the database's file"`
	Mark       string         `json:"mark" doc:"Tells equal values, without saying which: a keyed hash"`
	By         string         `json:"by"`
	CreatedAt  time.Time      `json:"created_at"`
	FinishedAt *time.Time     `json:"finished_at,omitempty"`
	Damaged    bool           `json:"damaged,omitempty" doc:"What it counted up to some time cannot be read, so that its counts are too small. What it erased stays erased; one that is not over looks from the beginning"`
	Looked     int            `json:"looked" doc:"How many things were looked at"`
	Unread     int            `json:"unread,omitempty" doc:"How many of them are damaged, in part or as a whole: whether that part held the value nobody knows"`
	Share      float64        `json:"share" doc:"How much of the present walk is done, from 0 to 1"`
	Found      []ErasureCount `json:"found" nullable:"false"`
	Erased     []ErasureCount `json:"erased" nullable:"false"`
	Unfinished []ErasureRun   `json:"unfinished" nullable:"false" doc:"Runs that are not over and carry the value, at most 100"`
	Open       int            `json:"unfinished_count" doc:"How many of them there are"`
	Mentions   []string       `json:"mentions" nullable:"false" doc:"Scenarios, sources, users and settings that hold the value; people change these themselves"`
	Left       int            `json:"left" doc:"What stayed because a run was not over"`
	Rewrite    bool           `json:"rewrite_at_start" doc:"The database's file still holds what was written over; it is rewritten at the next start of the server"`
	Because    string         `json:"rewrite_because,omitempty" enum:"large,room,failed,postgres" doc:"Why the database's files still hold what was written over: the file is large, the disk has no room for a second one, it could not be rewritten, or PostgreSQL keeps it until it cleans up"`
}

// ErasureCount is how much there is of one kind.
type ErasureCount struct {
	Kind  string `json:"kind" enum:"event,body,run,attempt,step,value,check,letter,key,note"`
	Count int    `json:"count"`
}

// ErasureRun is a run that is not over.
type ErasureRun struct {
	ID       string          `json:"id"`
	Scenario string          `json:"scenario"`
	State    gonets.RunState `json:"state"`
}
