package curl

import (
	"bytes"
	"encoding/json"
	"net/url"
	"path"
	"slices"
	"strings"

	"gonets"
	"gonets/internal/parts"
	"gonets/internal/value"
)

// part is one part of -F; the value of a file is where it lies on the machine of
// who wrote the command.
type part struct {
	name, value, contentType, filename string
	file                               bool
}

// body is one of the flags that give data.
func (p *reader) body(shown, name, text string) {
	switch name {
	case "json":
		p.json = true
		if strings.HasPrefix(text, "@") {
			p.file(shown, text)
			return
		}
		// Several are joined without anything between them.
		p.piece(text, "")
	case "data-urlencode":
		if encoded, ok := p.encoded(shown, text, false); ok {
			p.piece(encoded, "&")
		}
	case "data-raw":
		p.piece(text, "&")
	default:
		if strings.HasPrefix(text, "@") {
			p.file(shown, text)
			p.upload = name == "data-binary"
			return
		}
		p.piece(text, "&")
	}
}

func (p *reader) file(shown, text string) {
	p.warn(shown+" "+text, whyFile)
	if p.data == nil {
		p.piece("", "")
	}
}

func (p *reader) piece(text, separator string) {
	if p.data == nil {
		p.data = &text
		return
	}
	if *p.data != "" {
		text = *p.data + separator + text
	}
	p.data = &text
}

// encoded is a value of --data-urlencode: content, =content, name=content, or a
// file; with plus, of --url-query, a + in front means that it is encoded already.
func (p *reader) encoded(shown, text string, plus bool) (string, bool) {
	if rest, asIs := strings.CutPrefix(text, "+"); plus && asIs {
		return rest, true
	}
	i := strings.IndexAny(text, "=@")
	switch {
	case i < 0:
		return percent(text), true
	case text[i] == '@':
		p.warn(shown+" "+text, whyFile)
		return "", false
	case i == 0:
		return percent(text[1:]), true
	}
	return text[:i] + "=" + percent(text[i+1:]), true
}

// percent encodes like curl does: all but the unreserved characters of RFC 3986,
// a space as +.
func percent(s string) string { return url.QueryEscape(s) }

// form is one part of -F: name=value, name=@file, name=<file, with ;type= and
// ;filename= behind it unless it is a plain string.
func (p *reader) form(shown, text string, plain bool) {
	name, content, found := strings.Cut(text, "=")
	if !found {
		p.warn(shown+" "+text, whyField)
		return
	}
	f := part{name: name, value: content}
	if !plain {
		if strings.HasPrefix(content, "<") {
			p.warn(shown+" "+text, whyFile)
			return
		}
		if f.value, f.file = strings.CutPrefix(content, "@"); f.file {
			p.warn(shown+" "+text, whyFormFile)
		}
		for _, option := range []struct {
			name string
			to   *string
		}{{";filename=", &f.filename}, {";type=", &f.contentType}} {
			if i := strings.LastIndex(f.value, option.name); i >= 0 {
				*option.to = strings.Trim(f.value[i+len(option.name):], `"`)
				f.value = f.value[:i]
			}
		}
		if len(f.value) > 1 && f.value[0] == '"' && f.value[len(f.value)-1] == '"' {
			f.value = f.value[1 : len(f.value)-1]
		}
	}
	p.parts = append(p.parts, f)
}

// bodyOf makes the step's body, by the kind that a person would choose as long
// as that gives the same bytes.
func (p *reader) bodyOf() error {
	switch {
	case len(p.parts) > 0:
		p.removeBoundary()
		if !p.formWithFiles() {
			p.multipart()
		}
		return nil
	case p.data == nil:
		return nil
	case p.get:
		if *p.data != "" {
			p.queries = append([]string{*p.data}, p.queries...)
		}
		return nil
	}
	if p.json {
		for _, name := range []string{"Content-Type", "Accept"} {
			if !p.has(name) {
				p.Step.Headers = append(p.Step.Headers, gonets.Row{Name: name, Value: "application/json"})
			}
		}
	}
	if p.upload && *p.data == "" {
		p.Step.Body = &gonets.HTTPBody{File: p.data}
		return nil
	}
	kind := p.mediaType()
	switch {
	case strings.HasSuffix(kind, "json"):
		if p.jsonBody() {
			return nil
		}
	case kind == "" || kind == "application/x-www-form-urlencoded":
		if p.formBody() {
			return nil
		}
		if kind == "" && !p.takenAway("Content-Type") {
			p.Step.Headers = append(p.Step.Headers, gonets.Row{Name: "Content-Type", Value: "application/x-www-form-urlencoded"})
		}
	}
	text := Literal(*p.data)
	p.Step.Body = &gonets.HTTPBody{Text: &text}
	return nil
}

func (p *reader) takenAway(name string) bool {
	for _, removed := range p.removed {
		if strings.EqualFold(removed, name) {
			return true
		}
	}
	return false
}

// mediaType is the type that the command names for the body.
func (p *reader) mediaType() string {
	for _, row := range p.Step.Headers {
		if text, ok := row.Value.(string); ok && strings.EqualFold(row.Name, "Content-Type") {
			kind, _, _ := strings.Cut(text, ";")
			return strings.ToLower(strings.TrimSpace(kind))
		}
	}
	return ""
}

