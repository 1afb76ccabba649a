package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"
	"sync"
	"time"

	"gonets"
	"gonets/internal/store/dialect"
)

// class is an operation's place in a batch: what ends work goes before what
// brings new work.
type class int

const (
	classComplete class = iota
	classAccept
	classMaintain
	classes
)

// maintainPerBatch bounds the upkeep that rides in one batch, so that it does
// not hold up the others. As many places are kept for it, so that the others
// do not hold it up for ever.
const maintainPerBatch = 4

// op is one caller's wish.
type op struct {
	class class
	bytes int64
	// apply works inside the transaction. It may be called again after a
	// rollback, so it starts by forgetting what it found before.
	apply func(*txn) error
	// accept replaces apply for accepts, which are worked on together.
	accept *acceptOp
	// isolated operations always get a savepoint of their own: they may fail
	// for reasons that are no accident.
	isolated bool
	// ctx, when set, is the caller's: once it has ended, nobody wants what is
	// still in the queue.
	ctx context.Context

	queued time.Time
	err    error
	done   chan error
}

// committer groups operations: one transaction and one fsync for all that
// queued up while the one before was being written.
type committer struct {
	s *Store
	// conn is nil while the database is away.
	conn *sql.Conn
	// stmts are prepared once; only the loop uses them.
	stmts map[string]*sql.Stmt
	// real measures the age of the queue in real time, whatever the clock says.
	real gonets.Clock

	mu       sync.Mutex
	queues   [classes][]*op
	bytes    int64
	stopping bool
	wake     chan struct{}
	stopped  chan struct{}

	commits int
	dropped int
}

func newCommitter(s *Store) (*committer, error) {
	conn, err := s.writer.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	c := &committer{s: s, conn: conn, stmts: map[string]*sql.Stmt{}, real: gonets.SystemClock{},
		wake: make(chan struct{}, 1), stopped: make(chan struct{})}
	go c.loop()
	return c, nil
}

// do queues an operation and waits for its commit. Once queued, the caller's
// context no longer matters: an answer about something that was stored must
// reach whoever acts on it.
func (c *committer) do(ctx context.Context, o *op) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := c.enqueue(o); err != nil {
		return err
	}
	return <-o.done
}

// run is do for an operation with a savepoint of its own. When ctx ends before
// the operation is taken into a batch, it is not done.
func (c *committer) run(ctx context.Context, cl class, apply func(*txn) error) error {
	return c.do(ctx, &op{class: cl, apply: apply, isolated: true, ctx: ctx})
}

