package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"time"

	"gonets"
	"gonets/internal/store/dialect"
	"gonets/internal/store/pack"
	"gonets/internal/store/tally"
)

// txn is one try at a batch.
type txn struct {
	Sealer
	ctx context.Context
	c   *committer
	s   *Store
	now time.Time
	// placed are the lanes in which places were reserved.
	placed []string
	// ordered tells of order keys whether an unfinished run has them.
	ordered pack.Orders
	// careful is true when rows go one by one where the outcome of each counts, and nothing is expected of them.
	careful bool
	// waits is true while new runs are queued even where there is a place.
	waits bool
	// tally is what was counted and goes with the next statement.
	tally tally.Sum
	// unsent goes with the next statement.
	unsent []*dialect.Part
}

func (t *txn) begin() error {
	if t.s.dialect.Fly != nil {
		t.unsent = append(t.unsent, &dialect.Part{Text: t.s.dialect.Begin})
		return nil
	}
	_, err := t.c.conn.ExecContext(t.ctx, t.s.dialect.Begin)
	return err
}

func (t *txn) rollback() {
	// The transaction's own time may be over.
	ctx, cancel := t.c.limit()
	defer cancel()
	_, err := t.c.conn.ExecContext(ctx, "ROLLBACK")
	// SQLite may have rolled back by itself; then this fails. Elsewhere what is
	// left of a transaction must not meet the next one.
	if err != nil && t.s.dialect.Shared {
		t.c.disconnect()
	}
	t.unplace(0)
	t.s.routes.Forget()
}

// later queues a row for a statement whose outcome nobody asks for.
func (t *txn) later(m *dialect.Many, row []any) {
	for _, p := range t.unsent {
		if p.Many == m {
			p.Rows = append(p.Rows, row)
			return
		}
	}
	t.unsent = append(t.unsent, &dialect.Part{Many: m, Rows: [][]any{row}})
}

// send executes parts, and before them what is unsent.
func (t *txn) send(parts ...*dialect.Part) error {
	if len(t.tally) > 0 {
		t.unsent = append(t.unsent, &dialect.Part{Many: tally.Adds, Rows: t.tally.Rows(t.s.opt.Node)})
		clear(t.tally)
	}
	if parts, t.unsent = append(t.unsent, parts...), nil; len(parts) == 0 {
		return nil
	}
	if t.s.dialect.Fly != nil {
		return t.s.dialect.Fly(t.ctx, t.c.conn, parts)
	}
	for _, p := range parts {
		if err := t.step(p); err != nil {
			return err
		}
	}
	return nil
}

// expect is send for a part whose rows are all sure to meet something. Where a
// statement costs a journey, the part goes with the next ones and the batch
// fails when it was not so; then it is done again, carefully.
func (t *txn) expect(p *dialect.Part) error {
	if t.s.dialect.Fly == nil || t.careful {
		return t.send(p)
	}
	p.Expected, p.Hit = true, slices.Repeat([]bool{true}, len(p.Rows))
	t.unsent = append(t.unsent, p)
	return nil
}

// step executes a part by itself.
func (t *txn) step(p *dialect.Part) error {
	switch {
	case p.Many == nil && p.Dest == nil:
		return t.exec(p.Text)
	case p.Many == nil:
		return t.Row(p.Text, nil, p.Dest...)
	case p.Key < 0:
		_, err := t.groups(p)
		return err
	case p.New && !t.careful:
		return t.allNew(p)
	}
	return t.rows(p)
}

// rows executes a part row by row and tells which ones it met.
func (t *txn) rows(p *dialect.Part) error {
	p.Hit = make([]bool, len(p.Rows))
	for i, row := range p.Rows {
		m := p.Fitting(p.Rows[i : i+1])
		n, err := t.result(m.Each, m, row)
		if err != nil {
			return err
		}
		p.Hit[i] = n > 0
	}
	return nil
}

