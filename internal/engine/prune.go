package engine

import (
	"math"
	"time"

	"gonets"
)

// pruneEvery is how often the history is looked through for what is too old.
const pruneEvery = 10 * time.Minute

// pruneLoop removes final runs that are older than the settings keep, and the
// oldest ones while the database is larger than they allow.
func (e *Engine) pruneLoop() {
	for {
		timer := e.Clock.NewTimer(pruneEvery)
		select {
		case <-e.loopCtx.Done():
			timer.Stop()
			return
		case <-timer.C():
		case <-e.clean:
		}
		timer.Stop()
		if err := e.prune(); err != nil && e.loopCtx.Err() == nil {
			e.Log.Error("old history could not be removed; trying again later", "error", err)
		}
	}
}

// Clean removes now what is too old or too much, instead of at the next turn.
func (e *Engine) Clean() {
	select {
	case e.clean <- struct{}{}:
	default: // it is wished already
	}
}

func (e *Engine) prune() error {
	keep := e.Env.Settings().Retention
	age := keep.Age.D()
	if age == 0 {
		age = gonets.RetentionAge
	}
	if err := e.pruneUntil(e.Clock.Now().Add(-age), 0); err != nil || keep.Size == 0 {
		return err
	}
	return e.pruneUntil(e.Clock.Now(), keep.Size)
}

// sizePatience is how many batches may go without making the database smaller.
const sizePatience = 4

// pruneUntil removes final runs that ended before a time, oldest first, until
// none is left or, with a size, until the database is that small. A size that
// does not move is no reason to remove everything.
func (e *Engine) pruneUntil(before time.Time, size int64) error {
	smallest, idle := int64(math.MaxInt64), 0
	for e.loopCtx.Err() == nil {
		if size > 0 {
			stats, err := e.Store.Stats(e.loopCtx)
			if err != nil || stats.SizeBytes <= size {
				return err
			}
			if idle++; stats.SizeBytes < smallest {
				smallest, idle = stats.SizeBytes, 0
			}
			if idle == sizePatience {
				e.Log.Warn("the database does not become smaller though old history is removed; the rest is kept for now",
					"bytes", stats.SizeBytes, "limit", size)
				return nil
			}
		}
		n, err := e.Store.Prune(e.loopCtx, before, gonets.RetentionBatch)
		if err != nil || n == 0 {
			return err
		}
	}
	return nil
}
