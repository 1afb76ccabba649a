package secret

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

// token is one with these claims; nobody signed it.
func token(header, claims string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmVk"
}

func TestATokenTellsItsEnd(t *testing.T) {
	t.Parallel()
	const header = `{"alg":"HS256","typ":"JWT"}`
	at := func(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
	for name, c := range map[string]struct {
		value       string
		from, until time.Time
	}{
		"an end":                    {token(header, `{"exp":1300819380}`), time.Time{}, at(1300819380)},
		"of RFC 7519":               {"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", time.Time{}, at(1300819380)},
		"a fraction":                {token(header, `{"exp":1300819380.5}`), time.Time{}, at(1300819380).Add(500 * time.Millisecond)},
		"issued at":                 {token(header, `{"exp":2000,"iat":1000}`), at(1000), at(2000)},
		"not before, which is more": {token(header, `{"exp":2000,"iat":1000,"nbf":1500}`), at(1500), at(2000)},
		"issued behind its end":     {token(header, `{"exp":2000,"iat":3000}`), time.Time{}, at(2000)},
		"behind Bearer":             {"bearer  " + token(header, `{"exp":2000}`) + "\n", time.Time{}, at(2000)},
		"nobody signed it":          {strings.TrimSuffix(token(`{"alg":"none"}`, `{"exp":2000}`), "c2lnbmVk"), time.Time{}, at(2000)},

		"a password":             {value: "s3cret"},
		"nothing":                {},
		"no end":                 {value: token(header, `{"iat":1000}`)},
		"an end of letters":      {value: token(header, `{"exp":"2000"}`)},
		"an end of null":         {value: token(header, `{"exp":null}`)},
		"another exp":            {value: token(header, `{"EXP":2000}`)},
		"too far away":           {value: token(header, `{"exp":1e300}`)},
		"no number at all":       {value: token(header, `{"exp":1e400}`)},
		"before all times":       {value: token(header, `{"exp":-5}`)},
		"no header":              {value: token(`{}`, `{"exp":2000}`)},
		"a header of letters":    {value: token(`"alg"`, `{"exp":2000}`)},
		"claims that are a list": {value: token(header, `[2000]`)},
		"five parts":             {value: token(header, `{"exp":2000}`) + ".a.b"},
		"with padding":           {value: base64.URLEncoding.EncodeToString([]byte(header)) + "." + base64.URLEncoding.EncodeToString([]byte(`{"exp":20000}`)) + ".x"},
		"larger than any token":  {value: token(header, `{"exp":2000,"x":"`+strings.Repeat("x", maxToken)+`"}`)},
	} {
		if from, until := Lifetime(c.value); !from.Equal(c.from) || !until.Equal(c.until) {
			t.Errorf("%s: from %v until %v, want %v and %v", name, from, until, c.from, c.until)
		}
	}
}

func FuzzLifetime(f *testing.F) {
	f.Add(token(`{"alg":"HS256"}`, `{"exp":1300819380.25,"iat":1}`))
	f.Add("Bearer " + token(`{"alg":null}`, `{"exp":1e18,"nbf":-0}`))
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, value string) {
		from, until := Lifetime(value)
		if until.IsZero() && !from.IsZero() || !until.IsZero() && (until.Year() < 1970 || until.Year() > 9999 || !from.Before(until)) {
			t.Errorf("from %v until %v", from, until)
		}
	})
}
