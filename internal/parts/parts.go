// Package parts writes and reads forms that carry files: bodies of type
// multipart/form-data (RFC 7578).
package parts

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strconv"
	"strings"
)

// Media is the type of such a body.
const Media = "multipart/form-data"

// Part is a field of a form, or a file when it has a file name.
type Part struct {
	Name     string
	FileName string
	// Type is the Content-Type; empty is a plain text.
	Type string
	Data []byte
}

// Write gives the body and its Content-Type. The same parts with the same seed are
// the same bytes: a repeat of a request has to be the same request. What cannot
// stand in a head (line breaks, control characters) becomes a space.
func Write(seed string, list []Part) (body []byte, contentType string) {
	boundary := border(seed, list)
	var b bytes.Buffer
	size := 0
	for i := range list {
		size += len(list[i].Data) + len(boundary) + len(list[i].Name) + len(list[i].FileName) + headRoom
	}
	b.Grow(size)
	for i := range list {
		p := &list[i]
		b.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; name=" + quote(p.Name))
		if p.FileName != "" {
			b.WriteString("; filename=" + quote(p.FileName))
		}
		if p.Type != "" {
			b.WriteString("\r\nContent-Type: " + printable(p.Type))
		}
		b.WriteString("\r\n\r\n")
		b.Write(p.Data)
		b.WriteString("\r\n")
	}
	b.WriteString("--" + boundary + "--\r\n")
	return b.Bytes(), Media + "; boundary=" + boundary
}

// headRoom is about how long the head of a part is without its names, in bytes.
const headRoom = 128

// border is what stands between the parts and in none of them.
func border(seed string, list []Part) string {
	for n := 0; ; n++ {
		sum := sha256.Sum256([]byte(seed + "/" + strconv.Itoa(n)))
		boundary := "gonets-" + hex.EncodeToString(sum[:16])
		if !stands(boundary, list) {
			return boundary
		}
	}
}

func stands(boundary string, list []Part) bool {
	for i := range list {
		p := &list[i]
		if bytes.Contains(p.Data, []byte(boundary)) || strings.Contains(p.Name+p.FileName+p.Type, boundary) {
			return true
		}
	}
	return false
}

// quote writes a name as a quoted string (RFC 2183); letters of any alphabet stand
// in it as they are, which RFC 7578 §5.1 asks for.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(printable(s)) + `"`
}

// printable has nothing that would end a head.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// ErrNoForm says that a body is no form in parts.
var ErrNoForm = errors.New("it is no form in parts")

// maxParts bounds what is read, and with it the work on a hostile body.
const maxParts = 1_000

// Read takes a body apart by its Content-Type. Of a body that breaks off the error
// comes with the parts before the break.
func Read(contentType string, body []byte) ([]Part, error) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || media != Media || params["boundary"] == "" {
		return nil, ErrNoForm
	}
	var out []Part
	for r := multipart.NewReader(bytes.NewReader(body), params["boundary"]); len(out) < maxParts; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) && len(out) > 0 {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		data, err := io.ReadAll(p)
		if err != nil {
			return out, err
		}
		out = append(out, Part{Name: p.FormName(), FileName: p.FileName(), Type: p.Header.Get("Content-Type"), Data: data})
	}
	return out, ErrNoForm
}
