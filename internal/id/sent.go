package id

import (
	"regexp"
	"strings"
	"time"

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

// future is how far ahead the clock that made an id may have gone.
const future = 24 * time.Hour

// Carried is the id that a service was shown by a request, in what the service
// has in its log. Other systems have keys and sums of the same look: of them only
// what could have been made by now as an id of ours is one.
func Carried(text string, now time.Time) (string, bool) {
	text = strings.ToLower(text)
	for _, form := range carried {
		found := form.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		run, err := uuid.Parse(found[1])
		const version = 7
		if err != nil || run.Version() != version || run.Variant() != uuid.RFC4122 || made(run).After(now.Add(future)) {
			return "", false
		}
		return run.String(), true
	}
	return "", false
}

// made is when an id was: its first 48 bits are milliseconds (RFC 9562 §5.7).
func made(u uuid.UUID) time.Time {
	var ms int64
	for _, b := range u[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms)
}
