// Package charset turns text in any encoding that the web knows into UTF-8
// and back. Labels are those of the WHATWG Encoding Standard: utf-8,
// windows-1251 (also cp1251), koi8-r, utf-16le and so on, in any case.
package charset

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"gonets"
)

var (
	bomUTF8 = []byte("\xEF\xBB\xBF")
	bomLE   = []byte("\xFF\xFE")
	bomBE   = []byte("\xFE\xFF")
)

// Known tells whether Decode and Encode understand the label.
func Known(label string) bool {
	_, err := find(label)
	return err == nil
}

// Name is the one name of the encoding that a label means, as headers give it;
// empty for a label that is not known.
func Name(label string) string {
	enc, err := find(label)
	if err != nil {
		return ""
	}
	name, _ := htmlindex.Name(enc)
	return name
}

// Decode gives b as UTF-8 text. A byte order mark (UTF-8, UTF-16) wins over
// the label and is dropped. An empty label is utf-8. Bytes that mean nothing
// in the encoding become U+FFFD. An unknown label is an *gonets.Error with
// code body.unreadable.
func Decode(b []byte, label string) (string, error) {
	if isUTF8(label) && !bytes.HasPrefix(b, bomLE) && !bytes.HasPrefix(b, bomBE) {
		b = bytes.TrimPrefix(b, bomUTF8)
		if utf8.Valid(b) {
			return string(b), nil
		}
		return strings.ToValidUTF8(string(b), "\uFFFD"), nil
	}
	enc, err := find(label)
	if err != nil {
		return "", err
	}
	out, _, err := transform.Bytes(unicode.BOMOverride(enc.NewDecoder()), b)
	if err != nil {
		return "", gonets.Errorf(gonets.CodeBodyUnreadable, "the text is not in the encoding %s: %w", label, err)
	}
	return string(out), nil
}

// Encode gives s in the encoding of the label; no byte order mark is added. An
// empty label is utf-8. A character that the encoding does not have is an
// *gonets.Error with code request.invalid that names it.
func Encode(s, label string) ([]byte, error) {
	if isUTF8(label) {
		return []byte(s), nil
	}
	enc, err := find(label)
	if err != nil {
		return nil, err
	}
	out, err := enc.NewEncoder().Bytes([]byte(s))
	if err == nil {
		return out, nil
	}
	for _, r := range s {
		if _, err := enc.NewEncoder().String(string(r)); err != nil {
			return nil, gonets.Refuse(gonets.CodeBadRequest, gonets.Mistake("", codeNoLetter,
				"the encoding %s has no letter %q; send utf-8 or leave the letter out", label, string(r)))
		}
	}
	return nil, gonets.Errorf(gonets.CodeBadRequest, "the text cannot be written in %s: %w", label, err)
}

// codeNoLetter is the code of a text that an encoding cannot write.
const codeNoLetter gonets.Code = "request.no_letter"

func isUTF8(label string) bool {
	switch strings.ToLower(clean(label)) {
	case "", "utf-8", "utf8":
		return true
	}
	return false
}

func clean(label string) string { return strings.Trim(label, " \t\r\n\f\"'") }

func find(label string) (encoding.Encoding, error) {
	enc, err := htmlindex.Get(clean(label))
	if err == nil && enc == encoding.Replacement {
		err = encoding.ErrInvalidUTF8
	}
	if err != nil {
		return nil, gonets.Errorf(gonets.CodeBodyUnreadable,
			"the encoding %q is not known; use utf-8, windows-1251, koi8-r or another name from the web's list", clean(label))
	}
	return enc, nil
}
