package pack

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"gonets"
	"gonets/internal/store/dialect"
)

// Event is an event made ready for the transaction.
type Event struct {
	*gonets.Event
	headers []byte
	Raw     Body
	// Owner is under what the events of a split request keep their common body;
	// empty is the event itself.
	Owner string
}

// NewEvent does the dear part in the caller's goroutine.
func NewEvent(e *gonets.Event) Event {
	return Event{Event: e, headers: Headers(e.Headers), Raw: NewBody(e.Body)}
}

// PartOf is another event of the request from which e was split; the body is
// the first one's.
func PartOf(first *Event, e *gonets.Event) Event {
	return Event{Event: e, headers: Headers(e.Headers), Raw: first.Raw, Owner: first.ID}
}

// Weight is how many bytes of it are stored.
func (e *Event) Weight() int64 { return int64(len(e.headers)+len(e.Item)) + e.Raw.Weight() }

// Events adds events without their large bodies and tells which were new.
var Events = dialect.Insert("events", dialect.Columns{
	dialect.Text("id"), dialect.Text("source"), dialect.Int("received_at"), dialect.Bytes("method"), dialect.Bytes("path").Usually(nil),
	dialect.Bytes("query").Usually(nil), dialect.Bytes("headers"), dialect.Bytes("content_type"), dialect.Text("remote"),
	dialect.Int("body_size"), dialect.Bytes("body"), dialect.Bytes("body_ref").Usually(nil), dialect.Text("body_owner").Usually(nil),
	dialect.Bytes("item").Usually(nil), dialect.Text("mark").Usually(""), dialect.Bytes("order_key").Usually(nil), dialect.Int("hops").Usually(0), dialect.Text("actor").Usually(""),
}, "ON CONFLICT (id) DO NOTHING", "id").MostlyNew()

// Row is the row of [Events].
func (e *Event) Row() []any {
	return []any{e.ID, e.Source, e.ReceivedAt.UnixMilli(), []byte(e.Method), Blob(e.Path), Blob(e.RawQuery), e.headers,
		Blob(e.ContentType), e.Remote, e.Raw.size(), e.Raw.Inline, e.Raw.Ref, NullText(e.Owner), e.Item,
		string(e.Mark), Blob(e.OrderKey), e.Hops, e.Actor}
}

// Same tells whether this very event is stored already, which is how a repeat
// after a lost answer finds itself; another event of the same id is an error.
func (e *Event) Same(q Reader) error {
	var source string
	var at int64
	var raw Body
	err := q.Row(`SELECT source, received_at, body, body_ref FROM events WHERE id = ?`, []any{e.ID},
		&source, &at, &raw.Inline, &raw.Ref)
	if err != nil {
		return err
	}
	if source != e.Source || at != e.ReceivedAt.UnixMilli() ||
		!bytes.Equal(raw.Inline, e.Raw.Inline) || !bytes.Equal(raw.Ref, e.Raw.Ref) {
		return gonets.Errorf(gonets.CodeConflict, "another event has the id %s", e.ID)
	}
	return nil
}

// EventColumns are what [ScanEvent] reads.
const EventColumns = `e.id, e.source, e.received_at, e.method, e.path, e.query, e.headers, e.content_type, e.remote,
	e.body_size, e.body, e.body_ref, e.body_owner, e.item, e.mark, e.order_key, e.hops, e.actor, e.answer`

// StoredEvent is an event as it was read, its large body still elsewhere.
type StoredEvent struct {
	gonets.Event
	raw   Body
	owner string
	// damage is why a part of it cannot be read.
	damage error
}

// ScanEvent reads [EventColumns].
func ScanEvent(scan func(...any) error) (StoredEvent, error) {
	var e StoredEvent
	var at int64
	var method, path, query, headers, contentType, orderKey, answer []byte
	var owner sql.NullString
	err := scan(&e.ID, &e.Source, &at, &method, &path, &query, &headers, &contentType, &e.Remote,
		&e.raw.Size, &e.raw.Inline, &e.raw.Ref, &owner, &e.Item, &e.Mark, &orderKey, &e.Hops, &e.Actor, &answer)
	if err != nil {
		return e, err
	}
	e.ReceivedAt = FromMS(sql.NullInt64{Int64: at, Valid: true})
	e.Method, e.Path, e.RawQuery = string(method), string(path), string(query)
	e.ContentType, e.OrderKey = string(contentType), string(orderKey)
	e.owner = e.ID
	if owner.Valid {
		e.owner = owner.String
	}
	e.Headers, err = Unpack(headers)
	var answerErr error
	e.Answer, answerErr = ReadAnswer(answer)
	e.damage = errors.Join(err, answerErr)
	return e, nil
}

// ReadAnswer reads a stored answer; nil is none.
func ReadAnswer(b []byte) (*gonets.Answer, error) {
	if b == nil {
		return nil, nil
	}
	a := &gonets.Answer{}
	return a, json.Unmarshal(b, a)
}

// eventsSQL reads so many events by id.
func eventsSQL(events int) string {
	return `SELECT ` + EventColumns + ` FROM events e WHERE e.id IN (` + In(events) + `)`
}

// LoadEvents reads events by id; bodies is how many bytes of large bodies are
// read, negative without limit. A body beyond that stays nil. What can be read
// of damaged events comes along with the error.
func LoadEvents(q Reader, ids []string, bodies int64) (map[string]gonets.Event, error) {
	out := make(map[string]gonets.Event, len(ids))
	events, err := collectEach(q, eventsSQL, ids, ScanEvent)
	if err != nil && !dialect.Corrupt(err) {
		return nil, err
	}
	for _, e := range events {
		if damage := errors.Join(e.damage, e.LoadBody(q, &bodies)); damage != nil {
			err = errors.Join(err, fmt.Errorf("the event %s: %w", e.ID, damage))
		}
		out[e.ID] = e.Event
	}
	return out, err
}

// LoadBody reads the body, a large one only within the budget, which it takes
// from.
func (e *StoredEvent) LoadBody(q Reader, budget *int64) (err error) {
	if e.raw.Ref != nil && *budget >= 0 {
		if e.raw.Size.Int64 > *budget {
			return nil
		}
		*budget -= e.raw.Size.Int64
	}
	e.Body, err = e.raw.Load(q, e.owner)
	return err
}

// EventHead reads an event without its body.
func EventHead(q Reader, id string) (gonets.Event, error) {
	found, err := LoadEvents(q, []string{id}, 0)
	if err != nil {
		return gonets.Event{}, err
	}
	e, ok := found[id]
	if !ok {
		return e, gonets.Errorf(gonets.CodeNotFound, "there is no event %q", id)
	}
	return e, nil
}
