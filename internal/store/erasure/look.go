package erasure

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"

	"gonets"
	"gonets/internal/charset"
	"gonets/internal/compress"
	"gonets/internal/erase"
	"gonets/internal/store/dialect"
	"gonets/internal/store/pack"
)

// shelf is one kind of things, looked through in an order that stays.
type shelf func(l *looking) error

// shelves are in this order, so that what an event takes with it need not be
// looked at any more.
var shelves = []shelf{(*looking).values, (*looking).events, (*looking).runs, (*looking).checks, (*looking).letters,
	(*looking).bulks, (*looking).audit, (*looking).deeds, (*looking).keys, (*looking).views, (*looking).documents,
	(*looking).fields, (*looking).drifts, (*looking).versions}

const (
	// few is how many things with bodies are read at once, many of others.
	few  = 20
	many = 500
)

// The parts of notes tell where they stand; a deed's goes on with its key in hex,
// a view's with its hash.
const (
	partBulk   = "bulk"
	partAudit  = "audit"
	partFields = "fields"
	partDrift  = "drift"
	partDeed   = "deed:"
	partView   = "view:"
)

// looking is one page of a walk.
type looking struct {
	pack.Reader
	// damaged tells whether an error is about what was read, of which the rest came along
	// or not. What the database could not give is looked at again: nobody knows what it
	// holds.
	damaged func(err error, rest bool) bool
	job     string
	from    erase.Place
	page    erase.Page
	// last is the last thing that was looked at; empty when there was none.
	last, side string
	// size is how many were asked for; more tells that there may be further ones though
	// fewer came.
	size int
	more bool
	// actors are those whose names were looked at, lost what was counted as unread.
	actors, lost map[string]bool
}

func (l *looking) add(f erase.Find, texts ...erase.Text) {
	l.page.Items = append(l.page.Items, erase.Item{Find: f, Texts: texts})
}

// LookErasure reads the next page of everything that is kept. Behind the last shelf, to
// which a walk comes that broke off there, it is empty.
func (e *Eraser) LookErasure(ctx context.Context, job string, from erase.Place) (erase.Page, error) {
	if from.Shelf >= len(shelves) {
		return erase.Page{Next: from, Done: true, Share: 1}, nil
	}
	l := &looking{Reader: e.base.Read(ctx), job: job, from: from, actors: map[string]bool{}, lost: map[string]bool{}}
	l.damaged = func(err error, rest bool) bool {
		return ctx.Err() == nil && (dialect.Corrupt(err) || rest && e.base.Dialect.Classify(err) == dialect.FaultOperation)
	}
	if err := shelves[from.Shelf](l); err != nil {
		return l.page, e.base.Wrap(err)
	}
	l.page.Next = erase.Place{Shelf: from.Shelf, After: l.last, Side: l.side}
	share := 0.0
	if l.page.Looked < l.size && !l.more {
		l.page.Next = erase.Place{Shelf: from.Shelf + 1}
		l.page.Done = l.page.Next.Shelf == len(shelves)
	} else {
		share = e.along(l)
	}
	l.page.Share = (float64(l.page.Next.Shelf) + share) / float64(len(shelves))
	return l.page, nil
}

// along is how far on a shelf a thing stands, by the time in its id.
func (e *Eraser) along(l *looking) float64 {
	at, ok := pack.Time(l.last)
	if !ok {
		return 0
	}
	var first string
	table := map[int]string{1: "events", 2: "runs", 3: "checks"}[l.from.Shelf]
	if table == "" || l.Row(`SELECT min(id) FROM `+table, nil, &first) != nil {
		return 0
	}
	begin, ok := pack.Time(first)
	if now := e.base.Clock.Now().UnixMilli(); ok && now > begin {
		return min(max(float64(at-begin)/float64(now-begin), 0), 1)
	}
	return 0
}

func text(b []byte) erase.Text { return erase.Text{Data: b} }

