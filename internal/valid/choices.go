package valid

import (
	"cmp"
	"mime"
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
	codeSaid     gonets.Code = "invalid.other_charset"
)

// choices checks how a request is written: its lists, its body on the way.
func (v *validator) choices(p string, h *gonets.HTTPStep) {
	v.oneOf(p+"/lists", "lists", h.Lists, "", "repeat", "brackets", "comma")
	v.bodyChoices(p, h.Body, h.Headers)
	switch label := h.ResponseCharset; {
	case label == "":
	case h.Response == "binary":
		v.add(p+"/response_charset", codeNotHere, "%s goes with %s only", "response_charset", gonets.Choice{"auto", "by-type", "json", "text"})
	case !charset.Known(label):
		v.add(p+"/response_charset", codeCharset, "%q is not an encoding; write one such as windows-1251", label)
	}
	if r := h.Retry; r != nil && r.Ask != nil {
		v.bodyChoices(p+"/retry/ask", r.Ask.Body, r.Ask.Headers)
	}
}

func (v *validator) bodyChoices(p string, b *gonets.HTTPBody, headers gonets.Rows) {
	if b == nil {
		return
	}
	if b.Nested && b.Form == nil && b.Multipart == nil {
		v.add(p+"/body/nested", codeNotHere, "%s goes with %s only", "nested", gonets.Choice{"form", "multipart"})
	}
	switch label := b.Charset; {
	case label == "" && b.Form == nil && b.Text == nil:
	case b.Form == nil && b.Text == nil:
		v.add(p+"/body/charset", codeNotHere, "%s goes with %s only", "charset", gonets.Choice{"form", "text"})
	case label != "" && !charset.Known(label):
		v.add(p+"/body/charset", codeCharset, "%q is not an encoding; write one such as windows-1251", label)
	case b.Form != nil && strings.HasPrefix(charset.Name(label), "utf-16"):
		v.add(p+"/body/charset", codeWide, "a form cannot be written in %s; use utf-8", label)
	default:
		v.sameCharset(p, b, headers)
	}
	for _, row := range headers {
		if b.Gzip && !row.Off && strings.EqualFold(row.Name, "Content-Encoding") {
			v.add(p+"/body/gzip", codeEncoding, "the step has a header %s of its own; it packs the body itself, or gzip does", row.Name)
		}
	}
}

// sameCharset tells when the step's own Content-Type names another encoding than that
// in which the body is written: whoever receives it would read other letters.
func (v *validator) sameCharset(p string, b *gonets.HTTPBody, headers gonets.Rows) {
	for _, row := range headers {
		text, isText := row.Value.(string)
		if row.Off || !isText || !strings.EqualFold(row.Name, "Content-Type") {
			continue
		}
		_, params, _ := mime.ParseMediaType(text) // of one with variables nothing is read
		said, written := params["charset"], charset.Name(cmp.Or(b.Charset, "utf-8"))
		if said != "" && !strings.Contains(said, "{{") && charset.Name(said) != written {
			v.add(p+"/body/charset", codeSaid, "the header Content-Type says %s, but the body is written in %s; give both the same encoding", said, written)
		}
	}
}
