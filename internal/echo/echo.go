// Package echo is the built-in test receiver: addresses under /echo/ that show
// what was sent to them and misbehave when a script says so. State is in
// memory and bounded; a restart forgets it.
package echo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gonets"
	"gonets/internal/outbound"
	"gonets/internal/script"
)

const (
	prefix = "/echo/"

	maxHang = 60 * time.Second
	// maxHeld bounds the requests that wait at once, so that strangers cannot
	// use up the server's connections.
	maxHeld = 256
	// maxBigForOwn bounds what a script makes us send to another machine, in
	// bytes: everybody may ask an address that has one, and a request of a
	// scenario names itself, as a stranger can name himself too.
	maxBigForOwn = 16 << 20
	slowParts    = 20
	slowPause    = 250 * time.Millisecond
)

// Handler answers /echo/{id}[/rest] to everybody, and /echo/{id}/_requests and
// /echo/{id}/_script to the owner. It is safe for concurrent use.
type Handler struct {
	Options
	book book
	held chan struct{}
}

// Options is what the receiver needs.
type Options struct {
	// Clock is what its delays run by.
	Clock gonets.Clock
	// Owner tells which requests carry the owner's proof.
	Owner func(*http.Request) bool
	// Tell hears the name of an address that changed; nil tells nobody.
	Tell func(name string)
}

// New makes a Handler. Clock and Owner are required.
func New(o Options) *Handler {
	if o.Tell == nil {
		o.Tell = func(string) {}
	}
	return &Handler{Options: o, held: make(chan struct{}, maxHeld)}
}

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	head.Set("Cache-Control", "no-store")
	rest, ok := strings.CutPrefix(r.URL.Path, prefix)
	id, sub, _ := strings.Cut(rest, "/")
	if !ok || !validID(id) {
		writeError(w, gonets.Errorf(gonets.CodeAddressUnknown,
			"an echo address is /echo/ and a name of 1 to 64 letters, digits, hyphens, dots or underscores"))
		return
	}
	if (sub == "_requests" || sub == "_script") && !h.Owner(r) {
		head.Set("WWW-Authenticate", `Bearer realm="gonets"`)
		writeError(w, gonets.Errorf(gonets.CodeUnauthorized,
			"this part of an echo address needs the owner's token: send it as \"Authorization: Bearer TOKEN\"; it is in the file owner.token of the server's data folder"))
		return
	}
	switch {
	case sub == "_requests" && r.Method == http.MethodGet:
		count, requests := h.book.list(id)
		items := make([]listed, len(requests))
		for i, r := range requests {
			items[i] = r.listed()
		}
		writeJSON(w, http.StatusOK, map[string]any{"echo": id, "count": count, "items": items})
	case sub == "_requests" && r.Method == http.MethodDelete:
		h.Forget(id)
		w.WriteHeader(http.StatusNoContent)
	case sub == "_script" && r.Method == http.MethodPut:
		h.putScript(w, r, id)
	case sub == "_script" && r.Method == http.MethodDelete:
		h.setScript(id, nil)
		w.WriteHeader(http.StatusNoContent)
	case sub == "_requests" || sub == "_script":
		head.Set("Allow", map[string]string{"_requests": "GET, DELETE", "_script": "PUT, DELETE"}[sub])
		writeError(w, gonets.Errorf(gonets.CodeMethodNotAllowed, "this part of an echo address does not know %s", r.Method))
	default:
		h.receive(w, r, id)
	}
}

func validID(id string) bool {
	if len(id) == 0 || len(id) > 64 {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}

func (h *Handler) putScript(w http.ResponseWriter, r *http.Request, id string) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, script.MaxBytes))
	if err != nil {
		writeError(w, gonets.Errorf(gonets.CodeBodyTooLarge, "a script has at most %d bytes", script.MaxBytes))
		return
	}
	c, err := newCursor(string(text))
	if err != nil {
		writeError(w, err)
		return
	}
	h.setScript(id, c)
	writeJSON(w, http.StatusOK, map[string]any{"echo": id, "script": c.text, "steps": c.length})
}