// values are what the history is searched by.
func (l *looking) values() error {
	l.size = many
	after, err := hex.DecodeString(l.from.After)
	if err != nil {
		return err
	}
	type row struct {
		value []byte
		run   string
	}
	rows, err := list(l, rowsOf{"", `SELECT value, run FROM run_values WHERE (value, run) > (?, ?) ORDER BY value, run LIMIT ?`, []any{after, l.from.Side, many}}, func(scan func(...any) error) (r row, err error) {
		err = scan(&r.value, &r.run)
		return r, err
	})
	if err != nil || len(rows) == 0 {
		return err
	}
	var runs []string
	for _, r := range rows {
		if !slices.Contains(runs, r.run) {
			runs = append(runs, r.run)
		}
	}
	unread, lost := l.page.Unread, maps.Clone(l.lost)
	events, err := each(l, runs, l.eventsOf)
	if err != nil {
		return err
	}
	l.page.Unread, l.lost = unread, lost // events and runs are counted on their own shelves
	for _, r := range rows {
		if event := events[r.run]; event != "" {
			l.add(erase.Find{Kind: erase.KindEvent, ID: event}, text(r.value))
		} else {
			// An element of a body may be searched by values of other elements; or its event
			// cannot be read.
			l.add(erase.Find{Kind: erase.KindValue, ID: r.run, Part: hex.EncodeToString(r.value)}, text(r.value))
		}
		l.last, l.side = hex.EncodeToString(r.value), r.run
	}
	l.page.Looked += len(rows)
	return nil
}