func (c *committer) enqueue(o *op) error {
	if err := c.s.broken(); err != nil {
		return err
	}
	o.queued = c.real.Now()
	o.done = make(chan error, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopping {
		return gonets.Errorf(gonets.CodeStopping, "the server is stopping; try again in a moment")
	}
	if o.class == classAccept && c.full(o) {
		return gonets.Errorf(gonets.CodeBusy, "the server stores as fast as it can; nothing was stored, try again in a second")
	}
	c.queues[o.class] = append(c.queues[o.class], o)
	c.bytes += o.bytes
	select {
	case c.wake <- struct{}{}:
	default:
	}
	return nil
}

func (c *committer) full(o *op) bool {
	n := 0
	for _, q := range c.queues {
		n += len(q)
	}
	if n >= gonets.CommitQueue || n > 0 && c.bytes+o.bytes > gonets.CommitQueueBytes {
		return true
	}
	accepts := c.queues[classAccept]
	return len(accepts) > 0 && o.queued.Sub(accepts[0].queued) > gonets.CommitQueueAge
}

func (c *committer) loop() {
	defer close(c.stopped)
	defer c.disconnect()
	for range c.wake {
		for {
			batch, last := c.take()
			if len(batch) > 0 {
				c.commit(batch)
				continue
			}
			if last {
				return
			}
			break
		}
	}
}

// take removes the next batch; last means that no more will come.
func (c *committer) take() (batch []*op, last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropUnwanted()
	for cl := range c.queues {
		room := gonets.CommitBatch - len(batch)
		if class(cl) == classMaintain {
			room = maintainPerBatch
		} else {
			room -= min(len(c.queues[classMaintain]), maintainPerBatch)
		}
		n := min(len(c.queues[cl]), room)
		for _, o := range c.queues[cl][:n] {
			c.bytes -= o.bytes
		}
		batch = append(batch, c.queues[cl][:n]...)
		rest := c.queues[cl][n:]
		if len(rest) == 0 {
			rest = nil // lets go of the operations that are done
		}
		c.queues[cl] = rest
	}
	return batch, c.stopping
}

// dropUnwanted answers the operations whose callers went away.
func (c *committer) dropUnwanted() {
	for cl := range c.queues {
		c.queues[cl] = slices.DeleteFunc(c.queues[cl], func(o *op) bool {
			if o.ctx == nil || o.ctx.Err() == nil {
				return false
			}
			c.bytes -= o.bytes
			o.done <- o.ctx.Err()
			return true
		})
	}
}

func (c *committer) stop(ctx context.Context) error {
	c.mu.Lock()
	c.stopping = true
	select {
	case c.wake <- struct{}{}:
	default:
	}
	c.mu.Unlock()
	select {
	case <-c.stopped:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("store: the last commit did not end in time: %w", ctx.Err())
	}
}

// busyTries is how often a batch that lost its locks is done again.
const busyTries = 5

// commit makes a batch durable and only then completes its futures. When an
// operation fails, the batch is done again with a savepoint for each, so that
// only the bad one fails.
func (c *committer) commit(batch []*op) {
	err := c.s.broken()
	if err == nil {
		err = c.attempt(batch)
		switch fault := c.s.dialect.Classify(err); {
		case err == nil:
			c.s.reached(nil)
		case fault == dialect.FaultFatal:
			c.s.fail(err)
		case fault == dialect.FaultAway:
			c.disconnect()
			c.s.reached(err)
		}
	}
	for _, o := range batch {
		failure := o.err
		if err != nil {
			failure = err
		}
		o.done <- c.s.dialect.Wrap(failure)
	}
	c.checkpoint()
}

func (c *committer) attempt(batch []*op) error {
	if err := c.connect(); err != nil {
		return err
	}
	savepoints := false
	for try := 1; ; try++ {
		err := c.try(batch, savepoints)
		if err == nil {
			return nil
		}
		switch c.s.dialect.Classify(err) {
		case dialect.FaultOperation:
			if savepoints || len(batch) == 1 {
				return err
			}
			savepoints = true
		case dialect.FaultBusy:
			if !c.s.dialect.Shared || try == busyTries {
				return err
			}
		default:
			return err
		}
	}
}

func (c *committer) connect() error {
	if c.conn != nil {
		return nil
	}
	ctx, cancel := c.limit()
	defer cancel()
	var err error
	c.conn, err = c.s.writer.Conn(ctx)
	return err
}

// disconnect lets a connection go, and with it all that was prepared there.
func (c *committer) disconnect() {
	if c.conn == nil {
		return
	}
	for q, st := range c.stmts {
		_ = st.Close()
		delete(c.stmts, q)
	}
	if c.s.dialect.Shared {
		// Whatever its state is, nobody else should get it from the pool.
		_ = c.conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	_ = c.conn.Close()
	c.conn = nil
}

// limit is the time that a transaction may take.
func (c *committer) limit() (context.Context, context.CancelFunc) {
	if c.s.dialect.Limit == 0 {
		return context.Background(), func() {}
	}
	return context.WithTimeout(context.Background(), c.s.dialect.Limit)
}

// try is one transaction over the batch. With savepoints, or for isolated
// operations, a failure stays with its operation; any other ends the try.
func (c *committer) try(batch []*op, savepoints bool) (err error) {
	ctx, cancel := c.limit()
	defer cancel()
	t := &txn{ctx: ctx, c: c, s: c.s, now: c.s.opt.Clock.Now()}
	if _, err := c.conn.ExecContext(ctx, c.s.dialect.Begin); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			// The database may have rolled back by itself; then this fails.
			_, _ = c.conn.ExecContext(ctx, "ROLLBACK")
			t.unplace(0)
			c.s.routes.forget()
		}
	}()
	var accepts []*acceptOp
	for i, o := range batch {
		o.err = nil
		if o.accept != nil && !savepoints {
			accepts = append(accepts, o.accept)
			if i+1 == len(batch) || batch[i+1].accept == nil {
				if err := t.acceptAll(accepts); err != nil {
					return err
				}
			}
			continue
		}
		if err := t.one(o, savepoints || o.isolated); err != nil {
			return err
		}
	}
	if earlyAck > 0 {
		c.ackEarly(batch)
	}
	return c.s.dialect.Commit(ctx, c.conn)
}

