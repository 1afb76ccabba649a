package pack

import (
	"cmp"

	"gonets/internal/store/dialect"
)

// Key is a text that strangers choose, within a source or a scenario.
type Key struct{ Of, Text string }

// Compare orders keys, so that nodes that lock several can't block each other.
func (k Key) Compare(o Key) int { return cmp.Or(cmp.Compare(k.Of, o.Of), cmp.Compare(k.Text, o.Text)) }

// lists are keys as two columns.
func lists(keys []Key) (of []string, texts [][]byte) {
	for _, k := range keys {
		of, texts = append(of, k.Of), append(texts, []byte(k.Text))
	}
	return of, texts
}

// Seen is what a dedupe key stands for, with the answer to its event.
type Seen struct {
	Event        string
	Hash, Answer []byte
}

// The way to keys that are taken: all at once where a question costs a journey.
const (
	seenColumns = `SELECT d.source, d.idem_key, d.event, d.body_hash, e.answer FROM `
	seenEvent   = ` LEFT JOIN events e ON e.id = d.event`
	SeenSQL     = seenColumns + `dedupe d` + seenEvent + ` WHERE d.source = ? AND d.idem_key = ?`
	SeenManySQL = seenColumns + `unnest(CAST(? AS text[]), CAST(? AS bytea[])) AS v (source, idem_key)
		JOIN dedupe d ON d.source = v.source AND d.idem_key = v.idem_key` + seenEvent
)

// LoadSeen reads what keys stand for that others have taken.
func LoadSeen(q Reader, d *dialect.Dialect, keys []Key) (map[Key]Seen, error) {
	out := make(map[Key]Seen, len(keys))
	read := func(query string, args ...any) error {
		_, err := Collect(q, query, args, func(scan func(...any) error) (struct{}, error) {
			var of string
			var key []byte
			var s Seen
			err := scan(&of, &key, &s.Event, &s.Hash, &s.Answer)
			out[Key{of, string(key)}] = s
			return struct{}{}, err
		})
		return err
	}
	if d.Shared {
		of, texts := lists(keys)
		return out, read(SeenManySQL, of, texts)
	}
	for _, k := range keys {
		if err := read(SeenSQL, k.Of, []byte(k.Text)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Keys claims keys that are new or whose window is over.
var Keys = dialect.Insert("dedupe", dialect.Columns{
	dialect.Text("source"), dialect.Bytes("idem_key"), dialect.Text("event"), dialect.Bytes("body_hash"), dialect.Int("expires_at"),
	dialect.Int("taken_at"),
}, `ON CONFLICT (source, idem_key) DO UPDATE
	SET event = excluded.event, body_hash = excluded.body_hash, expires_at = excluded.expires_at,
		taken_at = excluded.taken_at
	WHERE dedupe.expires_at <= excluded.taken_at`, "event")

// Values adds values by which the history finds runs.
var Values = dialect.Insert("run_values", dialect.Columns{
	dialect.Bytes("value"), dialect.Text("run"),
}, "ON CONFLICT (value, run) DO NOTHING", "")