// eventsOf are the events of runs that hold nobody else's data; empty for others.
func (l *looking) eventsOf(runs []string) (map[string]string, error) {
	out := make(map[string]string, len(runs))
	err := l.Each(`SELECT r.id, CASE WHEN e.item IS NULL THEN COALESCE(e.id, '') ELSE '' END
		FROM runs r LEFT JOIN events e ON e.id = r.event WHERE r.id IN (`+pack.In(len(runs))+`)`, pack.Args(runs), func(scan func(...any) error) error {
		var run, event string
		err := scan(&run, &event)
		out[run] = event
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

const queryType = "application/x-www-form-urlencoded"

// texts are all that an event carries but its body.
func texts(ev *gonets.Event) []erase.Text {
	out := []erase.Text{text([]byte(ev.Path)), {Data: []byte(ev.RawQuery), Type: queryType}, text(ev.Item), text([]byte(ev.OrderKey)), text([]byte(ev.Remote))}
	for _, h := range ev.Headers {
		out = append(out, text([]byte(h.Value)))
	}
	if ev.Answer != nil {
		out = append(out, erase.Text{Data: ev.Answer.Body, Type: gonets.HeaderValue(ev.Answer.Headers, "Content-Type")})
	}
	return out
}

func (l *looking) events() error {
	l.size = few
	ids, err := list(l, rowsOf{"events", `SELECT id FROM events WHERE id > ? ORDER BY id LIMIT ?`, []any{l.from.After, few}}, scanText)
	if err != nil || len(ids) == 0 {
		return err
	}
	found, err := each(l, ids, func(ids []string) (map[string]gonets.Event, error) { return pack.LoadEvents(l, ids, -1) })
	if err != nil {
		return err
	}
	for _, id := range ids {
		ev := found[id]
		all := body(ev.Body, ev.Headers, ev.ContentType)
		if len(ev.Item) == 0 {
			l.add(erase.Find{Kind: erase.KindEvent, ID: id}, append(texts(&ev), all...)...)
			continue
		}
		// Its body holds the other elements, too.
		l.add(erase.Find{Kind: erase.KindEvent, ID: id}, texts(&ev)...)
		l.add(erase.Find{Kind: erase.KindBody, ID: id}, all...)
	}
	l.page.Looked, l.last = l.page.Looked+len(ids), ids[len(ids)-1]
	return nil
}

// body is a body as it was sent, and as it was before its sender packed it. Of one
// that is damaged what can be read is looked at.
func body(data []byte, headers []gonets.Header, media string) []erase.Text {
	out := []erase.Text{{Data: data, Type: media}}
	coding := gonets.HeaderValue(headers, "Content-Encoding")
	if coding == "" || len(data) == 0 {
		return out
	}
	r, err := compress.NewReader(bytes.NewReader(data), coding)
	if err != nil {
		return out
	}
	defer func() { _ = r.Close() }()
	plain, _ := io.ReadAll(io.LimitReader(r, maxPlain)) // what comes before an error counts
	return append(out, erase.Text{Data: plain, Type: media})
}

// maxPlain bounds what of a packed body is looked at, in bytes.
const maxPlain = 4 * gonets.MaxIngestBody

// runs are those whose event was not found.
func (l *looking) runs() error {
	l.size = few
	type row struct {
		gonets.Run
		key     []byte
		covered bool
	}
	rows, err := list(l, rowsOf{"runs", `SELECT r.id, r.scenario, COALESCE(r.version, 0), r.order_key, EXISTS (SELECT 1 FROM erasure_finds f WHERE f.erasure = ? AND f.kind = 'event' AND f.id = r.event)
		FROM runs r WHERE r.id > ? ORDER BY r.id LIMIT ?`, []any{l.job, l.from.After, few}}, func(scan func(...any) error) (r row, err error) {
		err = scan(&r.ID, &r.Scenario, &r.Version, &r.key, &r.covered)
		return r, err
	})
	if err != nil || len(rows) == 0 {
		return err
	}
	l.page.Looked, l.last = l.page.Looked+len(rows), rows[len(rows)-1].ID
	rows = slices.DeleteFunc(rows, func(r row) bool { return r.covered })
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.ID)
		l.add(erase.Find{Kind: erase.KindRun, ID: r.ID}, text(r.key))
	}
	if len(ids) == 0 {
		return nil
	}
	results, err := each(l, ids, func(ids []string) (map[string][]gonets.StepResult, error) { return pack.LoadResults(l, ids) })
	if err != nil {
		return err
	}
	versions := map[string]gonets.Version{}
	for i := range rows {
		id := rows[i].ID
		for _, r := range results[id] {
			l.add(erase.Find{Kind: erase.KindStep, ID: id, Part: r.Path}, text(r.Value))
		}
		// What is damaged holds nothing that can be read.
		attempts, err := pack.LoadAttempts(l, id, nil)
		if err != nil && !l.damaged(err, attempts != nil) {
			return err
		}
		if err != nil {
			l.lose(id)
		}
		v, err := l.version(&rows[i].Run, versions)
		if err != nil {
			return err
		}
		for i := range attempts {
			l.add(erase.Find{Kind: erase.KindAttempt, ID: id, Part: strconv.Itoa(attempts[i].N)}, carried(&attempts[i], &v)...)
		}
	}
	return nil
}

// version is what a run went through, as far as it can be read; each is read once.
func (l *looking) version(run *gonets.Run, known map[string]gonets.Version) (gonets.Version, error) {
	name := run.Scenario + "/" + strconv.Itoa(run.Version)
	if v, ok := known[name]; ok {
		return v, nil
	}
	found, err := pack.Collect(l, `SELECT document, requests FROM versions WHERE scenario = ? AND n = ?`, []any{run.Scenario, run.Version}, func(scan func(...any) error) (v gonets.Version, err error) {
		var document, requests []byte
		if err = scan(&document, &requests); err == nil {
			v.Scenario, _, _ = pack.Version(name, string(document), string(requests)) // one that is damaged says nothing
		}
		return v, err
	})
	if err != nil && !l.damaged(err, false) {
		return gonets.Version{}, err
	}
	known[name] = append(found, gonets.Version{})[0]
	return known[name], nil
}

// carried are all that an attempt of a version carried; nil is a version that is not known.
func carried(a *gonets.Attempt, v *gonets.Version) []erase.Text {
	sent, came := charset.Types(v.Sends(a.Path), a.Purpose, &a.Exchange)
	out := []erase.Text{{Data: []byte(a.URL), Type: queryType}, text([]byte(a.Error)), text([]byte(a.StatusLine))}
	for _, media := range charset.Both(sent, a.RequestHeaders) {
		out = append(out, body(a.RequestBody, a.RequestHeaders, media)...)
	}
	// A reply is kept unpacked, unless nobody knew how.
	for _, media := range charset.Both(came, a.ReplyHeaders) {
		out = append(out, body(a.ReplyBody, a.ReplyHeaders, media)...)
	}
	for _, h := range a.Hops {
		out = append(out, erase.Text{Data: []byte(h.URL), Type: queryType})
	}
	for _, c := range a.Cookies {
		out = append(out, text([]byte(c.Line)))
	}
	for _, headers := range [][]gonets.Header{a.RequestHeaders, a.ReplyHeaders} {
		for _, h := range headers {
			out = append(out, text([]byte(h.Value)))
		}
	}
	return out
}

// maxCheck bounds a check when it is unpacked, in bytes.
const maxCheck = 512 << 20

func (l *looking) checks() error {
	l.size = few
	type row struct {
		id            string
		summary, data []byte
		size          int64
	}
	rows, err := list(l, rowsOf{"checks", `SELECT id, summary, size, data FROM checks WHERE id > ? ORDER BY id LIMIT ?`, []any{l.from.After, few}}, func(scan func(...any) error) (r row, err error) {
		err = scan(&r.id, &r.summary, &r.size, &r.data)
		return r, err
	})
	for _, r := range rows {
		found := []erase.Text{text(r.summary)}
		var d gonets.RunDetail
		if data, err := compress.Unzstd(r.data, min(r.size, maxCheck)); err == nil && json.Unmarshal(data, &d) == nil {
			if d.Version != nil {
				d.Version.Scenario.Use(d.Version.Requests)
			}
			found = append(append(found, texts(&d.Event)...), body(d.Event.Body, d.Event.Headers, d.Event.ContentType)...)
			for i := range d.Attempts {
				found = append(found, carried(&d.Attempts[i], d.Version)...)
			}
			for i := range d.Results {
				found = append(found, text(d.Results[i].Value))
			}
			if d.Version != nil {
				if doc, err := json.Marshal(d.Version.Scenario); err == nil {
					found = append(found, text(doc))
				}
			}
		} else {
			l.lose(r.id)
		}
		l.add(erase.Find{Kind: erase.KindCheck, ID: r.id}, found...)
		l.last = r.id
	}
	l.page.Looked += len(rows)
	return err
}

// plain looks at texts of a table by its id. The last one is who did it.
func (l *looking) plain(kind erase.Kind, part, table, query string) error {
	l.size = many
	type row struct {
		id    string
		texts [4][]byte
		actor string
	}
	rows, err := list(l, rowsOf{table, query, []any{l.from.After, many}}, func(scan func(...any) error) (r row, err error) {
		err = scan(&r.id, &r.texts[0], &r.texts[1], &r.texts[2], &r.texts[3], &r.actor)
		return r, err
	})
	for _, r := range rows {
		l.add(erase.Find{Kind: kind, ID: r.id, Part: part}, text(r.texts[0]), text(r.texts[1]), text(r.texts[2]), text(r.texts[3]))
		l.did(r.actor)
		l.last = r.id
	}
	l.page.Looked += len(rows)
	return err
}

// did looks at the name of whoever did something. Who did what stays; people are
// told of the user.
func (l *looking) did(actor string) {
	if l.actors[actor] || actor == "" {
		return
	}
	l.actors[actor] = true
	l.add(erase.Find{Kind: erase.KindMention, ID: "user/" + actor}, text([]byte(actor)))
}

func (l *looking) letters() error {
	return l.plain(erase.KindLetter, "", "letters", `SELECT id, subject, body, last_error, told, '' FROM letters WHERE id > ? ORDER BY id LIMIT ?`)
}

func (l *looking) bulks() error {
	return l.plain(erase.KindNote, partBulk, "bulks", `SELECT id, filter, retry, NULL, NULL, actor FROM bulks WHERE id > ? ORDER BY id LIMIT ?`)
}

func (l *looking) audit() error {
	return l.plain(erase.KindNote, partAudit, "audit", `SELECT id, detail, object, NULL, NULL, actor FROM audit WHERE id > ? ORDER BY id LIMIT ?`)
}

// pairs looks at keys that strangers choose, of a table with two columns of them.
func (l *looking) pairs(kind erase.Kind, part, query string) error {
	l.size = many
	side, err := hex.DecodeString(l.from.Side)
	if err != nil {
		return err
	}
	type row struct {
		of    string
		key   []byte
		other []byte
	}
	rows, err := list(l, rowsOf{"", query, []any{l.from.After, side, many}}, func(scan func(...any) error) (r row, err error) {
		err = scan(&r.of, &r.key, &r.other)
		return r, err
	})
	for _, r := range rows {
		l.last, l.side = r.of, hex.EncodeToString(r.key)
		l.add(erase.Find{Kind: kind, ID: r.of, Part: part + l.side}, text(r.key), text(r.other))
	}
	l.page.Looked += len(rows)
	return err
}

func (l *looking) deeds() error {
	return l.pairs(erase.KindNote, partDeed, `SELECT actor, deed_key, what FROM deeds WHERE (actor, deed_key) > (?, ?) ORDER BY actor, deed_key LIMIT ?`)
}

func (l *looking) keys() error {
	return l.pairs(erase.KindKey, "", `SELECT source, idem_key, NULL FROM dedupe WHERE (source, idem_key) > (?, ?) ORDER BY source, idem_key LIMIT ?`)
}

// views are questions that users keep for themselves: nobody else can change them.
func (l *looking) views() error {
	l.size = 1 << 30 // all at once
	type row struct{ name, document string }
	rows, err := list(l, rowsOf{"", `SELECT name, document FROM settings WHERE name LIKE 'views/%' ORDER BY name`, nil}, func(scan func(...any) error) (r row, err error) {
		err = scan(&r.name, &r.document)
		return r, err
	})
	for _, r := range rows {
		items, _ := viewsIn(r.document)
		for _, item := range items {
			l.add(erase.Find{Kind: erase.KindNote, ID: r.name, Part: partView + printOf(item)}, text(item))
		}
	}
	l.page.Looked += len(rows)
	return err
}

// fields are the names of fields in what was learned of sources' events: a sender
// may have taken a person's name for one.
func (l *looking) fields() error {
	return l.plain(erase.KindNote, partFields, "", `SELECT source, profile, changes, NULL, NULL, '' FROM fields WHERE source > ? ORDER BY source LIMIT ?`)
}

// drifts are the names of fields in what people were told, or are about to be. There is
// one trouble of it for each source.
func (l *looking) drifts() error {
	l.size = 1 << 30 // all at once
	code := string(gonets.CodeFieldDrift)
	type row struct {
		trouble string
		path    []byte
	}
	rows, err := list(l, rowsOf{"", `SELECT id, path FROM troubles WHERE code = ? UNION SELECT trouble, path FROM notices WHERE code = ?
		UNION SELECT trouble, path FROM signals WHERE code = ? ORDER BY 1, 2`, []any{code, code, code}}, func(scan func(...any) error) (r row, err error) {
		err = scan(&r.trouble, &r.path)
		return r, err
	})
	for _, r := range rows {
		l.add(erase.Find{Kind: erase.KindNote, ID: r.trouble, Part: partDrift}, text(r.path))
	}
	l.page.Looked += len(rows)
	return err
}

// viewsIn are the views of a document; ok is false for one that is none: it is one
// view as a whole.
func viewsIn(document string) (items []json.RawMessage, ok bool) {
	var d struct {
		Items []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal([]byte(document), &d); err != nil {
		return []json.RawMessage{json.RawMessage(document)}, false
	}
	return d.Items, true
}

// printOf tells a view from others.
func printOf(item []byte) string {
	sum := sha256.Sum256(item)
	return hex.EncodeToString(sum[:8])
}

// versions are what people published: of some scenarios there are very many.
func (l *looking) versions() error {
	l.size = few
	n := 0
	if l.from.Side != "" {
		var err error
		if n, err = strconv.Atoi(l.from.Side); err != nil {
			return err
		}
	}
	type row struct {
		scenario string
		n        int
		texts    [4][]byte
	}
	rows, err := list(l, rowsOf{"", `SELECT scenario, n, document, text, note, requests FROM versions WHERE (scenario, n) > (?, ?) ORDER BY scenario, n LIMIT ?`, []any{l.from.After, n, few}},
		func(scan func(...any) error) (r row, err error) {
			err = scan(&r.scenario, &r.n, &r.texts[0], &r.texts[1], &r.texts[2], &r.texts[3])
			return r, err
		})
	for _, r := range rows {
		l.add(erase.Find{Kind: erase.KindMention, ID: "scenario/" + r.scenario}, text(r.texts[0]), text(r.texts[1]), text(r.texts[2]), text(r.texts[3]))
		l.last, l.side = r.scenario, strconv.Itoa(r.n)
	}
	l.page.Looked += len(rows)
	return err
}

// documents are what people wrote themselves. Nobody else changes it.
func (l *looking) documents() error {
	l.size = 1 << 30 // all at once
	for _, query := range []string{
		`SELECT 'scenario/' || name, draft, draft_document, draft_text FROM scenarios`,
		`SELECT 'source/' || name, document, NULL, NULL FROM sources`,
		`SELECT 'request/' || name, document, NULL, NULL FROM saved_requests`,
		`SELECT 'settings', document, NULL, NULL FROM settings WHERE name NOT LIKE 'views/%'`,
		`SELECT 'user/' || login, login, email, NULL FROM users`,
		`SELECT DISTINCT 'user/' || actor, actor, NULL, NULL FROM acts`,
	} {
		type row struct {
			name  string
			texts [3][]byte
		}
		rows, err := list(l, rowsOf{"", query, nil}, func(scan func(...any) error) (r row, err error) {
			err = scan(&r.name, &r.texts[0], &r.texts[1], &r.texts[2])
			return r, err
		})
		if err != nil {
			return err
		}
		for _, r := range rows {
			l.add(erase.Find{Kind: erase.KindMention, ID: r.name}, text(r.texts[0]), text(r.texts[1]), text(r.texts[2]))
		}
		l.page.Looked += len(rows)
	}
	return nil
}
