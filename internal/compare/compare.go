// Package compare tells in what an attempt differs from one that went well.
package compare

import (
	"bytes"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gonets"
	"gonets/api"
	"gonets/internal/charset"
	"gonets/internal/value"
)

// Limits of a comparison.
const (
	maxBody        = 256 << 10
	maxLines       = 1_000
	maxDifferences = 200
	maxText        = 2_000
)

// Side is an attempt that is compared.
type Side struct {
	*gonets.Attempt
	// Step is the one that made it; nil where that is not known.
	Step *gonets.HTTPStep
}

// Of is an attempt of a version.
func Of(a *gonets.Attempt, v *gonets.Version) Side {
	return Side{a, v.Sends(a.Path)}
}

// Attempts compares two attempts of a step, in the order in which a request is
// read. What is masked in both is not compared.
func Attempts(good, bad Side) api.Comparison {
	c := comparison{out: api.Comparison{Differences: []api.AttemptDifference{}}}
	good.Attempt, bad.Attempt = plainBoundary(good.Attempt), plainBoundary(bad.Attempt)
	c.text("method", good.Method, bad.Method)
	c.addresses(good.URL, bad.URL)
	c.headers(good.RequestHeaders, bad.RequestHeaders)
	c.bodies(good, bad)
	c.text("status", status(good.Attempt), status(bad.Attempt))
	return c.out
}

type comparison struct{ out api.Comparison }

func (c *comparison) add(d api.AttemptDifference) {
	if len(c.out.Differences) >= maxDifferences {
		c.out.More = true
		return
	}
	c.out.Differences = append(c.out.Differences, d)
}

// text compares two texts; empty is there.
func (c *comparison) text(part, good, bad string) {
	if good != bad {
		c.add(api.AttemptDifference{Part: part, Good: shown(good), Bad: shown(bad)})
	}
}

// shown is a text as far as a page shows it.
func shown(text string) *string {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return &text
}

func status(a *gonets.Attempt) string {
	if a.Status == 0 {
		return ""
	}
	return strconv.Itoa(a.Status)
}

// field is a value with its name.
type field struct{ name, text string }

// fields compares lists of named values; several of a name one after another.
func (c *comparison) fields(part string, good, bad []field, usual func(name string) bool) {
	left, taken := map[string][]int{}, make([]bool, len(good)) // the places of a name, first to last
	for i := range good {
		left[good[i].name] = append(left[good[i].name], i)
	}
	var added []api.AttemptDifference
	for _, b := range bad {
		places := left[b.name]
		if len(places) == 0 {
			added = append(added, api.AttemptDifference{Part: part, Name: b.name, Bad: shown(b.text), Usual: usual(b.name)})
			continue
		}
		i := places[0]
		left[b.name], taken[i] = places[1:], true
		if good[i].text != b.text {
			c.add(api.AttemptDifference{Part: part, Name: b.name, Good: shown(good[i].text), Bad: shown(b.text), Usual: usual(b.name)})
		}
	}
	for i, g := range good {
		if !taken[i] {
			c.add(api.AttemptDifference{Part: part, Name: g.name, Good: shown(g.text), Usual: usual(g.name)})
		}
	}
	for _, d := range added {
		c.add(d)
	}
}

func never(string) bool { return false }

func (c *comparison) addresses(good, bad string) {
	g, gErr := url.Parse(good)
	b, bErr := url.Parse(bad)
	if gErr != nil || bErr != nil {
		c.text("address", good, bad)
		return
	}
	place := func(u *url.URL) string { return u.Scheme + "://" + u.Host + u.EscapedPath() }
	c.text("address", place(g), place(b))
	c.fields("query", pairs(sent{text: g.RawQuery}), pairs(sent{text: b.RawQuery}), never)
}

// pairs are those of a query or a form.
func pairs(raw sent) []field {
	var out []field
	for part := range strings.SplitSeq(raw.text, "&") {
		if part == "" {
			continue
		}
		name, text, _ := strings.Cut(part, "=")
		out = append(out, field{unescaped(name, raw.kind), unescaped(text, raw.kind)})
	}
	return out
}

func unescaped(text, kind string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		if read, _, ok := charset.Read([]byte(plain), kind); ok {
			return read
		}
	}
	return text
}

func (c *comparison) headers(good, bad []gonets.Header) {
	list := func(headers []gonets.Header) []field {
		out := make([]field, len(headers))
		for i, h := range headers {
			out[i] = field{strings.ToLower(h.Name), h.Value}
		}
		return out
	}
	c.fields("header", list(good), list(bad), func(name string) bool {
		// They belong to one run, or follow from the body.
		return name == "idempotency-key" || name == "traceparent" || name == "date" || name == "content-length"
	})
}

// plainBoundary is the attempt with one boundary between the parts of its body that
// all have: whoever makes a body in parts makes up another one each time.
func plainBoundary(a *gonets.Attempt) *gonets.Attempt {
	kind := gonets.HeaderValue(a.RequestHeaders, "Content-Type")
	media, params, err := mime.ParseMediaType(kind)
	if err != nil || !strings.HasPrefix(media, "multipart/") || params["boundary"] == "" {
		return a
	}
	out, boundary := *a, params["boundary"]
	params["boundary"] = "boundary"
	out.RequestHeaders = slices.Clone(a.RequestHeaders)
	for i, h := range out.RequestHeaders {
		if strings.EqualFold(h.Name, "Content-Type") && h.Value == kind {
			out.RequestHeaders[i].Value = mime.FormatMediaType(media, params)
		}
	}
	out.RequestBody = bytes.ReplaceAll(a.RequestBody, []byte("--"+boundary), []byte("--boundary"))
	return &out
}

