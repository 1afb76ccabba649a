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
	// accept and finish replace apply where a batch's are worked on together.
	accept *acceptOp
	finish *finishOp
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
	// enough is told when a batch that gathers is worth its commit.
	enough chan struct{}

	// began is when the last batch was taken, size how much it held.
	began gonets.Stopwatch
	size  int

	commits int
	dropped int
}

func newCommitter(s *Store) (*committer, error) {
	conn, err := s.writer.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	c := &committer{s: s, conn: conn, stmts: map[string]*sql.Stmt{}, real: gonets.SystemClock{},
		wake: make(chan struct{}, 1), enough: make(chan struct{}, 1), stopped: make(chan struct{})}
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
	signal(c.wake)
	if c.waiting() == gatherEnough {
		signal(c.enough)
	}
	return nil
}

func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// waiting is how many operations are queued.
func (c *committer) waiting() (n int) {
	for _, q := range c.queues {
		n += len(q)
	}
	return n
}

func (c *committer) full(o *op) bool {
	if n := c.waiting(); n >= gonets.CommitQueue || n > 0 && c.bytes+o.bytes > gonets.CommitQueueBytes {
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
			c.gather()
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

// A commit costs about as much as forty operations in it. Where operations come
// faster than commits end, a batch waits to share that cost; where they come
// one by one, each is committed at once.
const (
	// gatherFrom is the size of a batch that tells of such a crowd.
	gatherFrom = 8
	// gatherEnough is a batch that waits no longer.
	gatherEnough = 64
	// gatherLimit is the least time between the beginnings of two batches of a
	// crowd.
	gatherLimit = 6 * time.Millisecond
)

// gather waits for more operations when many came during the last commits.
func (c *committer) gather() {
	if c.size < gatherFrom {
		return
	}
	left := gatherLimit - time.Duration(c.began.Microseconds())*time.Microsecond
	c.mu.Lock()
	n, stopping := c.waiting(), c.stopping
	select {
	case <-c.enough:
	default:
	}
	c.mu.Unlock()
	if left <= 0 || n == 0 || n >= gatherEnough || stopping {
		return
	}
	timer := c.real.NewTimer(left)
	defer timer.Stop()
	select {
	case <-c.enough:
	case <-timer.C():
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
	if len(batch) > 0 {
		c.began, c.size = gonets.StartStopwatch(), len(batch)
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
	signal(c.wake)
	signal(c.enough)
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
	if err := t.begin(); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			t.rollback()
		}
	}()
	if savepoints {
		err = t.each(batch, true)
	} else {
		err = t.together(batch)
	}
	if err != nil {
		return err
	}
	if earlyAck > 0 {
		c.ackEarly(batch)
	}
	return t.send(dialect.Commit())
}

// together applies a batch with as few statements as there can be: what ends
// work, then what else there is, then what brings new work.
func (t *txn) together(batch []*op) error {
	var finishes []*finishOp
	var accepts []*acceptOp
	var others []*op
	for _, o := range batch {
		o.err = nil
		switch {
		case o.finish != nil:
			finishes = append(finishes, o.finish)
		case o.accept != nil:
			accepts = append(accepts, o.accept)
		default:
			others = append(others, o)
		}
	}
	if err := t.finishAll(finishes); err != nil {
		return err
	}
	if err := t.each(others, false); err != nil {
		return err
	}
	return t.acceptAll(accepts)
}

// each applies one operation after the other.
func (t *txn) each(batch []*op, savepoints bool) error {
	for _, o := range batch {
		o.err = nil
		if err := t.one(o, savepoints || o.isolated); err != nil {
			return err
		}
	}
	return nil
}

// one applies an operation; its own failure is kept in it when a savepoint
// can undo it.
func (t *txn) one(o *op, savepoint bool) error {
	if !savepoint {
		return t.perform(o)
	}
	if err := t.exec("SAVEPOINT op"); err != nil {
		return err
	}
	placed := len(t.placed)
	err := t.perform(o)
	if err == nil {
		return t.exec("RELEASE SAVEPOINT op")
	}
	if t.s.dialect.Classify(err) != dialect.FaultOperation {
		return err
	}
	o.err = err
	t.unplace(placed)
	t.s.routes.Forget()
	if err := t.exec("ROLLBACK TO SAVEPOINT op"); err != nil {
		return err
	}
	return t.exec("RELEASE SAVEPOINT op")
}

// perform leaves nothing unsent, so that a failure is the operation's own.
func (t *txn) perform(o *op) (err error) {
	switch {
	case o.finish != nil:
		err = t.finishAll([]*finishOp{o.finish})
	case o.accept != nil:
		err = t.acceptAll([]*acceptOp{o.accept})
	default:
		err = o.apply(t)
	}
	if err != nil {
		t.unsent = nil
		return err
	}
	return t.send()
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
