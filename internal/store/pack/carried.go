package pack

import (
	"errors"
	"fmt"

	"gonets"
)

// carried is what runs carried as it was read, large bodies still elsewhere.
type carried struct {
	events   map[string]StoredEvent
	attempts map[string][]storedAttempt
	// room is how many bytes more it may hold; below 0 it does not hold all.
	room int64
}

// LoadCarried reads the events and the attempts of runs with their bodies, of as many of
// the first ones as there is room for in bytes, at least one. The error tells why the
// run behind them cannot be read. It asks as many questions for many runs as for one,
// but for large bodies.
func LoadCarried(q Reader, runs []gonets.RunSummary, room int64) (out []gonets.RunDetail, err error) {
	var c carried
	for n := len(runs); n > 0; n /= 2 {
		// What is damaged of one keeps none of those before it.
		runs = runs[:n]
		if c, err = loadCarried(q, runs, room); err == nil && c.room >= 0 {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	for i := range runs {
		e, kept := c.events[runs[i].EventID]
		attempts := c.attempts[runs[i].ID]
		c.room -= e.raw.large()
		for j := range attempts {
			c.room -= attempts[j].request.large() + attempts[j].reply.large()
		}
		if c.room < 0 && i > 0 {
			return out, nil
		}
		if unlimited := int64(-1); kept {
			if damage := errors.Join(e.damage, e.LoadBody(q, &unlimited)); damage != nil {
				return out, fmt.Errorf("the event %s: %w", e.ID, damage)
			}
		}
		d := gonets.RunDetail{Run: runs[i], Event: e.Event, Attempts: make([]gonets.Attempt, len(attempts))}
		for j := range attempts {
			err = errors.Join(err, attempts[j].loadBodies(q, true))
			d.Attempts[j] = attempts[j].Attempt
		}
		if err != nil {
			return out, err
		}
		out = append(out, d)
	}
	return out, nil
}

// loadCarried reads all of it but the large bodies; of many runs no more than there is
// room for.
func loadCarried(q Reader, runs []gonets.RunSummary, room int64) (carried, error) {
	c := carried{events: make(map[string]StoredEvent, len(runs)), attempts: make(map[string][]storedAttempt, len(runs)), room: room}
	events := make([]string, len(runs))
	var tried []string
	for i := range runs {
		events[i] = runs[i].EventID
		if runs[i].Attempts > 0 {
			tried = append(tried, runs[i].ID)
		}
	}
	full := func() bool { return c.room < 0 && len(runs) > 1 }
	err := q.Each(eventsSQL(len(events)), Args(events), func(scan func(...any) error) error {
		if full() {
			return nil
		}
		e, err := ScanEvent(scan)
		c.events[e.ID] = e
		c.room -= int64(len(e.raw.Inline)+len(e.Path)+len(e.RawQuery)+len(e.Item)) + weight(e.Headers)
		return err
	})
	if err != nil || len(tried) == 0 || full() {
		return c, err
	}
	return c, q.Each(HeadsSQL(len(tried)), Args(tried), func(scan func(...any) error) error {
		if full() {
			return nil
		}
		a, err := scanHead(q, scan)
		c.attempts[a.RunID] = append(c.attempts[a.RunID], a)
		c.room -= int64(len(a.request.Inline)+len(a.reply.Inline)+len(a.URL)+len(a.Error)) + weight(a.RequestHeaders) + weight(a.ReplyHeaders)
		return err
	})
}

// large is the size of a body that is stored elsewhere.
func (b *Body) large() int64 {
	if b.Ref == nil {
		return 0
	}
	return b.Size.Int64
}

func weight(headers []gonets.Header) (n int64) {
	for _, h := range headers {
		n += int64(len(h.Name) + len(h.Value))
	}
	return n
}
