// Package yaml writes what commands print as YAML.
package yaml

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"gonets"
)

// Of writes what -o json would write as YAML, members in the same order.
func Of(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var tree gonets.Tree
	if err := json.Unmarshal(data, &tree); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	writeYAML(&b, tree.Value, "")
	return bytes.TrimPrefix(b.Bytes(), []byte("\n")), nil
}

// writeYAML writes a value behind a key or dash: a scalar in the same line, a
// map or list below it.
func writeYAML(b *bytes.Buffer, v any, indent string) {
	switch v := v.(type) {
	case gonets.Rows:
		if len(v) == 0 {
			b.WriteString(" {}\n")
			return
		}
		b.WriteByte('\n')
		for _, row := range v {
			b.WriteString(indent + yamlText(row.Name) + ":")
			writeYAML(b, row.Value, indent+"  ")
		}
	case []any:
		if len(v) == 0 {
			b.WriteString(" []\n")
			return
		}
		b.WriteByte('\n')
		for _, item := range v {
			var nested bytes.Buffer
			writeYAML(&nested, item, indent+"  ")
			// What stands below a dash may begin behind it.
			b.WriteString(indent + "- " + strings.TrimLeft(nested.String(), "\n "))
		}
	case string:
		b.WriteString(" " + yamlText(v) + "\n")
	default:
		// Numbers, true, false and null are the same in both.
		text, err := json.Marshal(v)
		if err != nil {
			text = []byte("null")
		}
		b.WriteString(" " + string(text) + "\n")
	}
}

// bare is text that no YAML reader takes for anything but text.
var bare = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9_./ -]*[A-Za-z0-9_./]$|^[A-Za-z]$`)

func yamlText(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
	default:
		if bare.MatchString(s) {
			return s
		}
	}
	// A JSON string is a YAML string.
	text, err := gonets.PlainJSON(s)
	if err != nil {
		return `""`
	}
	var out strings.Builder
	for _, r := range string(text) {
		// YAML does not let these stand as they are (YAML 1.2.2 §5.1).
		if r >= 0x7f && r <= 0x9f || r == 0xfeff || r >= 0xfffe && r <= 0xffff {
			fmt.Fprintf(&out, "\\u%04x", r)
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}
