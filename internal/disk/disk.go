// Package disk watches how much room the disk has that holds the data, and keeps
// a ballast there: a file that is given up when the disk is full, so that people
// can still log in and make room.
package disk

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"gonets"
)

const (
	// every is how often it looks: what was freed is used within seconds.
	every = time.Second
	// lowBelow and lowPart say when the disk is low: below the smaller of them.
	lowBelow, lowPart = 200 << 20, 0.05
	// ballastPart bounds the ballast by the size of the disk.
	ballastPart = 0.02
	// plenty is from how much free room on the log may be as long as it likes.
	plenty = 1 << 30
	// scarce is what a server needs to start, in bytes.
	scarce = 1 << 20
	// fullFor is how long a database elsewhere counts as full after a write that
	// found no room there.
	fullFor = 15 * time.Second

	fileBallast = "ballast"
)

// MaxBallast is how large the ballast is at most unless told otherwise, in bytes.
const MaxBallast = 64 << 20

// Level is how it stands with the disk.
type Level string

const (
	// OK is room enough.
	OK Level = "ok"
	// Low is little room: what succeeded runs carried is not kept any more.
	Low Level = "low"
	// Full is when a write found no room, until there is some again.
	Full Level = "full"
)

// Space is what a file system says of itself, in bytes.
type Space struct{ Free, Whole int64 }

// State is how it stands. Bytes are 0 while they are not known.
type State struct {
	Level
	Space
	// LowBelow is how little free room is low.
	LowBelow int64
	// Ballast is how large the ballast is, Wanted how large it should be.
	Ballast, Wanted int64
}

// Options are what a Watch works with.
type Options struct {
	// Folder is on the disk that is watched.
	Folder string
	// Ballast is how large the ballast is at most, in bytes; 0 is none.
	Ballast int64
	// LowBelow replaces what is low, in bytes; 0 is the usual.
	LowBelow int64
	// Holds is true where the database is on this disk. Where it is elsewhere,
	// nothing is won by keeping less.
	Holds bool
	// Ask asks a file system; nil asks the real one.
	Ask   func(folder string) (Space, error)
	Clock gonets.Clock
	Log   *slog.Logger
	// Changed is told of another level; nil tells nobody.
	Changed func()
}

// Watch watches one disk. All methods are safe for concurrent use.
type Watch struct {
	o       Options
	ballast string
	stop    context.CancelFunc
	ctx     context.Context
	loop    sync.WaitGroup

	level    atomic.Value // Level
	free     atomic.Int64
	whole    atomic.Int64
	held     atomic.Int64
	filledAt atomic.Int64
	// blind is true after a look that failed.
	blind bool

	// filing is held by whoever makes or gives up the ballast.
	filing sync.Mutex
	// given makes an unfinished ballast be given up.
	given atomic.Bool
}

// Open looks at the disk for the first time. Where there is no room to start a
// server, the ballast of an earlier life is given up.
func Open(o Options) *Watch {
	if o.Ask == nil {
		o.Ask = ask
	}
	if o.Changed == nil {
		o.Changed = func() {}
	}
	w := &Watch{o: o, ballast: filepath.Join(o.Folder, fileBallast)}
	w.ctx, w.stop = context.WithCancel(context.Background())
	w.level.Store(OK)
	_ = os.Remove(w.ballast + ".new") // of a life that ended while it was made
	w.measure()
	s, err := o.Ask(o.Folder)
	if err != nil {
		return w
	}
	w.note(s)
	switch {
	case o.Holds && s.Free < scarce:
		w.Filled()
	case s.Free < w.limit():
		w.level.Store(Low)
	}
	return w
}

// Name names the service.
func (w *Watch) Name() string { return "disk" }

// Start begins to look.
func (w *Watch) Start(context.Context) error {
	w.loop.Go(func() {
		for {
			w.look()
			timer := w.o.Clock.NewTimer(every)
			select {
			case <-timer.C():
			case <-w.ctx.Done():
				timer.Stop()
				return
			}
		}
	})
	return nil
}

// Stop ends the looking; the ballast stays.
func (w *Watch) Stop(context.Context) error {
	w.stop()
	w.given.Store(true)
	w.loop.Wait()
	return nil
}

// State is how it stands now.
func (w *Watch) State() State {
	return State{Level: w.shown(), Space: Space{w.free.Load(), w.whole.Load()}, LowBelow: w.limit(), Ballast: w.held.Load(), Wanted: w.wanted()}
}

func (w *Watch) now() Level { return w.level.Load().(Level) }

// shown is the level that people are told: a database elsewhere may be full.
func (w *Watch) shown() Level {
	if at := w.filledAt.Load(); at > 0 && !w.o.Holds && w.o.Clock.Now().UnixMilli()-at < fullFor.Milliseconds() {
		return Full
	}
	return w.now()
}

// Low tells whether what is stored should grow as little as can be.
func (w *Watch) Low() bool { return w.o.Holds && w.now() != OK }

// Full tells whether nothing new should be taken on.
func (w *Watch) Full() bool { return w.o.Holds && w.now() == Full }

// Spare tells whether a full disk has room for what is under way: half of what the
// ballast gave is for people.
func (w *Watch) Spare() bool {
	s, err := w.o.Ask(w.o.Folder)
	return err == nil && s.Free >= w.wanted()/2+scarce/8
}

