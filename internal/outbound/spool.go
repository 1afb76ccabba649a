package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sync/semaphore"

	"gonets"
)

// Spool is where long replies wait for their end. Any number of services may
// answer at once, slowly or never to the end, so what comes is not kept in memory
// beyond a first piece; a whole reply is, while somebody works on it.
type Spool struct {
	// Folder holds its files, which are gone when their exchange is over; empty is
	// the system's for temporary files.
	Folder string
	// Fits tells whether so many bytes more fit on its disk; nil is always.
	Fits func(bytes int64) bool
}

// spoolStep is after how many bytes the disk is looked at again.
const spoolStep = 1 << 20

var errNoRoom = errors.New("the reply found no room")

// spool is a Spool at work.
type spool struct {
	Spool
	// held is the memory of whole replies.
	held *semaphore.Weighted
}

func newSpool(o Spool) spool {
	if o.Fits == nil {
		o.Fits = func(int64) bool { return true }
	}
	return spool{Spool: o, held: semaphore.NewWeighted(gonets.MaxRepliesHeld)}
}

// read reads on after the first piece of a reply, of limit bytes at most.
func (s *spool) read(r io.Reader, first []byte, limit int64) (f *spooled, err error) {
	file, err := os.CreateTemp(s.Folder, "reply-*")
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
}

func (f *spooled) Write(p []byte) (int, error) {
	if f.size%spoolStep+int64(len(p)) >= spoolStep && !f.Fits(gonets.MaxReplyLimit) {
		return 0, errNoRoom
	}
	n, err := f.file.Write(p)
	f.size += int64(n)
	if err != nil {
		err = fmt.Errorf("%w: %w", errNoRoom, err)
	}
	return n, err
}

// load brings it back; the share has its memory from then on.
func (f *spooled) load(ctx context.Context, of *share) ([]byte, error) {
	of.take(ctx, f.held, min(f.size, gonets.MaxRepliesHeld))
	data := make([]byte, f.size)
	if _, err := f.file.ReadAt(data, 0); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoRoom, err)
	}
	return data, nil
}

func (f *spooled) close() {
	f.file.Close()
	_ = os.Remove(f.file.Name())
}

// share is what one reply has of the memory for long ones.
type share struct {
	of *semaphore.Weighted
	n  int64
}

// take waits for n bytes. Those who have them wait for the store at most, never
// for a service, so no time-out is needed.
func (s *share) take(ctx context.Context, of *semaphore.Weighted, n int64) {
	s.give()
	if of.Acquire(context.WithoutCancel(ctx), n) == nil {
		s.of, s.n = of, n
	}
}

func (s *share) give() {
	if s.of != nil {
		s.of.Release(s.n)
	}
	*s = share{}
}

type shareKey struct{}

// Keep returns a context whose latest exchange keeps its share of the memory for
// long replies until give is called: for callers who work on a reply for longer
// than they need to look at it. It is for one goroutine. Without it the share ends
// with [Client.Do].
func Keep(ctx context.Context) (kept context.Context, give func()) {
	s := &share{}
	return context.WithValue(ctx, shareKey{}, s), s.give
}
