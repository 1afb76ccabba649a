package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"slices"

	"gonets"
	"gonets/internal/store/dialect"
	"gonets/internal/store/pack"
	"gonets/internal/store/queue"
	"gonets/internal/store/reach"
	"gonets/internal/store/tally"
)

// op is one caller's wish.
type op = queue.Op[*work]

// work is what an operation does.
type work struct {
	// apply works inside the transaction. It may be called again after a
	// rollback, so it starts by forgetting what it found before.
	apply func(*txn) error
	// accept and finish replace apply where a batch's are worked on together.
	accept *acceptOp
	finish *finishOp
	// isolated operations always get a savepoint of their own: they may fail
	// for reasons that are no accident.
	isolated bool
	// leased are runs of which only the caller would know: taken for this node,
	// or to be given back.
	leased []gonets.Run
	// err is the operation's own failure.
	err error
}

// committer groups operations: one transaction and one fsync for all that
// queued up while the one before was being written.
type committer struct {
	s *Store
	// conn is nil while the database is away; session is a shared database's end
	// of it, and wrote tells that something was sent there that may be done late.
	conn    *sql.Conn
	session dialect.Session
	wrote   bool
	// stmts are the connection's; only the loop uses them.
	stmts *dialect.Statements

	queue   *queue.Queue[*work]
	stopped chan struct{}

	// lost are the sessions of connections that were lost, and doubtful runs that
	// may be leased to this node although nobody knows of them: the answer of
	// their commit was lost. First of all when the database is there again the
	// ones are ended, so that no commit of before is still to come, and then the
	// others given back.
	lost     []dialect.Session
	doubtful []gonets.Run

	commits int
	dropped int
}

func newCommitter(s *Store) (*committer, error) {
	c := &committer{s: s, stmts: dialect.NewStatements(&s.dialect), queue: queue.New[*work](gonets.SystemClock{}),
		stopped: make(chan struct{})}
	if err := c.connect(); err != nil {
		return nil, err
	}
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
	if err := c.s.broken(); err != nil {
		return err
	}
	if err := c.queue.Add(o); err != nil {
		return err
	}
	return <-o.Done
}

// run is do for an operation with a savepoint of its own. When ctx ends before
// the operation is taken into a batch, it is not done.
func (c *committer) run(ctx context.Context, cl queue.Class, apply func(*txn) error) error {
	return c.do(ctx, &op{Class: cl, Do: &work{apply: apply, isolated: true}, Ctx: ctx})
}

// lease is run for an operation that leases runs to this node, which apply
// names.
func (c *committer) lease(ctx context.Context, apply func(*txn) ([]gonets.Run, error)) error {
	w := &work{isolated: true}
	w.apply = func(t *txn) (err error) {
		w.leased, err = apply(t)
		return err
	}
	return c.do(ctx, &op{Class: queue.Complete, Do: w, Ctx: ctx})
}

func (c *committer) loop() {
	defer close(c.stopped)
	defer c.disconnect()
	for {
		batch := c.queue.Next()
		if len(batch) == 0 {
			return
		}
		c.commit(batch)
	}
}

func (c *committer) stop(ctx context.Context) error {
	c.queue.Stop()
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
		case err == nil && c.conn != nil:
			c.s.reach.Answered(reach.Write)
		case fault == dialect.FaultFatal:
			c.s.fail(err)
		case fault == dialect.FaultAway:
			c.disconnect()
			for _, o := range batch {
				c.doubtful = append(c.doubtful, o.Do.doubtful()...)
			}
			c.s.reach.Lost(reach.Write, err)
		}
	}
	for _, o := range batch {
		o.Done <- c.s.dialect.Wrap(cmp.Or(err, o.Do.err))
	}
	c.checkpoint()
}

