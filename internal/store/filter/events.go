package filter

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"gonets"
)

// Events is the statement of a list of events, newest first, with its arguments;
// it selects columns of e.
func Events(columns string, f gonets.EventFilter) (string, []any, error) {
	var where []string
	var args []any
	add := func(cond string, a ...any) {
		where = append(where, cond)
		args = append(args, a...)
	}
	if f.Source != "" {
		add("e.source = ?", f.Source)
	}
	from, err := ParseCursor(f.Page.Cursor)
	if err != nil {
		return "", nil, err
	}
	if from.ID != "" {
		add("(e.received_at, e.id) < (?, ?)", from.At, from.ID)
	}
	if !f.Since.IsZero() {
		add("e.received_at >= ?", f.Since.UnixMilli())
	}
	if !f.Until.IsZero() {
		add("e.received_at < ?", f.Until.UnixMilli())
	}
	if len(where) == 0 {
		add("e.received_at > ?", -1)
	}
	args = append(args, f.Page.Size()+1)
	return `SELECT ` + columns + ` FROM events e WHERE ` + strings.Join(where, " AND ") +
		` ORDER BY e.received_at DESC, e.id DESC LIMIT ?`, args, nil
}

// Cursor is the place of the last row of a page. Callers see opaque text.
type Cursor struct {
	At int64
	ID string
}

// String is the opaque text.
func (c Cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(c.At, 10) + "/" + c.ID))
}

// ParseCursor reads what String made; empty text is the beginning.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	at, id, ok := strings.Cut(string(b), "/")
	n, err2 := strconv.ParseInt(at, 10, 64)
	if err != nil || err2 != nil || !ok || id == "" {
		return Cursor{}, &gonets.Error{Code: gonets.CodeInvalid,
			Message: fmt.Sprintf("%q is not a cursor of this list; begin again without one", s)}
	}
	return Cursor{n, id}, nil
}
