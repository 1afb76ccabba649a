package echo

import (
	"container/list"
	"encoding/json"
	"net/url"
	"slices"
	"sync"
	"time"

	"gonets"
	"gonets/internal/script"
)

// Limits of what is kept in memory.
const (
	maxIDs      = 1000
	maxRequests = 50
	maxBody     = 64 << 10
	// maxKept bounds the whole memory, in bytes; the least recently used
	// addresses go first.
	maxKept = 32 << 20
	// maxCursors is how many different query scripts of one address are followed.
	maxCursors = 8
)

// received is what came in, as it is shown.
type received struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Query   map[string]any    `json:"query"`
	Headers map[string]string `json:"headers"`
	// Body is the JSON value when the body is JSON, else its text.
	Body json.RawMessage `json:"body"`
	// Size is the whole body's, in bytes.
	Size int64 `json:"size"`
	// Cut is true when Body is only the beginning.
	Cut bool `json:"cut,omitempty"`
}

// record is one received request in the list of an address.
type record struct {
	id int64
	// event is what came; its body is at most maxBody bytes of size.
	event gonets.Event
	size  int64
	// how it was answered; status is 0 when the connection was cut or hung.
	how    script.Kind
	status int

	bytes int
}

func (r *record) received() received {
	// What cannot be read of a query is left out.
	query, _ := url.ParseQuery(r.event.RawQuery)
	headers := make(map[string]string, len(r.event.Headers))
	for _, h := range r.event.Headers {
		headers[h.Name] = h.Value
	}
	return received{
		Method: r.event.Method, Path: r.event.Path, Query: shownQuery(query), Headers: headers,
		Body: shownBody(r.event.ContentType, r.event.Body, r.cut()), Size: r.size, Cut: r.cut(),
	}
}

// cut tells whether only the beginning of the body is kept.
func (r *record) cut() bool { return r.size > int64(len(r.event.Body)) }

// listed is a record as /_requests lists it.
type listed struct {
	ID int64  `json:"id"`
	At string `json:"at"`
	received
	// Status is what was answered; 0 when the connection was cut or hung.
	Status int `json:"status"`
}

func (r *record) listed() listed {
	return listed{r.id, r.event.ReceivedAt.Format(time.RFC3339Nano), r.received(), r.status}
}

// cursor is a position in a script that came as text.
type cursor struct {
	*script.Cursor
	text   string
	length int
}

// address is the state of one echo id.
type address struct {
	id       string
	count    int64
	requests []*record
	bytes    int
	// script is the one that was put; queries are those that requests named.
	script  *cursor
	queries []*cursor
	place   *list.Element
}

// book is the state of all addresses, least recently used last.
type book struct {
	mu    sync.Mutex
	ids   map[string]*address
	order list.List
	bytes int
}

// touch finds or makes an address and moves it to the front.
func (b *book) touch(id string) *address {
	if a, ok := b.ids[id]; ok {
		b.order.MoveToFront(a.place)
		return a
	}
	if b.ids == nil {
		b.ids = map[string]*address{}
	}
	a := &address{id: id}
	a.place = b.order.PushFront(a)
	b.ids[id] = a
	b.shrink()
	return a
}

// shrink forgets addresses until the limits hold; the newest one stays.
func (b *book) shrink() {
	for b.order.Len() > 1 && (b.order.Len() > maxIDs || b.bytes > maxKept) {
		oldest := b.order.Remove(b.order.Back()).(*address)
		delete(b.ids, oldest.id)
		b.bytes -= oldest.bytes
	}
}

// receive counts and keeps a request and decides how to answer it.
func (b *book) receive(id string, rec *record, query *cursor) (int64, script.Step) {
	now := rec.event.ReceivedAt
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.touch(id)
	a.count++
	rec.id = a.count
	how := script.OK()
	switch {
	case query != nil:
		how = a.query(query).Next(now)
	case a.script != nil:
		how = a.script.Next(now)
	}
	if rec.how = how.Kind; how.Kind != script.Cut && how.Kind != script.Hang {
		rec.status = how.Status
	}
	a.requests = append(a.requests, rec)
	a.bytes += rec.bytes
	b.bytes += rec.bytes
	if len(a.requests) > maxRequests {
		first := a.requests[0]
		a.requests = slices.Delete(a.requests, 0, 1)
		a.bytes -= first.bytes
		b.bytes -= first.bytes
	}
	b.shrink()
	return a.count, how
}

// query finds the position of a script that came with a request, or begins it.
func (a *address) query(c *cursor) *cursor {
	for _, known := range a.queries {
		if known.text == c.text {
			return known
		}
	}
	if len(a.queries) == maxCursors {
		a.queries = slices.Delete(a.queries, 0, 1)
	}
	a.queries = append(a.queries, c)
	return c
}

func (b *book) setScript(id string, c *cursor) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ids[id] == nil && c == nil {
		return
	}
	a := b.touch(id)
	a.script = c
	b.tidy(a)
}

func (b *book) list(id string) (count int64, requests []*record) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, ok := b.ids[id]
	if !ok {
		return 0, nil
	}
	return a.count, slices.Clone(a.requests)
}

// forget drops the requests and their count; the script that was put stays.
func (b *book) forget(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, ok := b.ids[id]
	if !ok {
		return
	}
	b.bytes -= a.bytes
	a.requests, a.bytes, a.count, a.queries = nil, 0, 0, nil
	b.tidy(a)
}

// tidy drops an address of which nothing is left to keep.
func (b *book) tidy(a *address) {
	if a.script == nil && a.count == 0 {
		b.order.Remove(a.place)
		delete(b.ids, a.id)
	}
}
