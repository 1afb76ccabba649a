package secret

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
	"time"
)

// What a token may be: parts of a larger one are not decoded.
const (
	maxToken = 16 << 10
	maxClaim = 253402300799 // the end of the year 9999, in seconds
)

// Lifetime is when a secret's value is good, as far as the value itself tells: it is
// a JSON Web Token with the claim exp (RFC 7519, 4.1.4), perhaps behind the word
// Bearer. from is its nbf or iat, else zero. Nothing is verified: whoever gave the
// secret wants to know its end, and trusts it anyway. Of any other value both are
// zero.
func Lifetime(value string) (from, until time.Time) {
	value = strings.TrimSpace(value)
	if scheme, rest, ok := strings.Cut(value, " "); ok && strings.EqualFold(scheme, "Bearer") {
		value = strings.TrimSpace(rest)
	}
	parts := strings.Split(value[:min(len(value), maxToken+1)], ".")
	if len(value) > maxToken || len(parts) != 3 {
		return from, until
	}
	header, claims := object(parts[0]), object(parts[1])
	if header["alg"] == nil {
		return from, until
	}
	if until = moment(claims["exp"]); until.IsZero() {
		return from, until
	}
	for _, name := range []string{"nbf", "iat"} {
		if at := moment(claims[name]); from.IsZero() && at.Before(until) {
			from = at
		}
	}
	return from, until
}

// object is a part of a token that is a JSON object; nil when it is none.
func object(part string) (members map[string]json.RawMessage) {
	text, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil || json.Unmarshal(text, &members) != nil {
		return nil
	}
	return members
}

// moment is a NumericDate: seconds since 1970, perhaps with a fraction; zero when it
// is none.
func moment(claim json.RawMessage) time.Time {
	var seconds *float64
	if json.Unmarshal(claim, &seconds) != nil || seconds == nil || *seconds <= 0 || *seconds > maxClaim {
		return time.Time{}
	}
	whole, part := math.Modf(*seconds)
	return time.Unix(int64(whole), int64(part*1e3)*int64(time.Millisecond)).UTC()
}
