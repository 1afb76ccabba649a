package document

import (
	"strings"

	"gonets"
)

// Flat reads a YAML text that is one map of plain values, such as the file of
// the server's own configuration. Lists of plain values become one text, with
// commas between them. Errors name the line.
func Flat(data []byte) (map[string]string, error) {
	p := &problems{document: 1}
	docs := readYAML(data, p)
	out := make(map[string]string)
	add := func(line, col int, format string, args ...any) {
		p.add(at(line, col, gonets.Mistake("", codeFlat, format, args...)))
	}
	if len(docs) > 1 {
		add(docs[1].line, docs[1].col, "a second document begins here; there may be only one")
	}
	for _, n := range docs[:min(len(docs), 1)] {
		if n.kind != mapNode {
			add(n.line, n.col, "this must be a map of names and values; here it is %s", n.kind.term())
		}
		for i, k := range n.keys {
			text, ok := flatText(n.items[i])
			if !ok {
				add(k.line, k.col, "`%s` must be text or a list of texts", k.name)
			}
			out[k.name] = text
		}
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return out, nil
}

func flatText(n *node) (string, bool) {
	switch n.kind {
	case mapNode:
		return "", false
	case listNode:
		parts := make([]string, len(n.items))
		for i, item := range n.items {
			if item.kind == listNode || item.kind == mapNode {
				return "", false
			}
			parts[i] = item.text
		}
		return strings.Join(parts, ","), true
	case nullNode:
		return "", true
	}
	return n.text, true
}
