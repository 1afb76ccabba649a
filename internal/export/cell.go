package export

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf16"

	"gonets/api"
)

// request is the body that the last attempt sent.
func request(r *api.Run, s *Style) string {
	a := last(r)
	switch {
	case a.NotKept || a.Erased:
		return s.gone(a)
	case len(a.Request.Parts) > 0:
		return s.parts(a.Request.Parts)
	}
	return s.body(a.Request.Content)
}

// reply is the body that the last attempt was answered with.
func reply(r *api.Run, s *Style) string {
	a := last(r)
	switch {
	case a.NotKept || a.Erased:
		return s.gone(a)
	case a.Response == nil:
		return ""
	}
	body := s.body(a.Response.Content)
	if a.Response.Cut {
		body += s.note(word{"the rest was not kept", "остальное не сохранено"})
	}
	return body
}

// note is what we say in a cell ourselves.
func (s *Style) note(w word, values ...any) string {
	return "\n[" + fmt.Sprintf(w.in(s.Russian), values...) + "]"
}

// gone says why an attempt has nothing to show.
func (s *Style) gone(a *api.Attempt) string {
	why := word{"not kept, the disk was low", "не сохранено: на диске было мало места"}
	if a.Erased {
		why = word{"erased on request", "стёрто по запросу"}
	}
	return strings.TrimSpace(s.note(why))
}

// body is a body as text; of bytes that are none, whatever their type says, it is their
// number.
func (s *Style) body(c api.Content) string {
	if c.Encoding == "" {
		return c.Body
	}
	raw, err := base64.StdEncoding.DecodeString(c.Body)
	if err != nil {
		return c.Body
	}
	return strings.TrimSpace(s.note(word{"%d bytes, not a text", "байтов: %d, это не текст"}, len(raw)))
}

// parts are the fields and files of a form, a line each.
func (s *Style) parts(parts []api.Part) string {
	lines := make([]string, len(parts))
	for i, p := range parts {
		lines[i] = p.Name + ": " + p.Text
		if p.FileName != "" {
			lines[i] = p.Name + ": " + p.FileName + " " + strings.TrimSpace(s.note(word{"%d bytes", "байтов: %d"}, p.Size))
		}
	}
	return strings.Join(lines, "\n")
}

// maxCell is what a cell of a spreadsheet holds: they count as UTF-16 does. A sign
// is kept free for what makes it harmless.
const maxCell = 32_767 - 1

// fit cuts what a cell does not hold, and says so where it ends.
func (s *Style) fit(text string) string {
	if len(text) <= maxCell {
		return text
	}
	size, runes := 0, 0
	for _, r := range text {
		size, runes = size+max(utf16.RuneLen(r), 1), runes+1
	}
	if size <= maxCell {
		return text
	}
	note := s.note(word{"cut here, %d characters in all", "здесь обрезано, всего знаков: %d"}, runes)
	room := maxCell - len(note)
	for i, r := range text {
		if room -= max(utf16.RuneLen(r), 1); room < 0 {
			return text[:i] + note
		}
	}
	return text
}