// one applies an operation; its own failure is kept in it when a savepoint
// can undo it.
func (t *txn) one(o *op, savepoint bool) error {
	apply := o.apply
	if o.accept != nil {
		apply = func(t *txn) error { return t.acceptAll([]*acceptOp{o.accept}) }
	}
	if !savepoint {
		return apply(t)
	}
	if err := t.exec("SAVEPOINT op"); err != nil {
		return err
	}
	placed := len(t.placed)
	err := apply(t)
	if err == nil {
		return t.exec("RELEASE SAVEPOINT op")
	}
	if t.s.dialect.Classify(err) != dialect.FaultOperation {
		return err
	}
	o.err = err
	t.unplace(placed)
	t.s.routes.forget()
	if err := t.exec("ROLLBACK TO SAVEPOINT op"); err != nil {
		return err
	}
	return t.exec("RELEASE SAVEPOINT op")
}

// ackEarly is the sabotage of that name.
func (c *committer) ackEarly(batch []*op) {
	for _, o := range batch {
		if o.accept != nil && o.err == nil {
			o.done <- nil
			o.done = make(chan error, 1)
		}
	}
	timer := gonets.SystemClock{}.NewTimer(earlyAck)
	<-timer.C()
}

// checkpointEvery is after how many commits the log's length is looked at.
const checkpointEvery = 16

// checkpoint folds a long log into the database. SQLite's own would do the
// same, but without telling when the disk refused it.
func (c *committer) checkpoint() {
	if c.commits++; c.s.dialect.Shared || c.commits%checkpointEvery != 0 || c.s.broken() != nil {
		return
	}
	pages, err := c.pragmaCheckpoint("NOOP")
	if err == nil && pages >= dialect.CheckpointPages {
		_, err = c.pragmaCheckpoint("PASSIVE")
	}
	if err != nil && c.s.dialect.Classify(err) == dialect.FaultFatal {
		c.s.fail(err)
	}
}

func (c *committer) pragmaCheckpoint(mode string) (pages int, err error) {
	var busy, moved int
	err = c.conn.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &pages, &moved)
	return pages, err
}

// txn is one try at a batch.
type txn struct {
	ctx context.Context
	c   *committer
	s   *Store
	now time.Time
	// placed are the lanes in which places were reserved.
	placed []string
}

func (t *txn) stmt(query string) (*sql.Stmt, error) {
	if st := t.c.stmts[query]; st != nil {
		return st, nil
	}
	st, err := t.c.conn.PrepareContext(t.ctx, t.s.dialect.Bind(query))
	if err != nil {
		return nil, err
	}
	t.c.stmts[query] = st
	return st, nil
}

// maxStatements bounds the prepared statements: texts with lists of different
// lengths would pile up.
const maxStatements = 256

func (t *txn) result(query string, args []any) (int64, error) {
	if len(t.c.stmts) >= maxStatements {
		for q, st := range t.c.stmts {
			_ = st.Close()
			delete(t.c.stmts, q)
		}
	}
	st, err := t.stmt(query) //nolint:sqlclosecheck // kept for the committer's life
	if err != nil {
		return 0, err
	}
	r, err := st.ExecContext(t.ctx, t.s.dialect.Args(args)...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (t *txn) exec(query string, args ...any) error {
	_, err := t.result(query, args)
	return err
}

// changed executes and counts the rows that it met.
func (t *txn) changed(query string, args ...any) (int64, error) { return t.result(query, args) }

// rows queries; the caller closes.
func (t *txn) rows(query string, args ...any) (*sql.Rows, error) {
	st, err := t.stmt(query) //nolint:sqlclosecheck // kept for the committer's life
	if err != nil {
		return nil, err
	}
	return st.QueryContext(t.ctx, t.s.dialect.Args(args)...)
}

func (t *txn) row(query string, args []any, dest ...any) error {
	st, err := t.stmt(query) //nolint:sqlclosecheck // kept for the committer's life
	if err != nil {
		return err
	}
	return st.QueryRowContext(t.ctx, t.s.dialect.Args(args)...).Scan(dest...)
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
