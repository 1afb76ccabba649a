package history

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"gonets"
	"gonets/internal/store/filter"
	"gonets/internal/store/pack"
)

// Event returns an event with its whole body.
func (h *History) Event(ctx context.Context, id string) (e gonets.Event, err error) {
	err = h.base.Ask(ctx, func(r pack.Reader) error {
		found, err := pack.LoadEvents(r, []string{id}, -1)
		if err != nil {
			return err
		}
		var known bool
		if e, known = found[id]; !known {
			return gonets.Errorf(gonets.CodeNotFound, "there is no event %q", id)
		}
		return nil
	})
	return e, err
}

// FindEvent returns a source's event by its id or by the key by which the
// source recognises repeats, as long as that is remembered.
func (h *History) FindEvent(ctx context.Context, source, idOrKey string) (gonets.Event, error) {
	q := h.base.Quick(ctx)
	var id string
	err := q.Row(`SELECT id FROM events WHERE id = ? AND source = ?`, []any{idOrKey, source}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		err = q.Row(`SELECT event FROM dedupe WHERE source = ? AND idem_key = ?`, []any{source, []byte(idOrKey)}, &id)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return gonets.Event{}, gonets.Errorf(gonets.CodeNotFound, "the source %q has no event %q", source, idOrKey)
	}
	if err != nil {
		return gonets.Event{}, h.base.Wrap(err)
	}
	return h.Event(ctx, id)
}

// Answer is what a respond step answered to an event; nil while none did.
func (h *History) Answer(ctx context.Context, eventID string) (*gonets.Answer, error) {
	var b []byte
	err := h.base.Quick(ctx).Row(`SELECT answer FROM events WHERE id = ?`, []any{eventID}, &b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, gonets.Errorf(gonets.CodeNotFound, "there is no event %q", eventID)
	}
	if err != nil {
		return nil, h.base.Wrap(err)
	}
	return pack.ReadAnswer(b)
}

// CallersSQL reads who sent a source's last events, the newest first.
const CallersSQL = `SELECT e.id, e.received_at, e.remote, e.actor FROM events e WHERE e.source = ?
	ORDER BY e.source DESC, e.received_at DESC, e.id DESC LIMIT ?`

// lastCallers is among how many events Callers looks.
const lastCallers = 500

// Callers are those of a source's last events that nobody made by hand, the newest
// first, with who sent them and without what they carried.
func (h *History) Callers(ctx context.Context, source string) (out []gonets.Event, err error) {
	err = h.base.Ask(ctx, func(r pack.Reader) error {
		out, err = pack.Collect(r, CallersSQL, []any{source, lastCallers}, func(scan func(...any) error) (gonets.Event, error) {
			e, at := gonets.Event{Source: source}, sql.NullInt64{}
			err := scan(&e.ID, &at, &e.Remote, &e.Actor)
			e.ReceivedAt = pack.FromMS(at)
			return e, err
		})
		return err
	})
	return slices.DeleteFunc(out, func(e gonets.Event) bool { return e.Actor != "" }), err
}

// listBodies is how many bytes of large bodies a page of events carries.
const listBodies = gonets.MaxIngestBody

// Events lists events, newest first. Bodies above [gonets.InlineBody] are left
// out once a page holds 16 MiB of them; [History.Event] has them all.
func (h *History) Events(ctx context.Context, f gonets.EventFilter) (out gonets.List[gonets.Event], err error) {
	text, args, err := filter.Events(pack.EventColumns, f)
	if err != nil {
		return out, err
	}
	err = h.base.Ask(ctx, func(r pack.Reader) error {
		out = gonets.List[gonets.Event]{}
		events, err := pack.Collect(r, text, args, pack.ScanEvent)
		if err != nil {
			return err
		}
		if size := f.Page.Size(); len(events) > size {
			events = events[:size]
			last := events[size-1]
			out.Next = filter.Cursor{At: last.ReceivedAt.UnixMilli(), ID: last.ID}.String()
		}
		budget := int64(listBodies)
		for _, e := range events {
			if err := e.LoadBody(r, &budget); err != nil {
				return err
			}
			out.Items = append(out.Items, e.Event)
		}
		return nil
	})
	return out, err
}
