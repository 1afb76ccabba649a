package source

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gonets"
	"gonets/internal/value"
)

// Secrets finds the value of a secret by its name. CodeNotFound and an empty
// value both mean that it is not set.
type Secrets func(name string) (string, error)

// Verify checks who calls, over the bytes as they were received. Errors have
// the codes signature.rejected, signature.stale and, when the source's secret
// is not set, secret.missing: a source that is meant to be protected lets
// nobody in without its secret. Errors of secrets pass through.
func (b *Binding) Verify(in *Incoming, secrets Secrets) error {
	if b.scheme.kind == KindNone {
		return nil
	}
	secret, err := b.secret(secrets)
	if err != nil {
		return err
	}
	if b.scheme.readsBody() {
		if _, err := b.Parse(in); err != nil {
			return err
		}
	}
	if b.scheme.kind == KindHMAC {
		err = b.verifyHMAC(in, secret)
	} else {
		err = b.verifyToken(in, secret)
	}
	if err != nil {
		return err
	}
	return b.alsoCheck(in)
}

func (b *Binding) secret(secrets Secrets) (string, error) {
	missing := gonets.Errorf(gonets.CodeSecretMissing,
		"the source is protected, but its secret %q is not set: nobody can get in; set the secret", b.scheme.secret)
	if b.scheme.secret == "" {
		return "", missing
	}
	secret, err := secrets(b.scheme.secret)
	switch {
	case err != nil && gonets.CodeOf(err) != gonets.CodeNotFound:
		return "", err
	case err != nil || secret == "":
		return "", missing
	}
	return secret, nil
}

func rejected(what string) error {
	return gonets.Errorf(gonets.CodeSignature, "%s", what)
}

// verifyToken accepts the secret in any one of the places.
func (b *Binding) verifyToken(in *Incoming, secret string) error {
	found := false
	for _, p := range b.scheme.places {
		for _, got := range b.at(in, p) {
			found = true
			if b.tokenFits(p, got, secret) {
				return nil
			}
		}
	}
	if !found {
		return rejected("the request has no token; put it where the source's settings say")
	}
	return rejected("the token is wrong; compare it with the source's secret")
}

func (b *Binding) tokenFits(p gonets.Place, got, secret string) bool {
	if p.Scheme != "" {
		return b.basicFits(got, secret)
	}
	if p.Prefix != "" {
		// The name of an authentication scheme has no case (RFC 9110 §11.1).
		if len(got) < len(p.Prefix) || !strings.EqualFold(got[:len(p.Prefix)], p.Prefix) {
			return false
		}
		got = strings.TrimSpace(got[len(p.Prefix):])
	}
	return same(got, secret)
}

// basicFits reads user:password in UTF-8 (RFC 7617).
func (b *Binding) basicFits(got, secret string) bool {
	scheme, encoded, ok := strings.Cut(got, " ")
	if !ok || !strings.EqualFold(scheme, "Basic") {
		return false
	}
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return false
	}
	user, password, ok := strings.Cut(string(plain), ":")
	if !ok {
		return false
	}
	userFits := b.scheme.user == "" || same(user, b.scheme.user)
	return same(password, secret) && userFits
}

// same compares in a time that tells nothing, not even about lengths.
func same(got, want string) bool {
	g, w := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(g[:], w[:]) == 1
}

// at gives all values that stand in a place.
func (b *Binding) at(in *Incoming, p gonets.Place) []string {
	switch p.In {
	case "header":
		var out []string
		for _, h := range in.Headers {
			if strings.EqualFold(h.Name, p.Name) {
				out = append(out, h.Value)
			}
		}
		return out
	case "query":
		return queryValues(in.RawQuery, p.Name)
	}
	path, err := value.ParsePath(placePath(p))
	if err != nil {
		return nil
	}
	parsed, err := b.Parse(in)
	if err != nil {
		return nil
	}
	v, ok := path.Rest().Get(parsed.Body)
	if text, scalar := scalarText(v); ok && scalar {
		return []string{text}
	}
	return nil
}

func queryValues(raw, name string) []string {
	var out []string
	for _, p := range splitPairs(raw) {
		if unescape(p.name) == name {
			out = append(out, unescape(p.value))
		}
	}
	return out
}

