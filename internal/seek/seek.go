// Package seek looks for a text in everything that runs carried: what came,
// what was sent and what was replied. There is no index of bodies, so it walks
// back through time, a bounded way at a time.
package seek

import (
	"bytes"
	"context"
	"html"
	"iter"
	"mime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"gonets"
	"gonets/internal/charset"
)

// What one question may cost.
const (
	maxRuns  = 2_000
	maxBytes = 64 << 20
	maxTime  = 2 * time.Second
	// page is how many runs are read at once; fewPlaces is how many places a
	// list may have left when it ends early.
	page      = 50
	fewPlaces = 10
)

// History is where runs are read.
type History struct {
	// Runs lists runs by everything but a text.
	Runs func(ctx context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error)
	// Carried reads what runs carried, of as many of the first ones as fit into a bounded
	// memory, at least one. The error tells why that of the run behind them cannot be read.
	Carried func(ctx context.Context, runs []gonets.RunSummary) ([]gonets.RunDetail, error)
	// Mask hides what people may not see: what nobody is shown, nobody finds.
	Mask  func(gonets.RunDetail) gonets.RunDetail
	Clock gonets.Clock
}

// Runs looks through as much as one question gets: Reached tells how far when there is
// more to look at.
func Runs(ctx context.Context, h History, f gonets.RunFilter) (Stretch, error) {
	return Walk(ctx, h, f, maxTime)
}

// Stretch is a part of the history that was looked through.
type Stretch struct {
	// The runs that carried the text, and where the next stretch begins.
	gonets.List[gonets.RunSummary]
	// Looked is how many runs were met, found or not.
	Looked int
	// Damage is why some of them cannot be read: of those nobody knows what they carried.
	Damage error
}

// Walk looks through the next stretch of a filter's runs: as many as one question
// may cost, within a time.
func Walk(ctx context.Context, h History, f gonets.RunFilter, most time.Duration) (out Stretch, err error) {
	n := Fold(f.Text)
	f.Text = ""
	limit, began, read := f.Page.Size(), h.Clock.Now(), 0
	for {
		f.Page.Limit = min(page, limit-len(out.Items))
		l, err := h.Runs(ctx, f)
		if err != nil {
			return out, err
		}
		size, err := out.look(ctx, h, l.Items, n)
		if err != nil {
			return out, err
		}
		read += size
		if !l.Reached.IsZero() {
			out.Reached = l.Reached
		}
		out.Next, f.Page.Cursor = l.Next, l.Next
		left := limit - len(out.Items)
		switch {
		case l.Next == "":
			out.Reached = time.Time{}
			return out, nil
		case left == 0, left < fewPlaces && len(out.Items) > 0,
			out.Looked >= maxRuns, read >= maxBytes, h.Clock.Now().Sub(began) >= most, len(l.Items) == 0 && !l.Reached.IsZero():
			return out, nil
		}
	}
}

// look looks for a text in what runs carried, and tells how much was read for that.
func (s *Stretch) look(ctx context.Context, h History, runs []gonets.RunSummary, n Needle) (read int, err error) {
	for len(runs) > 0 {
		carried, err := h.Carried(ctx, runs)
		for i := range carried {
			found, size := n.inRun(&carried[i], h.Mask)
			if found {
				s.Items = append(s.Items, runs[i])
			}
			read += size
		}
		met := len(carried)
		code := gonets.CodeOf(err)
		if (code == gonets.CodeInternal || code == gonets.CodeCookies) && met < len(runs) { // what is stored of the next one is damaged
			s.Unread, s.Damage, err = s.Unread+1, err, nil
			met++
		}
		if met > 0 {
			s.Looked, s.Reached = s.Looked+met, runs[met-1].CreatedAt
		}
		if err != nil {
			return read, err
		}
		runs = runs[met:]
	}
	return read, nil
}

// inRun tells whether the run carried the text, as far as people see it, and how much
// it carried.
func (n Needle) inRun(d *gonets.RunDetail, mask func(gonets.RunDetail) gonets.RunDetail) (found bool, size int) {
	size = len(d.Event.Body)
	for i := range d.Attempts {
		size += len(d.Attempts[i].RequestBody) + len(d.Attempts[i].ReplyBody)
	}
	shown := mask(*d)
	ev, attempts := shown.Event, shown.Attempts
	found = n.In(ev.Body, ev.ContentType) || n.In([]byte(ev.Path), "") || n.In([]byte(ev.RawQuery), formType) || n.In(ev.Item, "") ||
		n.inHeaders(ev.Headers) || n.In([]byte(shown.Run.LastError), "")
	for i := range attempts {
		a := &attempts[i]
		sent, came := charset.Types(shown.Version.Sends(a.Path), a.Purpose, &a.Exchange)
		found = found || n.In([]byte(a.URL), formType) || n.inHeaders(a.RequestHeaders) || n.In([]byte(a.Error), "") ||
			n.inBoth(a.RequestBody, sent, a.RequestHeaders) || n.inHeaders(a.ReplyHeaders) || n.inBoth(a.ReplyBody, came, a.ReplyHeaders)
	}
	return found, size
}

const formType = "application/x-www-form-urlencoded"

// Needle is a text without the difference of capital and small letters.
type Needle string

// Fold makes a needle.
func Fold(s string) Needle { return Needle(strings.ToLower(s)) }

func (n Needle) inHeaders(headers []gonets.Header) bool {
	for _, h := range headers {
		if n.In([]byte(h.Value), "") {
			return true
		}
	}
	return false
}

