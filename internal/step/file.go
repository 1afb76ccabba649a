package step

import (
	"encoding/json"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"

	"gonets"
	"gonets/internal/expr"
	"gonets/internal/parts"
	"gonets/internal/source"
	"gonets/internal/value"
)

// The codes of what is wrong with a file that is to be sent.
const (
	codeNoFile    gonets.Code = "request.no_file"
	codeFileType  gonets.Code = "request.file_type"
	codeFileSize  gonets.Code = "request.file_size"
	codeFileField gonets.Code = "request.file_field"
	codeFileCount gonets.Code = "request.file_count"

	codeNotNumber gonets.Code = "template.not_number"
)

const (
	typeBytes = "application/octet-stream"
	typePlain = "text/plain; charset=utf-8"
)

// fileBody sends one file; a request without it would make no sense.
type fileBody struct{ place *filePlace }

func (b fileBody) build(s *Scope) ([]byte, string, error) {
	v, _, err := b.place.lookup(s, &s.report)
	if err != nil {
		return nil, "", err
	}
	f, err := s.file(v, source.FilesOf(&s.job.Event))
	if err != nil {
		return nil, "", err
	}
	return f.Data, f.Type, checkSize(len(f.Data))
}

func (b fileBody) pairs(*Scope) ([]pair, error) { return nil, nil }

// checkSize refuses a body that is larger than gonets.MaxFileBody.
func checkSize(size int) error {
	if size > gonets.MaxFileBody {
		return gonets.Refuse(gonets.CodeTemplateLimit, gonets.Mistake("", codeFileSize,
			"the body is %d bytes with its files; at most %d can be sent", size, gonets.MaxFileBody))
	}
	return nil
}

// multipartBody sends a form with its files behind its fields.
type multipartBody struct {
	fields []namedTemplate
	how    pairing
	files  []formFile
}

type formFile struct {
	name, fileName, media *expr.Template
	place                 *filePlace
}

func (c *compiler) multipart(at string, m *gonets.Multipart, how pairing) multipartBody {
	how.holes = true
	b := multipartBody{fields: c.rows(at+"/fields", m.Fields), how: how}
	for i := range m.Files {
		f, at := &m.Files[i], fmt.Sprintf("%s/files/%d", at, i)
		b.files = append(b.files, formFile{
			name: c.template(at+"/name", f.Name), place: c.filePlace(at+"/path", f.Path),
			fileName: c.template(at+"/filename", f.FileName), media: c.template(at+"/type", f.Type),
		})
	}
	return b
}

// filePlace is the expression that gives a file.
type filePlace struct{ *expr.Expr }

// lookup gives what is there. Where a sum fails, no number is missing but a file: a
// hyphen in a name reads as a minus.
func (p *filePlace) lookup(s *Scope, r *expr.Report) (v any, ok bool, err error) {
	v, ok, err = p.Lookup(s, r)
	if err != nil && Problems("", err)[0].Code == codeNotNumber {
		err = noFile()
	}
	return v, ok, err
}

func noFile() error {
	return gonets.Refuse(gonets.CodeTemplateFailed, gonets.Mistake("", codeNoFile,
		"there is no file: the place has to hold a received file, a binary reply or a text"))
}

func (c *compiler) filePlace(pointer, src string) *filePlace {
	if strings.TrimSpace(src) == "" {
		c.problem(pointer, gonets.Errorf(gonets.CodeMissing, "it is not said which file to send"))
		return nil
	}
	e := c.parsed(pointer, src)
	if e == nil {
		return nil
	}
	p := &filePlace{e}
	c.note(pointer, p.lookup)
	return p
}

func (b multipartBody) build(s *Scope) ([]byte, string, error) {
	fields, err := b.how.of(s, b.fields)
	if err != nil {
		return nil, "", err
	}
	list := make([]parts.Part, 0, len(fields)+len(b.files))
	for _, p := range fields {
		list = append(list, parts.Part{Name: p.name, Data: []byte(strings.Join(p.values, ","))})
	}
	form := &filling{list: list, from: source.FilesOf(&s.job.Event)}
	for i := range list {
		form.size += len(list[i].Data)
	}
	if err := checkSize(form.size); err != nil {
		return nil, "", err
	}
	for i := range b.files {
		if err := b.files[i].fill(s, form); err != nil {
			return nil, "", err
		}
	}
	body, contentType := parts.Write(s.key(), form.list)
	return body, contentType, nil
}

