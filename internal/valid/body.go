package valid

import (
	"fmt"
	"strings"

	"gonets"
)

func (v *validator) body(p string, b *gonets.HTTPBody) {
	kinds := b.Kinds()
	all := []string{gonets.BodyJSON, gonets.BodyForm, gonets.BodyMultipart, gonets.BodyText, gonets.BodyXML, gonets.BodyPath, gonets.BodyFile, gonets.BodyNone}
	switch {
	case len(kinds) == 0:
		v.missing(p, "the body has no kind; add %s", gonets.Choice(all))
	case len(kinds) > 1:
		v.add(p+"/"+kinds[1], gonets.CodeNotBoth, "a body has one kind; this one has %s and %s", kinds[0], kinds[1])
	}
	if b.JSON != nil {
		v.tree(p+"/json", b.JSON.Value, 1)
		if s, ok := b.JSON.Value.(string); ok {
			v.bodyText(p+"/json", s)
		}
	}
	v.rows(p+"/form", b.Form)
	if b.Multipart != nil {
		v.multipart(p+"/multipart", b.Multipart)
	}
	if b.Text != nil {
		v.bodyText(p+"/text", *b.Text)
	}
	if b.XML != nil {
		v.bodyText(p+"/xml", *b.XML)
	}
	if b.File != nil && strings.TrimSpace(*b.File) == "" {
		v.missing(p+"/file", "it is not said which file to send")
	}
}

func (v *validator) multipart(p string, m *gonets.Multipart) {
	v.rows(p+"/fields", m.Fields)
	if len(m.Files) > gonets.MaxFormFiles {
		v.add(p+"/files", gonets.CodeTooMany, "%d files; a form has %d at most", len(m.Files), gonets.MaxFormFiles)
		return
	}
	for i := range m.Files {
		f, at := &m.Files[i], fmt.Sprintf("%s/files/%d", p, i)
		if strings.TrimSpace(f.Name) == "" {
			v.missing(at+"/name", "the field of a file has no name")
		}
		if strings.TrimSpace(f.Path) == "" {
			v.missing(at+"/path", "it is not said which file to send")
		}
	}
}

func (v *validator) bodyText(p, text string) {
	if len(text) > gonets.MaxBodyTemplate {
		v.add(p, gonets.CodeTooBig, "the body is longer than %d bytes", gonets.MaxBodyTemplate)
	}
}