func (c *comparison) bodies(good, bad Side) {
	g, b := good.RequestBody, bad.RequestBody
	switch {
	case gone(good.Attempt) || gone(bad.Attempt):
		c.out.Body = api.BodyGone
	case bytes.Equal(g, b):
	case len(g) > maxBody || len(b) > maxBody:
		c.out.Body = api.BodyTooLarge
	default:
		old, isText := readable(good)
		now, isTextToo := readable(bad)
		if !isText || !isTextToo {
			c.out.Body = api.BodyBinary
			return
		}
		c.texts(old, now)
	}
}

// sent is a body that was sent, as text, with its Content-Type.
type sent struct{ text, kind string }

func readable(a Side) (sent, bool) {
	kind, _ := charset.Types(a.Step, a.Purpose, &a.Exchange)
	text, _, ok := charset.Read(a.RequestBody, kind)
	return sent{text, kind}, ok
}

// gone tells that a body was sent which is not kept any more.
func gone(a *gonets.Attempt) bool {
	n, err := strconv.Atoi(gonets.HeaderValue(a.RequestHeaders, "Content-Length"))
	return err == nil && n > 0 && len(a.RequestBody) == 0
}

// texts compares bodies by what they say: members, fields of a form, else lines.
func (c *comparison) texts(good, bad sent) {
	g, gErr := leaves(good.text)
	b, bErr := leaves(bad.text)
	if gErr == nil && bErr == nil {
		c.fields("body", g, b, never)
		return
	}
	if good.form() && bad.form() {
		c.fields("body", pairs(good), pairs(bad), never)
		return
	}
	c.lines(strings.Split(good.text, "\n"), strings.Split(bad.text, "\n"))
}

func (s sent) form() bool {
	media, _, _ := mime.ParseMediaType(s.kind)
	return media == "application/x-www-form-urlencoded"
}

// leaves are the values of JSON with their paths.
func leaves(text string) ([]field, error) {
	v, _, err := value.DecodeJSONText(text)
	if err != nil {
		return nil, err
	}
	var out []field
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if len(v) == 0 {
				out = append(out, field{path, "{}"})
			}
			for _, name := range slices.Sorted(maps.Keys(v)) {
				walk(within(path, name), v[name])
			}
		case []any:
			if len(v) == 0 {
				out = append(out, field{path, "[]"})
			}
			for i, item := range v {
				walk(path+"["+strconv.Itoa(i)+"]", item)
			}
		default:
			text, err := value.EncodeJSON(v)
			if err != nil {
				text = []byte(value.Text(v))
			}
			out = append(out, field{path, string(text)})
		}
	}
	walk("", v)
	return out, nil
}

// within is the path of a member.
func within(path, name string) string {
	name = value.Path{}.Join(name).String()
	if path == "" || strings.HasPrefix(name, "[") {
		return path + name
	}
	return path + "." + name
}

// lines compares texts line by line: a line that differs stands beside the one in
// whose place it came.
func (c *comparison) lines(good, bad []string) {
	first := 0
	for first < len(good) && first < len(bad) && good[first] == bad[first] {
		first++
	}
	gEnd, bEnd := len(good), len(bad)
	for gEnd > first && bEnd > first && good[gEnd-1] == bad[bEnd-1] {
		gEnd, bEnd = gEnd-1, bEnd-1
	}
	g, b := good[first:gEnd], bad[first:bEnd]
	if len(g) > maxLines || len(b) > maxLines {
		c.out.Body = api.BodyTooLarge
		return
	}
	// same[i][j] is how many lines the rests of both have in common.
	same := make([][]int16, len(g)+1)
	for i := range same {
		same[i] = make([]int16, len(b)+1)
	}
	for i := len(g) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if g[i] == b[j] {
				same[i][j] = same[i+1][j+1] + 1
			} else {
				same[i][j] = max(same[i+1][j], same[i][j+1])
			}
		}
	}
	var gone, come []api.AttemptDifference
	flush := func() {
		for n := range max(len(gone), len(come)) {
			var d api.AttemptDifference
			if n < len(gone) {
				d = gone[n]
			}
			if n < len(come) {
				d.Part, d.Name, d.Bad = "body", come[n].Name, come[n].Bad
			}
			c.add(d)
		}
		gone, come = nil, nil
	}
	for i, j := 0, 0; i < len(g) || j < len(b); {
		switch {
		case i < len(g) && j < len(b) && g[i] == b[j]:
			flush()
			i, j = i+1, j+1
		case j == len(b) || i < len(g) && same[i+1][j] >= same[i][j+1]:
			gone = append(gone, api.AttemptDifference{Part: "body", Name: strconv.Itoa(first + i + 1), Good: shown(g[i])})
			i++
		default:
			come = append(come, api.AttemptDifference{Part: "body", Name: strconv.Itoa(first + j + 1), Bad: shown(b[j])})
			j++
		}
	}
	flush()
	c.out.Lines = true
}
