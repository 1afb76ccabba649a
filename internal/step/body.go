package step

import (
	"gonets"
	"gonets/internal/charset"
	"gonets/internal/expr"
	"gonets/internal/value"
)

// bodyBuilder makes a request's body.
type bodyBuilder interface {
	// build gives the bytes and the Content-Type that goes with them; empty
	// when the user must say it.
	build(s *Scope) (body []byte, contentType string, err error)
	// pairs gives the body's rows for the query of a request without a body.
	pairs(s *Scope) ([]pair, error)
}

func (c *compiler) body(at string, st *gonets.HTTPStep) bodyBuilder {
	switch b := st.Body; {
	case b.JSON != nil:
		n, t := c.jsonBody(at+"/json", b.JSON)
		return jsonBody{node: n, template: t, how: pairing{lists: st.Lists}}
	case b.Form != nil:
		return formBody{c.rows(at+"/form", b.Form), pairing{lists: st.Lists, nested: b.Nested}, b.Charset}
	case b.Text != nil:
		return textBody{c.template(at+"/text", *b.Text), b.Charset}
	case b.Path != "":
		c.path(at+"/path", b.Path)
		return pathBody{c.expr(at+"/path", b.Path)}
	}
	return nil
}

const (
	typeJSON = "application/json"
	typeText = "text/plain"
)

type jsonBody struct {
	node     node
	template *expr.JSONTemplate
	// how its members are written in a query.
	how pairing
}

func (b jsonBody) build(s *Scope) ([]byte, string, error) {
	raw, err := renderJSON(s, b.node, b.template)
	return raw, typeJSON, err
}

// pairs sends the members of the object as query parameters.
func (b jsonBody) pairs(s *Scope) ([]pair, error) {
	var rows gonets.Rows
	isObject := false
	if b.node != nil {
		v, err := b.node.eval(s)
		if err != nil {
			return nil, err
		}
		rows, isObject = v.(gonets.Rows)
	}
	if !isObject {
		return nil, gonets.Refuse(gonets.CodeBadRequest, gonets.Mistake("", codeOnlyFields,
			"this method sends its fields in the address, and only a list of fields can go there. Use fields, or force the body"))
	}
	var pairs []pair
	for _, row := range rows {
		pairs = b.how.add(pairs, row.Name, row.Value)
	}
	return pairs, nil
}

// codeOnlyFields is the code of a body that cannot go into an address.
const codeOnlyFields gonets.Code = "request.only_fields"

// textBody goes as it is; its type is for the user to say, unless an encoding was
// chosen that the service has to know.
type textBody struct {
	t       *expr.Template
	charset string
}

func (b textBody) build(s *Scope) ([]byte, string, error) {
	text, err := b.t.Text(s, &s.report, nil)
	if err != nil || b.charset == "" {
		return []byte(text), "", err
	}
	raw, err := charset.Encode(text, b.charset)
	return raw, charsetType(typeText, b.charset), err
}

func (b textBody) pairs(*Scope) ([]pair, error) { return nil, nil }

// pathBody sends a whole value: objects and lists as JSON, text and bytes as
// they are.
type pathBody struct{ expr *expr.Expr }

func (b pathBody) build(s *Scope) ([]byte, string, error) {
	v, ok, err := b.expr.Lookup(s, &s.report)
	if err != nil || !ok {
		return []byte{}, "", err
	}
	switch v := v.(type) {
	case []byte:
		return v, "", nil
	case string:
		return []byte(v), "", nil
	}
	raw, err := value.EncodeJSON(v)
	return raw, typeJSON, err
}

func (b pathBody) pairs(*Scope) ([]pair, error) { return nil, nil }