func newCursor(text string) (*cursor, error) {
	steps, err := script.Parse(text)
	if err != nil {
		return nil, err
	}
	for i := range steps {
		if steps[i].Kind == script.Refuse {
			return nil, &gonets.Error{Code: gonets.CodeInvalid, Err: errRefused, Message: "an address of this server cannot refuse to be connected to; write 503, cut or hang"}
		}
	}
	return &cursor{Cursor: script.NewCursor(steps), text: strings.TrimSpace(text), length: len(steps)}, nil
}

func (h *Handler) receive(w http.ResponseWriter, r *http.Request, id string) {
	query := r.URL.Query()
	brought, err := h.queryScript(r, query.Get("script"))
	if err != nil {
		writeError(w, err)
		return
	}
	rec, err := h.read(w, r)
	if err != nil {
		writeError(w, err)
		return
	}
	n, how := h.book.receive(id, rec, brought)
	h.Tell(id)
	if how.Kind == script.Big && !h.trusted(r) {
		how.Size = min(how.Size, maxBigForOwn)
	}
	usual := func() []byte {
		return encode(map[string]any{"id": n, "echo": id, "received": rec.received()})
	}
	h.answer(w, r, how, usual)
}

// queryScript is the script that a request brings along; nil when it brings
// none or may not: strangers get the usual answer, or they would make us wait
// and send at their will.
func (h *Handler) queryScript(r *http.Request, text string) (*cursor, error) {
	if text == "" || !h.trusted(r) && r.Header.Get("Gonets-Hops") == "" {
		return nil, nil
	}
	return newCursor(text)
}

// trusted tells whether a request comes from the owner or was made on this
// machine. What a proxy of this machine hands on was made elsewhere.
func (h *Handler) trusted(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return h.Owner(r) || err == nil && from.Addr().Unmap().IsLoopback() &&
		r.Header.Get("X-Forwarded-For") == "" && r.Header.Get("Forwarded") == ""
}

func (h *Handler) read(w http.ResponseWriter, r *http.Request) (*record, error) {
	body := http.MaxBytesReader(w, r.Body, gonets.MaxIngestBody)
	kept, err := io.ReadAll(io.LimitReader(body, maxBody))
	var more int64
	if err == nil {
		more, err = io.Copy(io.Discard, body)
	}
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return nil, gonets.Errorf(gonets.CodeBodyTooLarge, "a body of more than %d MiB is not received", gonets.MaxIngestBody>>20)
	}
	if err != nil {
		return nil, gonets.Errorf(gonets.CodeBodyUnreadable, "the body ended early; send it whole: %w", err)
	}
	size := int64(len(kept)) + more
	if more > 0 {
		kept = whole(kept)
	}
	rec := &record{size: size, event: gonets.Event{
		ReceivedAt: h.Clock.Now(), Method: r.Method, Path: r.URL.EscapedPath(),
		// What an echo address shows ends in histories: credentials are masked the way the history masks what we send.
		RawQuery: strings.TrimPrefix(outbound.MaskURL("?"+r.URL.RawQuery), "?"), Headers: headersOf(r),
		ContentType: r.Header.Get("Content-Type"), Body: kept,
	}}
	rec.bytes = len(kept) + len(r.RequestURI)
	for _, header := range rec.event.Headers {
		rec.bytes += len(header.Name) + len(header.Value)
	}
	return rec, nil
}

// whole leaves out the beginning of a character at the end of a text that was cut.
func whole(text []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if last := text[len(text)-n:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				return text[:len(text)-n]
			}
			break
		}
	}
	return text
}

