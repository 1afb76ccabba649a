// Package markup knows XML text into which values are put: what stands where, how a
// text is written there, and whether the whole is well-formed.
package markup

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// Spot is a kind of place in XML text.
type Spot uint8

const (
	Text   Spot = iota // between tags
	Tag                // in a tag or declaration, outside quotation marks
	Double             // in an attribute's " "
	Single             // in an attribute's ' '
	CDATA
	Comment
	Instruction
)

// Takes tells whether a value can stand there.
func (spot Spot) Takes() bool {
	return spot == Text || spot == Double || spot == Single || spot == CDATA
}

// ends are the marks at which constructs end.
var ends = map[Spot]string{
	Double: `"`, Single: `'`, CDATA: "]]>", Comment: "-->", Instruction: "?>",
}

// After is the place behind a text that begins at spot.
func (spot Spot) After(s string) Spot {
	for s != "" {
		switch end := ends[spot]; {
		case end != "":
			i := strings.Index(s, end)
			if i < 0 {
				return spot
			}
			s = s[i+len(end):]
			if spot == Double || spot == Single {
				spot = Tag
			} else {
				spot = Text
			}
		case spot == Tag:
			i := strings.IndexAny(s, `"'>`)
			if i < 0 {
				return spot
			}
			spot = map[byte]Spot{'"': Double, '\'': Single, '>': Text}[s[i]]
			s = s[i+1:]
		default:
			i := strings.IndexByte(s, '<')
			if i < 0 {
				return spot
			}
			spot, s = opened(s[i:])
		}
	}
	return spot
}

// opened is what a < begins, and the text behind the mark.
func opened(s string) (spot Spot, rest string) {
	for mark, spot := range map[string]Spot{"<![CDATA[": CDATA, "<!--": Comment, "<?": Instruction} {
		if rest, ok := strings.CutPrefix(s, mark); ok {
			return spot, rest
		}
	}
	return Tag, s[1:]
}

// Append writes a text at the spot. Line ends and tabs are written as numbers, or a
// reader would turn them into spaces; what XML cannot hold at all becomes U+FFFD. In
// CDATA, one that could end it, by itself or with what stands around it, is written
// outside.
func (spot Spot) Append(out []byte, s string) []byte {
	switch {
	case spot != CDATA:
		return append(out, escape(s)...)
	case strings.ContainsAny(s, "]>") || out[len(out)-1] == ']' || strings.ContainsFunc(s, func(r rune) bool { return !character(r) }):
		return append(append(append(out, "]]>"...), escape(s)...), "<![CDATA["...)
	}
	return append(out, s...)
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) //nolint:errcheck // it writes into memory, which cannot fail
	return b.String()
}

// character tells whether XML can hold a character (XML 1.0 §2.2); a carriage
// return it holds as a number only.
func character(r rune) bool {
	return r == '\t' || r == '\n' || r >= ' ' && r <= 0xd7ff || r >= 0xe000 && r < 0xfffe && r != utf8.RuneError || r >= 0x10000
}

// Fault is why a text is not well-formed.
type Fault struct {
	Kind Kind
	// Offset counts the bytes before the mistake.
	Offset int
	// Detail is what is wrong, or the encoding that the text claims.
	Detail string
}

// Kind is a kind of fault.
type Kind uint8

const (
	Broken   Kind = iota
	Root          // there is not one outermost element
	Encoding      // it says that it is not in UTF-8
)

// Check is nil for one XML document in UTF-8.
func Check(text string) *Fault {
	encoding := ""
	d := xml.NewDecoder(strings.NewReader(text))
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		encoding = label
		return in, nil
	}
	depth, roots := 0, 0
	for {
		at := int(d.InputOffset())
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && roots == 0:
			return &Fault{Kind: Root, Offset: len(text)}
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return &Fault{Offset: max(int(d.InputOffset())-1, at), Detail: reason(err)}
		case encoding != "":
			return &Fault{Kind: Encoding, Offset: at, Detail: encoding}
		}
		if detail := odd(token, at); detail != "" {
			return &Fault{Offset: at, Detail: detail}
		}
		outside := false
		switch t := token.(type) {
		case xml.StartElement:
			outside = depth == 0 && roots > 0
			depth, roots = depth+1, roots+1
		case xml.EndElement:
			depth--
		case xml.CharData:
			outside = depth == 0 && strings.Trim(string(t), " \t\r\n") != ""
		}
		if outside {
			return &Fault{Kind: Root, Offset: at}
		}
	}
}

func reason(err error) string {
	var wrong *xml.SyntaxError
	if errors.As(err, &wrong) {
		return wrong.Msg
	}
	return err.Error()
}

// odd is what is wrong with a token that Go's reader lets pass.
func odd(token xml.Token, at int) string {
	switch t := token.(type) {
	case xml.StartElement:
		seen := make(map[xml.Name]bool, len(t.Attr))
		for _, a := range t.Attr {
			if seen[a.Name] {
				return "the attribute " + a.Name.Local + " stands twice"
			}
			seen[a.Name] = true
		}
	case xml.Directive:
		if strings.ContainsRune(string(t), '[') {
			return "<!DOCTYPE …> holds declarations of its own"
		}
	case xml.ProcInst:
		if strings.EqualFold(t.Target, "xml") && at > 0 {
			return "<?xml … ?> stands at the very beginning"
		}
	}
	return ""
}
