// Package patient writes answers that take long, and gives up a reader who takes nothing:
// neither the end of the work nor the stop of the server would wake who waits for him.
package patient

import (
	"net/http"
	"slices"
	"time"

	"gonets"
)

const (
	// patience is how long a reader may take nothing, portion what he has to take in that
	// time, in bytes.
	patience = 10 * time.Second
	portion  = 32 << 10
)

// Writer outlives the timeouts of other answers.
type Writer struct {
	to      http.ResponseWriter
	control *http.ResponseController
}

// New makes an answer one that may take long.
func New(w http.ResponseWriter) *Writer {
	p := &Writer{w, http.NewResponseController(w)}
	p.wait(time.Time{})
	return p
}

// wait sets until when the reader is waited for; zero is as long as nothing is written. A
// writer that knows no deadlines has none to set.
func (p *Writer) wait(until time.Time) { _ = p.control.SetWriteDeadline(until) }

// Write fails when the reader takes nothing.
func (p *Writer) Write(b []byte) (n int, err error) {
	// What is silent until the next write is not late.
	defer p.wait(time.Time{})
	for part := range slices.Chunk(b, portion) {
		p.wait(gonets.SystemClock{}.Now().Add(patience))
		m, err := p.to.Write(part)
		if n += m; err != nil {
			return n, err
		}
	}
	return n, nil
}

// Send writes what the reader should have now.
func (p *Writer) Send(b []byte) error {
	if _, err := p.Write(b); err != nil {
		return err
	}
	p.wait(gonets.SystemClock{}.Now().Add(patience))
	defer p.wait(time.Time{})
	return p.control.Flush()
}