// Log is how many bytes of the database's log may wait to be folded into it; 0 is
// the usual. Folding takes as much room again, so the log is short where there is
// little: what the ballast gives must do when somebody fills the disk at once.
func (w *Watch) Log() int64 {
	free := w.free.Load()
	if !w.o.Holds || free >= plenty {
		return 0
	}
	return max(1, min(free/4, w.wanted()/2))
}

// Fits tells whether so many bytes more fit on the disk, and a little is left.
func (w *Watch) Fits(bytes int64) bool {
	s, err := w.o.Ask(w.o.Folder)
	return err == nil && bytes <= s.Free-s.Free/4
}

// Folder is the one whose disk is watched.
func (w *Watch) Folder() string { return w.o.Folder }

// Leaves tells whether the disk has room for so many bytes that are there for a
// moment only, with enough left for what stays.
func (w *Watch) Leaves(bytes int64) bool {
	s, err := w.o.Ask(w.o.Folder)
	return err == nil && s.Free-bytes >= part(lowBelow, s.Whole, lowPart)/2
}

// Filled is told that a write found no room. It gives the ballast up and tells
// whether that made room.
func (w *Watch) Filled() bool {
	now := w.o.Clock.Now().UnixMilli()
	if before := w.filledAt.Swap(now); !w.o.Holds {
		if now-before > fullFor.Milliseconds() {
			w.o.Log.Error("the database has no room left: nothing is accepted until it has some")
			w.o.Changed()
		}
		return false
	}
	w.enter(Full)
	w.given.Store(true)
	w.filing.Lock()
	defer w.filing.Unlock()
	err := os.Remove(w.ballast)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		w.o.Log.Error("the ballast could not be given up", "error", err)
	}
	w.held.Store(0)
	return err == nil
}

// look notes how much room there is and what follows from it.
func (w *Watch) look() {
	s, err := w.o.Ask(w.o.Folder)
	if err != nil {
		if !w.blind {
			w.o.Log.Warn("it is not known how much room the disk has", "folder", w.o.Folder, "error", err)
		}
		w.blind = true
		return
	}
	w.blind = false
	w.note(s)
	if w.now() == Full && s.Free < w.enough() {
		return
	}
	if w.held.Load() == 0 && w.wanted() > 0 && s.Free >= w.enough() {
		w.fill(w.wanted())
		if again, err := w.o.Ask(w.o.Folder); err == nil {
			s = again
			w.note(s)
		}
	}
	limit := w.limit()
	if w.now() != OK {
		limit += limit / 4 // or it would flap
	}
	if s.Free < limit {
		w.enter(Low)
	} else {
		w.enter(OK)
	}
}

func (w *Watch) note(s Space) {
	w.free.Store(s.Free)
	w.whole.Store(s.Whole)
}

// enter makes a level the present one.
func (w *Watch) enter(l Level) {
	old := w.level.Swap(l).(Level)
	if old == l {
		return
	}
	attrs := []any{"folder", w.o.Folder, "free", w.free.Load(), "low_below", w.limit()}
	switch l {
	case OK:
		w.o.Log.Info("the disk has room again", attrs...)
	case Low:
		w.o.Log.Warn("the disk is low: what succeeded runs carried is not kept", attrs...)
	case Full:
		w.o.Log.Error("the disk is full: nothing new is taken on until there is room", attrs...)
	}
	w.o.Changed()
}

// limit is how little free room is low.
func (w *Watch) limit() int64 {
	if w.o.LowBelow > 0 {
		return w.o.LowBelow
	}
	return part(lowBelow, w.whole.Load(), lowPart)
}

// wanted is how large the ballast should be.
func (w *Watch) wanted() int64 {
	if !w.o.Holds {
		return 0
	}
	return part(w.o.Ballast, w.whole.Load(), ballastPart)
}

// enough is how much free room ends a full disk: the ballast fits, and as much
// again is left.
func (w *Watch) enough() int64 { return max(2*w.wanted(), 2*scarce) }

// part is the most that there may be on a disk of that size.
func part(most, whole int64, share float64) int64 {
	return min(most, int64(share*float64(whole)))
}

// measure notes how large the ballast of an earlier life is; one of another size
// is made anew.
func (w *Watch) measure() {
	st, err := os.Stat(w.ballast)
	if err == nil && st.Mode().IsRegular() {
		w.held.Store(st.Size())
	}
}

// fill makes the ballast: really written, so that it takes its room on every
// file system, and of chance, so that none packs it.
func (w *Watch) fill(size int64) {
	w.filing.Lock()
	defer w.filing.Unlock()
	w.given.Store(false)
	err := w.write(w.ballast+".new", size)
	if err == nil {
		err = os.Rename(w.ballast+".new", w.ballast)
	}
	if err != nil {
		_ = os.Remove(w.ballast + ".new")
		if w.ctx.Err() == nil {
			w.o.Log.Warn("the ballast could not be made; trying again", "folder", w.o.Folder, "error", err)
		}
		return
	}
	w.held.Store(size)
}

var errGiven = errors.New("the disk became full meanwhile")

// block is how much of the ballast is written in one go.
const block = 1 << 20

func (w *Watch) write(path string, size int64) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for left := size; left > 0; {
		if w.given.Load() || w.ctx.Err() != nil {
			return errGiven
		}
		n, err := io.CopyN(f, rand.Reader, min(left, block))
		if err != nil {
			return err
		}
		left -= n
	}
	return f.Sync()
}
