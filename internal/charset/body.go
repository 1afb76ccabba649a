package charset

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"gonets"
)

// Read gives a body as people can read it, and the name of its encoding where that
// is another than UTF-8. It is no text when what was read, written again, would not
// be the same bytes: nothing is lost that is shown as text.
func Read(body []byte, contentType string) (text, name string, ok bool) {
	name = Of(body, contentType)
	if name == "" {
		return string(body), "", utf8.Valid(body)
	}
	enc, err := find(name)
	if err != nil {
		return "", "", false
	}
	// A byte order mark stays: it is one of the bytes.
	read, err := enc.NewDecoder().Bytes(body)
	if err != nil || bytes.ContainsFunc(read, control) {
		return "", "", false
	}
	again, err := enc.NewEncoder().Bytes(read)
	if err != nil || !bytes.Equal(again, body) {
		return "", "", false
	}
	return string(read), name, true
}

// control are the characters that no text has.
func control(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\n\v\f\r\x1b", r) }

// Legible reads a body for those who look for something in it, whatever it takes:
// what is not UTF-8 and says nothing of its encoding is read as windows-1251.
func Legible(body []byte, contentType string) string {
	name := Of(body, contentType)
	if name == "" && !utf8.Valid(body) {
		name = "windows-1251"
	}
	if text, err := Decode(body, name); err == nil {
		return text
	}
	return string(body)
}

// Of is the name of the encoding that a body is in; empty for UTF-8, and where
// nobody says. What is UTF-8 all the same is UTF-8, whatever it is said to be.
func Of(body []byte, contentType string) string {
	label := Label(body, contentType)
	if isUTF8(label) {
		return ""
	}
	name := Name(label)
	if utf8.Valid(body) && !shifted(body, name) {
		return ""
	}
	return name
}

// shifted tells of a body that is UTF-8 only by its bytes: Latin letters in UTF-16
// have zeros between them, ISO-2022-JP writes all letters in ASCII behind escapes.
func shifted(body []byte, name string) bool {
	return strings.HasPrefix(name, "utf-16") && bytes.IndexByte(body, 0) >= 0 ||
		name == "iso-2022-jp" && bytes.IndexByte(body, '\x1b') >= 0
}

// Label is the encoding that is named for a body: by its Content-Type, else by the
// body itself unless it is UTF-8, which templates of pages often deny.
func Label(body []byte, contentType string) string {
	media, params, _ := mime.ParseMediaType(contentType)
	switch {
	case params["charset"] != "":
		return params["charset"]
	case utf8.Valid(body):
		return ""
	case bytes.HasPrefix(body, bomLE) && textual(media):
		return "utf-16le"
	case bytes.HasPrefix(body, bomBE) && textual(media):
		return "utf-16be"
	}
	return Declared(body, media)
}

// Given is a Content-Type that names an encoding in the place of the one that it
// names itself, if any: people know better than what services say. An empty one
// changes nothing.
func Given(contentType, label string) string {
	if label == "" {
		return contentType
	}
	media, params, err := mime.ParseMediaType(contentType)
	if media == "" {
		media = "text/plain"
	}
	if err != nil {
		params = map[string]string{}
	}
	params["charset"] = Name(label)
	return mime.FormatMediaType(media, params)
}

// Types are the Content-Types of what an exchange of this purpose sent and got, with the
// encodings that its step chose in the place of those that they name themselves. The
// step may be nil.
func Types(st *gonets.HTTPStep, p gonets.Purpose, x *gonets.Exchange) (sent, came string) {
	const name = "Content-Type"
	sent, came = st.Charsets(p)
	return Given(gonets.HeaderValue(x.RequestHeaders, name), sent), Given(gonets.HeaderValue(x.ReplyHeaders, name), came)
}

// Both are the Content-Types by which those who look for something read a body: the one
// that [Types] gives, and the one that it names itself where that is another. Either may
// be wrong.
func Both(typed string, headers []gonets.Header) []string {
	if own := gonets.HeaderValue(headers, "Content-Type"); own != typed {
		return []string{typed, own}
	}
	return []string{typed}
}

// textual tells whether a body of the type is text: the first bytes of other files
// may look like a byte order mark.
func textual(media string) bool {
	return strings.HasPrefix(media, "text/") || strings.HasSuffix(media, "json") || strings.HasSuffix(media, "xml")
}

var (
	xmlDeclaration = regexp.MustCompile(`^<\?xml[^>]{0,200}?\sencoding=["']([A-Za-z0-9._-]{1,40})["']`)
	htmlMeta       = regexp.MustCompile(`(?i)<meta\s[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9._-]{1,40})`)
)

// metaWithin is how far a page's encoding is looked for (HTML §13.2.3.2), in bytes.
const metaWithin = 1024

// Declared is the encoding that a text names itself: XML in its declaration (XML 1.0
// §4.3.3), a page in its head.
func Declared(body []byte, media string) string {
	found := xmlDeclaration.FindSubmatch(body)
	if strings.HasSuffix(media, "html") && found == nil {
		found = htmlMeta.FindSubmatch(body[:min(len(body), metaWithin)])
	}
	if found == nil {
		return ""
	}
	return string(found[1])
}