// headersOf are the headers by small name, in order, repeats joined.
func headersOf(r *http.Request) []gonets.Header {
	out := []gonets.Header{{Name: "host", Value: r.Host}}
	for name, values := range r.Header {
		var shown []string
		for _, value := range values {
			one := outbound.MaskHeaders([]gonets.Header{{Name: name, Value: value}})
			shown = append(shown, one[0].Value)
		}
		out = append(out, gonets.Header{Name: strings.ToLower(name), Value: strings.Join(shown, ", ")})
	}
	slices.SortFunc(out, func(a, b gonets.Header) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func shownQuery(query url.Values) map[string]any {
	out := make(map[string]any, len(query))
	for name, values := range query {
		if len(values) == 1 {
			out[name] = values[0]
			continue
		}
		out[name] = values
	}
	return out
}

func shownBody(contentType string, body []byte, cut bool) json.RawMessage {
	trimmed := bytes.TrimSpace(body)
	looksJSON := strings.Contains(strings.ToLower(contentType), "json") ||
		len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[')
	if !cut && looksJSON && json.Valid(trimmed) {
		return bytes.ToValidUTF8(trimmed, []byte("\ufffd"))
	}
	return encode(string(body))
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request, how script.Step, usual func() []byte) {
	if how.Kind == script.Delay || how.Kind == script.Hang || how.Kind == script.Slow {
		select {
		case h.held <- struct{}{}:
			defer func() { <-h.held }()
		default:
			w.Header().Set("Retry-After", "1")
			writeError(w, gonets.Errorf(gonets.CodeBusy, "too many requests wait at echo addresses; try again in a second"))
			return
		}
	}
	switch how.Kind {
	case script.Cut:
		cut(w, true)
	case script.Hang:
		if h.sleep(r, maxHang) {
			cut(w, false)
		}
	case script.Slow:
		h.drip(w, r, how.Size)
	case script.Big:
		writeBig(w, how.Size)
	case script.Delay:
		if h.sleep(r, how.Delay) {
			writeBody(w, http.StatusOK, script.MediaJSON, usual())
		}
	default:
		if how.RetryAfter >= 0 {
			w.Header().Set("Retry-After", strconv.Itoa(how.RetryAfter))
		}
		if how.Media != "" {
			writeBody(w, how.Status, how.Media, []byte(how.Body))
			return
		}
		writeBody(w, how.Status, script.MediaJSON, usual())
	}
}

// sleep waits for d; false means that the caller left.
func (h *Handler) sleep(r *http.Request, d time.Duration) bool {
	timer := h.Clock.NewTimer(d)
	defer timer.Stop()
	select {
	case <-r.Context().Done():
		return false
	case <-timer.C():
		return true
	}
}

// drip sends a JSON string of the given size in slowParts pieces.
func (h *Handler) drip(w http.ResponseWriter, r *http.Request, size int) {
	body := []byte(`"` + strings.Repeat("x", size-2) + `"`)
	w.Header().Set("Content-Type", script.MediaJSON)
	w.Header().Set("Content-Length", strconv.Itoa(size))
	flush := http.NewResponseController(w)
	for i := range slowParts {
		part := body[size*i/slowParts : size*(i+1)/slowParts]
		if len(part) == 0 {
			continue
		}
		if _, err := w.Write(part); err != nil || flush.Flush() != nil {
			return
		}
		if i < slowParts-1 && !h.sleep(r, slowPause) {
			return
		}
	}
}

// writeBig sends a JSON string of the given size.
func writeBig(w http.ResponseWriter, size int) {
	w.Header().Set("Content-Type", script.MediaJSON)
	w.Header().Set("Content-Length", strconv.Itoa(size))
	chunk := bytes.Repeat([]byte("x"), 32<<10)
	if _, err := io.WriteString(w, `"`); err != nil {
		return
	}
	for left := size - 2; left > 0; {
		n, err := w.Write(chunk[:min(left, len(chunk))])
		if err != nil {
			return
		}
		left -= n
	}
	_, _ = io.WriteString(w, `"`)
}

// cut resets the connection, after the headers of an answer if withHead.
func cut(w http.ResponseWriter, withHead bool) {
	conn, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		// Over HTTP/2 there is no connection of one's own: an answer shorter
		// than announced ends the stream with an error.
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(http.StatusOK)
		return
	}
	defer func() { _ = conn.Close() }()
	if withHead {
		_, _ = fmt.Fprintf(buf, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: 1000\r\n\r\n", script.MediaJSON)
		_ = buf.Flush()
	}
	raw := conn
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
		raw = t.NetConn()
	}
	if tcp, ok := raw.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0) // close sends RST
	}
}

func writeBody(w http.ResponseWriter, status int, media string, body []byte) {
	if status == http.StatusNoContent || status == http.StatusNotModified {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	writeBody(w, status, script.MediaJSON, encode(v))
}

func writeError(w http.ResponseWriter, err error) {
	code := gonets.CodeOf(err)
	writeJSON(w, code.Status(), map[string]any{"error": err.Error(), "error_code": code})
}

// encode writes JSON as it stands: < > & are not escaped.
func encode(v any) []byte {
	text, err := gonets.PlainJSON(v)
	if err != nil {
		// Only foreign JSON could be wrong here, and it was checked.
		return []byte("null")
	}
	return text
}
