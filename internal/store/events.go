package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"gonets"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
)

// eventRow is an event made ready for the transaction.
type eventRow struct {
	*gonets.Event
	headers []byte
	raw     body
	// owner is under what the events of a split request keep their common body;
	// empty is the event itself.
	owner string
}

func packEvent(e *gonets.Event) eventRow {
	return eventRow{Event: e, headers: pack.Headers(e.Headers), raw: packBody(e.Body)}
}

func (e *eventRow) bytes() int64 {
	return int64(len(e.headers) + len(e.raw.inline) + len(e.raw.packed) + len(e.Item))
}

// store inserts the event without a large body. Known is true when this very event is stored
// already, which is how a repeat after a lost answer finds itself; another
// event of the same id is an error.
func (e *eventRow) store(t *txn) (known bool, err error) {
	n, err := t.changed(`INSERT INTO events (id, source, received_at, method, path, query, headers, content_type,
			remote, body_size, body, body_ref, body_owner, item, mark, order_key, hops, actor)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO NOTHING`,
		e.ID, e.Source, e.ReceivedAt.UnixMilli(), []byte(e.Method), blob(e.Path), blob(e.RawQuery), e.headers,
		blob(e.ContentType), e.Remote, e.raw.size, e.raw.inline, e.raw.ref, nullText(e.owner), e.Item,
		string(e.Mark), blob(e.OrderKey), e.Hops, e.Actor)
	if err != nil {
		return false, err
	}
	if n == 1 {
		return false, nil
	}
	var old eventRow
	old.Event = &gonets.Event{}
	var at int64
	err = t.row(`SELECT source, received_at, body, body_ref FROM events WHERE id = ?`, []any{e.ID},
		&old.Source, &at, &old.raw.inline, &old.raw.ref)
	if err != nil {
		return false, err
	}
	if old.Source != e.Source || at != e.ReceivedAt.UnixMilli() ||
		!bytes.Equal(old.raw.inline, e.raw.inline) || !bytes.Equal(old.raw.ref, e.raw.ref) {
		return false, gonets.Errorf(gonets.CodeConflict, "another event has the id %s", e.ID)
	}
	return true, nil
}

const eventColumns = `e.id, e.source, e.received_at, e.method, e.path, e.query, e.headers, e.content_type, e.remote,
	e.body_size, e.body, e.body_ref, e.body_owner, e.item, e.mark, e.order_key, e.hops, e.actor, e.answer`

// storedEvent is an event as it was read, its large body still elsewhere.
type storedEvent struct {
	gonets.Event
	raw   body
	owner string
}

func scanEvent(scan func(...any) error) (storedEvent, error) {
	var e storedEvent
	var at int64
	var method, path, query, headers, contentType, orderKey, answer []byte
	var owner sql.NullString
	err := scan(&e.ID, &e.Source, &at, &method, &path, &query, &headers, &contentType, &e.Remote,
		&e.raw.size, &e.raw.inline, &e.raw.ref, &owner, &e.Item, &e.Mark, &orderKey, &e.Hops, &e.Actor, &answer)
	if err != nil {
		return e, err
	}
	e.ReceivedAt = fromMS(sql.NullInt64{Int64: at, Valid: true})
	e.Method, e.Path, e.RawQuery = string(method), string(path), string(query)
	e.ContentType, e.OrderKey = string(contentType), string(orderKey)
	e.owner = e.ID
	if owner.Valid {
		e.owner = owner.String
	}
	if e.Headers, err = pack.Unpack(headers); err != nil {
		return e, err
	}
	e.Answer, err = readAnswer(answer)
	return e, err
}

func readAnswer(b []byte) (*gonets.Answer, error) {
	if b == nil {
		return nil, nil
	}
	a := &gonets.Answer{}
	return a, json.Unmarshal(b, a)
}

// loadEvents reads events by id; withBodies is how many bytes of large bodies
// are read, negative without limit. A body beyond that stays nil.
func loadEvents(q querier, ids []string, withBodies int64) (map[string]gonets.Event, error) {
	out := make(map[string]gonets.Event, len(ids))
	events, err := collect(q, `SELECT `+eventColumns+` FROM events e WHERE e.id IN (`+list(len(ids))+`)`,
		anys(ids), scanEvent)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if err := e.loadBody(q, &withBodies); err != nil {
			return nil, err
		}
		out[e.ID] = e.Event
	}
	return out, nil
}

func (e *storedEvent) loadBody(q querier, budget *int64) (err error) {
	if e.raw.ref != nil && *budget >= 0 {
		if e.raw.size.Int64 > *budget {
			return nil
		}
		*budget -= e.raw.size.Int64
	}
	e.Body, err = e.raw.load(q, e.owner)
	return err
}

// Event returns an event with its whole body.
func (s *Store) Event(ctx context.Context, id string) (gonets.Event, error) {
	found, err := loadEvents(s.reader(ctx), []string{id}, -1)
	if err != nil {
		return gonets.Event{}, s.dialect.Wrap(err)
	}
	e, ok := found[id]
	if !ok {
		return gonets.Event{}, gonets.Errorf(gonets.CodeNotFound, "there is no event %q", id)
	}
	return e, nil
}

// FindEvent returns a source's event by its id or by the key by which the
// source recognises repeats, as long as that is remembered.
func (s *Store) FindEvent(ctx context.Context, source, idOrKey string) (gonets.Event, error) {
	q := s.reader(ctx)
	var id string
	err := q.row(`SELECT id FROM events WHERE id = ? AND source = ?`, []any{idOrKey, source}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		err = q.row(`SELECT event FROM dedupe WHERE source = ? AND idem_key = ?`, []any{source, []byte(idOrKey)}, &id)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return gonets.Event{}, gonets.Errorf(gonets.CodeNotFound, "the source %q has no event %q", source, idOrKey)
	}
	if err != nil {
		return gonets.Event{}, s.dialect.Wrap(err)
	}
	return s.Event(ctx, id)
}

// Answer is what a respond step answered to an event; nil while none did.
func (s *Store) Answer(ctx context.Context, eventID string) (*gonets.Answer, error) {
	var b []byte
	err := s.reader(ctx).row(`SELECT answer FROM events WHERE id = ?`, []any{eventID}, &b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, gonets.Errorf(gonets.CodeNotFound, "there is no event %q", eventID)
	}
	if err != nil {
		return nil, s.dialect.Wrap(err)
	}
	return readAnswer(b)
}

// listBodies is how many bytes of large bodies a page of events carries.
const listBodies = gonets.MaxIngestBody

// Events lists events, newest first. Bodies above [gonets.InlineBody] are left
// out once a page holds 16 MiB of them; [Store.Event] has them all.
func (s *Store) Events(ctx context.Context, f gonets.EventFilter) (gonets.List[gonets.Event], error) {
	var out gonets.List[gonets.Event]
	query, args, err := filter.Events(eventColumns, f)
	if err != nil {
		return out, err
	}
	q := s.reader(ctx)
	events, err := collect(q, query, args, scanEvent)
	if err != nil {
		return out, s.dialect.Wrap(err)
	}
	if size := f.Page.Size(); len(events) > size {
		events = events[:size]
		last := events[size-1]
		out.Next = filter.Cursor{At: last.ReceivedAt.UnixMilli(), ID: last.ID}.String()
	}
	budget := int64(listBodies)
	for _, e := range events {
		if err := e.loadBody(q, &budget); err != nil {
			return out, s.dialect.Wrap(err)
		}
		out.Items = append(out.Items, e.Event)
	}
	return out, nil
}
