package valid

import (
	"strings"

	"gonets"
	"gonets/internal/charset"
)

// The codes of choices for a request that do not go together.
const (
	codeCharset  gonets.Code = "invalid.charset"
	codeWide     gonets.Code = "invalid.wide_charset"
	codeNotHere  gonets.Code = "invalid.not_with_body"
	codeEncoding gonets.Code = "invalid.own_encoding"
)

// choices checks how a request is written: its lists, its body on the way.
func (v *validator) choices(p string, h *gonets.HTTPStep) {
	v.oneOf(p+"/lists", "lists", h.Lists, "", "repeat", "brackets", "comma")
	v.bodyChoices(p, h.Body, h.Headers)
	if r := h.Retry; r != nil && r.Ask != nil {
		v.bodyChoices(p+"/retry/ask", r.Ask.Body, r.Ask.Headers)
	}
}

func (v *validator) bodyChoices(p string, b *gonets.HTTPBody, headers gonets.Rows) {
	if b == nil {
		return
	}
	if b.Nested && b.Form == nil {
		v.add(p+"/body/nested", codeNotHere, "%s goes with %s only", "nested", gonets.Choice{"form"})
	}
	switch label := b.Charset; {
	case label == "":
	case b.Form == nil && b.Text == nil:
		v.add(p+"/body/charset", codeNotHere, "%s goes with %s only", "charset", gonets.Choice{"form", "text"})
	case !charset.Known(label):
		v.add(p+"/body/charset", codeCharset, "%q is not an encoding; write one such as windows-1251", label)
	case b.Form != nil && strings.HasPrefix(charset.Name(label), "utf-16"):
		v.add(p+"/body/charset", codeWide, "a form cannot be written in %s; use utf-8", label)
	}
	for _, row := range headers {
		if b.Gzip && !row.Off && strings.EqualFold(row.Name, "Content-Encoding") {
			v.add(p+"/body/gzip", codeEncoding, "the step has a header %s of its own; it packs the body itself, or gzip does", row.Name)
		}
	}
}
