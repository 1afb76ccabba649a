package pack

import (
	"encoding/json"

	"gonets"
)

// Document reads a stored document. One that is damaged is [gonets.CodeDamaged]
// and empty, so that half of it is never taken for the whole. What says whose it is.
func Document[T any](what, text string) (T, error) {
	var doc, none T
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		return none, gonets.Errorf(gonets.CodeDamaged,
			"what the database holds of %s is damaged; apply it again from a file, or restore an earlier version and publish it: %w", what, err)
	}
	return doc, nil
}

// Requests reads the saved requests that a version embeds.
func Requests(text string) (out []gonets.SavedRequest, err error) {
	if text != "" {
		err = json.Unmarshal([]byte(text), &out)
	}
	return out, err
}

// Version reads a published document with the saved requests that it embeds, as
// [Document] reads one.
func Version(what, text, requests string) (gonets.Scenario, []gonets.SavedRequest, error) {
	sc, err := Document[gonets.Scenario](what, text)
	if err != nil {
		return sc, nil, err
	}
	saved, err := Requests(requests)
	if err != nil {
		_, err = Document[[]gonets.SavedRequest](what, requests)
		return gonets.Scenario{}, nil, err
	}
	sc.Use(saved)
	return sc, saved, nil
}
