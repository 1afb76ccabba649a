package id

import (
	"regexp"
	"strings"

	"github.com/google/uuid"
)

// carried are the forms in which requests carry the id of their run: the
// Idempotency-Key (RUN-step, behind it the number of a renewal), the traceparent
// and the trace alone.
var carried = []*regexp.Regexp{
	regexp.MustCompile(`^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-[a-z][a-z0-9_]*(?:/[a-z0-9_]+)*(?:-[1-9][0-9]*)?$`),
	regexp.MustCompile(`^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$`),
	regexp.MustCompile(`^([0-9a-f]{32})$`),
}

// Carried is the id that a service was shown by a request, in what the service
// has in its log. Other systems have keys and sums of the same look: only who has
// the run can tell whether it is one of ours.
func Carried(text string) (string, bool) {
	text = strings.ToLower(text)
	for _, form := range carried {
		found := form.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		run, err := uuid.Parse(found[1])
		const version = 7
		if err != nil || run.Version() != version || run.Variant() != uuid.RFC4122 {
			return "", false
		}
		return run.String(), true
	}
	return "", false
}
