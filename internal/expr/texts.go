package expr

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"unicode"

	"gonets/internal/value"
)

// textFunc makes a function of one text; other values are taken as their text.
func textFunc(f func(string) string) func(*evaluation, []any) (any, error) {
	return func(ev *evaluation, args []any) (any, error) {
		s, err := ev.text(args[0])
		if err != nil {
			return nil, err
		}
		out := f(s)
		return out, ev.produce(len(out))
	}
}

func lower(s string) string { return strings.ToLower(s) }
func upper(s string) string { return strings.ToUpper(s) }
func same(s string) string  { return s }

// texts gives the text forms of all arguments.
func (ev *evaluation) texts(args []any) ([]string, error) {
	out := make([]string, len(args))
	for i, a := range args {
		var err error
		if out[i], err = ev.text(a); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func fnTrim(ev *evaluation, args []any) (any, error) {
	s, err := ev.texts(args)
	if err != nil {
		return nil, err
	}
	if len(s) == 2 {
		return strings.Trim(s[0], s[1]), ev.scan(len(s[0]) * min(len(s[1]), 64))
	}
	return strings.TrimSpace(s[0]), nil
}

func fnTrimPrefix(ev *evaluation, args []any) (any, error) {
	s, err := ev.texts(args)
	if err != nil {
		return nil, err
	}
	return strings.TrimPrefix(s[0], s[1]), nil
}

func fnTrimSuffix(ev *evaluation, args []any) (any, error) {
	s, err := ev.texts(args)
	if err != nil {
		return nil, err
	}
	return strings.TrimSuffix(s[0], s[1]), nil
}

func fnHasPrefix(ev *evaluation, args []any) (any, error) {
	return ev.textTest("startsWith", args[0], args[1])
}

func fnHasSuffix(ev *evaluation, args []any) (any, error) {
	return ev.textTest("endsWith", args[0], args[1])
}

func fnReplace(ev *evaluation, args []any) (any, error) {
	s, err := ev.texts(args)
	if err != nil {
		return nil, err
	}
	// The size is known before anything is made: replacing is how small inputs
	// grow large.
	if err := ev.produce(len(s[0]) + strings.Count(s[0], s[1])*max(0, len(s[2])-len(s[1]))); err != nil {
		return nil, err
	}
	return strings.ReplaceAll(s[0], s[1], s[2]), nil
}

func fnSplit(ev *evaluation, args []any) (any, error) {
	s, err := ev.texts(args)
	if err != nil {
		return nil, err
	}
	if err := ev.spend(strings.Count(s[0], s[1]) + 1); err != nil {
		return nil, err
	}
	parts := strings.Split(s[0], s[1])
	out := make([]any, len(parts))
	for i, p := range parts {
		out[i] = p
	}
	return out, nil
}

func fnJoin(ev *evaluation, args []any) (any, error) {
	list, err := listOf(args[0])
	if err != nil {
		return nil, err
	}
	separator := ""
	if len(args) == 2 {
		if separator, err = ev.text(args[1]); err != nil {
			return nil, err
		}
	}
	var b strings.Builder
	for i, item := range list {
		s, err := ev.text(item)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(s)
		if err := errors.Join(ev.spend(1), ev.produce(len(s)+len(separator))); err != nil {
			return nil, err
		}
	}
	return b.String(), nil
}

func fnBase64(ev *evaluation, args []any) (any, error) {
	s, err := ev.text(args[0])
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.EncodeToString([]byte(s)), ev.produce(2 * len(s))
}

// fnFromBase64 reads the usual and the URL alphabet, padded or not.
func fnFromBase64(ev *evaluation, args []any) (any, error) {
	s, err := ev.text(args[0])
	if err != nil {
		return nil, err
	}
	s = strings.NewReplacer("-", "+", "_", "/", "\n", "", "\r", "").Replace(strings.TrimRight(s, "= \r\n"))
	b, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return nil, wrong(codeBase64, "this is not base64")
	}
	return string(b), ev.produce(len(b))
}

func hashFunc(f func(string) string) func(*evaluation, []any) (any, error) {
	return func(ev *evaluation, args []any) (any, error) {
		s, err := ev.text(args[0])
		if err != nil {
			return nil, err
		}
		return f(s), ev.scan(8 * len(s))
	}
}

// md5Hex is there because services ask for it in signatures.
func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func sha256Hex(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func fnHMAC(ev *evaluation, args []any) (any, error) {
	s, err := ev.texts(args)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, []byte(s[1]))
	mac.Write([]byte(s[0]))
	return hex.EncodeToString(mac.Sum(nil)), ev.scan(8 * len(s[0]))
}

func fnJSON(ev *evaluation, args []any) (any, error) {
	b, err := value.EncodeJSON(args[0])
	if err != nil {
		return nil, err
	}
	return string(b), ev.produce(len(b))
}

func fnParseJSON(ev *evaluation, args []any) (any, error) {
	s, err := ev.text(args[0])
	if err != nil {
		return nil, err
	}
	if err := ev.produce(len(s)); err != nil {
		return nil, err
	}
	v, _, err := value.DecodeJSONText(s)
	return v, err
}

// Lengths of telephone numbers in digits: E.164 allows 15; a Russian number
// has 10 after its 7 or 8.
const (
	ruPhone  = 10
	minPhone = 11
	maxPhone = 15
)

// phone writes a telephone number as + and digits. Ten digits, or eleven that
// begin with 8, are Russian. What cannot be a number is given back unchanged,
// so that nothing a person typed is lost.
func phone(s string) string {
	var digits strings.Builder
	plus := false
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case r == '+' && digits.Len() == 0:
			plus = true
		case unicode.IsLetter(r) && digits.Len() >= ruPhone:
			// An extension follows; it is no part of the number.
			return normalPhone(s, digits.String(), plus)
		}
	}
	return normalPhone(s, digits.String(), plus)
}

func normalPhone(s, digits string, plus bool) string {
	if !plus && strings.HasPrefix(digits, "00") {
		digits, plus = digits[2:], true
	}
	switch {
	case plus && len(digits) >= ruPhone && len(digits) <= maxPhone:
		return "+" + digits
	case len(digits) == ruPhone:
		return "+7" + digits
	case len(digits) == ruPhone+1 && digits[0] == '8':
		return "+7" + digits[1:]
	case len(digits) >= minPhone && len(digits) <= maxPhone:
		return "+" + digits
	}
	return s
}
