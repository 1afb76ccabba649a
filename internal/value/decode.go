package value

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"gonets"
)

// SyntaxError says why bytes are not JSON. It never quotes them: they may hold
// secrets.
type SyntaxError struct {
	// Offset counts the bytes before the mistake.
	Offset int
	// Line and Column count from 1, columns in characters.
	Line, Column int
	Message      string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("not valid JSON, line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// DecodeJSON reads one JSON value (RFC 8259) that takes up all of data but
// white space. Numbers keep their digits as json.Number; of members with the
// same name the last one wins, and duplicateKeys tells that there were some.
// Broken UTF-8 inside strings becomes U+FFFD; a byte order mark is an error.
// Nesting deeper than gonets.MaxJSONDepth is an error. Errors are
// *SyntaxError.
func DecodeJSON(data []byte) (v any, duplicateKeys bool, err error) {
	return DecodeJSONText(string(data))
}

// DecodeJSONText is [DecodeJSON] of text. The names and texts of the value are
// parts of it wherever they stand there unescaped, so each keeps all of it in
// memory.
func DecodeJSONText(text string) (v any, duplicateKeys bool, err error) {
	d := decoder{data: text}
	d.space()
	v, err = d.value(0)
	if err != nil {
		return nil, false, err
	}
	d.space()
	if d.pos < len(d.data) {
		return nil, false, d.fail("more follows after the value")
	}
	return v, d.duplicate, nil
}

type decoder struct {
	data      string
	pos       int
	duplicate bool
}

func (d *decoder) fail(format string, args ...any) error {
	at := min(d.pos, len(d.data))
	line := strings.Count(d.data[:at], "\n") + 1
	begin := strings.LastIndexByte(d.data[:at], '\n') + 1
	return &SyntaxError{
		Offset: at, Line: line, Column: utf8.RuneCountInString(d.data[begin:at]) + 1, Message: fmt.Sprintf(format, args...),
	}
}

func (d *decoder) space() {
	for d.pos < len(d.data) {
		switch d.data[d.pos] {
		case ' ', '\t', '\n', '\r':
			d.pos++
		default:
			return
		}
	}
}

func (d *decoder) peek() byte {
	if d.pos < len(d.data) {
		return d.data[d.pos]
	}
	return 0
}

// value reads one value. Its recursion is bounded by the depth limit.
func (d *decoder) value(depth int) (any, error) {
	if d.pos >= len(d.data) {
		return nil, d.fail("a value is expected, but the text ends")
	}
	switch c := d.data[d.pos]; c {
	case '{', '[':
		if depth == gonets.MaxJSONDepth {
			return nil, d.fail("it nests deeper than %d levels", gonets.MaxJSONDepth)
		}
		if c == '{' {
			return d.object(depth + 1)
		}
		return d.list(depth + 1)
	case '"':
		return d.text()
	case 't':
		return true, d.word("true")
	case 'f':
		return false, d.word("false")
	case 'n':
		return nil, d.word("null")
	}
	end := numberEnd(d.data, d.pos)
	if end < 0 {
		return nil, d.fail("a value is expected")
	}
	n := json.Number(d.data[d.pos:end])
	d.pos = end
	return n, nil
}

func (d *decoder) word(w string) error {
	if !strings.HasPrefix(d.data[d.pos:], w) {
		return d.fail("a value is expected")
	}
	d.pos += len(w)
	return nil
}

func (d *decoder) object(depth int) (any, error) {
	m := map[string]any{}
	d.pos++
	d.space()
	if d.peek() == '}' {
		d.pos++
		return m, nil
	}
	for {
		d.space()
		if d.peek() != '"' {
			return nil, d.fail("a member's name in quotation marks is expected")
		}
		name, err := d.text()
		if err != nil {
			return nil, err
		}
		d.space()
		if d.peek() != ':' {
			return nil, d.fail("a colon is expected after the member's name")
		}
		d.pos++
		d.space()
		v, err := d.value(depth)
		if err != nil {
			return nil, err
		}
		before := len(m)
		m[name] = v
		d.duplicate = d.duplicate || len(m) == before
		if done, err := d.more('}'); done || err != nil {
			return m, err
		}
	}
}

func (d *decoder) list(depth int) (any, error) {
	list := []any{}
	d.pos++
	d.space()
	if d.peek() == ']' {
		d.pos++
		return list, nil
	}
	for {
		d.space()
		v, err := d.value(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if done, err := d.more(']'); done || err != nil {
			return list, err
		}
	}
}

// more reads the comma before the next element or the closing bracket.
func (d *decoder) more(closing byte) (done bool, err error) {
	d.space()
	switch d.peek() {
	case closing:
		d.pos++
		return true, nil
	case ',':
		d.pos++
		return false, nil
	}
	return false, d.fail("a comma or %c is expected", closing)
}

func (d *decoder) text() (string, error) {
	start := d.pos + 1
	d.pos = start + verbatim(d.data[start:])
	if d.pos == len(d.data) {
		return "", d.fail("the string is not closed")
	}
	switch d.data[d.pos] {
	case '"':
		s := d.data[start:d.pos]
		d.pos++
		if !utf8.ValidString(s) {
			s = strings.ToValidUTF8(s, "\uFFFD")
		}
		return s, nil
	case '\\':
		return d.escaped(start)
	}
	return "", d.fail("a control character in a string must be escaped")
}

// escaped reads on from the first backslash of a string.
func (d *decoder) escaped(start int) (string, error) {
	b := append(make([]byte, 0, 2*(d.pos-start)+16), d.data[start:d.pos]...)
	for d.pos < len(d.data) {
		c := d.data[d.pos]
		switch {
		case c == '"':
			d.pos++
			return strings.ToValidUTF8(string(b), "\uFFFD"), nil
		case c < ' ':
			return "", d.fail("a control character in a string must be escaped")
		case c != '\\':
			b = append(b, c)
			d.pos++
			continue
		}
		r, err := d.escape()
		if err != nil {
			return "", err
		}
		b = utf8.AppendRune(b, r)
	}
	return "", d.fail("the string is not closed")
}

func (d *decoder) escape() (rune, error) {
	if d.pos+1 >= len(d.data) {
		return 0, d.fail("the string is not closed")
	}
	switch c := d.data[d.pos+1]; c {
	case '"', '\\', '/':
		d.pos += 2
		return rune(c), nil
	case 'b':
		d.pos += 2
		return '\b', nil
	case 'f':
		d.pos += 2
		return '\f', nil
	case 'n':
		d.pos += 2
		return '\n', nil
	case 'r':
		d.pos += 2
		return '\r', nil
	case 't':
		d.pos += 2
		return '\t', nil
	}
	r, ok := d.hex(d.pos)
	if !ok {
		return 0, d.fail(`\ is followed by none of " \ / b f n r t u and four hex digits`)
	}
	d.pos += 6
	if !utf16.IsSurrogate(r) {
		return r, nil
	}
	if low, ok := d.hex(d.pos); ok {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			d.pos += 6
			return pair, nil
		}
	}
	return utf8.RuneError, nil
}

// hex reads \uXXXX at i.
func (d *decoder) hex(i int) (rune, bool) {
	if i+6 > len(d.data) || d.data[i] != '\\' || d.data[i+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(d.data[i+2:i+6], 16, 16)
	return rune(n), err == nil
}
