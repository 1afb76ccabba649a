package pack

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gonets"
)

// EraseEventSQL puts a note in the place of what came; that something came, when
// and from which source, stays. Its arguments are those of [ErasedEvent].
const EraseEventSQL = `UPDATE events SET path = NULL, query = NULL, headers = ?, content_type = ?, remote = '', body_size = ?, body = ?,
	body_ref = NULL, body_owner = NULL, item = NULL, order_key = NULL, answer = NULL, mark = ? WHERE id = ?`

// noteType is the media type of a note.
const noteType = "text/plain; charset=utf-8"

// ErasedEvent are the arguments of [EraseEventSQL].
func ErasedEvent(id, note string) []any {
	return []any{Headers([]gonets.Header{{Name: "Content-Type", Value: noteType}}), []byte(noteType), len(note), []byte(note), string(gonets.MarkErased), id}
}

// EraseBodySQL does it to the body alone of an event that is an element of it.
const EraseBodySQL = `UPDATE events SET body_size = ?, body = ?, body_ref = NULL, body_owner = NULL WHERE id = ?`

// The bodies that nothing refers to any more, of an event's owner and of a run.
const (
	LooseEventBodiesSQL = `DELETE FROM bodies WHERE owner = ? AND NOT EXISTS (SELECT 1 FROM events e
		WHERE (e.id = bodies.owner OR e.body_owner = bodies.owner) AND e.body_ref = bodies.sha256)`
	LooseRunBodiesSQL = `DELETE FROM bodies WHERE owner = ? AND NOT EXISTS (SELECT 1 FROM attempts a
		WHERE a.run = bodies.owner AND (a.request_ref = bodies.sha256 OR a.reply_ref = bodies.sha256))`
)

// EraseAttemptSQL puts a note in the place of what an attempt sent and was
// replied; when it was, how long it took and how it ended stays.
const EraseAttemptSQL = `UPDATE attempts SET error = ?, request_line = ?, request_headers = NULL, request_size = ?, request_body = NULL,
	request_ref = NULL, status_line = NULL, reply_headers = NULL, reply_size = ?, reply_body = NULL, reply_ref = NULL, detail = NULL,
	exchange = ? WHERE run = ? AND n = ?`

// ErasedAttempts are the arguments of [EraseAttemptSQL] for attempts of a run:
// those of the numbers, or all when there are none.
func ErasedAttempts(q Reader, run, note string, numbers []int) ([][]any, error) {
	stored, err := Collect(q, attemptSelect, []any{run}, scanAttempt)
	if err != nil {
		return nil, err
	}
	var out [][]any
	for i := range stored {
		old := &stored[i]
		if len(numbers) > 0 && !slices.Contains(numbers, old.N) {
			continue
		}
		a := erased(&old.Attempt, note, old.request.Size.Int64 > 0, old.reply.Size.Int64 > 0)
		packed, err := NewAttempt(&a, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, []any{Blob(a.Error), []byte{}, packed.request.size(), packed.reply.size(), packed.exchange, run, old.N})
	}
	return out, nil
}

// NotErased fails when an event's content was erased. It is not before the end of
// the transaction; lock is [dialect.Dialect.ReadLock].
func NotErased(q Reader, event, lock string) error {
	marks, err := Texts(q, `SELECT mark FROM events WHERE id = ?`+lock, event)
	if err == nil && len(marks) > 0 && marks[0] == string(gonets.MarkErased) {
		err = gonets.Errorf(gonets.CodeNotFound, "the data of the event %q was erased meanwhile; nothing that was made of it is kept", event)
	}
	return err
}

// Erased is an attempt that is stored after its contents were erased.
func (a *Attempt) Erased(note string) (*Attempt, error) {
	bare := erased(a.Attempt, note, len(a.RequestBody) > 0, len(a.ReplyBody) > 0)
	return NewAttempt(&bare, nil)
}

// erased is an attempt with a note in the place of what it sent and got: that it
// was made, when, where to and how it ended stays.
func erased(old *gonets.Attempt, note string, sent, got bool) gonets.Attempt {
	a := *old
	a.Erased = true
	a.URL = origin(old.URL)
	a.RequestHeaders, a.RequestBody, a.ReplyHeaders, a.ReplyBody, a.ReplyCut, a.Hops, a.Remote = nil, nil, nil, nil, false, nil, ""
	a.Cookies, a.Gzip = nil, false
	a.StatusLine = ""
	if a.Status != 0 {
		a.StatusLine = strconv.Itoa(a.Status)
	}
	if protocol, _, _ := strings.Cut(old.StatusLine, " "); strings.HasPrefix(protocol, "HTTP/") && a.Status != 0 {
		a.StatusLine = protocol + " " + a.StatusLine
	}
	if old.Error != "" {
		a.Error = note
	}
	if sent {
		a.RequestBody = []byte(note)
	}
	if got {
		a.ReplyBody = []byte(note)
	}
	return a
}

// origin is where a request went, without what it carried.
func origin(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}).String()
}
