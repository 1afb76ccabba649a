package valid

import (
	"fmt"

	"gonets"
)

// paths finds what is wrong with a list of places in the data.
func (v *validator) paths(at string, list []string, most int) {
	if len(list) > most {
		v.add(at, gonets.CodeTooMany, "%d places in the data; %d at most", len(list), most)
	}
	for i, path := range list {
		if path == "" {
			v.missing(fmt.Sprintf("%s/%d", at, i), "the path is empty")
		}
	}
}
