package shelf

import (
	"bytes"
	"cmp"
	"encoding/json"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/setting"
)

// Apply is a set that is to be applied.
func Apply(set *document.Set) document.Apply {
	return document.Apply{Sources: set.Sources, Requests: set.Requests, Scenarios: set.Scenarios, Settings: set.Settings,
		Based: set.Based, Locate: set.Locate}
}

// TitleOf is what people call the one document of a set; empty when there are
// more, or none that has a title.
func TitleOf(set *document.Apply) string {
	if len(set.Scenarios)+len(set.Sources)+len(set.Requests) != 1 || set.Settings != nil {
		return ""
	}
	switch {
	case len(set.Scenarios) == 1:
		return cmp.Or(set.Scenarios[0].Title, set.Scenarios[0].Name)
	case len(set.Sources) == 1:
		return cmp.Or(set.Sources[0].Title, set.Sources[0].Name)
	}
	return cmp.Or(set.Requests[0].Title, set.Requests[0].Name)
}

// Single is one document of a set.
type Single struct {
	Kind, Name string
	Set        document.Apply
}

// Split takes a set apart into its documents.
func Split(a document.Apply) []Single {
	var out []Single
	for _, d := range a.Sources {
		out = append(out, Single{document.KindSource, d.Name, document.Apply{Sources: []gonets.Source{d}}})
	}
	for _, d := range a.Requests {
		out = append(out, Single{document.KindRequest, d.Name, document.Apply{Requests: []gonets.SavedRequest{d}}})
	}
	for _, d := range a.Scenarios {
		out = append(out, Single{document.KindScenario, d.Name, document.Apply{Scenarios: []gonets.Scenario{d}}})
	}
	if a.Settings != nil {
		out = append(out, Single{document.KindSettings, document.SettingsName, document.Apply{Settings: a.Settings}})
	}
	return out
}

// Difference is what applying a document would change of what is stored, if it is.
func (s *Single) Difference(stored document.Apply, there bool) (api.Difference, error) {
	d := api.Difference{Kind: s.Kind, Name: s.Name, Change: "updated"}
	wanted, err := YAML(s.Set)
	if err != nil {
		return d, err
	}
	var current []byte
	if !there {
		d.Change = "created"
	} else if current, err = YAML(stored); err != nil {
		return d, err
	}
	if bytes.Equal(current, wanted) {
		d.Change = "unchanged"
		return d, nil
	}
	d.Diff = document.Diff(current, wanted)
	return d, nil
}

// YAML is a set as a file holds it.
func YAML(a document.Apply) ([]byte, error) {
	return document.Export(document.Set{Sources: a.Sources, Requests: a.Requests, Scenarios: a.Scenarios, Settings: a.Settings, Based: a.Based})
}

// Unset tells whether nobody has set anything.
func Unset(s setting.Settings) bool {
	empty, err1 := json.Marshal(setting.Settings{})
	text, err2 := json.Marshal(s)
	return err1 == nil && err2 == nil && bytes.Equal(empty, text)
}
