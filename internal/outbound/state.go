package outbound

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"sync/atomic"

	"gonets"
)

// The phases of getting a connection: what a timeout interrupted.
const (
	phaseWaiting int32 = iota
	phaseDNS
	phaseConnect
	phaseTLS
)

type stateKey struct{}

// state follows one request on its way; as its context it is found by whoever
// dials for it. It is not reused: a dial that was started for it may outlive
// it.
type state struct {
	context.Context
	trace  httptrace.ClientTrace
	watch  gonets.Stopwatch
	cancel context.CancelFunc

	// These four belong to the goroutine that calls RoundTrip.
	conn   *wire
	base   int64
	shared bool // HTTP/2: other requests write to the connection too
	resent bool

	phase                        atomic.Int32
	dns, connect, tls, firstByte atomic.Int64
}

func newState(ctx context.Context, watch gonets.Stopwatch, cancel context.CancelFunc) *state {
	s := &state{Context: ctx, watch: watch, cancel: cancel}
	s.trace.GotConn = s.gotConn
	s.trace.GotFirstResponseByte = func() { s.mark(&s.firstByte) }
	return s
}

// Value implements [context.Context].
func (s *state) Value(key any) any {
	if key == (stateKey{}) {
		return s
	}
	return s.Context.Value(key)
}

// mark keeps the moment, at least 1 so that it is not taken for "never".
func (s *state) mark(at *atomic.Int64) {
	if s.cancel != nil {
		at.Store(max(1, s.watch.Microseconds()))
	}
}

// gotConn notes which connection the request takes. net/http takes another one
// when a kept connection turns out to be dead. That is welcome while nothing
// was written, but for GET and for anything with an Idempotency-Key it also
// does so after the request was written, which would send it twice under one
// attempt. So the second connection is closed before it is written to; the
// retry policy decides instead. HTTP/2 repeats only what the server declared
// as not processed (RFC 9113 §8.7), on connections that others share.
func (s *state) gotConn(info httptrace.GotConnInfo) {
	shared := false
	if t, ok := info.Conn.(*tls.Conn); ok {
		shared = t.ConnectionState().NegotiatedProtocol == "h2"
	}
	if s.wrote() && !s.shared && !shared {
		s.resent = true
		s.cancel()
		info.Conn.Close()
		return
	}
	s.conn, s.shared = wireOf(info.Conn), shared
	if s.conn != nil {
		s.base = s.conn.written.Load()
	}
}

// wrote tells whether a byte of the request may have left. On a shared
// connection another request's bytes count too: that errs to the safe side.
func (s *state) wrote() bool { return s.conn != nil && s.conn.written.Load() > s.base }
