// Package query is the language in which people say which runs they mean. The
// address bar, the API and the command line all speak it:
//
//	state:paused scenario:crm status:5xx after:-24h text:"Anna"
//
// Conditions hold together. Words without a key are one exact value, or the id
// of a run or an event, also as a request carried it: Idempotency-Key, traceparent.
package query

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"gonets"
	"gonets/internal/value"
)

// MaxLength bounds a question, in bytes.
const MaxLength = 4096

// The keys.
const (
	KeyState    = "state"
	KeyScenario = "scenario"
	KeySource   = "source"
	KeyEvent    = "event"
	KeyStatus   = "status"
	KeyCode     = "code"
	KeyLane     = "lane"
	KeyMark     = "mark"
	KeyBulk     = "bulk"
	KeyAfter    = "after"
	KeyBefore   = "before"
	KeyReceived = "received"
	KeyText     = "text"
)

// Keys are all keys, in the order in which [Format] writes them.
func Keys() []string {
	return []string{KeyState, KeyScenario, KeySource, KeyEvent, KeyStatus, KeyCode, KeyLane, KeyMark, KeyBulk, KeyAfter, KeyBefore, KeyReceived, KeyText}
}

// Term is one condition, or a word without a key.
type Term struct {
	Key, Value string
	// Column and ValueColumn are where the term and its value begin, counted
	// from 1 in characters.
	Column, ValueColumn int
}

// Split takes a text apart, without judging the values.
func Split(text string) ([]Term, error) {
	if len(text) > MaxLength {
		return nil, refuse(gonets.Problem{Code: gonets.CodeQueryLong, Column: 1, Message: "the question is longer than 4096 bytes"})
	}
	s := scanner{rest: text, column: 1}
	var out []Term
	for s.skip(); s.rest != ""; s.skip() {
		t := Term{Column: s.column}
		if key := s.key(); key != "" {
			name := strings.ToLower(key)
			if !known(name) {
				return nil, refuse(gonets.Problem{Code: gonets.CodeQueryKey, Column: t.Column, Expression: key, Suggestion: value.Nearest(name, Keys()),
					Message: "there is no filter " + key + ":; the filters are " + strings.Join(Keys(), ", ") + ". Put it in quotes to look for it as it is"})
			}
			t.Key = name
			s.take(len(key) + 1)
		}
		t.ValueColumn = s.column
		var ok bool
		if t.Value, ok = s.value(); !ok {
			return nil, refuse(gonets.Problem{Code: gonets.CodeQueryQuote, Column: t.ValueColumn, Message: `the quote that begins here has no end; add "`})
		}
		if t.Key != "" && t.Value == "" {
			return nil, refuse(gonets.Problem{Code: gonets.CodeQueryValue, Column: t.ValueColumn, Expression: t.Key + ":",
				Message: t.Key + ": has no value; write it right behind the colon, " + example(t.Key)})
		}
		out = append(out, t)
	}
	return out, nil
}

func known(key string) bool {
	for _, k := range Keys() {
		if k == key {
			return true
		}
	}
	return false
}

// refuse is the error of a question that cannot be understood.
func refuse(p gonets.Problem) error {
	p.Pointer, p.Line = "/q", 1
	return &gonets.Error{Code: gonets.CodeQuery, Message: p.Message, Problems: []gonets.Problem{p}}
}

type scanner struct {
	rest   string
	column int
}

func (s *scanner) take(n int) (taken string) {
	taken, s.rest = s.rest[:n], s.rest[n:]
	s.column += utf8.RuneCountInString(taken)
	return taken
}

func (s *scanner) skip() {
	s.take(len(s.rest) - len(strings.TrimLeftFunc(s.rest, unicode.IsSpace)))
}

// key is the word before a colon; empty when the term has none.
func (s *scanner) key() string {
	for i := range len(s.rest) {
		c := s.rest[i]
		switch {
		case c == ':' && i > 0:
			return s.rest[:i]
		case c|0x20 < 'a' || c|0x20 > 'z':
			return ""
		}
	}
	return ""
}

// value reads up to a space; what stands in quotes may hold spaces.
func (s *scanner) value() (v string, ok bool) {
	if !strings.HasPrefix(s.rest, `"`) {
		end := strings.IndexFunc(s.rest, unicode.IsSpace)
		if end < 0 {
			end = len(s.rest)
		}
		return s.take(end), true
	}
	var b strings.Builder
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			s.take(i + 1)
			return b.String(), true
		case c == '\\' && i+1 < len(s.rest) && (s.rest[i+1] == '"' || s.rest[i+1] == '\\'):
			i++
			b.WriteByte(s.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}

// Format writes terms so that [Split] reads the same ones.
func Format(terms []Term) string {
	var b strings.Builder
	for i, t := range terms {
		if i > 0 {
			b.WriteByte(' ')
		}
		if t.Key != "" {
			b.WriteString(t.Key + ":")
		}
		b.WriteString(quoted(t))
	}
	return b.String()
}

func quoted(t Term) string {
	s := scanner{rest: t.Value}
	if t.Value != "" && !strings.ContainsFunc(t.Value, unicode.IsSpace) && t.Value[0] != '"' && (t.Key != "" || s.key() == "") {
		return t.Value
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(t.Value) + `"`
}
