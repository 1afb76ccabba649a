// Package content shows what messages carried: bodies as people read them.
package content

import (
	"encoding/base64"
	"strings"

	"gonets"
	"gonets/api"
	"gonets/internal/charset"
	"gonets/internal/parts"
	"gonets/internal/step"
)

// MaxText bounds the beginning of a value that is shown, in bytes.
const MaxText = 4 << 10

// Of is a body as text, in the encoding that its Content-Type names, where it is
// text.
func Of(headers []gonets.Header, body []byte) api.Content {
	return as(gonets.HeaderValue(headers, "Content-Type"), body)
}

// Exchange are the bodies of a step's request of this purpose and of its reply, each in
// the encoding in which the step writes or reads it. The step may be nil.
func Exchange(st *gonets.HTTPStep, p gonets.Purpose, x *gonets.Exchange) (sent, came api.Content) {
	sentAs, cameAs := charset.Types(st, p, x)
	return as(sentAs, x.RequestBody), as(cameAs, x.ReplyBody)
}

// maxMarked is up to how many bytes a reply is looked through for its mark: a run
// shows all of its attempts at once.
const maxMarked = 1 << 20

// Mark is what is unusual about a step's reply, as the step reads it.
func Mark(st *gonets.HTTPStep, x *gonets.Exchange) gonets.Mark {
	if len(x.ReplyBody) <= maxMarked && step.NamesTwice(st, x) {
		return gonets.MarkDuplicateKeys
	}
	return ""
}

func as(contentType string, body []byte) api.Content {
	if text, name, ok := charset.Read(body, contentType); ok {
		return api.Content{Body: text, Charset: name}
	}
	return api.Content{Body: base64.StdEncoding.EncodeToString(body), Encoding: api.EncodingBase64}
}

// Parts are the fields and files of a form with files; nil for any other body. One
// that breaks off shows what can be read.
func Parts(headers []gonets.Header, body []byte) []api.Part {
	list, _ := parts.Read(gonets.HeaderValue(headers, "Content-Type"), body) //nolint:errcheck // what was read is shown
	var out []api.Part
	for _, p := range list {
		part := api.Part{Name: p.Name, FileName: p.FileName, Type: p.Type, Size: len(p.Data)}
		if p.FileName == "" {
			part.Text = Beginning(strings.ToValidUTF8(charset.Legible(p.Data, p.Type), "\uFFFD"))
		}
		out = append(out, part)
	}
	return out
}

// Beginning is as much of a text as is shown of a value.
func Beginning(text string) string {
	if len(text) <= MaxText {
		return text
	}
	return strings.ToValidUTF8(text[:MaxText], "") + "…"
}