func (c *committer) attempt(batch []*op) error {
	if batch = c.afford(batch); len(batch) == 0 {
		return nil
	}
	savepoints, careful := false, false
	for try := 1; ; try++ {
		// A try that could not be rolled back has taken its connection with it.
		if err := c.connect(); err != nil {
			return err
		}
		err := c.try(batch, savepoints, careful)
		if err == nil {
			return nil
		}
		if errors.Is(err, dialect.ErrNotMet) && !careful {
			careful = true
			continue
		}
		switch c.s.dialect.Classify(err) {
		case dialect.FaultOperation:
			if savepoints || len(batch) == 1 {
				return err
			}
			savepoints, careful = true, true
		case dialect.FaultBusy:
			if !c.s.dialect.Shared || try == busyTries {
				return err
			}
		case dialect.FaultFull:
			if !c.s.opt.Room.Filled() {
				return err
			}
			if !c.s.dialect.Shared {
				c.fold(1) // from its beginning on the log takes no more room
			}
			if batch = c.afford(batch); len(batch) == 0 {
				return nil
			}
		default:
			return err
		}
	}
}

// afford leaves out of a batch what a full disk has no room for: what is left is
// for people, who may make some, and for results as long as there is enough.
func (c *committer) afford(batch []*op) []*op {
	if !c.s.opt.Room.Full() {
		return batch
	}
	spare := c.s.opt.Room.Spare()
	return slices.DeleteFunc(slices.Clone(batch), func(o *op) bool {
		refused := o.Do.accept != nil || o.Do.finish != nil && !spare
		if refused {
			o.Do.err = dialect.ErrFull()
		}
		return refused
	})
}

// doubtful are the runs of which nobody knows when the operation's answer is
// lost.
func (w *work) doubtful() []gonets.Run {
	if w.accept == nil {
		return w.leased
	}
	var out []gonets.Run
	for i := range w.accept.results {
		for _, run := range w.accept.results[i].Runs {
			if run.Lease.Held() {
				out = append(out, run)
			}
		}
	}
	return out
}

// settle ends what was lost and gives back what is doubtful, under its leases.
func (c *committer) settle() error {
	for ; len(c.lost) > 0; c.lost = c.lost[1:] {
		err := c.lost[0].End(context.Background(), c.conn)
		if c.s.dialect.Classify(err) == dialect.FaultAway {
			return err
		} else if err != nil {
			c.s.opt.Logger.Warn("a session whose connection was lost could not be ended", "error", err)
		}
	}
	if len(c.doubtful) == 0 {
		return nil
	}
	// Each for itself: one that is damaged would keep all that comes later from the disk.
	release := make([]*op, len(c.doubtful))
	for i := range release {
		release[i] = &op{Do: &work{apply: released(c.doubtful[i : i+1])}}
	}
	if err := c.try(release, true, true); err != nil {
		return err
	}
	for i, o := range release {
		if o.Do.err != nil {
			c.s.opt.Logger.Error("a run whose lease was in doubt could not be given back; it waits for the next start", "run", c.doubtful[i].ID, "error", o.Do.err)
		}
	}
	c.s.opt.Logger.Info("runs whose lease was in doubt were given back", "runs", len(c.doubtful))
	c.doubtful = nil
	return nil
}

// connect sees to it that there is a connection, and that nothing is left of the one
// before.
func (c *committer) connect() error {
	if c.conn == nil {
		ctx, cancel := c.s.dialect.Within(context.Background(), 0)
		defer cancel()
		var err error
		if c.conn, err = c.s.writer.Conn(ctx); err == nil && c.s.dialect.Shared {
			c.session, err = dialect.SessionOf(c.conn)
		}
		if err != nil {
			return err
		}
	}
	return c.settle()
}

