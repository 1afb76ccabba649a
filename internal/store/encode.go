package store

import (
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"gonets"
	"gonets/internal/compress"
	"gonets/internal/store/pack"
)

// body is a stored body: absent (size is NULL), inline, or by reference to a
// compressed row of bodies.
type body struct {
	size   sql.NullInt64
	inline []byte
	ref    []byte
	// packed is the compressed data to store under ref.
	packed []byte
}

// packBody does the dear part, hash and compression, in the caller's
// goroutine.
func packBody(raw []byte) body {
	switch {
	case raw == nil:
		return body{}
	case len(raw) <= gonets.InlineBody:
		return body{size: sql.NullInt64{Int64: int64(len(raw)), Valid: true}, inline: raw}
	}
	sum := sha256.Sum256(raw)
	return body{size: sql.NullInt64{Int64: int64(len(raw)), Valid: true}, ref: sum[:], packed: compress.Zstd(raw)}
}

// store writes the data that is not inline, once for an owner.
func (b *body) store(t *txn, owner string) error {
	if b.ref == nil {
		return nil
	}
	return t.exec(`INSERT INTO bodies (owner, sha256, data) VALUES (?, ?, ?)
		ON CONFLICT (owner, sha256) DO NOTHING`, owner, b.ref, b.packed)
}

// load gives the body back; an empty one is not nil.
func (b *body) load(q querier, owner string) ([]byte, error) {
	switch {
	case !b.size.Valid:
		return nil, nil
	case b.ref == nil && b.inline == nil:
		return []byte{}, nil
	case b.ref == nil:
		return b.inline, nil
	}
	var packed []byte
	err := q.row(`SELECT data FROM bodies WHERE owner = ? AND sha256 = ?`, []any{owner, b.ref}, &packed)
	if err == nil {
		packed, err = compress.Unzstd(packed, b.size.Int64)
	}
	if err != nil {
		return nil, fmt.Errorf("a body of %d bytes: %w", b.size.Int64, err)
	}
	return packed, nil
}

// blob is text that may hold any bytes; empty is NULL.
func blob(s string) []byte {
	if s == "" {
		return nil
	}
	return []byte(s)
}

// ms is a time as it is stored; the zero time is NULL.
func ms(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

func fromMS(v sql.NullInt64) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return time.UnixMilli(v.Int64).UTC()
}

func nullText(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// attemptDetail is what nobody searches for.
type attemptDetail struct {
	HTTPVersion string         `json:"http_version,omitempty"`
	TLSVersion  string         `json:"tls_version,omitempty"`
	Remote      string         `json:"remote,omitempty"`
	ReplyCut    bool           `json:"reply_cut,omitempty"`
	Timings     gonets.Timings `json:"timings,omitzero"`
	Hops        []gonets.Hop   `json:"hops,omitempty"`
}

// attemptRow is an attempt made ready for the transaction.
type attemptRow struct {
	*gonets.Attempt
	request, reply body
	detail         []byte
}

func packAttempt(a *gonets.Attempt) (*attemptRow, error) {
	if a == nil {
		return nil, nil
	}
	detail, err := json.Marshal(attemptDetail{a.HTTPVersion, a.TLSVersion, a.Remote, a.ReplyCut, a.Timings, a.Hops})
	if err != nil {
		return nil, err
	}
	return &attemptRow{Attempt: a, request: packBody(a.RequestBody), reply: packBody(a.ReplyBody), detail: detail}, nil
}

func (a *attemptRow) bytes() int64 {
	if a == nil {
		return 0
	}
	return int64(len(a.request.inline) + len(a.request.packed) + len(a.reply.inline) + len(a.reply.packed))
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// store inserts the attempt; the number's first attempt stays.
func (a *attemptRow) store(t *txn, runID string, fenced bool) error {
	n, err := t.changed(`INSERT INTO attempts (run, n, path, started_at, duration, outcome, code, error, status,
			charged, fenced, request_line, request_headers, request_size, request_body, request_ref,
			status_line, reply_headers, reply_size, reply_body, reply_ref, detail)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (run, n) DO NOTHING`,
		runID, a.N, a.Path, a.StartedAt.UnixMilli(), a.Duration.Microseconds(), string(a.Outcome), string(a.Code),
		blob(a.Error), a.Status, flag(a.Charged), flag(fenced || a.Fenced), []byte(a.Method+" "+a.URL),
		pack.Headers(a.RequestHeaders), a.request.size, a.request.inline, a.request.ref,
		blob(a.StatusLine), pack.Headers(a.ReplyHeaders), a.reply.size, a.reply.inline, a.reply.ref, a.detail)
	if err != nil || n == 0 {
		return err
	}
	if err := a.request.store(t, runID); err != nil {
		return err
	}
	return a.reply.store(t, runID)
}
