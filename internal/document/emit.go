package document

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// emitter writes nodes as block YAML. It is our own because the bytes are a
// promise: a library's next version must not change people's files.
type emitter struct{ out bytes.Buffer }

const maxPlainKey = 500

// block writes a map or list whose lines begin at indent.
func (e *emitter) block(n *node, indent int) {
	pad := strings.Repeat(" ", indent)
	for i, item := range n.items {
		if n.kind == listNode {
			e.item(item, indent)
			continue
		}
		e.out.WriteString(pad)
		e.entry(n.keys[i].name, item, indent)
	}
}

func (e *emitter) item(n *node, indent int) {
	if len(n.items) == 0 {
		e.out.WriteString(strings.Repeat(" ", indent) + "- ")
		e.scalar(n, indent)
		return
	}
	// The first line of a map or list stands behind its dash.
	at := e.out.Len()
	e.block(n, indent+2)
	copy(e.out.Bytes()[at+indent:], "- ")
}

func (e *emitter) entry(key string, n *node, indent int) {
	text := keyText(key)
	if len(text) > maxPlainKey {
		// YAML ends a simple key after 1024 characters (YAML 1.2 §7.4.2).
		e.out.WriteString("? " + text + "\n" + strings.Repeat(" ", indent))
		text = ""
	}
	e.out.WriteString(text + ":")
	switch {
	case len(n.items) > 0:
		e.out.WriteByte('\n')
		e.block(n, indent+2)
	default:
		e.out.WriteByte(' ')
		e.scalar(n, indent)
	}
}

// scalar writes a leaf or an empty collection and ends the line.
func (e *emitter) scalar(n *node, indent int) {
	switch n.kind {
	case nullNode:
		e.out.WriteString("null\n")
	case listNode:
		e.out.WriteString("[]\n")
	case mapNode:
		e.out.WriteString("{}\n")
	case numberNode, boolNode:
		e.out.WriteString(n.text + "\n")
	default:
		if literal(n.text) {
			e.literal(n.text, indent+2)
			return
		}
		e.out.WriteString(quoted(n.text) + "\n")
	}
}

func (e *emitter) literal(text string, indent int) {
	body := strings.TrimRight(text, "\n")
	header := "|"
	if body[0] == ' ' {
		header += "2"
	}
	switch len(text) - len(body) {
	case 0:
		header += "-"
	case 1:
	default:
		header += "+"
	}
	e.out.WriteString(header + "\n")
	pad := strings.Repeat(" ", indent)
	for line := range strings.SplitSeq(body, "\n") {
		if line != "" {
			e.out.WriteString(pad + line)
		}
		e.out.WriteByte('\n')
	}
	for range max(len(text)-len(body)-1, 0) {
		e.out.WriteByte('\n')
	}
}

// literal tells whether text is best, and safely, written line by line.
func literal(text string) bool {
	body := strings.TrimRight(text, "\n")
	if !strings.Contains(text, "\n") || body == "" || body[0] == '\n' || body[0] == '\t' {
		return false
	}
	for line := range strings.SplitSeq(body, "\n") {
		if line != "" && strings.TrimSpace(line) == "" || !printable(line) {
			return false
		}
	}
	return true
}

// printable tells whether a line may stand in YAML as it is.
func printable(line string) bool {
	for _, r := range line {
		if r == '\t' {
			continue
		}
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar || r == '\uFEFF' {
			return false
		}
	}
	return true
}

// keyText writes a map's key. on is no word of YAML 1.2 and reads better bare
// in the places where documents have it.
func keyText(key string) string {
	if key == "on" {
		return key
	}
	return quoted(key)
}

// otherWords are what YAML readers, old ones too, take for something else than
// text: numbers, dates, booleans, nulls.
var otherWords = regexp.MustCompile(`^(?i:[-+]?(0x[0-9a-f_]+|0o?[0-7_]+|0b[01_]+|[0-9.][0-9_.,:]*(e[-+]?[0-9]+)?|\.(inf|nan))|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|null|~|true|false|yes|no|on|off|y|n|=|<<)$`)

// quoted is text on one line, with quotes where it needs them.
func quoted(text string) string {
	if bare(text) {
		return text
	}
	if strings.ContainsAny(text, `"\`) && !strings.Contains(text, "'") && printable(text) && !strings.Contains(text, "\t") {
		return "'" + text + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case printable(string(r)):
			b.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			fmt.Fprintf(&b, `\u%04X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// bare tells whether text may stand without quotes.
func bare(text string) bool {
	switch {
	case text == "", text != strings.TrimSpace(text), strings.ContainsRune("-?:,[]{}#&*!|>'\"%@`", rune(text[0])),
		strings.HasPrefix(text, "..."), strings.HasSuffix(text, ":"),
		strings.Contains(text, ": "), strings.Contains(text, " #"), strings.Contains(text, "\t"):
		return false
	}
	return printable(text) && !otherWords.MatchString(text)
}
