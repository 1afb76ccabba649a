package pack

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"time"

	"gonets"
	"gonets/internal/compress"
	"gonets/internal/store/dialect"
)

// Body is a stored body: absent (Size is NULL), inline, or by reference to a
// compressed row of bodies.
type Body struct {
	Size sql.NullInt64
	// Inline is the body itself, or, when it has fewer bytes than Size says, the
	// body compressed.
	Inline []byte
	Ref    []byte
	// packed is the compressed data to store under Ref.
	packed []byte
}

// worthPacking is the size in bytes from which a body is packed: below it there
// is little to win.
const worthPacking = 128

// NewBody does the dear part, hash and compression, in the caller's goroutine.
func NewBody(raw []byte) Body {
	b := plainBody(raw)
	if len(b.Inline) >= worthPacking {
		if packed := compress.Zstd(b.Inline); len(packed) < len(b.Inline) {
			b.Inline = packed
		}
	}
	return b
}

// plainBody is a body that is not packed while it is small enough to be inline.
func plainBody(raw []byte) Body {
	switch {
	case raw == nil:
		return Body{}
	case len(raw) <= gonets.InlineBody:
		return Body{Size: sql.NullInt64{Int64: int64(len(raw)), Valid: true}, Inline: raw}
	}
	sum := sha256.Sum256(raw)
	return Body{Size: sql.NullInt64{Int64: int64(len(raw)), Valid: true}, Ref: sum[:], packed: compress.Zstd(raw)}
}

// Bodies adds bodies that are not inline, once for an owner.
var Bodies = dialect.Insert("bodies", dialect.Columns{
	dialect.Text("owner"), dialect.Bytes("sha256"), dialect.Bytes("data"),
}, "ON CONFLICT (owner, sha256) DO NOTHING", "")

// Row is the body's row of [Bodies]; nil when it needs none.
func (b *Body) Row(owner string) []any {
	if b.Ref == nil {
		return nil
	}
	return []any{owner, b.Ref, b.packed}
}

// size is the size as it is stored.
func (b *Body) size() any {
	if !b.Size.Valid {
		return nil
	}
	return b.Size.Int64
}

// Weight is how many bytes it holds until it is stored.
func (b *Body) Weight() int64 {
	if b.Ref == nil {
		return b.Size.Int64
	}
	return int64(len(b.packed))
}

// Load gives the body back; an empty one is not nil.
func (b *Body) Load(q Reader, owner string) ([]byte, error) {
	switch {
	case !b.Size.Valid:
		return nil, nil
	case b.Ref == nil && b.Inline == nil:
		return []byte{}, nil
	case b.Ref == nil && int64(len(b.Inline)) >= b.Size.Int64:
		return b.Inline, nil
	}
	packed, err := b.Inline, error(nil)
	if b.Ref != nil {
		err = q.Row(`SELECT data FROM bodies WHERE owner = ? AND sha256 = ?`, []any{owner, b.Ref}, &packed)
	}
	if err == nil {
		packed, err = compress.Unzstd(packed, b.Size.Int64)
	}
	if err != nil {
		return nil, fmt.Errorf("a body of %d bytes: %w", b.Size.Int64, err)
	}
	return packed, nil
}

// Blob is text that may hold any bytes; empty is NULL.
func Blob(s string) []byte {
	if s == "" {
		return nil
	}
	return []byte(s)
}

// MS is a time as it is stored; the zero time is NULL.
func MS(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// FromMS is a stored time.
func FromMS(v sql.NullInt64) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return time.UnixMilli(v.Int64).UTC()
}

// Stamp is a time as it is stored where 0 stands for the zero time.
func Stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// FromStamp is such a stored time.
func FromStamp(ms int64) time.Time { return FromMS(sql.NullInt64{Int64: ms, Valid: ms != 0}) }

// NullText is a text as it is stored; the empty one is NULL.
func NullText(s string) any {
	if s == "" {
		return nil
	}
	return s
}
