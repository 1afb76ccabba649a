// Package refused tells the log which calls of the API were turned away: who tries
// tokens, passwords or what he has no right to shows there.
package refused

import (
	"log/slog"
	"net/http"
	"net/netip"

	"gonets"
	"gonets/internal/peer"
	"gonets/internal/telemetry"
)

// Writer knows with which status an answer began.
type Writer struct {
	http.ResponseWriter
	status int
}

// Begun tells whether an answer has begun.
func (w *Writer) Begun() bool { return w.status != 0 }

// WriteHeader begins the answer.
func (w *Writer) WriteHeader(status int) {
	w.began(status)
	w.ResponseWriter.WriteHeader(status)
}

func (w *Writer) Write(b []byte) (int, error) {
	w.began(http.StatusOK)
	return w.ResponseWriter.Write(b)
}

func (w *Writer) began(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (w *Writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Log writes a bounded number of lines.
type Log struct{ few *telemetry.Few }

// NewLog bounds what is written to a log.
func NewLog(log *slog.Logger, clock gonets.Clock) Log { return Log{telemetry.NewFew(log, clock)} }

// Tell says that a call was turned away, when it was. What proved the caller, and
// what he asked beside the operation, may be secret or long and is left out.
func (l Log) Tell(w *Writer, r *http.Request) {
	var why string
	switch w.status {
	case http.StatusUnauthorized:
		why = "nobody who is known"
	case http.StatusForbidden:
		why = "no right to it"
	case http.StatusTooManyRequests:
		why = "too many tries"
	default:
		return
	}
	operation := r.Pattern // the mux has set it
	if operation == "" {
		operation = "another site's page"
	}
	from := peer.Of(r).Addr
	l.few.Log(slog.LevelWarn, why+" "+operation+" "+network(from), "a call of the API was refused", "why", why, "status", w.status, "operation", operation,
		"from", from, "proof", proof(r))
}

// network is what one caller's addresses have in common: who tries much must not hide
// the others, whatever addresses of his he takes.
func network(a netip.Addr) string {
	a = a.Unmap()
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(a, bits).Masked().String()
}

// proof is by what the caller wanted to be known, never its value.
func proof(r *http.Request) string {
	switch {
	case r.Header.Get("Authorization") != "":
		return "token"
	case r.Header.Get("Cookie") != "":
		return "cookie"
	}
	return "none"
}
