package pack

import (
	"cmp"
	"maps"
	"slices"
	"time"

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
	// Until is when it is free again, in milliseconds.
	Until int64
}

// The way to keys that are taken: all at once where a question costs a journey.
const (
	seenColumns = `SELECT d.source, d.idem_key, d.event, d.body_hash, e.answer, d.expires_at FROM `
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
			err := scan(&of, &key, &s.Event, &s.Hash, &s.Answer, &s.Until)
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

// HiddenKeys are what a key is whose text was erased: whoever comes with it is still
// known, and nobody can tell it from what is kept. macs are keyed hashes; under the
// first one keys are hidden now, under the others they were.
func HiddenKeys(macs func(string) [][]byte, k Key) []Key {
	var out []Key
	for _, mac := range macs("repeats:" + k.Of + "\x00" + k.Text) {
		out = append(out, Key{k.Of, "\x00" + string(mac[:16])})
	}
	return out
}

// KeepHidden makes it known that there is a hidden key until a time. Every cache of
// the configuration has to be read anew then.
const KeepHidden = `INSERT INTO meta (name, value) VALUES ('hidden_keys', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value
	WHERE CAST(meta.value AS BIGINT) < CAST(excluded.value AS BIGINT)`

// HiddenUntil is until when there are hidden keys, in milliseconds; 0 is never.
func HiddenUntil(q Reader) (at int64, err error) {
	err = q.Row(`SELECT COALESCE(max(CAST(value AS BIGINT)), 0) FROM meta WHERE name = 'hidden_keys'`, nil, &at)
	return at, err
}

// Names are the keys that are kept under another one, because their text was
// erased.
type Names map[Key]Key

// Of is the key under which one is kept.
func (n Names) Of(k Key) Key {
	if hidden, ok := n[k]; ok {
		return hidden
	}
	return k
}

// Counting are the names under which keys are kept that still count at a time, of
// all that they may have.
func Counting(q Reader, d *dialect.Dialect, hidden map[Key][]Key, at time.Time) (Names, error) {
	kept, err := LoadSeen(q, d, slices.Concat(slices.Collect(maps.Values(hidden))...))
	names := Names{}
	for k, all := range hidden {
		for _, h := range all {
			if kept[h].Until > at.UnixMilli() {
				names[k] = h
			}
		}
	}
	return names, err
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