func (b multipartBody) pairs(*Scope) ([]pair, error) { return nil, nil }

// filling is a form while its files are put into it.
type filling struct {
	list []parts.Part
	from *source.Files
	// files counts those in the list, size the bytes of all of it.
	files, size int
}

// add puts a file into the form, unless it would be too much.
func (f *filling) add(p parts.Part) error {
	f.list, f.files, f.size = append(f.list, p), f.files+1, f.size+len(p.Data)
	if f.files > gonets.MaxFormFiles {
		return gonets.Refuse(gonets.CodeTemplateLimit, gonets.Mistake("", codeFileCount, "the form has more than %d files", gonets.MaxFormFiles))
	}
	return checkSize(f.size)
}

// fill adds the file, or the files of a list. One that is not there is left out,
// like a field of a site's form into which nobody put a file.
func (f *formFile) fill(s *Scope, form *filling) error {
	v, ok, err := f.place.lookup(s, &s.report)
	if err != nil || !ok {
		return err
	}
	var texts [3]string
	for i, t := range [...]*expr.Template{f.name, f.fileName, f.media} {
		if texts[i], err = t.Text(s, &s.report, nil); err != nil {
			return err
		}
	}
	name, fileName, media := strings.TrimSpace(texts[0]), texts[1], strings.TrimSpace(texts[2])
	if name == "" {
		return gonets.Refuse(gonets.CodeBadRequest, gonets.Mistake("", codeFileField, "the field of a file has no name"))
	}
	if media != "" {
		if _, _, err := mime.ParseMediaType(media); err != nil {
			return gonets.Refuse(gonets.CodeBadRequest, gonets.Mistake("", codeFileType, "%q is no type of a file; write one such as image/png", media))
		}
	}
	values, isList := v.([]any)
	if !isList {
		values = []any{v}
	}
	for _, v := range values {
		if v == nil || v == "" {
			continue
		}
		p, err := s.file(v, form.from)
		if err != nil {
			return err
		}
		p.Name = name
		p.FileName = baseName(firstText(fileName, p.FileName, name))
		p.Type = firstText(media, p.Type)
		if err := form.add(p); err != nil {
			return err
		}
	}
	return nil
}

func firstText(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// baseName is a file's name without the folders before it: who receives it could
// take them for his own (RFC 7578 §4.2).
func baseName(s string) string {
	if base := s[strings.LastIndexAny(s, `/\`)+1:]; base != "" {
		return base
	}
	return "file"
}

// file is what a value sends as a file, with the name and the type that are known
// of it; from are the files that came.
func (s *Scope) file(v any, from *source.Files) (parts.Part, error) {
	switch v := v.(type) {
	case []byte:
		p := s.origin(v)
		p.Data, p.Type = v, firstText(p.Type, typeBytes)
		return p, nil
	case string:
		if v == "" {
			break
		}
		if !utf8.ValidString(v) {
			return parts.Part{Data: []byte(v), Type: typeBytes}, nil
		}
		return parts.Part{Data: []byte(v), Type: typePlain}, nil
	case json.Number, bool:
		return parts.Part{Data: []byte(value.Text(v)), Type: typePlain}, nil
	case map[string]any:
		if f, ok := from.Find(v); ok {
			return parts.Part{Data: f.Data, FileName: f.Name, Type: firstText(f.Type, typeBytes)}, nil
		}
	}
	return parts.Part{}, noFile()
}

// origin is what is known of bytes: of a reply or of the event's body, the name and
// the type that came with them.
func (s *Scope) origin(data []byte) parts.Part {
	s.settle()
	if body, _ := s.eventObject()["body"].([]byte); same(body, data) {
		return parts.Part{Type: gonets.HeaderValue(s.job.Event.Headers, "Content-Type")}
	}
	for _, a := range s.job.Replies {
		if same(a.ReplyBody, data) {
			_, params, _ := mime.ParseMediaType(gonets.HeaderValue(a.ReplyHeaders, "Content-Disposition"))
			return parts.Part{FileName: params["filename"], Type: gonets.HeaderValue(a.ReplyHeaders, "Content-Type")}
		}
	}
	return parts.Part{}
}

// same tells whether two are the very same bytes and not only equal ones.
func same(a, b []byte) bool { return len(a) > 0 && len(a) == len(b) && &a[0] == &b[0] }
