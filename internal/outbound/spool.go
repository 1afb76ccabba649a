package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	"golang.org/x/sync/semaphore"

	"gonets"
)

// Spool is where long replies wait for their end. Any number of services may
// answer at once, slowly or never to the end, so what comes is not kept in memory
// beyond a first piece; a whole reply is, while somebody works on it.
type Spool struct {
	// Folder holds its files, which are gone when their exchange is over, at the
	// latest when the next one begins to spool there; empty is the system's for
	// temporary files.
	Folder string
	// Fits tells whether so many bytes more fit on its disk; nil is always.
	Fits func(bytes int64) bool
}

const (
	// spoolStep is how many bytes a file may take before the disk is asked again.
	spoolStep = 1 << 20
	spoolName = "reply-*"
)

var errNoRoom = errors.New("the reply found no room")

// spool is a Spool at work.
type spool struct {
	Spool
	// promised are the bytes that files may take and have not taken yet.
	promised *atomic.Int64
	// held is the memory of whole replies.
	held *semaphore.Weighted
}

func newSpool(o Spool) spool {
	if o.Fits == nil {
		o.Fits = func(int64) bool { return true }
	}
	if o.Folder != "" {
		// A crash leaves files where an open one keeps its name.
		left, _ := filepath.Glob(filepath.Join(o.Folder, spoolName))
		for _, name := range left {
			_ = os.Remove(name)
		}
	}
	return spool{Spool: o, promised: &atomic.Int64{}, held: semaphore.NewWeighted(gonets.MaxRepliesHeld)}
}

// read reads on after the first piece of a reply, of limit bytes at most.
func (s *spool) read(r io.Reader, first []byte, limit int64) (f *spooled, err error) {
	file, err := os.CreateTemp(s.Folder, spoolName)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoRoom, err)
	}
	// Where a file that is open can lose its name, nothing is left of it even
	// after a crash.
	_ = os.Remove(file.Name())
	f = &spooled{spool: s, file: file}
	if _, err = f.Write(first); err == nil {
		// One byte more tells a longer reply from one that fits.
		_, err = io.Copy(f, io.LimitReader(r, limit+1-f.size))
	}
	if f.size > limit {
		f.size, err = limit, errPastLimit
	}
	return f, err
}

// spooled is a reply, or as much of it as there is.
type spooled struct {
	*spool
	file *os.File
	size int64
	// granted is how much of what it was promised is left.
	granted int64
}

func (f *spooled) Write(p []byte) (int, error) {
	if f.granted < int64(len(p)) && !f.grant() {
		return 0, errNoRoom
	}
	n, err := f.file.Write(p)
	f.size += int64(n)
	f.granted -= int64(n)
	f.promised.Add(-int64(n))
	if err != nil {
		err = fmt.Errorf("%w: %w", errNoRoom, err)
	}
	return n, err
}

// grant asks for the next piece of the disk.
func (f *spooled) grant() bool {
	if !f.Fits(f.promised.Add(spoolStep)) {
		f.promised.Add(-spoolStep)
		return false
	}
	f.granted += spoolStep
	return true
}

// load brings it back; the share has its memory from then on.
func (f *spooled) load(ctx context.Context, of *share) ([]byte, error) {
	if err := of.take(ctx, f.held, min(f.size, gonets.MaxRepliesHeld)); err != nil {
		return nil, err
	}
	data := make([]byte, f.size)
	if _, err := f.file.ReadAt(data, 0); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoRoom, err)
	}
	return data, nil
}

func (f *spooled) close() {
	f.promised.Add(-f.granted)
	_ = f.file.Close()
	_ = os.Remove(f.file.Name())
}

// share is what one reply has of the memory for long ones.
type share struct {
	of *semaphore.Weighted
	n  int64
}

// take waits for n bytes, for as long as somebody wants the reply. Those who have
// them wait for the store at most, never for a service or for their turn there, so
// no time-out is needed.
func (s *share) take(ctx context.Context, of *semaphore.Weighted, n int64) error {
	s.give()
	if err := of.Acquire(ctx, n); err != nil {
		return err
	}
	s.of, s.n = of, n
	return nil
}

func (s *share) give() {
	if s.of != nil {
		s.of.Release(s.n)
	}
	*s = share{}
}

type shareKey struct{}

// Keep returns a context whose latest exchange keeps its share of the memory for
// long replies until give is called, as it must be before the caller waits for any
// other exchange: for those who work on a reply and store it. It is for one
// goroutine. Without it the share ends with [Client.Do].
func Keep(ctx context.Context) (kept context.Context, give func()) {
	s := &share{}
	return context.WithValue(ctx, shareKey{}, s), s.give
}
