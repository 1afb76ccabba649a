package outbound

import (
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strings"

	"gonets"
	"gonets/internal/compress"
)

// firstRead bounds the buffer that a reply gets on its word alone, in bytes.
const firstRead = 64 << 10

var errPastLimit = errors.New("the reply is longer than the limit")

// bounded counts what comes over the wire.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errPastLimit
	}
	// One byte more than allowed tells a longer reply from one that fits.
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n - 1, errPastLimit
	}
	return n, err
}

// read takes over a reply with its body and decides how the exchange ended.
func (e *exchange) read(resp *http.Response) {
	// Closing a body before its end closes the connection; it is not drained.
	defer resp.Body.Close()
	if !e.reply(resp) {
		return
	}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		e.fail(gonets.OutcomeUnknown, gonets.CodeBadReply, "%s switched to another protocol, which was not asked for", e.host())
		return
	}
	limit := e.in.ReplyLimit
	if limit <= 0 {
		limit = gonets.MaxReplyBody
	}
	limit = min(limit, gonets.MaxReplyLimit)
	guess := min(resp.ContentLength, limit, firstRead)
	wire := &bounded{r: resp.Body, left: limit}
	var body io.Reader = wire
	if coding := resp.Header["Content-Encoding"]; len(coding) > 0 {
		// A coding that we do not know leaves the body as it came; its header
		// says so.
		if decoded, err := compress.NewReader(wire, strings.Join(coding, ",")); err == nil {
			defer decoded.Close()
			body = decoded
			guess = -1
		}
	}
	data, err := e.readBody(body, limit, guess)
	if err == nil && body != wire {
		// What follows the packed data must end as announced too.
		_, err = io.Copy(io.Discard, wire)
	}
	e.out.ReplyBody = data
	switch {
	case err == nil:
		e.out.Outcome = gonets.OutcomeOK
	case errors.Is(err, errPastLimit):
		e.out.ReplyCut = true
		e.fail(gonets.OutcomeBody, gonets.CodeReplyTooLarge,
			"the reply of %s is longer than %d bytes; what was read is kept, and the step's limit can be raised to %d", e.host(), limit, gonets.MaxReplyLimit)
	case errors.Is(err, errNoRoom):
		e.out.ReplyCut = true
		e.fail(gonets.OutcomeUnknown, gonets.CodeNoRoom,
			"%s answered, but this server's disk has no room for a reply of more than %d bytes; it may have carried the request out", e.host(), len(data))
	default:
		e.out.ReplyCut = true
		e.broken(err)
	}
}

// readBody reads at most limit bytes; guess is how many to expect, negative
// for unknown. With an error it returns what there was until then.
func (e *exchange) readBody(r io.Reader, limit, guess int64) ([]byte, error) {
	if guess < 0 {
		guess = min(2<<10, limit)
	}
	// Room for one byte more lets an exact reply end without growing.
	buf := make([]byte, 0, guess+1)
	for {
		if len(buf) == cap(buf) {
			if len(buf) > firstRead {
				return e.readOn(r, buf, limit)
			}
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if int64(len(buf)) > limit {
			return buf[:limit], errPastLimit
		}
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}

// readOn is readBody for a reply that is longer than its first piece.
func (e *exchange) readOn(r io.Reader, first []byte, limit int64) ([]byte, error) {
	f, err := e.client.spool.read(r, first, limit)
	if f == nil {
		return first, err
	}
	defer f.close()
	if f.size < int64(len(first)) {
		return first, err
	}
	data, unread := f.load(e.parent, e.share)
	if unread != nil {
		return first, unread
	}
	return data, err
}

func tlsVersion(s *tls.ConnectionState) string {
	if s == nil {
		return ""
	}
	return tls.VersionName(s.Version)
}