// inBoth reads a body as its step does, and as it names itself.
func (n Needle) inBoth(body []byte, typed string, headers []gonets.Header) bool {
	return slices.ContainsFunc(charset.Both(typed, headers), func(media string) bool { return n.In(body, media) })
}

// In tells whether the text stands in a body: as it is, in its encoding, and
// behind the escapes of JSON, of forms and of XML.
func (n Needle) In(body []byte, contentType string) bool {
	if n == "" {
		return false
	}
	for text := range Readings(body, contentType) {
		if n.of(text) {
			return true
		}
	}
	return false
}

// Readings are the ways to read a body: in its encoding, and without the escapes
// of JSON, of forms and of XML where there are any, one inside the other too. Of a
// form in parts each part is read by itself: a file in it makes no other encoding of
// the rest. They are made one by one: a large body is never there in all of them.
func Readings(body []byte, contentType string) iter.Seq[string] {
	return func(yield func(string) bool) {
		_, parameters, _ := mime.ParseMediaType(contentType)
		pieces := [][]byte{body}
		if boundary := parameters["boundary"]; boundary != "" {
			pieces = bytes.Split(body, []byte("--"+boundary))
		}
		if len(pieces) == 1 {
			readings(body, contentType, yield)
			return
		}
		for _, piece := range pieces {
			head, content, _ := bytes.Cut(piece, []byte("\r\n\r\n"))
			if !readings(head, "", yield) || !readings(content, partType(head, parameters["charset"]), yield) {
				return
			}
		}
	}
}

// partType is the type that a part's head names, in the whole form's encoding
// unless it names one.
func partType(head []byte, label string) string {
	media, parameters := "text/plain", map[string]string{}
	for line := range bytes.Lines(head) {
		name, v, _ := strings.Cut(string(line), ":")
		if own, said, err := mime.ParseMediaType(strings.TrimSpace(v)); err == nil && strings.EqualFold(name, "Content-Type") {
			media, parameters = own, said
		}
	}
	if parameters["charset"] == "" && label != "" {
		parameters["charset"] = label
	}
	return mime.FormatMediaType(media, parameters)
}

// rounds is how often an address or a form may stand in another one.
const rounds = 3

// readings yields those of a body that has no parts, and tells whether more are wanted.
func readings(raw []byte, contentType string, yield func(string) bool) (more bool) {
	if len(raw) == 0 {
		return true
	}
	for text := range layers(charset.Legible(raw, contentType)) {
		if !withoutEntities(text, yield) {
			return false
		}
		for range rounds {
			plain := unquoted(text, contentType)
			if plain == text {
				break
			}
			text = plain
			for inner := range layers(text) {
				if !withoutEntities(inner, yield) {
					return false
				}
			}
		}
	}
	return true
}

// layers are a text as it is, without JSON's escapes, and without those of JSON that
// stands in texts of JSON, however deep.
func layers(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield(text) || !strings.Contains(text, `\`) || !yield(unescaped(text, false)) || !strings.Contains(text, `\\`) {
			return
		}
		yield(unescaped(text, true))
	}
}

// withoutEntities yields a text as it is, and without the escapes of XML and HTML.
func withoutEntities(text string, yield func(string) bool) (more bool) {
	if !yield(text) {
		return false
	}
	if !strings.Contains(text, "&") || !strings.Contains(text, ";") {
		return true
	}
	return yield(html.UnescapeString(text))
}

// unquoted is a text without the escapes of forms and addresses; a percent sign that
// begins none stays.
func unquoted(text, contentType string) string {
	if media, _, _ := mime.ParseMediaType(contentType); !strings.Contains(text, "%") && media != formType {
		return text
	}
	plain := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case b == '+':
			plain = append(plain, ' ')
		case b == '%' && i+2 < len(text):
			n, err := strconv.ParseUint(text[i+1:i+3], 16, 8)
			if err != nil {
				plain = append(plain, b)
				continue
			}
			plain = append(plain, byte(n))
			i += 2
		default:
			plain = append(plain, b)
		}
	}
	// It may have been escaped in its encoding.
	return charset.Legible(plain, contentType)
}

func (n Needle) of(text string) bool { return strings.Contains(strings.ToLower(text), string(n)) }

// unescaped is a text with JSON's escapes read, wherever they stand: one layer of
// them, or all, so that no backslash stays.
func unescaped(text string, all bool) string {
	var out strings.Builder
	for {
		before, after, ok := strings.Cut(text, `\`)
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		if all {
			after = strings.TrimLeft(after, `\`)
		}
		size := 1
		switch {
		case len(after) >= 5 && after[0] == 'u':
			size = 5
			r := hexRune(after[1:5])
			if low := after[5:]; utf16.IsSurrogate(r) && strings.HasPrefix(low, `\`) {
				if all {
					low = `\` + strings.TrimLeft(low, `\`)
				}
				if len(low) >= 6 && low[1] == 'u' {
					r, after, size = utf16.DecodeRune(r, hexRune(low[2:6])), low, 6
				}
			}
			out.WriteRune(r)
		case after == "":
			return out.String()
		case after[0] == 'n' || after[0] == 't' || after[0] == 'r':
			out.WriteByte(' ')
		default:
			out.WriteByte(after[0])
		}
		text = after[size:]
	}
}

func hexRune(digits string) rune {
	n, err := strconv.ParseUint(digits, 16, 16)
	if err != nil {
		return utf8.RuneError
	}
	return rune(n)
}
