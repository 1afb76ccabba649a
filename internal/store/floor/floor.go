// Package floor is what a room of the store stands on. A room is a package
// beside it with the SQL of one matter (documents, people, …): it reads through
// Base, and writes by handing the committer a function that works on a Txn.
package floor

import (
	"context"
	"time"

	"gonets"
	"gonets/internal/store/dialect"
	"gonets/internal/store/pack"
	"gonets/internal/store/tally"
)

// Txn is a room's part of a transaction. A function that works on it may be
// called again after a rollback, so it starts by forgetting what it found
// before; its own failure undoes what it did and nothing else.
type Txn interface {
	pack.Reader
	Exec(query string, args ...any) error
	// Changed is Exec that counts the rows that it met.
	Changed(query string, args ...any) (int64, error)
	// Audit records who did what, in the same commit as the deed. Detail is JSON
	// or empty.
	Audit(actor, action, object, detail string) error
	// BumpConfig makes every cache of the configuration, of all nodes, read it
	// again.
	BumpConfig() error
	// Tally is what the commit counts of what came in and what became of it.
	Tally() tally.Sum
	// Now is the transaction's time.
	Now() time.Time
}

// Sealer encrypts what must not stand in the database as it is. ad binds a
// sealed value to its place: opening it under another one fails.
type Sealer interface {
	Seal(plain []byte, ad string) ([]byte, error)
	Open(sealed []byte, ad string) ([]byte, error)
	// MACs are hashes that only those who have the keys can compute, the present
	// key's first, then those of the keys of before.
	MACs(text string) [][]byte
}

// Placer decides where a new run queues. It is called by the committer alone,
// so it must be quick and must not call the store.
type Placer interface {
	// Place names the run's lane and tells whether a place in that lane's queue
	// was reserved, so that the run is born leased to this node.
	Place(sc *gonets.Scenario, ev *gonets.Event) (lane string, reserved bool)
	// Unplace gives back the reservation of a run that was not stored or must
	// not start yet.
	Unplace(lane string)
}

// NoPlaces has none.
type NoPlaces struct{}

// Place reserves nothing.
func (NoPlaces) Place(*gonets.Scenario, *gonets.Event) (lane string, reserved bool) {
	return gonets.LaneUnknown, false
}

// Unplace has nothing to give back.
func (NoPlaces) Unplace(string) {}

// Room tells how much room the disk of the database has. Its methods are quick.
type Room interface {
	// Low: what succeeded runs carried is not kept any more.
	Low() bool
	// Full: nothing new is taken on.
	Full() bool
	// Spare: while the disk is full, there is room for what is under way as well.
	Spare() bool
	// Filled is told that a write found no room; true says that some was made, so
	// that another try is worth it.
	Filled() bool
	// Log is how many bytes may wait to be folded into the database; 0 is the usual.
	Log() int64
	// Fits tells whether so many bytes more fit on the disk.
	Fits(bytes int64) bool
}

// Roomy is a disk that is never low.
type Roomy struct{}

// Low is false.
func (Roomy) Low() bool { return false }

// Full is false.
func (Roomy) Full() bool { return false }

// Spare is true.
func (Roomy) Spare() bool { return true }

// Filled makes no room.
func (Roomy) Filled() bool { return false }

// Log is the usual.
func (Roomy) Log() int64 { return 0 }

// Fits is true.
func (Roomy) Fits(int64) bool { return true }

// Base is the store as a room sees it.
type Base struct {
	// Change does apply in a commit, behind what is urgent, and returns when
	// that is durable. When ctx ends before apply began, it is not done.
	Change func(ctx context.Context, apply func(Txn) error) error
	// Many does one thing to many runs in the transaction, as far as their states
	// allow it, and gives the ids of the runs in which it shows, those or the new
	// ones of a rerun, and how many were left alone for which reasons.
	Many func(t Txn, a gonets.Action, runs []string) ([]string, map[gonets.Code]int, error)
	// Read reads for the server's own work; its errors go through Wrap.
	Read func(ctx context.Context) pack.Reader
	// Quick is Read for what an event's caller waits for: it takes no longer than the
	// database may be silent.
	Quick func(ctx context.Context) pack.Reader
	// Ask reads for people who look into what may be large: within bounds of
	// time and connections. Its error needs no Wrap.
	Ask func(ctx context.Context, read func(pack.Reader) error) error
	// Wrap turns an error of the database into one that callers understand.
	Wrap    func(error) error
	Dialect *dialect.Dialect
	Sealer  Sealer
	Clock   gonets.Clock
	// Fits tells whether so many bytes more fit on the disk; Path is the database's
	// file, empty where it is elsewhere.
	Fits func(bytes int64) bool
	Path string
}
