package curl

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"gonets"
)

// split takes a command apart as bash or the Windows command line would, and
// tells what of the text was not taken.
func split(text string) (words []string, warnings []Warning, err error) {
	if isWindows(text) {
		words, err = splitRuntime(unescapeCmd(text))
		return words, nil, err
	}
	s := shell{text: text}
	if err := s.run(); err != nil {
		return nil, nil, err
	}
	return s.words, s.warnings, nil
}

// isWindows recognises the quoting of cmd.exe: its escape is ^.
func isWindows(text string) bool {
	return strings.Contains(text, `^"`) || strings.Contains(text, "^\n") || strings.Contains(text, "^\r\n")
}

func unfinished(what string) error {
	return gonets.Refuse(gonets.CodeInvalid, gonets.Mistake("/text", codeCut, "the command ends inside %s; copy it whole", what))
}

// shell splits like bash, without carrying anything out.
type shell struct {
	text     string
	at       int
	word     []byte
	inWord   bool
	words    []string
	warnings []Warning
}

func (s *shell) run() error {
	for s.at < len(s.text) {
		c := s.text[s.at]
		s.at++
		switch c {
		case ' ', '\t', '\r':
			s.end()
		case '\n', ';', '|', '&', '>', '<':
			s.end()
			if len(s.words) == 0 && c == '\n' {
				continue
			}
			if rest := strings.TrimSpace(s.text[s.at:]); rest != "" || c == '>' || c == '<' {
				s.warn(string(c), whyAfter)
			}
			return nil
		case '#':
			if s.inWord {
				s.add(c)
				continue
			}
			s.skipLine()
		default:
			if err := s.character(c); err != nil {
				return err
			}
		}
	}
	s.end()
	return nil
}

func (s *shell) character(c byte) error {
	switch c {
	case '\'':
		return s.single()
	case '"':
		return s.double()
	case '\\':
		s.backslash()
	case '$':
		return s.dollar()
	case '`':
		s.warn("`", whyCommand)
		s.add(c)
	default:
		s.add(c)
	}
	return nil
}

func (s *shell) add(c ...byte) { s.word, s.inWord = append(s.word, c...), true }

func (s *shell) end() {
	if s.inWord {
		s.words = append(s.words, string(s.word))
	}
	s.word, s.inWord = nil, false
}

func (s *shell) warn(flag string, code gonets.Code) {
	s.warnings = append(s.warnings, Warning{Flag: flag, Code: code, Detail: detail(code)})
}

func (s *shell) skipLine() {
	if i := strings.IndexByte(s.text[s.at:], '\n'); i >= 0 {
		s.at += i
		return
	}
	s.at = len(s.text)
}

func (s *shell) single() error {
	i := strings.IndexByte(s.text[s.at:], '\'')
	if i < 0 {
		return unfinished("single quotes")
	}
	s.add([]byte(s.text[s.at : s.at+i])...)
	s.inWord = true
	s.at += i + 1
	return nil
}

func (s *shell) backslash() {
	switch {
	case s.at >= len(s.text):
		s.add('\\')
	case s.text[s.at] == '\n':
		s.at++
	case strings.HasPrefix(s.text[s.at:], "\r\n"):
		s.at += 2
	default:
		s.add(s.text[s.at])
		s.at++
	}
}

func (s *shell) double() error {
	s.inWord = true
	for s.at < len(s.text) {
		c := s.text[s.at]
		s.at++
		switch {
		case c == '"':
			return nil
		case c == '\\' && s.at < len(s.text) && strings.IndexByte("$`\"\\\n", s.text[s.at]) >= 0:
			if s.text[s.at] != '\n' {
				s.add(s.text[s.at])
			}
			s.at++
		case c == '$' && strings.HasPrefix(s.text[s.at:], "'"), c == '$' && strings.HasPrefix(s.text[s.at:], `"`):
			s.add(c)
		case c == '$':
			if err := s.dollar(); err != nil {
				return err
			}
		default:
			s.add(c)
		}
	}
	return unfinished("double quotes")
}

