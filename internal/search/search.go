// Package search makes the exact values by which the history finds runs: a
// scenario names their places in the event, people type them as they like,
// and both are brought into one form.
package search

import (
	"strings"
	"unicode/utf8"

	"gonets"
	"gonets/internal/value"
)

// maxValue bounds one value, in bytes: longer ones are texts, not keys.
const maxValue = 256

// Values are the normalised values at the paths in an event, at most
// [gonets.MaxSearchValues], without repeats and empty ones. A path that does
// not parse or names nothing gives none.
func Values(event map[string]any, paths []string) []string {
	root := map[string]any{"event": event}
	var out []string
	seen := map[string]bool{}
	for _, src := range paths {
		p, err := value.ParsePath(src)
		if err != nil {
			continue
		}
		found, ok := p.Get(root)
		if !ok {
			found, ok = p.Get(event["body"])
		}
		if !ok {
			continue
		}
		list, isList := found.([]any)
		if !isList {
			list = []any{found}
		}
		for _, item := range list {
			v := Normalize(value.Text(item))
			if v == "" || seen[v] || len(out) == gonets.MaxSearchValues {
				continue
			}
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// Normalize brings what a person types and what an event holds into one form:
// no spaces around, small letters, and of a telephone number only its digits,
// the Russian trunk 8 as country code 7.
func Normalize(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if digits, ok := phone(s); ok {
		return digits
	}
	if len(s) > maxValue {
		cut := maxValue
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut]
	}
	return s
}

// The lengths of telephone numbers in digits (ITU-T E.164 allows 15).
const (
	minPhone = 10
	maxPhone = 15
	// russianLength is the length of a Russian number with its first digit.
	russianLength = 11
)

func phone(s string) (digits string, ok bool) {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case !strings.ContainsRune("+-() \u00a0.", r):
			return "", false
		}
	}
	digits = b.String()
	if len(digits) < minPhone || len(digits) > maxPhone {
		return "", false
	}
	if len(digits) == russianLength && digits[0] == '8' {
		digits = "7" + digits[1:]
	}
	return digits, true
}
