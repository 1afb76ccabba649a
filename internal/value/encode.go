package value

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"gonets"
)

// EncodeJSON writes a value as compact JSON: numbers with their digits, text
// without HTML escapes, map members sorted by name, [gonets.Rows] as objects
// in their order without the rows that are off, bytes as base64. What nests
// deeper than gonets.MaxJSONDepth is an error, so everything that is written
// can be read again.
func EncodeJSON(v any) ([]byte, error) { return appendJSON(make([]byte, 0, encodedSize(v, 0)), v, 0) }

// encodedSize is about how long a value is as JSON; escapes make it longer.
func encodedSize(v any, depth int) int {
	const other = 8
	n := 2
	switch v := v.(type) {
	case string:
		return n + len(v)
	case json.Number:
		return len(v)
	case []byte:
		return n + base64.StdEncoding.EncodedLen(len(v))
	case map[string]any:
		for name, m := range v {
			if depth < gonets.MaxJSONDepth {
				n += len(name) + len(`"":,`) + encodedSize(m, depth+1)
			}
		}
	case gonets.Rows:
		for _, r := range v {
			if depth < gonets.MaxJSONDepth {
				n += len(r.Name) + len(`"":,`) + encodedSize(r.Value, depth+1)
			}
		}
	case []any:
		for _, item := range v {
			if depth < gonets.MaxJSONDepth {
				n += len(",") + encodedSize(item, depth+1)
			}
		}
	default:
		return other
	}
	return n
}

// AppendJSON is EncodeJSON into a buffer.
func AppendJSON(b []byte, v any) ([]byte, error) { return appendJSON(b, v, 0) }

func appendJSON(b []byte, v any, depth int) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case string:
		return AppendJSONString(b, v), nil
	case json.Number:
		if !ValidNumber(string(v)) {
			return nil, fmt.Errorf("%q is not a JSON number", string(v))
		}
		return append(b, v...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case []byte:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, v)
		return append(b, '"'), nil
	case int:
		return strconv.AppendInt(b, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v is not a JSON number", v)
		}
		return AppendFloat(b, v), nil
	}
	if depth == gonets.MaxJSONDepth {
		return nil, fmt.Errorf("the value nests deeper than %d levels", gonets.MaxJSONDepth)
	}
	switch v := v.(type) {
	case map[string]any:
		return appendMap(b, v, depth+1)
	case map[string]string:
		m := make(map[string]any, len(v))
		for k, s := range v {
			m[k] = s
		}
		return appendMap(b, m, depth+1)
	case gonets.Rows:
		return appendRows(b, v, depth+1)
	case []any:
		return appendList(b, v, depth+1)
	case json.RawMessage:
		decoded, _, err := DecodeJSON(v)
		if err != nil {
			return nil, err
		}
		return appendJSON(b, decoded, depth)
	}
	return nil, fmt.Errorf("a %T is not a value", v)
}

func appendMap(b []byte, m map[string]any, depth int) ([]byte, error) {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	b = append(b, '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(AppendJSONString(b, k), ':')
		var err error
		if b, err = appendJSON(b, m[k], depth); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func appendRows(b []byte, rows gonets.Rows, depth int) ([]byte, error) {
	b = append(b, '{')
	first := true
	for _, r := range rows {
		if r.Off {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(AppendJSONString(b, r.Name), ':')
		var err error
		if b, err = appendJSON(b, r.Value, depth); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func appendList(b []byte, list []any, depth int) ([]byte, error) {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendJSON(b, v, depth); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// AppendFloat writes a finite float with the fewest digits that read back to
// it, without an exponent in the range that people write.
func AppendFloat(b []byte, f float64) []byte {
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, f, format, -1, 64)
}

// AppendJSONString writes s as a JSON string with its quotation marks.
// Broken UTF-8 becomes U+FFFD.
func AppendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	b = AppendJSONText(b, s)
	return append(b, '"')
}

// AppendJSONText writes s as what stands between the quotation marks of a
// JSON string (RFC 8259 §7).
func AppendJSONText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	if !utf8.ValidString(s) {
		s = string([]rune(s)) // each byte that means nothing becomes U+FFFD
	}
	for {
		n := verbatim(s)
		if b = append(b, s[:n]...); n == len(s) {
			return b
		}
		switch c := s[n]; c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		s = s[n+1:]
	}
}

// ValidNumber tells whether s is a number as JSON writes it (RFC 8259 §6).
func ValidNumber(s string) bool { return s != "" && numberEnd(s, 0) == len(s) }

// numberEnd is where the number that begins at i ends, or -1.
func numberEnd[T string | []byte](s T, i int) int {
	digits := func() bool {
		start := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i > start
	}
	if i < len(s) && s[i] == '-' {
		i++
	}
	zero := i < len(s) && s[i] == '0'
	if zero {
		i++
	} else if !digits() {
		return -1
	}
	if i < len(s) && s[i] == '.' {
		i++
		if !digits() {
			return -1
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			return -1
		}
	}
	return i
}