// dollar is $'…' or a variable, whose name stays as text.
func (s *shell) dollar() error {
	rest := s.text[s.at:]
	if strings.HasPrefix(rest, "'") {
		s.at++
		return s.ansi()
	}
	if strings.HasPrefix(rest, `"`) {
		return nil
	}
	n := 0
	for n < len(rest) && (rest[n] == '_' || rest[n] >= '0' && rest[n] <= '9' || rest[n]|0x20 >= 'a' && rest[n]|0x20 <= 'z') {
		n++
	}
	if n > 0 || strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, "(") {
		s.warn("$"+rest[:n], whyShell)
	}
	s.add('$')
	return nil
}

// ansi is $'…': escapes like those of C.
func (s *shell) ansi() error {
	s.inWord = true
	for s.at < len(s.text) {
		c := s.text[s.at]
		s.at++
		switch c {
		case '\'':
			return nil
		case '\\':
			s.escape()
		default:
			s.add(c)
		}
	}
	return unfinished("$'…'")
}

var simpleEscapes = map[byte]byte{'a': 7, 'b': 8, 'e': 27, 'E': 27, 'f': 12, 'n': 10, 'r': 13, 't': 9, 'v': 11, '\\': '\\', '\'': '\'', '"': '"', '?': '?'}

func (s *shell) escape() {
	if s.at >= len(s.text) {
		s.add('\\')
		return
	}
	c := s.text[s.at]
	s.at++
	if plain, ok := simpleEscapes[c]; ok {
		s.add(plain)
		return
	}
	switch {
	case c == 'x' || c == 'u' || c == 'U':
		most := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
		v, ok := s.digits(16, most)
		switch {
		case !ok:
			s.add('\\', c)
		case c == 'x':
			s.add(byte(v))
		default:
			s.add(utf8.AppendRune(nil, rune(v))...)
		}
	case c >= '0' && c <= '7':
		s.at--
		v, _ := s.digits(8, 3)
		s.add(byte(v))
	case c == 'c' && s.at < len(s.text):
		s.add(s.text[s.at] & 0x1f)
		s.at++
	default:
		s.add('\\', c)
	}
}

func (s *shell) digits(base, most int) (uint64, bool) {
	n := 0
	for n < most && s.at+n < len(s.text) {
		if _, err := strconv.ParseUint(s.text[s.at+n:s.at+n+1], base, 8); err != nil {
			break
		}
		n++
	}
	v, err := strconv.ParseUint(s.text[s.at:s.at+n], base, 64)
	s.at += n
	return v, err == nil && n > 0
}

// unescapeCmd does what cmd.exe does before it starts a program.
func unescapeCmd(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	out := make([]byte, 0, len(text))
	quoted := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '"' {
			quoted = !quoted
		}
		if c == '\n' {
			// A line that is not continued ends the command.
			if len(strings.TrimSpace(string(out))) > 0 {
				break
			}
			continue
		}
		if c != '^' || quoted || i+1 >= len(text) {
			out = append(out, c)
			continue
		}
		i++
		if text[i] == '\n' {
			if i+1 >= len(text) {
				break
			}
			// The escape is then for what follows, even for another line break.
			i++
		}
		out = append(out, text[i])
	}
	return string(out)
}

// splitRuntime splits like the C runtime of Windows: \" is a quotation mark,
// and so is "" inside quotation marks.
func splitRuntime(text string) (words []string, err error) {
	var word []byte
	inWord, quoted := false, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			n := 1
			for i+n < len(text) && text[i+n] == '\\' {
				n++
			}
			i += n - 1
			inWord = true
			if i+1 >= len(text) || text[i+1] != '"' {
				word = append(word, strings.Repeat(`\`, n)...)
				continue
			}
			word = append(word, strings.Repeat(`\`, n/2)...)
			if n%2 == 1 {
				word = append(word, '"')
				i++
			}
		case c == '"' && quoted && i+1 < len(text) && text[i+1] == '"':
			word = append(word, '"')
			i++
		case c == '"':
			quoted, inWord = !quoted, true
		case !quoted && (c == ' ' || c == '\t' || c == '\n'):
			if inWord {
				words = append(words, string(word))
			}
			word, inWord = nil, false
		default:
			word, inWord = append(word, c), true
		}
	}
	if quoted {
		return nil, unfinished("double quotes")
	}
	if inWord {
		words = append(words, string(word))
	}
	return words, nil
}