func (b *Binding) verifyHMAC(in *Incoming, secret string) error {
	stamp := ""
	if t := b.scheme.timestamp; t != nil {
		values := b.at(in, gonets.Place{In: t.In, Name: t.Name})
		if len(values) != 1 {
			return rejected("the request has no signed time")
		}
		stamp = values[0]
	}
	mac := hmac.New(b.scheme.hash, []byte(secret))
	for _, part := range b.scheme.signed {
		text, ok := b.signedPart(in, part, stamp, secret)
		if !ok {
			return rejected("a header that is part of the signature is missing")
		}
		mac.Write(text)
	}
	want := mac.Sum(nil)
	found := false
	for _, p := range b.scheme.places {
		for _, got := range b.at(in, p) {
			found = true
			if b.signatureFits(got, want) {
				return b.fresh(in, stamp)
			}
		}
	}
	if !found {
		return rejected("the request has no signature")
	}
	return rejected("the signature is wrong: the secret differs, or the body was changed on its way")
}

func (b *Binding) signedPart(in *Incoming, part, stamp, secret string) (text []byte, ok bool) {
	switch part {
	case "{body}":
		return in.Body, true
	case "{timestamp}":
		return []byte(stamp), true
	case "{raw_query}":
		return []byte(in.RawQuery), true
	case "{method}":
		return []byte(in.Method), true
	case "{path}":
		return []byte(in.Path), true
	case "{secret}":
		return []byte(secret), true
	}
	if name, ok := strings.CutPrefix(part, "{headers."); ok {
		values := b.at(in, gonets.Place{In: "header", Name: strings.TrimSuffix(name, "}")})
		return []byte(strings.Join(values, ",")), len(values) > 0
	}
	return []byte(part), true
}

func (b *Binding) signatureFits(got string, want []byte) bool {
	got, ok := strings.CutPrefix(got, b.scheme.prefix)
	if !ok {
		return false
	}
	var sum []byte
	var err error
	switch b.scheme.encoding {
	case "base64":
		sum, err = base64.StdEncoding.Strict().DecodeString(got)
	case "hex":
		if got != strings.ToLower(got) {
			return false
		}
		sum, err = hex.DecodeString(got)
	default:
		sum, err = hex.DecodeString(got)
	}
	return err == nil && len(sum) == len(want) && hmac.Equal(sum, want)
}

// fresh refuses a rightly signed request that was recorded and is played again
// later, or comes from a clock that is wrong.
func (b *Binding) fresh(in *Incoming, stamp string) error {
	t := b.scheme.timestamp
	if t == nil {
		return nil
	}
	n, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || len(stamp) > 14 {
		return rejected("the signed time is not a number")
	}
	at := time.Unix(n, 0)
	if t.Unit == "ms" {
		at = time.UnixMilli(n)
	}
	tolerance := t.Tolerance.D()
	if tolerance <= 0 {
		tolerance = signedTolerance
	}
	if in.Now.Sub(at).Abs() > tolerance {
		return gonets.Errorf(gonets.CodeSignatureStale,
			"the signature is right, but its time is more than %s off ours (%s): check the sender's clock",
			gonets.Duration(tolerance), in.Now.UTC().Format(time.RFC3339))
	}
	return nil
}

// alsoCheck refuses values that differ from the source's settings, where the
// setting is given.
func (b *Binding) alsoCheck(in *Incoming) error {
	for path, want := range b.Preset.Verify.AlsoCheck {
		setting, given := b.settings[strings.Trim(want, "{}")]
		if !given {
			continue
		}
		p, err := b.Parse(in)
		if err != nil {
			return err
		}
		got, ok := p.get(path)
		if text, scalar := scalarText(got); !ok || !scalar || !same(text, setting) {
			return rejected("the request is for another account than the source's settings name")
		}
	}
	return nil
}

// unescape decodes percent signs and pluses; what is no escape stays as it is,
// so that nothing that was sent is lost.
func unescape(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	if out, err := url.QueryUnescape(s); err == nil {
		return out
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b.WriteByte(' ')
		case s[i] == '%' && i+2 < len(s):
			if c, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
				b.WriteByte(c[0])
				i += 2
				continue
			}
			b.WriteByte('%')
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
