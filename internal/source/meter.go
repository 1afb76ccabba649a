package source

import (
	"strings"

	"gonets"
)

// maxElements is gonets.MaxValues: members and elements of JSON, fields of a
// form, parts. A value takes up to elementCost however short it is written, so
// that seven megabytes of {"a":1} would become hundreds.
const maxElements = gonets.MaxValues

// elementCost is what a value takes in memory, in bytes: an object in an
// object, the costliest, 325; a number 32. A request that is as large as it may
// be, packed and unpacked, and holds maxElements still fits into
// gonets.MaxIngestInFlight.
const elementCost = 330

// meter counts what a request is taken apart into, and has it paid for before.
type meter struct {
	elements int
	pay      func(bytes int64) error
	// refused is the payer's error. It ends the parsing: unlike the limit it
	// depends on the moment, and must not decide what the event is.
	refused error
}

// afford is false when n more values are too many or not paid.
func (m *meter) afford(n int) bool {
	if m.refused != nil || m.elements+n > maxElements {
		return false
	}
	m.elements += n
	if m.pay == nil || n == 0 {
		return true
	}
	m.refused = m.pay(int64(n) * elementCost)
	return m.refused == nil
}

// elements counts the members and elements in a JSON text without reading it:
// commas, and brackets that something follows. Of text that is no JSON it
// counts at least what is read before the mistake.
func elements(s string) int {
	n, opened := 0, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == ' ' || c == '\t' || c == '\r' || c == '\n' {
			continue
		}
		if opened && c != ']' && c != '}' {
			n++
		}
		opened = c == '[' || c == '{'
		switch c {
		case ',':
			n++
		case '"':
			i = closing(s, i+1)
		}
	}
	return n
}

// closing is where the string that begins at i ends. It looks for each quote
// once, so that no row of escapes makes it slow.
func closing(s string, i int) int {
	for quote := i - 1; i < len(s); {
		if quote < i {
			n := strings.IndexByte(s[i:], '"')
			if n < 0 {
				return len(s)
			}
			quote = i + n
		}
		escape := strings.IndexByte(s[i:quote], '\\')
		if escape < 0 {
			return quote
		}
		i += escape + len(`\"`)
	}
	return i
}
