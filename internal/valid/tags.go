package valid

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"gonets"
)

// tags finds what is wrong with words by which people group scenarios.
func (v *validator) tags(tags []string) {
	if len(tags) > gonets.MaxTags {
		v.add("/tags", gonets.CodeTooMany, "%d tags; %d at most", len(tags), gonets.MaxTags)
	}
	seen := map[string]bool{}
	for i, tag := range tags {
		p := fmt.Sprintf("/tags/%d", i)
		switch {
		case strings.TrimSpace(tag) == "":
			v.missing(p, "the tag is empty")
		case utf8.RuneCountInString(tag) > gonets.MaxTagLength:
			v.add(p, gonets.CodeTooLong, "longer than %d characters", gonets.MaxTagLength)
		case strings.ContainsFunc(tag, unicode.IsControl):
			v.add(p, gonets.CodeControlChar, "holds a line break or another control character")
		case seen[tag]:
			v.add(p, gonets.CodeTwice, "%q stands twice", tag)
		}
		seen[tag] = true
	}
}

// maxDescription is in characters.
const maxDescription = 4_000

// description is any text, of any number of lines.
func (v *validator) description(text string) {
	if utf8.RuneCountInString(text) > maxDescription {
		v.add("/description", gonets.CodeTooLong, "longer than %d characters", maxDescription)
	}
}
