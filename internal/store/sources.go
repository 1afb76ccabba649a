package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"

	"gonets"
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
	return out, json.Unmarshal([]byte(text), &out.Source)
}

// Sources lists sources by name.
func (s *Store) Sources(ctx context.Context, p gonets.Page) (gonets.List[gonets.SourceInfo], error) {
	var out gonets.List[gonets.SourceInfo]
	from, err := filter.ParseCursor(p.Cursor)
	if err != nil {
		return out, err
	}
	q := s.reader(ctx)
	items, err := pack.Collect(q, `SELECT `+sourceColumns+` FROM sources WHERE name > ? ORDER BY name LIMIT ?`,
		[]any{from.ID, p.Size() + 1}, scanSource)
	if err != nil {
		return out, s.dialect.Wrap(err)
	}
	if size := p.Size(); len(items) > size {
		items = items[:size]
		out.Next = filter.Cursor{ID: items[size-1].Name}.String()
	}
	for i := range items {
		if err := s.completeSource(q, &items[i]); err != nil {
			return out, s.dialect.Wrap(err)
		}
	}
	out.Items = items
	return out, nil
}

// Source returns one source with its addresses.
func (s *Store) Source(ctx context.Context, name string) (gonets.SourceInfo, error) {
	q := s.reader(ctx)
	items, err := pack.Collect(q, `SELECT `+sourceColumns+` FROM sources WHERE name = ?`, []any{name}, scanSource)
	if err == nil && len(items) == 0 {
		err = gonets.Errorf(gonets.CodeNotFound, "there is no source %q", name)
	}
	if err != nil {
		return gonets.SourceInfo{}, s.dialect.Wrap(err)
	}
	return items[0], s.dialect.Wrap(s.completeSource(q, &items[0]))
}

// SourceByToken returns the source whose address holds the token, or
// CodeAddressUnknown.
func (s *Store) SourceByToken(ctx context.Context, token string) (gonets.SourceInfo, error) {
	hash := sha256.Sum256([]byte(token))
	var name string
	err := s.reader(ctx).Row(`SELECT source FROM source_tokens WHERE hash = ? AND retired_at IS NULL`, []any{hash[:]}, &name)
	if errors.Is(err, sql.ErrNoRows) {
		return gonets.SourceInfo{}, gonets.Errorf(gonets.CodeAddressUnknown,
			"nothing is received at this address; copy the source's address again")
	}
	if err != nil {
		return gonets.SourceInfo{}, s.dialect.Wrap(err)
	}
	return s.Source(ctx, name)
}

func (s *Store) completeSource(q pack.Reader, src *gonets.SourceInfo) (err error) {
	type token struct{ hash, sealed []byte }
	tokens, err := pack.Collect(q, `SELECT hash, sealed FROM source_tokens WHERE source = ? AND retired_at IS NULL
		ORDER BY created_at, hash`, []any{src.Name}, func(scan func(...any) error) (t token, err error) {
		err = scan(&t.hash, &t.sealed)
		return t, err
	})
	if err != nil {
		return err
	}
	for _, t := range tokens {
		plain, err := s.opt.Sealer.Open(t.sealed, tokenPlace(t.hash))
		if err != nil {
			return &gonets.Error{Code: gonets.CodeStoreFailed, Err: err,
				Message: "the addresses of sources cannot be decrypted: the key file is not the one they were encrypted with"}
		}
		src.Tokens = append(src.Tokens, string(plain))
	}
	src.Scenarios, err = pack.Texts(q, `SELECT scenario FROM subscriptions WHERE source = ? ORDER BY scenario`, src.Name)
	return err
}