// disconnect lets a connection go, and with it all that was prepared there.
func (c *committer) disconnect() {
	if c.conn == nil {
		return
	}
	c.stmts.Close()
	if c.s.dialect.Shared {
		if c.wrote {
			c.lost = append(c.lost, c.session)
		}
		// Whatever its state is, nobody else should get it from the pool.
		_ = c.conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	_ = c.conn.Close()
	c.conn, c.wrote = nil, false
}

// limit is the time that a transaction may take.
func (c *committer) limit() (context.Context, context.CancelFunc) {
	if c.s.dialect.Limit == 0 {
		return context.Background(), func() {}
	}
	return context.WithTimeout(context.Background(), c.s.dialect.Limit)
}

// try is one transaction over the batch. With savepoints, or for isolated
// operations, a failure stays with its operation; any other ends the try. A
// careful one does not expect anything of rows.
func (c *committer) try(batch []*op, savepoints, careful bool) (err error) {
	ctx, cancel := c.limit()
	defer cancel()
	c.wrote = true
	t := &txn{Sealer: c.s.opt.Sealer, ctx: ctx, c: c, s: c.s, now: c.s.opt.Clock.Now(), ordered: pack.Orders{}, tally: tally.Sum{}, careful: careful}
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
		o.Do.err = nil
		switch {
		case o.Do.finish != nil:
			finishes = append(finishes, o.Do.finish)
		case o.Do.accept != nil:
			accepts = append(accepts, o.Do.accept)
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
		o.Do.err = nil
		if err := t.one(o, savepoints || o.Do.isolated); err != nil {
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
	placed, careful := len(t.placed), t.careful
	// What is expected would fail for the operation, not for the batch.
	t.careful = true
	err := t.perform(o)
	t.careful = careful
	if err == nil {
		return t.exec("RELEASE SAVEPOINT op")
	}
	if t.s.dialect.Classify(err) != dialect.FaultOperation {
		return err
	}
	o.Do.err = err
	t.unplace(placed)
	t.s.routes.Forget()
	clear(t.ordered) // the savepoint's locks are gone with it
	if err := t.exec("ROLLBACK TO SAVEPOINT op"); err != nil {
		return err
	}
	return t.exec("RELEASE SAVEPOINT op")
}

// perform leaves nothing unsent, so that a failure is the operation's own.
func (t *txn) perform(o *op) (err error) {
	switch {
	case o.Do.finish != nil:
		err = t.finishAll([]*finishOp{o.Do.finish})
	case o.Do.accept != nil:
		err = t.acceptAll([]*acceptOp{o.Do.accept})
	default:
		err = o.Do.apply(t)
	}
	if err != nil {
		t.unsent = nil
		clear(t.tally)
		return err
	}
	return t.send()
}

// ackEarly is the sabotage of that name.
func (c *committer) ackEarly(batch []*op) {
	for _, o := range batch {
		if o.Do.accept != nil && o.Do.err == nil {
			o.Done <- nil
			o.Done = make(chan error, 1)
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
	if c.commits++; c.s.dialect.Shared || c.commits%checkpointEvery != 0 && !c.s.opt.Room.Low() || c.s.broken() != nil {
		return
	}
	c.fold(dialect.LogPages(c.s.opt.Room.Log()))
}

// fold folds a log of so many pages or more.
func (c *committer) fold(least int) {
	pages, err := c.pragmaCheckpoint("NOOP")
	if err == nil && pages >= least && c.growthFits() {
		_, err = c.pragmaCheckpoint("PASSIVE")
	}
	if err != nil && c.s.dialect.Classify(err) == dialect.FaultFatal {
		c.s.fail(err)
	}
}

// growthFits tells whether the database's file can become as long as its log
// makes it. A fold that breaks off for want of room has taken all there was.
func (c *committer) growthFits() bool {
	if !c.s.opt.Room.Low() {
		return true
	}
	var bytes int64
	st, err := os.Stat(c.s.opt.Path)
	if err == nil {
		err = c.conn.QueryRowContext(context.Background(), c.s.dialect.FileBytes).Scan(&bytes)
	}
	return err == nil && c.s.opt.Room.Fits(bytes-st.Size())
}

func (c *committer) pragmaCheckpoint(mode string) (pages int, err error) {
	var busy, moved int
	err = c.conn.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &pages, &moved)
	return pages, err
}
