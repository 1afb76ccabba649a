package document

import (
	"bytes"
	"fmt"

	"gonets"
	"gonets/setting"
)

// Export writes the set as canonical YAML: settings, sources, saved
// requests, scenarios, keys
// in the order of the types, block style, quotes only where they are needed.
// Export of what Parse reads from it gives the same bytes.
func Export(set Set) ([]byte, error) {
	var out bytes.Buffer
	var err error
	add := func(id ID, doc any) {
		if err != nil {
			return
		}
		if out.Len() > 0 {
			out.WriteString("---\n")
		}
		var text []byte
		text, err = yamlOf(doc, set.Based[id])
		out.Write(text)
	}
	if set.Settings != nil {
		add(ID{KindSettings, SettingsName}, *set.Settings)
	}
	for _, s := range set.Sources {
		add(ID{KindSource, s.Name}, s)
	}
	for _, r := range set.Requests {
		add(ID{KindRequest, r.Name}, r)
	}
	for _, s := range set.Scenarios {
		add(ID{KindScenario, s.Name}, s)
	}
	return out.Bytes(), err
}

// YAML writes one document, a gonets.Source, SavedRequest, Scenario or Settings or a pointer
// to one, as canonical YAML.
func YAML(doc any) ([]byte, error) { return yamlOf(doc, Basis{}) }

func yamlOf(doc any, base Basis) ([]byte, error) {
	n, err := nodeOf(doc, base)
	if err != nil {
		return nil, err
	}
	var e emitter
	e.block(n, 0)
	return e.out.Bytes(), nil
}

// JSON writes one document as the API shows it: apiVersion and kind, then its
// keys in the order of the type.
func JSON(doc any) ([]byte, error) {
	n, err := nodeOf(doc, Basis{})
	if err != nil {
		return nil, err
	}
	return gonets.PlainJSON(n.tree())
}

// nodeOf makes the tree of a document by way of its JSON, so that what is
// written is what the types say.
func nodeOf(doc any, base Basis) (*node, error) {
	var kind string
	var whole any
	switch d := doc.(type) {
	case *gonets.Source:
		return nodeOf(*d, base)
	case *gonets.SavedRequest:
		return nodeOf(*d, base)
	case *gonets.Scenario:
		return nodeOf(*d, base)
	case *setting.Settings:
		return nodeOf(*d, base)
	case gonets.Source:
		kind = KindSource
		whole = struct {
			header
			gonets.Source
		}{header{APIVersion, kind, base.String()}, d}
	case gonets.SavedRequest:
		kind = KindRequest
		whole = struct {
			header
			gonets.SavedRequest
		}{header{APIVersion, kind, base.String()}, d}
	case gonets.Scenario:
		kind = KindScenario
		whole = struct {
			header
			gonets.Scenario
		}{header{APIVersion, kind, base.String()}, d}
	case setting.Settings:
		kind = KindSettings
		whole = struct {
			header
			setting.Settings
		}{header{APIVersion, kind, base.String()}, d}
	default:
		return nil, fmt.Errorf("%T is not a document", doc)
	}
	data, err := gonets.PlainJSON(whole)
	if err != nil {
		return nil, fmt.Errorf("write a %s: %w", kind, err)
	}
	var p problems
	n, err := newJSONReader(data, &p).value(1)
	if err != nil {
		return nil, fmt.Errorf("write a %s: %w", kind, err)
	}
	if id := n.member("id"); kind == KindSource && id != nil && id.text == "" {
		id.kind = nullNode // "no id" is null to people
	}
	return n, nil
}