// jsonBody makes fields of an object when they give the same bytes, else a
// template of the text.
func (p *reader) jsonBody() bool {
	if !json.Valid([]byte(*p.data)) {
		return false
	}
	var tree gonets.Tree
	if err := json.Unmarshal([]byte(*p.data), &tree); err != nil {
		return false
	}
	again, err := value.EncodeJSON(tree.Value)
	if _, isText := tree.Value.(string); err == nil && !isText && bytes.Equal(again, []byte(*p.data)) {
		if escaped, ok := literalTree(tree.Value); ok {
			p.Step.Body = &gonets.HTTPBody{JSON: &gonets.Tree{Value: escaped}}
			return true
		}
	}
	p.Step.Body = &gonets.HTTPBody{JSON: &gonets.Tree{Value: Literal(*p.data)}}
	// Inside quotation marks a value is escaped for JSON, which braces are not.
	return true
}

// literalTree keeps names and texts from being read as paths and templates; ok
// is false for names that fields cannot have.
func literalTree(v any) (any, bool) {
	switch v := v.(type) {
	case string:
		return Literal(v), true
	case gonets.Rows:
		rows := make(gonets.Rows, len(v))
		seen := map[string]bool{}
		for i, row := range v {
			inner, ok := literalTree(row.Value)
			if !ok || row.Name == "" || strings.ContainsAny(row.Name, ".[]\\") || seen[row.Name] {
				return nil, false
			}
			seen[row.Name] = true
			rows[i] = gonets.Row{Name: row.Name, Value: inner}
		}
		return rows, true
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			inner, ok := literalTree(item)
			if !ok {
				return nil, false
			}
			list[i] = inner
		}
		return list, true
	}
	return v, true
}

// formBody makes rows when they give the same bytes.
func (p *reader) formBody() bool {
	if *p.data == "" {
		return false
	}
	var rows gonets.Rows
	var again []string
	for pair := range strings.SplitSeq(*p.data, "&") {
		name, content, found := strings.Cut(pair, "=")
		plainName, err1 := url.QueryUnescape(name)
		plain, err2 := url.QueryUnescape(content)
		if !found || err1 != nil || err2 != nil || plainName == "" {
			return false
		}
		again = append(again, url.QueryEscape(plainName)+"="+url.QueryEscape(plain))
		rows = append(rows, gonets.Row{Name: plainName, Value: Literal(plain)})
	}
	if strings.Join(again, "&") != *p.data || p.takenAway("Content-Type") {
		return false
	}
	p.Step.Body = &gonets.HTTPBody{Form: rows}
	return true
}

// removeBoundary takes away a type that the command names for its form: the boundary
// belongs to who writes the parts.
func (p *reader) removeBoundary() {
	if p.mediaType() == parts.Media {
		p.Step.Headers = slices.DeleteFunc(p.Step.Headers, func(row gonets.Row) bool { return strings.EqualFold(row.Name, "Content-Type") })
	}
}

// formWithFiles makes fields and files of the parts, unless one has a type of its
// own or a name that curl writes in another way. Which files they are has yet to be
// said: those of the command are not here.
func (p *reader) formWithFiles() bool {
	form := gonets.Multipart{}
	for _, f := range p.parts {
		switch {
		case f.name == "" || strings.ContainsAny(f.name, "\"\\\r\n\t"):
			return false
		case f.file:
			name := f.filename
			if name == "" {
				name = path.Base(strings.ReplaceAll(f.value, `\`, "/"))
			}
			form.Files = append(form.Files, gonets.FormFile{Name: Literal(f.name), FileName: Literal(name), Type: Literal(f.contentType)})
		case f.filename != "" || f.contentType != "":
			return false
		default:
			form.Fields = append(form.Fields, gonets.Row{Name: f.name, Value: Literal(f.value)})
		}
	}
	p.Step.Body = &gonets.HTTPBody{Multipart: &form}
	return true
}

// boundary divides the parts of a form with files. It stands in the step, so it
// is always the same; a part that holds it gets another.
const boundary = "----GonetsFormBoundary7f3a9c"

// multipart writes the parts as text, as they are; files cannot be taken over then.
func (p *reader) multipart() {
	p.parts = slices.DeleteFunc(p.parts, func(f part) bool { return f.file })
	mark := boundary
	for _, f := range p.parts {
		for strings.Contains(f.value, mark) {
			mark += "x"
		}
	}
	quote := strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A").Replace
	var b strings.Builder
	for _, f := range p.parts {
		b.WriteString("--" + mark + "\r\nContent-Disposition: form-data; name=\"" + quote(f.name) + `"`)
		if f.filename != "" {
			b.WriteString(`; filename="` + quote(f.filename) + `"`)
		}
		if f.contentType != "" {
			b.WriteString("\r\nContent-Type: " + f.contentType)
		}
		b.WriteString("\r\n\r\n" + f.value + "\r\n")
	}
	b.WriteString("--" + mark + "--\r\n")
	text := Literal(b.String())
	p.Step.Body = &gonets.HTTPBody{Text: &text}
	p.Step.Headers = append(p.Step.Headers, gonets.Row{Name: "Content-Type", Value: "multipart/form-data; boundary=" + mark})
}
