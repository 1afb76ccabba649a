package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"gonets"
)

// readJSON makes one node of each document: of each value of the text, or of
// each element when the text is one list.
func readJSON(data []byte, p *problems) []*node {
	if !readable(data, p) {
		return nil
	}
	r := newJSONReader(data, p)
	var nodes []*node
	for {
		p.document = len(nodes) + 1
		n, err := r.value(1)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			r.fail(err)
			break
		}
		nodes = append(nodes, n)
	}
	if len(nodes) == 1 && nodes[0].kind == listNode {
		nodes = nodes[0].items
	}
	if len(nodes) > maxDocuments {
		p.tear(gonets.Mistake("", codeMany, "more than %d documents; give them in several calls", maxDocuments))
		return nil
	}
	return nodes
}

// jsonReader reads JSON with places. Lines are counted as it goes on.
type jsonReader struct {
	builder
	data      []byte
	decoder   *json.Decoder
	at        int
	line, col int
}

func newJSONReader(data []byte, p *problems) *jsonReader {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return &jsonReader{builder: builder{problems: p}, data: data, decoder: d, line: 1, col: 1}
}

func (r *jsonReader) fail(err error) {
	offset := int(r.decoder.InputOffset())
	message := "the text ends too early"
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		offset = max(int(syntax.Offset)-1, offset)
		message = syntax.Error()
	case errors.Is(err, errTooDeep):
		message = err.Error()
	}
	line, col := position(r.data, offset)
	r.problems.tear(at(line, col, gonets.Mistake("", codeNotJSON, "not JSON: %s", message)))
}

var errTooDeep = errors.New("nested too deep")

// token reads a token and finds where it began.
func (r *jsonReader) token() (json.Token, mapKey, error) {
	start := int(r.decoder.InputOffset())
	tok, err := r.decoder.Token()
	if err != nil {
		return nil, mapKey{}, err
	}
	for start < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[start]) >= 0 {
		start++
	}
	for r.at < start {
		c, size := utf8.DecodeRune(r.data[r.at:])
		r.col++
		if c == '\n' {
			r.line, r.col = r.line+1, 1
		}
		r.at += size
	}
	return tok, mapKey{line: r.line, col: r.col}, nil
}

func (r *jsonReader) value(depth int) (*node, error) {
	tok, at, err := r.token()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, errTooDeep
	}
	n := &node{line: at.line, col: at.col}
	switch t := tok.(type) {
	case nil:
	case bool:
		n.kind, n.text = boolNode, "false"
		if t {
			n.text = "true"
		}
	case json.Number:
		n.kind, n.text = numberNode, t.String()
	case string:
		n.kind, n.text, n.layout = textNode, t, quotedLayout
	case json.Delim:
		n.kind = mapNode
		if t == '[' {
			n.kind = listNode
		}
		if err := r.members(n, depth); err != nil {
			// The end of the text is no end of a document here.
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	return n, nil
}

func (r *jsonReader) members(n *node, depth int) error {
	n.items = []*node{}
	for r.decoder.More() {
		if n.kind == mapNode {
			tok, at, err := r.token()
			if err != nil {
				return err
			}
			at.name, _ = tok.(string)
			n.keys = append(n.keys, at)
		}
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	r.checkKeys(n)
	_, _, err := r.token()
	return err
}
