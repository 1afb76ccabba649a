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
