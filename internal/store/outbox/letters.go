package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"gonets"
	"gonets/internal/id"
	"gonets/internal/news"
	"gonets/internal/store/filter"
	"gonets/internal/store/floor"
	"gonets/internal/store/pack"
)

const letterColumns = `id, channel, bundle, created_at, due_at, state, tries, last_error, sent_at, subject, body, told`

// addBundle stores letters that say the same, and notes them with what they
// tell of.
func addBundle(t floor.Txn, b *news.Bundle) error {
	bundle := id.New()
	for i := range b.Letters {
		l := b.Letters[i]
		l.ID, l.Bundle = id.New(), bundle
		if err := addLetter(t, &l, 1); err != nil {
			return err
		}
	}
	for _, n := range b.Notices {
		n.Letter = bundle
	}
	return nil
}

// addLetter stores a letter; body 0 is one without a text, which only tells that
// it was.
func addLetter(t floor.Txn, l *news.Letter, body int) error {
	told, err := json.Marshal(l.Told)
	if err != nil {
		return err
	}
	var text []byte
	if body > 0 {
		text = []byte(l.Text)
	}
	return t.Exec(`INSERT INTO letters (`+letterColumns+`, taken_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
		l.ID, l.Channel, l.Bundle, l.CreatedAt.UnixMilli(), l.DueAt.UnixMilli(), string(l.State), l.Tries, pack.Blob(l.LastError), pack.MS(l.SentAt),
		[]byte(l.Subject), text, string(told))
}

func scanLetter(scan func(...any) error) (l news.Letter, err error) {
	var created, due, sent sql.NullInt64
	var last, subject, body []byte
	var told string
	if err := scan(&l.ID, &l.Channel, &l.Bundle, &created, &due, &l.State, &l.Tries, &last, &sent, &subject, &body, &told); err != nil {
		return l, err
	}
	l.CreatedAt, l.DueAt, l.SentAt = pack.FromMS(created), pack.FromMS(due), pack.FromMS(sent)
	l.LastError, l.Subject, l.Text = string(last), string(subject), string(body)
	if json.Unmarshal([]byte(told), &l.Told) != nil {
		l.Told = nil // somebody is told twice rather than not at all
	}
	return l, nil
}

// letterDueSQL finds a channel's letter that is due for longest.
const letterDueSQL = `SELECT c.id FROM letters c WHERE c.state = 'pending' AND c.channel = ? AND c.due_at <= ? AND c.taken_until <= ?
	ORDER BY c.due_at, c.id LIMIT 1`

// ClaimLetter takes the letter of a channel that is due for longest, for this
// node alone until a time; then others may take it. nil means that there is
// none.
func (o *Outbox) ClaimLetter(ctx context.Context, channel string, until time.Time) (*news.Letter, error) {
	var out []news.Letter
	d := o.base.Dialect
	// Nothing is written while there is nothing to send.
	at := o.base.Clock.Now().UnixMilli()
	if due, err := pack.Texts(o.base.Read(ctx), letterDueSQL, channel, at, at); err != nil || len(due) == 0 {
		return nil, o.base.Wrap(err)
	}
	err := o.base.Change(ctx, func(t floor.Txn) (err error) {
		now := t.Now().UnixMilli()
		out, err = pack.Collect(t, `UPDATE letters SET taken_until = ?, tries = tries + 1 WHERE id `+d.PickOpen+
			letterDueSQL+d.PickClose+` RETURNING `+letterColumns, []any{until.UnixMilli(), channel, now, now}, scanLetter)
		return err
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], nil
}

// SettleLetter stores what became of a claimed letter. What another node did
// with it since then stays, and so does what an erasure made of it.
func (o *Outbox) SettleLetter(ctx context.Context, l news.Letter) error {
	told, err := json.Marshal(l.Told)
	if err != nil {
		return err
	}
	return o.base.Change(ctx, func(t floor.Txn) error {
		return t.Exec(`UPDATE letters SET state = ?, due_at = ?, last_error = ?, sent_at = ?, told = ?, taken_until = 0 WHERE id = ? AND tries = ? AND state = 'pending'`,
			string(l.State), l.DueAt.UnixMilli(), pack.Blob(l.LastError), pack.MS(l.SentAt), string(told), l.ID, l.Tries)
	})
}

// NoteTest records a test letter among the notices.
func (o *Outbox) NoteTest(ctx context.Context, l news.Letter) error {
	l.ID, l.Bundle = id.New(), id.New()
	return o.base.Change(ctx, func(t floor.Txn) error {
		if err := addLetter(t, &l, 0); err != nil {
			return err
		}
		return t.Exec(noticeInsert, noticeRow(&news.Notice{ID: id.New(), Kind: news.NoticeTest, At: l.CreatedAt, DueAt: l.CreatedAt, Letter: l.Bundle})...)
	})
}

// lastLettersSQL reads how the newest letters ended, or why they have not yet.
const lastLettersSQL = `SELECT l.channel, l.state, l.tries, l.sent_at FROM letters l WHERE l.state <> 'pending' OR l.last_error IS NOT NULL
	ORDER BY l.created_at DESC LIMIT ?`

// lastLetters is among how many letters LastLetters looks.
const lastLetters = 200

// LastLetters are how the newest letter of each channel ended, as far as the last
// letters tell. One that is tried again after a failure is not sent.
func (o *Outbox) LastLetters(ctx context.Context) (map[string]news.Delivery, error) {
	rows, err := pack.Collect(o.base.Read(ctx), lastLettersSQL, []any{lastLetters}, func(scan func(...any) error) (d news.Delivery, err error) {
		var sent sql.NullInt64
		err = scan(&d.Channel, &d.State, &d.Tries, &sent)
		d.SentAt = pack.FromMS(sent)
		return d, err
	})
	out := map[string]news.Delivery{}
	for _, d := range rows {
		if _, newer := out[d.Channel]; !newer {
			out[d.Channel] = d
		}
	}
	return out, o.base.Wrap(err)
}

// listSQL lists notices, and deliveriesSQL how the letters of some bundles fare.
func listSQL(where string) string {
	return `SELECT ` + noticeColumns + ` FROM notices n ` + where + ` ORDER BY n.id DESC LIMIT ?`
}

func deliveriesSQL(bundles int) string {
	return `SELECT bundle, channel, state, tries, last_error, due_at, sent_at FROM letters WHERE bundle IN (` + pack.In(bundles) + `) ORDER BY channel, id`
}

// Notices lists what people were told, newest first.
func (o *Outbox) Notices(ctx context.Context, p gonets.Page) (gonets.List[news.Told], error) {
	var out gonets.List[news.Told]
	from, err := filter.ParseCursor(p.Cursor)
	if err != nil {
		return out, err
	}
	where, args := "", []any{}
	if from.ID != "" {
		where, args = `WHERE n.id < ?`, []any{from.ID}
	}
	found, err := pack.Collect(o.base.Read(ctx), listSQL(where), append(args, p.Size()+1), scanTold)
	if err != nil {
		return out, o.base.Wrap(err)
	}
	items, err := o.delivered(ctx, found)
	if err != nil {
		return out, o.base.Wrap(err)
	}
	if size := p.Size(); len(items) > size {
		items = items[:size]
		out.Next = filter.Cursor{ID: items[size-1].ID}.String()
	}
	out.Items = items
	return out, nil
}

// delivered completes notices with how their letters fare.
func (o *Outbox) delivered(ctx context.Context, found []news.Told) ([]news.Told, error) {
	var bundles []string
	for i := range found {
		n := &found[i]
		if n.Letter != "" {
			bundles = append(bundles, n.Letter)
		}
	}
	type row struct {
		bundle string
		news.Delivery
	}
	rows, err := pack.Collect(o.base.Read(ctx), deliveriesSQL(len(bundles)), pack.Args(bundles), func(scan func(...any) error) (r row, err error) {
		var last []byte
		var next, sent sql.NullInt64
		err = scan(&r.bundle, &r.Channel, &r.State, &r.Tries, &last, &next, &sent)
		r.LastError, r.SentAt = string(last), pack.FromMS(sent)
		if r.State == news.LetterPending {
			r.NextAt = pack.FromMS(next)
		}
		return r, err
	})
	if err != nil {
		return nil, err
	}
	byBundle := map[string][]news.Delivery{}
	for _, r := range rows {
		byBundle[r.bundle] = append(byBundle[r.bundle], r.Delivery)
	}
	for i := range found {
		found[i].Deliveries = byBundle[found[i].Letter]
		sumUp(&found[i])
	}
	return found, nil
}

// scanTold reads a notice; what was given up before there was a letter has
// failed.
func scanTold(scan func(...any) error) (n news.Told, err error) {
	dest, fill := noticeDest(&n.Notice)
	err = scan(dest...)
	fill()
	n.State = news.LetterPending
	if n.GivenUp {
		n.State, n.LastError = news.LetterFailed, "nothing was set up by which people are told"
	}
	return n, err
}

// sumUp says of all letters of a notice together how they fare.
func sumUp(n *news.Told) {
	if len(n.Deliveries) == 0 {
		return
	}
	n.State = news.LetterSent
	for _, d := range n.Deliveries {
		n.Tries = max(n.Tries, d.Tries)
		if d.SentAt.After(n.SentAt) {
			n.SentAt = d.SentAt
		}
		if n.NextAt.IsZero() || !d.NextAt.IsZero() && d.NextAt.Before(n.NextAt) {
			n.NextAt = d.NextAt
		}
		switch {
		case d.State == news.LetterSent:
			continue
		case d.State == news.LetterPending, n.State == news.LetterSent:
			n.State = d.State
		}
		if d.LastError != "" {
			n.LastError = d.LastError
		}
	}
	if n.State != news.LetterSent {
		n.SentAt = time.Time{}
	}
}

// pruneBatch is how many rows of a kind go in one commit.
const pruneBatch = 500

// PruneAlerts gives up notices that waited for a letter since before unsent, and
// removes what ended before old.
func (o *Outbox) PruneAlerts(ctx context.Context, unsent, old time.Time) error {
	return o.base.Change(ctx, func(t floor.Txn) error {
		gone := old.UnixMilli()
		for _, q := range []struct {
			text string
			args []any
		}{
			{`UPDATE notices SET letter = '' WHERE letter IS NULL AND due_at <= ?`, []any{unsent.UnixMilli()}},
			// Nobody works on the letters of a channel that is no more.
			{`UPDATE letters SET state = 'failed', last_error = ? WHERE state = 'pending' AND created_at <= ? AND taken_until <= ?`,
				[]any{pack.Blob("it could not be delivered in time"), unsent.UnixMilli(), t.Now().UnixMilli()}},
			{`DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE letter IS NOT NULL AND at <= ? ORDER BY id LIMIT ?)`, []any{gone, pruneBatch}},
			{`DELETE FROM letters WHERE id IN (SELECT id FROM letters WHERE state <> 'pending' AND created_at <= ? ORDER BY created_at LIMIT ?)`, []any{gone, pruneBatch}},
			{`DELETE FROM troubles WHERE id IN (SELECT id FROM troubles WHERE over_at <= ? ORDER BY over_at LIMIT ?)`, []any{gone, pruneBatch}},
			{`DELETE FROM troubles WHERE id IN (SELECT id FROM troubles WHERE over_at IS NULL AND failed_at <= ? ORDER BY failed_at LIMIT ?)`, []any{gone, pruneBatch}},
		} {
			if err := t.Exec(q.text, q.args...); err != nil {
				return err
			}
		}
		return forget(t, t.Now())
	})
}
