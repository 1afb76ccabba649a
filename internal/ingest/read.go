package ingest

import (
	"io"
	"net/http"
	"sync/atomic"

	"gonets"
	"gonets/internal/source"
)

// firstRead is the first piece of memory for a body of unknown length. The
// rest is paid for as it arrives, so that those who announce much and send
// nothing hold nothing.
const firstRead = 16 << 10

// budget bounds the memory that bodies, and what they are taken apart into, take
// while they are received.
type budget struct {
	used atomic.Int64
	max  int64
}

// hold is one request's share of the budget.
type hold struct {
	budget *budget
	n      int64
}

func (h *hold) take(n int64) error {
	if h.budget.used.Add(n) > h.budget.max && !unbounded {
		h.budget.used.Add(-n)
		return gonets.Errorf(gonets.CodeBusy, "the server is receiving as much as it can hold; send it again in a second")
	}
	h.n += n
	return nil
}

func (h *hold) give(n int64) {
	h.n -= n
	h.budget.used.Add(-n)
}

// release gives all back; it may be called twice.
func (h *hold) release() { h.give(h.n) }

// unpack pays for a packed body before it is unpacked, a hundred times its size,
// and gives back what was not needed.
func (h *hold) unpack(in *source.Incoming) error {
	if !in.Packed() {
		return nil
	}
	most := min(gonets.MaxIngestBody, int64(len(in.Body))*gonets.MaxGzipRatio)
	if err := h.take(most); err != nil {
		return err
	}
	n, err := in.Unpack()
	h.give(most - min(most, int64(n)))
	return err
}

// read takes the body in, to the byte.
func (x *exchange) read(hold *hold) ([]byte, error) {
	limit, length := x.h.o.MaxBody, x.r.ContentLength
	if x.r.Body == nil || x.r.Body == http.NoBody || length == 0 {
		return nil, nil
	}
	// What is over the limit is read too, up to as much again, and thrown
	// away: a caller that is cut off while sending never sees why.
	body := http.MaxBytesReader(x.w, x.r.Body, 2*limit)
	if length > limit {
		return nil, x.tooLarge(body)
	}
	size := int64(firstRead)
	if length > 0 {
		size = min(length+1, firstRead)
	}
	if err := hold.take(size); err != nil {
		x.drain(body)
		return nil, err
	}
	buf := make([]byte, 0, size)
	for {
		n, err := body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > limit:
			return nil, x.tooLarge(body)
		case err == io.EOF:
			return buf, nil
		case err != nil:
			return nil, gonets.Errorf(gonets.CodeBodyUnreadable, "the body broke off: %w", err)
		case len(buf) < cap(buf):
			continue
		}
		grown := min(2*int64(cap(buf)), limit+1)
		if length > 0 {
			grown = min(grown, length+1)
		}
		if err := hold.take(grown - int64(cap(buf))); err != nil {
			x.drain(body)
			return nil, err
		}
		buf = append(make([]byte, 0, grown), buf...)
	}
}

func (x *exchange) tooLarge(rest io.Reader) error {
	x.drain(rest)
	return gonets.Errorf(gonets.CodeBodyTooLarge, "the body is longer than %d bytes; send it in parts", x.h.o.MaxBody)
}

func (x *exchange) drain(rest io.Reader) {
	x.w.Header().Set("Connection", "close")
	if _, err := io.Copy(io.Discard, rest); err != nil {
		// It was sent for nothing either way; the answer is the same.
		x.h.o.Log.Debug("the rest of a refused body was not read", "error", err)
	}
}