// groups executes a part in groups as large as they can be and counts the rows
// that it met.
func (t *txn) groups(p *dialect.Part) (met int64, err error) {
	rows := p.Rows
	for i, g := range p.Groups {
		for len(rows) >= g.Rows {
			m := p.Fitting(rows[:g.Rows])
			n, err := t.result(m.Groups[i].Text, m, rows[:g.Rows]...)
			if err != nil {
				return met, err
			}
			met += n
			rows = rows[g.Rows:]
		}
	}
	return met, nil
}

// allNew adds rows in groups. When the count says that one was there already,
// the batch has to be done again, carefully.
func (t *txn) allNew(p *dialect.Part) error {
	met, err := t.groups(p)
	if err == nil && met < int64(len(p.Rows)) {
		return dialect.ErrNotMet
	}
	p.Hit = slices.Repeat([]bool{true}, len(p.Rows))
	return err
}

func (t *txn) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := t.send(); err != nil {
		return nil, err
	}
	return t.c.stmts.Prepare(ctx, t.c.conn, query)
}

// result executes a statement over rows of arguments.
func (t *txn) result(query string, m *dialect.Many, rows ...[]any) (int64, error) {
	if err := t.send(); err != nil {
		return 0, err
	}
	return t.c.stmts.Exec(t.ctx, t.c.conn, query, m, rows...)
}

func (t *txn) exec(query string, args ...any) error {
	_, err := t.result(query, nil, args)
	return err
}

// changed executes and counts the rows that it met.
func (t *txn) changed(query string, args ...any) (int64, error) { return t.result(query, nil, args) }

// Each implements [pack.Reader].
func (t *txn) Each(query string, args []any, row func(scan func(dest ...any) error) error) error {
	ctx, cancel := t.s.dialect.Within(t.ctx, 0)
	defer cancel()
	st, err := t.stmt(ctx, query) //nolint:sqlclosecheck // kept for the committer's life
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(ctx, t.s.dialect.Args(args)...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	if err := pack.Each(rows, row); err != nil {
		return err
	}
	return rows.Err()
}

// Row implements [pack.Reader].
func (t *txn) Row(query string, args []any, dest ...any) error {
	ctx, cancel := t.s.dialect.Within(t.ctx, 0)
	defer cancel()
	st, err := t.stmt(ctx, query) //nolint:sqlclosecheck // kept for the committer's life
	if err != nil {
		return err
	}
	return st.QueryRowContext(ctx, t.s.dialect.Args(args)...).Scan(dest...)
}

// place asks for a place; it is given back when the transaction does not
// commit.
func (t *txn) place(sc *gonets.Scenario, ev *gonets.Event) (lane string, reserved bool) {
	lane, reserved = t.s.opt.Placer.Place(sc, ev)
	if reserved {
		t.placed = append(t.placed, lane)
	}
	return lane, reserved
}

// unplaceLast gives back the reservation that was just made.
func (t *txn) unplaceLast() { t.unplace(len(t.placed) - 1) }

func (t *txn) unplace(from int) {
	for _, lane := range t.placed[from:] {
		t.s.opt.Placer.Unplace(lane)
	}
	t.placed = t.placed[:from]
}

// fresh makes the routes those of the configuration as it stands.
func (t *txn) fresh() error {
	if n, known := t.s.routes.Epoch(); known && t.s.dialect.Fly != nil && !t.careful {
		return t.expect(&dialect.Part{Many: dialect.Epoch, Rows: [][]any{{n}}})
	}
	var text string
	err := t.send(&dialect.Part{Text: `SELECT value FROM meta WHERE name = 'config_epoch'` + t.s.dialect.ReadLock, Dest: []any{&text}})
	if err != nil {
		return err
	}
	epoch, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		t.s.routes.At(epoch)
	}
	return err
}

// BumpConfig makes every cache of the configuration read it again.
func (t *txn) BumpConfig() error {
	return t.exec(`UPDATE meta SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = 'config_epoch'`)
}
