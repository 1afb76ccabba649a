package document

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// keepComments writes the text fresh with the comments of before; nil when
// before has none.
func keepComments(before, fresh []byte) []byte {
	var old, now yaml.Node
	if yaml.Unmarshal(before, &old) != nil || yaml.Unmarshal(fresh, &now) != nil || !commented(&old) {
		return nil
	}
	carry(&old, &now)
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if e.Encode(&now) != nil || e.Close() != nil {
		return nil
	}
	return out.Bytes()
}

func commented(n *yaml.Node) bool {
	if n.HeadComment != "" || n.LineComment != "" || n.FootComment != "" {
		return true
	}
	for _, c := range n.Content {
		if commented(c) {
			return true
		}
	}
	return false
}

// carry copies the comments of a tree to the same places of another one.
func carry(old, now *yaml.Node) {
	now.HeadComment, now.LineComment, now.FootComment = old.HeadComment, old.LineComment, old.FootComment
	if old.Kind != now.Kind {
		return
	}
	switch now.Kind {
	case yaml.DocumentNode:
		carry(old.Content[0], now.Content[0])
	case yaml.MappingNode:
		for i := 0; i+1 < len(now.Content); i += 2 {
			if j := keyIndex(old, now.Content[i].Value); j >= 0 {
				carry(old.Content[j], now.Content[i])
				carry(old.Content[j+1], now.Content[i+1])
			}
		}
	case yaml.SequenceNode:
		for i, item := range now.Content {
			if same := counterpart(old, item, i); same != nil {
				carry(same, item)
			}
		}
	}
}

func keyIndex(n *yaml.Node, key string) int {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// counterpart finds the element of an older list that item was: by the id of a
// step, the name of a row, or the value itself.
func counterpart(old, item *yaml.Node, at int) *yaml.Node {
	if item.Kind == yaml.ScalarNode {
		for _, o := range old.Content {
			if o.Kind == yaml.ScalarNode && o.Value == item.Value {
				return o
			}
		}
		return nil
	}
	for _, key := range []string{"id", "name"} {
		i := keyIndex(item, key)
		if item.Kind != yaml.MappingNode || i < 0 {
			continue
		}
		for _, o := range old.Content {
			if j := keyIndex(o, key); o.Kind == yaml.MappingNode && j >= 0 && o.Content[j+1].Value == item.Content[i+1].Value {
				return o
			}
		}
		return nil
	}
	if at < len(old.Content) {
		return old.Content[at]
	}
	return nil
}
