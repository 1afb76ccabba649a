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

const letterColumns = `id, created_at, due_at, state, tries, last_error, sent_at, subject, body, told`

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
	return t.Exec(`INSERT INTO letters (`+letterColumns+`, taken_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
		l.ID, l.CreatedAt.UnixMilli(), l.DueAt.UnixMilli(), string(l.State), l.Tries, pack.Blob(l.LastError), pack.MS(l.SentAt),
		[]byte(l.Subject), text, string(told))
}

func scanLetter(scan func(...any) error) (l news.Letter, err error) {
	var created, due, sent sql.NullInt64
	var last, subject, body []byte
	var told string
	if err := scan(&l.ID, &created, &due, &l.State, &l.Tries, &last, &sent, &subject, &body, &told); err != nil {
		return l, err
	}
	l.CreatedAt, l.DueAt, l.SentAt = pack.FromMS(created), pack.FromMS(due), pack.FromMS(sent)
	l.LastError, l.Subject, l.Text = string(last), string(subject), string(body)
	return l, json.Unmarshal([]byte(told), &l.Told)
}

// ClaimLetter takes the letter that is due for longest, for this node alone
// until a time; then others may take it. nil means that there is none.
func (o *Outbox) ClaimLetter(ctx context.Context, until time.Time) (*news.Letter, error) {
	var out []news.Letter
	d := o.base.Dialect
	err := o.base.Change(ctx, func(t floor.Txn) (err error) {
		now := t.Now().UnixMilli()
		out, err = pack.Collect(t, `UPDATE letters SET taken_until = ?, tries = tries + 1 WHERE id `+d.PickOpen+
			`SELECT c.id FROM letters c WHERE c.state = 'pending' AND c.due_at <= ? AND c.taken_until <= ? ORDER BY c.due_at, c.id LIMIT 1`+
			d.PickClose+` RETURNING `+letterColumns, []any{until.UnixMilli(), now, now}, scanLetter)
		return err
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], nil
}

// SettleLetter stores what became of a claimed letter. What another node did
// with it since then stays.
func (o *Outbox) SettleLetter(ctx context.Context, l news.Letter) error {
	told, err := json.Marshal(l.Told)
	if err != nil {
		return err
	}
	return o.base.Change(ctx, func(t floor.Txn) error {
		return t.Exec(`UPDATE letters SET state = ?, due_at = ?, last_error = ?, sent_at = ?, told = ?, taken_until = 0 WHERE id = ? AND tries = ?`,
			string(l.State), l.DueAt.UnixMilli(), pack.Blob(l.LastError), pack.MS(l.SentAt), string(told), l.ID, l.Tries)
	})
}

// NoteTest records a test letter among the notices.
func (o *Outbox) NoteTest(ctx context.Context, l news.Letter) error {
	l.ID = id.New()
	return o.base.Change(ctx, func(t floor.Txn) error {
		if err := addLetter(t, &l, 0); err != nil {
			return err
		}
		return t.Exec(noticeInsert, noticeRow(&news.Notice{ID: id.New(), Kind: news.NoticeTest, At: l.CreatedAt, DueAt: l.CreatedAt, Letter: l.ID})...)
	})
}

// listSQL lists notices with how their letters fare.
func listSQL(where string) string {
	return `SELECT ` + noticeColumns + `, l.state, l.tries, l.last_error, l.sent_at
		FROM notices n LEFT JOIN letters l ON l.id = n.letter ` + where + ` ORDER BY n.id DESC LIMIT ?`
}

// Notices lists what people were told, newest first.
func (o *Outbox) Notices(ctx context.Context, p gonets.Page) (gonets.List[news.Notice], error) {
	var out gonets.List[news.Notice]
	from, err := filter.ParseCursor(p.Cursor)
	if err != nil {
		return out, err
	}
	where, args := "", []any{}
	if from.ID != "" {
		where, args = `WHERE n.id < ?`, []any{from.ID}
	}
	items, err := pack.Collect(o.base.Read(ctx), listSQL(where), append(args, p.Size()+1), scanTold)
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

// scanTold reads a notice with how its letter fares.
func scanTold(scan func(...any) error) (n news.Notice, err error) {
	dest, fill := noticeDest(&n)
	var state sql.NullString
	var tries, sent sql.NullInt64
	var last []byte
	var letter sql.NullString
	dest[len(dest)-1] = &letter
	err = scan(append(dest, &state, &tries, &last, &sent)...)
	fill()
	n.Letter, n.State, n.Tries, n.LastError, n.SentAt = letter.String, news.LetterState(state.String), int(tries.Int64), string(last), pack.FromMS(sent)
	switch {
	case !letter.Valid:
		n.State = news.LetterPending
	case !state.Valid:
		n.State, n.LastError = news.LetterFailed, "mail was not set up"
	}
	return n, err
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
			{`DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE letter IS NOT NULL AND at <= ? ORDER BY id LIMIT ?)`, []any{gone, pruneBatch}},
			{`DELETE FROM letters WHERE id IN (SELECT id FROM letters WHERE state <> 'pending' AND created_at <= ? ORDER BY created_at LIMIT ?)`, []any{gone, pruneBatch}},
			{`DELETE FROM troubles WHERE id IN (SELECT id FROM troubles WHERE over_at <= ? ORDER BY over_at LIMIT ?)`, []any{gone, pruneBatch}},
			{`DELETE FROM troubles WHERE id IN (SELECT id FROM troubles WHERE over_at IS NULL AND failed_at <= ? ORDER BY failed_at LIMIT ?)`, []any{gone, pruneBatch}},
		} {
			if err := t.Exec(q.text, q.args...); err != nil {
				return err
			}
		}
		return nil
	})
}
