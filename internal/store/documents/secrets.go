package documents

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gonets"
	"gonets/internal/secret"
	"gonets/internal/store/pack"
)

// secretPlace binds a sealed value to its name and version, so that rows can't
// be swapped.
func secretPlace(name string, version int) string { return fmt.Sprintf("secret/%s/%d", name, version) }

// SetSecret stores a secret's value, sealed, and until when it is good; zero is what
// the value itself tells, or not known.
func (d *Documents) SetSecret(ctx context.Context, name, value string, until time.Time, actor string) error {
	if err := tellable(until); err != nil {
		return err
	}
	var from time.Time
	if until.IsZero() {
		from, until = secret.Lifetime(value)
	}
	return d.change(ctx, func(t *txn) error {
		var version int
		err := t.Row(`SELECT version FROM secrets WHERE name = ?`, []any{name}, &version)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		version++
		sealed, err := d.base.Sealer.Seal([]byte(value), secretPlace(name, version))
		if err != nil {
			return err
		}
		err = t.Exec(`INSERT INTO secrets (name, version, sealed, updated_at, actor, good_from, good_until, good_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET version = excluded.version, sealed = excluded.sealed, updated_at = excluded.updated_at,
				actor = excluded.actor, good_from = excluded.good_from, good_until = excluded.good_until, good_of = excluded.good_of`,
			name, version, sealed, t.Now().UnixMilli(), actor, pack.Stamp(from), pack.Stamp(until), version)
		if err == nil {
			err = t.Audit(actor, "secret.set", "Secret/"+name, "")
		}
		if err == nil {
			err = t.BumpConfig()
		}
		return err
	})
}

// SetSecretEnd says until when the value that a secret has is good; zero is not known.
func (d *Documents) SetSecretEnd(ctx context.Context, name string, until time.Time, actor string) error {
	if err := tellable(until); err != nil {
		return err
	}
	end := "never"
	if !until.IsZero() {
		end = until.UTC().Format(time.RFC3339)
	}
	return d.change(ctx, func(t *txn) error {
		n, err := t.Changed(`UPDATE secrets SET good_from = 0, good_until = ?, good_of = version WHERE name = ?`, pack.Stamp(until), name)
		if err == nil && n == 0 {
			err = gonets.Errorf(gonets.CodeNotFound, "there is no secret %q", name)
		}
		if err == nil {
			err = t.Audit(actor, "secret.end", "Secret/"+name, fmt.Sprintf(`{"until":%q}`, end))
		}
		return err
	})
}

// tellable refuses an end that cannot be shown again: JSON's times have four digits of
// a year.
func tellable(until time.Time) error {
	const first, last = 1970, 9999
	if year := until.UTC().Year(); !until.IsZero() && (year < first || year > last) {
		p := gonets.Mistake("/valid_until", gonets.CodeBadNumber, "the year %d does not fit: from %d to %d", year, first, last)
		return &gonets.Error{Code: gonets.CodeInvalid, Problems: []gonets.Problem{p}}
	}
	return nil
}

// Secret returns a secret's value; only what sends requests may ask.
func (d *Documents) Secret(ctx context.Context, name string) (string, error) {
	var version int
	var sealed []byte
	err := d.base.Quick(ctx).Row(`SELECT version, sealed FROM secrets WHERE name = ?`, []any{name}, &version, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return "", gonets.Errorf(gonets.CodeNotFound, "there is no secret %q", name)
	}
	if err != nil {
		return "", d.base.Wrap(err)
	}
	plain, err := d.base.Sealer.Open(sealed, secretPlace(name, version))
	if err != nil {
		return "", &gonets.Error{Code: gonets.CodeSecretMissing, Err: err,
			Message: fmt.Sprintf("the secret %q cannot be decrypted: the key file is not the one it was encrypted with", name)}
	}
	return string(plain), nil
}

// Secrets lists what may be shown of all secrets, by name.
func (d *Documents) Secrets(ctx context.Context) ([]gonets.SecretInfo, error) {
	out, err := pack.Collect(d.base.Read(ctx), `SELECT name, updated_at, actor, good_from, good_until, version, CASE WHEN good_of = version THEN NULL ELSE sealed END
		FROM secrets ORDER BY name`, nil,
		func(scan func(...any) error) (i gonets.SecretInfo, err error) {
			var at, from, until int64
			var version int
			var unsaid []byte
			err = scan(&i.Name, &at, &i.Actor, &from, &until, &version, &unsaid)
			i.UpdatedAt, i.From, i.Until = pack.FromStamp(at), pack.FromStamp(from), pack.FromStamp(until)
			if unsaid != nil {
				i.From, i.Until = time.Time{}, time.Time{}
				// One that cannot be opened is told of where it is used.
				if value, closed := d.base.Sealer.Open(unsaid, secretPlace(i.Name, version)); closed == nil {
					i.From, i.Until = secret.Lifetime(string(value))
				}
			}
			return i, err
		})
	return out, d.base.Wrap(err)
}

// DeleteSecret removes a secret.
func (d *Documents) DeleteSecret(ctx context.Context, name, actor string) error {
	return d.change(ctx, func(t *txn) error {
		n, err := t.Changed(`DELETE FROM secrets WHERE name = ?`, name)
		if err != nil {
			return err
		}
		if n == 0 {
			return gonets.Errorf(gonets.CodeNotFound, "there is no secret %q", name)
		}
		if err := t.Audit(actor, "secret.delete", "Secret/"+name, ""); err != nil {
			return err
		}
		return t.BumpConfig()
	})
}
