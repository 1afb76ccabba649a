package curl

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gonets"
	"gonets/internal/charset"
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
			if p.upload = name == "data-binary"; p.upload {
				p.place(shown + " " + text)
				return
			}
			p.file(shown, text)
			return
		}
		p.piece(text, "&")
	}
}

func (p *reader) file(shown, text string) {
	p.warn(shown+" "+text, whyFile)
	p.nothing()
}

// place makes a file the body; which one has yet to be said.
func (p *reader) place(shown string) {
	p.warn(shown, whyFormFile)
	p.nothing()
}

// put is -T: a file that PUT sends.
func (p *reader) put(shown, file string) {
	p.sends, p.upload = &file, true
	p.place(shown + " " + file)
}

// nameUpload puts the name of a file that PUT sends behind an address that ends with a
// slash, as curl does.
func (p *reader) nameUpload() {
	if p.sends == nil {
		return
	}
	u, err := url.Parse(p.url)
	if name := baseName(*p.sends); err == nil && name != "-" && (u.Path == "" || strings.HasSuffix(u.Path, "/")) {
		u.Path, u.RawPath = path.Join("/", u.Path, name), ""
		p.url = u.String()
	}
}

// baseName is a file's name without its folders.
func baseName(file string) string { return path.Base(strings.ReplaceAll(file, `\`, "/")) }

// nothing is a body without content yet.
func (p *reader) nothing() {
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
	switch f := (part{name: name, value: content}); {
	case name == "":
		p.warn(shown+" "+text, whyField)
	case plain:
		p.parts = append(p.parts, f)
	case strings.HasPrefix(content, "<"):
		p.warn(shown+" "+text, whyFile)
	default:
		p.options(&f, shown+" "+text)
		p.parts = append(p.parts, f)
	}
}

// partOption begins an option of a part; what else follows a semicolon is content.
var partOption = regexp.MustCompile(`;\s*(type|filename|headers|encoder)=`)

// options takes apart what -F says of a part behind its name.
func (p *reader) options(f *part, shown string) {
	if f.value, f.file = strings.CutPrefix(f.value, "@"); f.file {
		p.warn(shown, whyFormFile)
	}
	quoted := quotedPart.FindString(f.value)
	found := partOption.FindAllStringSubmatchIndex(f.value[len(quoted):], -1)
	rest := f.value[len(quoted):]
	for i, at := range found {
		end := len(rest)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		switch option := strings.Trim(rest[at[1]:end], `" `); rest[at[2]:at[3]] {
		case "type":
			f.contentType = option
		case "filename":
			f.filename = option
		default:
			p.warn(shown, whyPartOption)
		}
	}
	if len(found) > 0 {
		f.value = quoted + rest[:found[0][0]]
	}
	if quoted != "" && quoted == f.value {
		f.value = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(quoted[1 : len(quoted)-1])
	}
	if f.contentType != "" && !f.file && !f.named() {
		p.warn(shown, whyPartType)
	}
	if strings.ContainsAny(f.name, "\"\\\r\n\t") {
		p.warn(shown, whyPartName)
	}
}

// quotedPart is a content in quotation marks, which keep what looks like an option.
var quotedPart = regexp.MustCompile(`^"(?:[^"\\]|\\.)*"`)

// named tells whether a text goes as a file, under a name.
func (f *part) named() bool { return f.filename != "" && f.value != "" }

// bodyOf makes the step's body, by the kind that a person would choose as long
// as that gives the same bytes.
func (p *reader) bodyOf() error {
	switch {
	case len(p.parts) > 0:
		p.removeBoundary()
		p.multipart()
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
	if raw, err := charset.Encode(*p.data, p.charset()); err == nil && string(raw) == *p.data {
		p.Step.Body.Charset = p.charset()
	}
	return nil
}

// charset is the encoding that the command names for the body where it is another
// than UTF-8.
func (p *reader) charset() string {
	_, params, _ := mime.ParseMediaType(p.contentType())
	if name := charset.Name(params["charset"]); name != "utf-8" {
		return name
	}
	return ""
}

func (p *reader) takenAway(name string) bool {
	for _, removed := range p.removed {
		if strings.EqualFold(removed, name) {
			return true
		}
	}
	return false
}

// contentType is the header that the command has for the body.
func (p *reader) contentType() string {
	for _, row := range p.Step.Headers {
		if text, ok := row.Value.(string); ok && strings.EqualFold(row.Name, "Content-Type") {
			return text
		}
	}
	return ""
}

// mediaType is the type that the command names for the body.
func (p *reader) mediaType() string {
	kind, _, _ := strings.Cut(p.contentType(), ";")
	return strings.ToLower(strings.TrimSpace(kind))
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
	label := p.charset()
	for pair := range strings.SplitSeq(*p.data, "&") {
		name, content, found := strings.Cut(pair, "=")
		plainName, nameAgain, ok1 := unescaped(name, label)
		plain, plainAgain, ok2 := unescaped(content, label)
		if !found || !ok1 || !ok2 || plainName == "" {
			return false
		}
		again = append(again, nameAgain+"="+plainAgain)
		rows = append(rows, gonets.Row{Name: plainName, Value: Literal(plain)})
	}
	if strings.Join(again, "&") != *p.data || p.takenAway("Content-Type") {
		return false
	}
	p.Step.Body = &gonets.HTTPBody{Form: rows, Charset: label}
	return true
}

// unescaped is a text of a form, and how a step would escape it in the encoding.
func unescaped(s, label string) (text, again string, ok bool) {
	raw, err := url.QueryUnescape(s)
	if err != nil {
		return "", "", false
	}
	text, err = charset.Decode([]byte(raw), label)
	if err != nil {
		return "", "", false
	}
	written, err := charset.Encode(text, label)
	return text, url.QueryEscape(string(written)), err == nil
}

// removeBoundary takes away a type that the command names for its form: the boundary
// belongs to who writes the parts.
func (p *reader) removeBoundary() {
	if p.mediaType() == parts.Media {
		p.Step.Headers = slices.DeleteFunc(p.Step.Headers, func(row gonets.Row) bool { return strings.EqualFold(row.Name, "Content-Type") })
	}
}

// multipart makes fields and files of the parts. Which files they are has yet to be said:
// those of the command are not here.
func (p *reader) multipart() {
	form := gonets.Multipart{}
	for _, f := range p.parts {
		file := gonets.FormFile{Name: Literal(f.name), FileName: Literal(f.filename), Type: Literal(f.contentType)}
		switch {
		case f.file && f.filename == "":
			file.FileName = Literal(baseName(f.value))
		case f.file:
		case f.named():
			file.Path = strconv.Quote(f.value)
		default:
			form.Fields = append(form.Fields, gonets.Row{Name: f.name, Value: Literal(f.value)})
			continue
		}
		form.Files = append(form.Files, file)
	}
	p.Step.Body = &gonets.HTTPBody{Multipart: &form}
}
