package store

import (
	"context"
	"database/sql"
	"errors"

	"gonets"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
)

// Event returns an event with its whole body.
func (s *Store) Event(ctx context.Context, id string) (gonets.Event, error) {
	ask, end := s.ask(ctx)
	defer end()
	found, err := pack.LoadEvents(ask, []string{id}, -1)
	if err != nil {
		return gonets.Event{}, ask.wrap(err)
	}
	e, ok := found[id]
	if !ok {
		return gonets.Event{}, gonets.Errorf(gonets.CodeNotFound, "there is no event %q", id)
	}
	return e, nil
}

// pageBodies is how many bytes of large bodies [Store.EventsByID] reads.
const pageBodies = 1 << 20

// EventsByID returns the events that are still there, by id, as far as they can
// be read; large bodies are left out when there are many.
func (s *Store) EventsByID(ctx context.Context, ids []string) (map[string]gonets.Event, error) {
	ask, end := s.ask(ctx)
	defer end()
	found, err := pack.LoadEvents(ask, ids, pageBodies)
	if err != nil && found != nil && s.unreadable(ask.ctx, err) {
		s.opt.Logger.Error("events cannot be read whole", "error", err)
		return found, nil
	}
	return found, ask.wrap(err)
}

// FindEvent returns a source's event by its id or by the key by which the
// source recognises repeats, as long as that is remembered.
func (s *Store) FindEvent(ctx context.Context, source, idOrKey string) (gonets.Event, error) {
	q := s.reader(ctx)
	var id string
	err := q.Row(`SELECT id FROM events WHERE id = ? AND source = ?`, []any{idOrKey, source}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		err = q.Row(`SELECT event FROM dedupe WHERE source = ? AND idem_key = ?`, []any{source, []byte(idOrKey)}, &id)
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
	err := s.reader(ctx).Row(`SELECT answer FROM events WHERE id = ?`, []any{eventID}, &b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, gonets.Errorf(gonets.CodeNotFound, "there is no event %q", eventID)
	}
	if err != nil {
		return nil, s.dialect.Wrap(err)
	}
	return pack.ReadAnswer(b)
}

// listBodies is how many bytes of large bodies a page of events carries.
const listBodies = gonets.MaxIngestBody

// Events lists events, newest first. Bodies above [gonets.InlineBody] are left
// out once a page holds 16 MiB of them; [Store.Event] has them all.
func (s *Store) Events(ctx context.Context, f gonets.EventFilter) (gonets.List[gonets.Event], error) {
	var out gonets.List[gonets.Event]
	text, args, err := filter.Events(pack.EventColumns, f)
	if err != nil {
		return out, err
	}
	ask, end := s.ask(ctx)
	defer end()
	events, err := pack.Collect(ask, text, args, pack.ScanEvent)
	if err != nil {
		return out, ask.wrap(err)
	}
	if size := f.Page.Size(); len(events) > size {
		events = events[:size]
		last := events[size-1]
		out.Next = filter.Cursor{At: last.ReceivedAt.UnixMilli(), ID: last.ID}.String()
	}
	budget := int64(listBodies)
	for _, e := range events {
		if err := e.LoadBody(ask, &budget); err != nil {
			return out, ask.wrap(err)
		}
		out.Items = append(out.Items, e.Event)
	}
	return out, nil
}
