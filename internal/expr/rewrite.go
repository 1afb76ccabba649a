package expr

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"gonets"

	"gonets/internal/value"
)

// rewriter takes the paths and numbers out of a source and leaves one
// character for each, padded with spaces so that places stay the same.
type rewriter struct {
	n   *node
	src string
	i   int
	out strings.Builder
	// open are the brackets that are open.
	open []byte
	// member is true after a dot or #: the next name belongs to what is before.
	member bool
	// key is true where a map literal may have a key.
	key bool
}

func (n *node) rewrite() (string, error) {
	w := rewriter{n: n, src: n.src}
	for w.i < len(w.src) {
		if err := w.token(); err != nil {
			return "", err
		}
	}
	return w.out.String(), nil
}

func (w *rewriter) token() error {
	r, size := utf8.DecodeRuneInString(w.src[w.i:])
	rest := w.src[w.i:]
	switch {
	case unicode.IsSpace(r):
		w.copy(size)
		return nil
	case strings.HasPrefix(rest, "//"), strings.HasPrefix(rest, "/*"):
		w.copy(skipComment(rest))
		return nil
	}
	member, key := w.member, w.key
	w.member, w.key = false, false
	switch {
	case r == '"' || r == '\'' || r == '`':
		w.copy(skipString(rest))
	case member && isWord(r):
		w.copy(wordEnd(rest))
	case r >= '0' && r <= '9':
		return w.number(key)
	case isWord(r):
		return w.word(key)
	case r == '#':
		w.copy(len(rest) - len(strings.TrimLeft(rest, "#")))
		w.member = isWord(firstOf(w.src[w.i:]))
	case strings.HasPrefix(rest, "..") || strings.HasPrefix(rest, "??") || strings.HasPrefix(rest, "||"):
		w.copy(2)
	case strings.HasPrefix(rest, "?."):
		w.copy(2)
		w.member = true
	case r == '.':
		w.copy(1)
		w.member = true
	default:
		w.bracket(r)
		w.copy(size)
	}
	return nil
}

func (w *rewriter) bracket(r rune) {
	switch r {
	case '(', '[', '{':
		w.open = append(w.open, byte(r))
		w.key = r == '{'
	case ')', ']', '}':
		if len(w.open) > 0 {
			w.open = w.open[:len(w.open)-1]
		}
	case ',':
		w.key = len(w.open) > 0 && w.open[len(w.open)-1] == '{'
	}
}

func (w *rewriter) copy(n int) {
	w.out.WriteString(w.src[w.i : w.i+n])
	w.i += n
}

// replace puts the operand's character for the next n bytes.
func (w *rewriter) replace(n int, o operand) {
	o.src = w.src[w.i : w.i+n]
	w.out.WriteRune(firstOperand + rune(len(w.n.operands)))
	for range utf8.RuneCountInString(o.src) - 1 {
		w.out.WriteByte(' ')
	}
	w.n.operands = append(w.n.operands, o)
	w.i += n
}

func (w *rewriter) number(key bool) error {
	rest := w.src[w.i:]
	end := digitsEnd(rest, 0)
	if strings.HasPrefix(rest[end:], ".") && digitsEnd(rest, end+1) > end+1 {
		end = digitsEnd(rest, end+1)
	}
	if end < len(rest) && rest[end]|0x20 == 'e' {
		sign := end + 1
		if sign < len(rest) && (rest[sign] == '+' || rest[sign] == '-') {
			sign++
		}
		if e := digitsEnd(rest, sign); e > sign {
			end = e
		}
	}
	if key || isWord(firstOf(rest[end:])) { // 0xFF and the like
		w.copy(end + wordEnd(rest[end:]))
		return nil
	}
	text := strings.ReplaceAll(rest[:end], "_", "")
	if !value.ValidNumber(text) {
		return w.fail(codeUnexpected, "%s is not a number", rest[:end])
	}
	w.replace(end, operand{constant: json.Number(text)})
	return nil
}

func (w *rewriter) word(key bool) error {
	rest := w.src[w.i:]
	end := wordEnd(rest)
	next := strings.TrimLeftFunc(rest[end:], unicode.IsSpace)
	switch word := rest[:end]; {
	case key && strings.HasPrefix(next, ":"), strings.HasPrefix(next, "(") && !reserved(word):
		w.copy(end)
		return nil
	case word == "null":
		w.out.WriteString("nil ")
		w.i += end
		return nil
	case reserved(word):
		w.copy(end)
		return nil
	}
	p, size, err := value.ScanPath(rest)
	if err != nil {
		return w.fail(codeUnexpected, "unexpected %s", rest[:max(end, 1)])
	}
	if strings.HasPrefix(rest[size:], "(") {
		return w.fail(codeMethods, "values have no methods: %s()", rest[:size])
	}
	w.replace(size, operand{path: p})
	return nil
}

func (w *rewriter) fail(code gonets.Code, format string, args ...any) error {
	return w.n.syntax(utf8.RuneCountInString(w.src[:w.i]), code, format, args...)
}

// isWord tells the characters of expr-lang's identifiers.
func isWord(r rune) bool {
	return r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

func firstOf(s string) rune {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ' '
	}
	return r
}

func wordEnd(s string) int {
	for i, r := range s {
		if !isWord(r) {
			return i
		}
	}
	return len(s)
}

func digitsEnd(s string, i int) int {
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '_') {
		i++
	}
	return min(i, len(s))
}

// skipString is the length of the string literal that s begins with.
func skipString(s string) int {
	quote := s[0]
	for i := 1; i < len(s); i++ {
		switch {
		case quote == '`' && strings.HasPrefix(s[i:], "``"):
			i++
		case quote != '`' && s[i] == '\\':
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return len(s)
}

func skipComment(s string) int {
	stop := "\n"
	if s[1] == '*' {
		stop = "*/"
	}
	if i := strings.Index(s[2:], stop); i >= 0 {
		return 2 + i + len(stop)
	}
	return len(s)
}
