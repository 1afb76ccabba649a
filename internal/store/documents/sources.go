package documents

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"gonets"
	"gonets/internal/document"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
)

const sourceColumns = `name, document, etag, created_at, updated_at`

func scanSource(scan func(...any) error) (gonets.SourceInfo, error) {
	var out gonets.SourceInfo
	var name, text string
	var created, updated sql.NullInt64
	if err := scan(&name, &text, &out.ETag, &created, &updated); err != nil {
		return out, err
	}
	out.CreatedAt, out.UpdatedAt = pack.FromMS(created), pack.FromMS(updated)
	out.Source, out.Damage = pack.Document[gonets.Source](fmt.Sprintf("the source %q", name), text)
	out.Name = name
	return out, nil
}

// Sources lists sources by name, those too whose document is damaged.
func (d *Documents) Sources(ctx context.Context, p gonets.Page) (gonets.List[gonets.SourceInfo], error) {
	var out gonets.List[gonets.SourceInfo]
	from, err := filter.ParseCursor(p.Cursor)
	if err != nil {
		return out, err
	}
	q := d.base.Read(ctx)
	items, err := pack.Collect(q, `SELECT `+sourceColumns+` FROM sources WHERE name > ? ORDER BY name LIMIT ?`,
		[]any{from.ID, p.Size() + 1}, scanSource)
	if err != nil {
		return out, d.base.Wrap(err)
	}
	if size := p.Size(); len(items) > size {
		items = items[:size]
		out.Next = filter.Cursor{ID: items[size-1].Name}.String()
	}
	for i := range items {
		if err := d.completeSource(q, &items[i]); err != nil {
			return out, d.base.Wrap(err)
		}
	}
	out.Items = items
	return out, nil
}

// Source returns one source with its addresses. Of one that is damaged all but its
// document comes along with the error.
func (d *Documents) Source(ctx context.Context, name string) (gonets.SourceInfo, error) {
	q := d.base.Quick(ctx)
	items, err := pack.Collect(q, `SELECT `+sourceColumns+` FROM sources WHERE name = ?`, []any{name}, scanSource)
	if err == nil && len(items) == 0 {
		err = gonets.Errorf(gonets.CodeNotFound, "there is no source %q", name)
	}
	if err != nil {
		return gonets.SourceInfo{}, d.base.Wrap(err)
	}
	return items[0], d.base.Wrap(cmp.Or(d.completeSource(q, &items[0]), items[0].Damage))
}

// SourceByToken returns the source whose address holds the token, or
// CodeAddressUnknown.
func (d *Documents) SourceByToken(ctx context.Context, token string) (gonets.SourceInfo, error) {
	hash := sha256.Sum256([]byte(token))
	var name string
	err := d.base.Quick(ctx).Row(`SELECT source FROM source_tokens WHERE hash = ? AND retired_at IS NULL`, []any{hash[:]}, &name)
	if errors.Is(err, sql.ErrNoRows) {
		return gonets.SourceInfo{}, gonets.Errorf(gonets.CodeAddressUnknown,
			"nothing is received at this address; copy the source's address again")
	}
	if err != nil {
		return gonets.SourceInfo{}, d.base.Wrap(err)
	}
	d.uses.note(hash, d.base.Clock.Now())
	return d.Source(ctx, name)
}

func (d *Documents) completeSource(q pack.Reader, src *gonets.SourceInfo) (err error) {
	type token struct {
		hash, sealed  []byte
		created, used sql.NullInt64
	}
	tokens, err := pack.Collect(q, addressesSQL, []any{src.Name}, func(scan func(...any) error) (t token, err error) {
		err = scan(&t.hash, &t.sealed, &t.created, &t.used)
		return t, err
	})
	if err != nil {
		return err
	}
	for _, t := range tokens {
		plain, err := d.base.Sealer.Open(t.sealed, tokenPlace(t.hash))
		if err != nil {
			return &gonets.Error{Code: gonets.CodeStoreFailed, Err: err,
				Message: "the addresses of sources cannot be decrypted: the key file is not the one they were encrypted with"}
		}
		a := gonets.Address{Token: string(plain), CreatedAt: pack.FromMS(t.created), LastUsedAt: pack.FromMS(t.used)}
		if seen := d.uses.last(t.hash); seen.After(a.LastUsedAt) {
			a.LastUsedAt = seen
		}
		src.Addresses = append(src.Addresses, a)
		src.Tokens = append(src.Tokens, a.Token)
	}
	src.Scenarios, err = pack.Texts(q, `SELECT scenario FROM subscriptions WHERE source = ? ORDER BY scenario`, src.Name)
	return err
}

const addressesSQL = `SELECT hash, sealed, created_at, used_at FROM source_tokens WHERE source = ? AND retired_at IS NULL
	ORDER BY created_at, hash`

func (t *txn) applySource(n named) (document.Applied, error) {
	out, err := t.put(n)
	if err == nil && out.Change == changeCreated {
		err = t.newToken(n.name)
	}
	return out, err
}

// tokenBytes of randomness make an address that nobody guesses.
const tokenBytes = 24

// newToken gives a source an address, in small letters and digits so that it
// survives callers who change the case of an address: the hash finds it, the
// sealed token
// shows it.
func (t *txn) newToken(source string) error {
	raw := make([]byte, tokenBytes)
	rand.Read(raw)
	token := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw))
	hash := sha256.Sum256([]byte(token))
	sealed, err := t.sealer.Seal([]byte(token), tokenPlace(hash[:]))
	if err != nil {
		return err
	}
	return t.Exec(`INSERT INTO source_tokens (hash, source, sealed, created_at) VALUES (?, ?, ?, ?)`,
		hash[:], source, sealed, t.Now().UnixMilli())
}

func tokenPlace(hash []byte) string { return "source-token/" + hex.EncodeToString(hash) }
