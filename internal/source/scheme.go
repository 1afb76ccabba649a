package source

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"slices"
	"strings"
	"time"

	"gonets"
)

// The kinds of verification.
const (
	KindNone  = "none"
	KindToken = "token"
	KindBasic = "basic"
	KindHMAC  = "hmac"
)

// signedTolerance is how far a signed time may be off when nothing else is said.
const signedTolerance = 5 * time.Minute

// scheme is how a source's callers are verified.
type scheme struct {
	kind   string
	places []gonets.Place
	user   string
	// secret names the secret; empty means that there is none, so that nobody
	// gets in.
	secret string

	hash      func() hash.Hash
	encoding  string
	prefix    string
	signed    []string
	timestamp *gonets.Timestamp
}

// readsBody tells whether the body must be taken apart to verify.
func (s *scheme) readsBody() bool {
	inBody := func(p gonets.Place) bool { return p.In != "header" && p.In != "query" }
	return slices.ContainsFunc(s.places, inBody) || s.timestamp != nil && inBody(gonets.Place{In: s.timestamp.In})
}

// hashes are the algorithms by which services sign. MD5 and SHA-1 are here
// because they do; HMAC over them is not known to be broken.
func hashes(name string) (func() hash.Hash, bool) {
	switch strings.ToLower(strings.ReplaceAll(name, "-", "")) {
	case "sha256", "":
		return sha256.New, true
	case "sha512":
		return sha512.New, true
	case "sha1":
		return sha1.New, true
	case "md5":
		return md5.New, true
	}
	return nil, false
}

// scheme merges the document's verification with the preset's.
func (r *binder) scheme(v *gonets.Verify, p *Preset) scheme {
	own := p.Verify.Document()
	switch {
	case v == nil && (p.Verify.Optional || own.Kind == "choice" || own.Kind == KindNone):
		return scheme{kind: KindNone}
	case v == nil:
		return r.build(own)
	case v.Kind == KindNone:
		return scheme{kind: KindNone}
	}
	doc := *v
	if doc.Kind == "" {
		doc.Kind = own.Kind
	}
	if doc.Kind == "choice" || doc.Kind == KindNone {
		r.add("/verify/kind", codeChoose, "write kind: token, basic, hmac or none")
		return scheme{}
	}
	if doc.Header != "" {
		doc.Places = append([]gonets.Place{{In: "header", Name: doc.Header, Prefix: headerPrefix(&doc)}}, doc.Places...)
	}
	if doc.Kind == own.Kind {
		inherit(&doc, own)
	}
	return r.build(doc)
}

// headerPrefix: a token in Authorization stands behind its scheme's name.
func headerPrefix(v *gonets.Verify) string {
	if v.Kind == KindToken {
		return v.Prefix
	}
	return ""
}

// Document is the preset's verification in the form that documents have.
func (v *PresetVerify) Document() gonets.Verify {
	out := gonets.Verify{
		Kind: v.Kind, Algorithm: v.Algorithm, Encoding: v.Encoding, Prefix: v.Prefix, Signed: v.Signed,
	}
	for _, p := range v.Places {
		out.Places = append(out.Places, p.Place)
	}
	if v.Name != "" {
		out.Places = append(out.Places, gonets.Place{In: v.In, Name: v.Name})
	}
	if t := v.Timestamp; t != nil {
		out.Timestamp = &gonets.Timestamp{
			In: t.In, Name: t.Name, Unit: t.Unit, Tolerance: gonets.Duration(time.Duration(t.ToleranceS) * time.Second),
		}
	}
	return out
}

// inherit fills what the document leaves open.
func inherit(doc *gonets.Verify, own gonets.Verify) {
	if len(doc.Places) == 0 {
		doc.Places = own.Places
	}
	doc.Algorithm = first(doc.Algorithm, own.Algorithm)
	doc.Encoding = first(doc.Encoding, own.Encoding)
	doc.Prefix = first(doc.Prefix, own.Prefix)
	doc.Signed = first(doc.Signed, own.Signed)
	if doc.Timestamp == nil {
		doc.Timestamp = own.Timestamp
	}
}

