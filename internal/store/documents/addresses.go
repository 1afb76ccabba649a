package documents

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"gonets"
	"gonets/internal/store/pack"
)

// CreateSource makes a source with an address, under the first free name.
func (d *Documents) CreateSource(ctx context.Context, n gonets.NewDocument[gonets.Source]) (name string, err error) {
	err = d.change(ctx, func(t *txn) error {
		// Events of a source that was deleted are not to be taken for the new one's.
		name, err = t.freeName(n.Name, `SELECT EXISTS (SELECT 1 FROM sources WHERE name = ?)
			OR EXISTS (SELECT 1 FROM events WHERE source = ?) OR EXISTS (SELECT 1 FROM dedupe WHERE source = ?)`)
		if err != nil {
			return err
		}
		src := *n.Parsed
		src.Name = name
		if _, err := t.applySource(namedSource(&src)); err != nil {
			return err
		}
		if err := t.Audit(n.Actor, actCreate, "Source/"+name, ""); err != nil {
			return err
		}
		return t.BumpConfig()
	})
	return name, err
}

// SaveSource replaces a source's document. It refuses with CodeDraftConflict who
// began from another one, unless the same is there already.
func (d *Documents) SaveSource(ctx context.Context, c gonets.SourceChange) error {
	return d.change(ctx, func(t *txn) error { return t.replace(namedSource(c.Source), c.IfMatch, c.Actor) })
}

// needSource refuses a source that is not there.
func (t *txn) needSource(name string) error {
	var is bool
	err := t.Row(`SELECT EXISTS (SELECT 1 FROM sources WHERE name = ?)`, []any{name}, &is)
	if err == nil && !is {
		err = gonets.Errorf(gonets.CodeNotFound, "there is no source %q", name)
	}
	return err
}

// DeleteSource deletes a source that no scenario uses, with its addresses. Its
// events stay in the history.
func (d *Documents) DeleteSource(ctx context.Context, name, actor string) error {
	return d.change(ctx, func(t *txn) error {
		if err := t.needSource(name); err != nil {
			return err
		}
		users, err := t.users(name)
		if err != nil {
			return err
		}
		if len(users) > 0 {
			return gonets.Errorf(gonets.CodeSourceUsed, "the source %q feeds %s; choose another source there first", name, strings.Join(users, ", "))
		}
		n := namedSource(&gonets.Source{Name: name})
		old, err := t.standing(&n)
		if err != nil {
			return err
		}
		for _, q := range []string{`DELETE FROM source_tokens WHERE source = ?`, `DELETE FROM fields WHERE source = ?`, `DELETE FROM silences WHERE source = ?`, `DELETE FROM sources WHERE name = ?`} {
			if err := t.Exec(q, name); err != nil {
				return err
			}
		}
		if err := t.auditChange(actor, actDelete, &n, old.state); err != nil {
			return err
		}
		return t.BumpConfig()
	})
}

// users are the scenarios that name a source, in their draft or published.
func (t *txn) users(source string) ([]string, error) {
	users, err := pack.Texts(t, `SELECT scenario FROM subscriptions WHERE source = ? ORDER BY scenario`, source)
	if err != nil {
		return nil, err
	}
	type draft struct{ name, text string }
	drafts, err := pack.Collect(t, `SELECT name, draft FROM scenarios WHERE draft IS NOT NULL ORDER BY name`, nil,
		func(scan func(...any) error) (d draft, err error) {
			err = scan(&d.name, &d.text)
			return d, err
		})
	for _, d := range drafts {
		// One that cannot be read names nothing: it is written anew before it runs.
		sc, _ := pack.Document[gonets.Scenario](d.name, d.text)
		if slices.Contains(sc.Sources, source) && !slices.Contains(users, d.name) {
			users = append(users, d.name)
		}
	}
	return users, err
}

// maxAddresses is how many addresses a source may have at a time.
const maxAddresses = 10

// AddAddress gives a source a further address; those that it has stay.
func (d *Documents) AddAddress(ctx context.Context, source, actor string) error {
	return d.change(ctx, func(t *txn) error {
		if err := t.needSource(source); err != nil {
			return err
		}
		hashes, err := t.addresses(source)
		if err != nil {
			return err
		}
		if len(hashes) >= maxAddresses {
			return gonets.Refuse(gonets.CodeConflict, gonets.Mistake("", codeAddresses, "the source %q has %d addresses already; retire one that nobody uses", source, len(hashes)))
		}
		if err := t.newToken(source); err != nil {
			return err
		}
		if err := t.Audit(actor, "address.add", "Source/"+source, ""); err != nil {
			return err
		}
		return t.BumpConfig()
	})
}

// addresses are the hashes of a source's addresses, oldest first.
func (t *txn) addresses(source string) ([][]byte, error) {
	return pack.Collect(t, `SELECT hash FROM source_tokens WHERE source = ? AND retired_at IS NULL ORDER BY created_at, hash`,
		[]any{source}, func(scan func(...any) error) (hash []byte, err error) {
			err = scan(&hash)
			return hash, err
		})
}

// RetireAddress makes a source's n-th address, from 1, unknown. The last one
// stays.
func (d *Documents) RetireAddress(ctx context.Context, source string, n int, actor string) error {
	return d.change(ctx, func(t *txn) error {
		if err := t.needSource(source); err != nil {
			return err
		}
		hashes, err := t.addresses(source)
		switch {
		case err != nil:
			return err
		case n < 1 || n > len(hashes):
			return gonets.Errorf(gonets.CodeNotFound, "the source %q has no address %d; it has %d", source, n, len(hashes))
		case len(hashes) == 1:
			return gonets.Refuse(gonets.CodeConflict, gonets.Mistake("", codeOnlyAddress, "this is the only address of the source %q; add a second one first and move the senders there", source))
		}
		if err := t.Exec(`UPDATE source_tokens SET retired_at = ? WHERE hash = ?`, t.Now().UnixMilli(), hashes[n-1]); err != nil {
			return err
		}
		if err := t.Audit(actor, "address.retire", "Source/"+source, fmt.Sprintf(`{"address":%d}`, n)); err != nil {
			return err
		}
		return t.BumpConfig()
	})
}

// uses are when addresses were asked for, until that is stored: a webhook
// should not wait for the commit of something so unimportant.
type uses struct {
	mu  sync.Mutex
	at  map[[sha256.Size]byte]time.Time
	new bool
}

func (u *uses) note(hash [sha256.Size]byte, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.at == nil {
		u.at = map[[sha256.Size]byte]time.Time{}
	}
	u.at[hash], u.new = at, true
}

func (u *uses) last(hash []byte) time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.at[[sha256.Size]byte(hash)]
}

// unkept are the uses since this was asked the last time.
func (u *uses) unkept() map[[sha256.Size]byte]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.new {
		return nil
	}
	u.new = false
	out := make(map[[sha256.Size]byte]time.Time, len(u.at))
	for hash, at := range u.at {
		out[hash] = at
	}
	return out
}

// KeepUses stores when addresses were used last. What is not stored when the
// server dies is lost.
func (d *Documents) KeepUses(ctx context.Context) error {
	seen := d.uses.unkept()
	if len(seen) == 0 {
		return nil
	}
	return d.change(ctx, func(t *txn) error {
		for hash, at := range seen {
			err := t.Exec(`UPDATE source_tokens SET used_at = ? WHERE hash = ? AND (used_at IS NULL OR used_at < ?)`,
				at.UnixMilli(), hash[:], at.UnixMilli())
			if err != nil {
				return err
			}
		}
		return nil
	})
}
