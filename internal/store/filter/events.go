package filter

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonets"
)

// Events is the statement of a list of events, newest first, with its arguments;
// it selects columns of e. Its order names all columns of the index to walk, so
// that no database takes another.
func Events(columns string, f gonets.EventFilter) (string, []any, error) {
	from, err := ParseCursor(f.Page.Cursor)
	if err != nil {
		return "", nil, err
	}
	since, until := int64(math.MinInt64), Cursor{At: math.MaxInt64}
	if !f.Since.IsZero() {
		since = f.Since.UnixMilli()
	}
	if !f.Until.IsZero() {
		until.At = f.Until.UnixMilli()
	}
	if from.ID != "" && from.At < until.At {
		until = from
	}
	keys, args := "", []any{since, "", until.At, until.ID}
	order := " ORDER BY "
	if f.Source != "" {
		keys, order = "e.source, ", order+"e.source DESC, "
		args = []any{f.Source, since, "", f.Source, until.At, until.ID}
	}
	places := " (" + strings.Repeat("?, ", len(args)/2-1) + "?)"
	keys = "(" + keys + "e.received_at, e.id) "
	return "SELECT " + columns + " FROM events e WHERE " + keys + ">=" + places + " AND " + keys + "<" + places +
		order + "e.received_at DESC, e.id DESC LIMIT ?", append(args, f.Page.Size()+1), nil
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