func (r *binder) build(v gonets.Verify) scheme {
	s := scheme{kind: v.Kind, places: v.Places, user: v.User, secret: v.Secret}
	switch v.Kind {
	case KindToken:
		if len(s.places) == 0 {
			s.places = []gonets.Place{
				{In: "header", Name: "Authorization", Prefix: "Bearer "},
				{In: "header", Name: "X-Api-Key"},
				{In: "query", Name: "token"},
			}
		}
	case KindBasic:
		if len(s.places) == 0 {
			s.places = []gonets.Place{{In: "header", Name: "Authorization", Scheme: "Basic"}}
		}
	case KindHMAC:
		r.hmac(&s, v)
	default:
		r.add("/verify/kind", gonets.CodeBadChoice, "%s is %q; it must be %s", "kind", v.Kind, gonets.Choice{KindToken, KindBasic, KindHMAC, KindNone})
	}
	for _, p := range s.places {
		r.place(p)
	}
	return s
}

func (r *binder) place(p gonets.Place) {
	switch {
	case p.In != "header" && p.In != "query" && p.In != "body":
		r.add("/verify/places", gonets.CodeBadChoice, "%s is %q; it must be %s", "in", p.In, gonets.Choice{"header", "query", "body"})
	case p.Name == "" || strings.ContainsAny(p.Name, "\"\\"):
		r.add("/verify/places", codePlaceName, "a place needs the name of its header, parameter or member")
	case p.Scheme != "" && (!strings.EqualFold(p.Scheme, "Basic") || p.In != "header"):
		r.add("/verify/places", codeBasic, "the scheme of a place is Basic, in a header")
	}
}

func (r *binder) hmac(s *scheme, v gonets.Verify) {
	var ok bool
	if s.hash, ok = hashes(v.Algorithm); !ok {
		r.add("/verify/algorithm", gonets.CodeBadChoice, "%s is %q; it must be %s", "algorithm", v.Algorithm, gonets.Choice{"sha256", "sha512", "sha1", "md5"})
	}
	s.encoding = first(v.Encoding, "hex")
	if s.encoding != "hex" && s.encoding != "hex-any-case" && s.encoding != "base64" {
		r.add("/verify/encoding", gonets.CodeBadChoice, "%s is %q; it must be %s", "encoding", v.Encoding, gonets.Choice{"hex", "hex-any-case", "base64"})
	}
	if len(s.places) == 0 {
		r.add("/verify/header", codeHeader, "name the header that holds the signature")
	}
	s.prefix = v.Prefix
	s.timestamp = v.Timestamp
	s.signed = r.signed(first(v.Signed, "{body}"), v.Timestamp != nil)
	if t := v.Timestamp; t != nil {
		r.place(gonets.Place{In: t.In, Name: t.Name})
		if t.Unit != "" && t.Unit != "s" && t.Unit != "ms" {
			r.add("/verify/timestamp/unit", gonets.CodeBadChoice, "%s is %q; it must be %s", "unit", t.Unit, gonets.Choice{"s", "ms"})
		}
	}
}

// signed takes the template of the signed text apart: literals and, with their
// braces, the parts that come from the request.
func (r *binder) signed(template string, timed bool) []string {
	var parts []string
	covers, stamped := false, false
	for rest := template; rest != ""; {
		i := strings.IndexByte(rest, '{')
		if i < 0 {
			parts = append(parts, rest)
			break
		}
		if i > 0 {
			parts = append(parts, rest[:i])
		}
		end := strings.IndexByte(rest[i:], '}')
		if end < 0 {
			r.add("/verify/signed", codeBrace, "a { is not closed")
			return nil
		}
		part := rest[i : i+end+1]
		rest = rest[i+end+1:]
		switch {
		case part == "{body}", part == "{raw_query}":
			covers = true
		case part == "{timestamp}":
			stamped = true
		case part == "{secret}", part == "{method}", part == "{path}", strings.HasPrefix(part, "{headers."):
		default:
			r.add("/verify/signed", codePart, "%s is not known; write {body}, {timestamp}, {raw_query}, {method}, {path} or {headers.name}", part)
		}
		parts = append(parts, part)
	}
	if !covers {
		r.add("/verify/signed", codeCovers, "the signed text must hold {body} or {raw_query}: otherwise anything could be put under a signature")
	}
	if stamped != timed {
		r.add("/verify/timestamp", codeTimestamp, "{timestamp} in the signed text and the timestamp's place go together")
	}
	return parts
}
