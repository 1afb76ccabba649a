package expr

import (
	"encoding/json"
	"errors"
	"strings"

	"gonets"
	"gonets/internal/value"
)

// JSONTemplate is JSON text with {{ expressions }}: inside quotation marks a
// value becomes part of the text, escaped; outside it becomes a JSON value.
// Values can never change the structure.
type JSONTemplate struct {
	t *Template
	// quoted tells for each part whether it is an expression in quotation marks.
	quoted []bool
}

// ParseJSON reads a JSON template. It must be JSON with any value in the
// places of its expressions; errors are *gonets.Error with line and column.
func ParseJSON(src string) (*JSONTemplate, error) {
	t, err := Parse(src)
	if err != nil {
		return nil, err
	}
	j := &JSONTemplate{t: t, quoted: make([]bool, len(t.parts))}
	inside, escape := false, false
	var probe strings.Builder
	starts := make([]int, len(t.parts))
	for i, p := range t.parts {
		starts[i] = probe.Len()
		if p.node == nil {
			inside, escape = stringState(p.text, inside)
			probe.WriteString(p.text)
			continue
		}
		if escape {
			return nil, p.node.syntax(0, codeBackslash, `a value cannot follow \; write \\ for a backslash`)
		}
		j.quoted[i] = inside
		if !inside {
			probe.WriteString(`""`) // fits a member's name and a value alike
		}
	}
	_, _, err = value.DecodeJSONText(probe.String())
	var wrong *value.SyntaxError
	if errors.As(err, &wrong) {
		return nil, j.located(gonets.CodeTemplateSyntax, wrong, starts)
	}
	return j, err
}

// stringState tells whether the text after s is inside a JSON string, and
// whether its first character is escaped.
func stringState(s string, inside bool) (in, escape bool) {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			inside = !inside
		case s[i] == '\\' && inside:
			i++
			escape = i == len(s)
		}
	}
	return inside, escape
}

// located gives a mistake in filled-in text its place in the template.
func (j *JSONTemplate) located(code gonets.Code, wrong *value.SyntaxError, starts []int) error {
	return j.t.located(code, wrong.Offset, starts).errorf(codeNotJSON, "this is not valid JSON: %s", wrong.Message)
}

// Render fills the template in: valid JSON of at most gonets.MaxRendered
// bytes. A missing value is null, or nothing inside quotation marks.
func (j *JSONTemplate) Render(s Scope, r *Report) ([]byte, error) {
	starts := make([]int, len(j.t.parts))
	out, err := j.t.fill(s, r, starts, func(out []byte, part int, v any) ([]byte, error) {
		if j.quoted[part] {
			return value.AppendJSONText(out, value.Text(v)), nil
		}
		out, err := value.AppendJSON(out, v)
		if err != nil {
			return nil, j.t.parts[part].node.problem(gonets.CodeTemplateFailed, 0).errorf(codeJSONValue, "the value cannot be JSON: %s", err)
		}
		return out, nil
	})
	if err != nil {
		return nil, err
	}
	if json.Valid(out) {
		return out, nil
	}
	_, _, err = value.DecodeJSON(out)
	var wrong *value.SyntaxError
	if errors.As(err, &wrong) {
		return nil, j.located(gonets.CodeTemplateFailed, wrong, starts)
	}
	return out, err
}

// Roots are the first names that the template reads, each once.
func (j *JSONTemplate) Roots() []string { return j.t.Roots() }

// Paths are the paths that the template reads, each once.
func (j *JSONTemplate) Paths() []string { return j.t.Paths() }
