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
}

// Base is the store as a room sees it.
type Base struct {
	// Change does apply in a commit, behind what is urgent, and returns when
	// that is durable. When ctx ends before apply began, it is not done.
	Change func(ctx context.Context, apply func(Txn) error) error
	// Many does one thing to many runs in the transaction, as far as their states
	// allow it, and gives the ids of the runs in which it shows: those, or the new
	// ones of a rerun.
	Many func(t Txn, a gonets.Action, runs []string) ([]string, error)
	// Read reads for the server's own work; its errors go through Wrap.
	Read func(ctx context.Context) pack.Reader
	// Ask reads for people who look into what may be large: within bounds of
	// time and connections. Its error needs no Wrap.
	Ask func(ctx context.Context, read func(pack.Reader) error) error
	// Wrap turns an error of the database into one that callers understand.
	Wrap    func(error) error
	Dialect *dialect.Dialect
	Sealer  Sealer
	Clock   gonets.Clock
}
