package outbox

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"gonets/internal/news"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

const (
	// maxCertificates bounds the hosts that are remembered: an event may name the
	// host that is called.
	maxCertificates = 10_000
	// certificatesKept is how long one is remembered that nobody shows.
	certificatesKept = 30 * 24 * time.Hour

	// certificatesOfOne bounds those of one host.
	certificatesOfOne = 8
)

const shownSQL = `SELECT host, not_before, not_after, first_at, seen_at FROM certificates WHERE seen_at >= ? ORDER BY seen_at`

// KeepCertificates remembers certificates that hosts showed now. New ones beyond a
// bound are not remembered; of one host, those that were seen last are.
func (o *Outbox) KeepCertificates(ctx context.Context, seen []news.Certificate) error {
	return o.base.Change(ctx, func(t floor.Txn) error {
		now := t.Now()
		if err := t.Exec(`DELETE FROM certificates WHERE seen_at < ?`, now.Add(-certificatesKept).UnixMilli()); err != nil {
			return err
		}
		var known int
		if err := t.Row(`SELECT count(*) FROM certificates`, nil, &known); err != nil {
			return err
		}
		// In order, so that two nodes do not wait for each other.
		ordered := slices.Clone(seen)
		slices.SortFunc(ordered, func(a, b news.Certificate) int { return cmp.Or(strings.Compare(a.Host, b.Host), a.End.Compare(b.End)) })
		for i := range ordered {
			c := &ordered[i]
			n, err := t.Changed(`UPDATE certificates SET seen_at = ? WHERE host = ? AND not_after = ?`, now.UnixMilli(), pack.Blob(c.Host), c.End.UnixMilli())
			if err != nil {
				return err
			}
			if n > 0 {
				continue
			}
			n, err = t.Changed(`DELETE FROM certificates WHERE host = ? AND not_after NOT IN
				(SELECT not_after FROM certificates WHERE host = ? ORDER BY seen_at DESC LIMIT ?)`, pack.Blob(c.Host), pack.Blob(c.Host), certificatesOfOne-1)
			if err != nil {
				return err
			}
			if known -= int(n); known >= maxCertificates {
				continue
			}
			known++
			err = t.Exec(`INSERT INTO certificates (host, not_before, not_after, first_at, seen_at) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (host, not_after) DO UPDATE SET seen_at = excluded.seen_at`, pack.Blob(c.Host), pack.Stamp(c.From), c.End.UnixMilli(), now.UnixMilli(), now.UnixMilli())
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Certificates are those that hosts showed since a time.
func (o *Outbox) Certificates(ctx context.Context, since time.Time) ([]news.Certificate, error) {
	out, err := pack.Collect(o.base.Read(ctx), shownSQL, []any{since.UnixMilli()}, func(scan func(...any) error) (c news.Certificate, err error) {
		var host []byte
		var from, end, first, seen int64
		err = scan(&host, &from, &end, &first, &seen)
		c.Host, c.End, c.FirstAt, c.SeenAt = string(host), time.UnixMilli(end), time.UnixMilli(first), time.UnixMilli(seen)
		if from != 0 {
			c.From = time.UnixMilli(from)
		}
		return c, err
	})
	return out, o.base.Wrap(err)
}

// serverGone is how long after its last sign a server is gone, by the database's
// clock.
const serverGone = time.Hour

// Servers are those of the database that have lately given a sign of life.
func (o *Outbox) Servers(ctx context.Context) ([]string, error) {
	out, err := pack.Texts(o.base.Read(ctx), `SELECT id FROM nodes WHERE `+pack.HeardWithinSQL(o.base.Dialect, "nodes", serverGone))
	return out, o.base.Wrap(err)
}
