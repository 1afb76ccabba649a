package mask

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gonets"
	"gonets/internal/expr/markup"
	"gonets/internal/search"
	"gonets/internal/value"
)

const (
	// minField and minCredential are from how many characters on a hidden value
	// is told from other text wherever it stands; shorter ones are hidden at
	// their place only.
	minField      = 4
	minCredential = 6
	// minEncoded is the same in bytes for what is encoded as base64 or hex.
	minEncoded = 6
	// maxKnown bounds the values that are looked for at other places.
	maxKnown = 1_000
	// maxPiece is how many bytes of a value are looked for at once: text that
	// begins like a very long one would be compared with it at every place.
	maxPiece = 512
	// maxPieces bounds the pieces of one value that are looked for: a very long one
	// leaves room for others.
	maxPieces = maxKnown / 4
)

// Cover hides what was learned of one thing that is shown.
type Cover struct {
	rules  *Rules
	values map[string]bool
	// files are the hashes of what is hidden byte for byte.
	files map[[sha256.Size]byte]bool
	// known replaces the values; nil while there are none. forms are what it looks for,
	// in the order of letters.
	known *strings.Replacer
	forms []string
}

// Cover begins one that has learned nothing yet.
func (r *Rules) Cover() *Cover {
	return &Cover{rules: r, values: map[string]bool{}, files: map[[sha256.Size]byte]bool{}}
}

// Learn takes in a value with what is in its fields, as templates see it: a place
// is "event", or "vars".
func (c *Cover) Learn(at string, v any) {
	c.shown([]string{at}, v, false)
	c.close()
}

// Value is a copy of a value at a place without what is hidden.
func (c *Cover) Value(at []string, v any) any {
	if len(c.rules.fields) == 0 && c.known == nil {
		return v
	}
	return c.shown(below(nil, at...), v, true)
}

// Hides tells whether all of a value at a place is hidden.
func (c *Cover) Hides(at ...string) bool { return c.rules.hides(below(nil, at...)) }

// shown goes through a value; with text it hides what is known in all its texts.
func (c *Cover) shown(at []string, v any, text bool) any {
	if c.rules.hides(at) {
		c.learnValue(v)
		return Hidden
	}
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		headers := len(at) > 0 && at[len(at)-1] == "headers"
		for name, member := range v {
			out[name] = c.shown(below(at, name), member, text)
			if s, ok := out[name].(string); ok && headers {
				out[name] = c.headers(at, []gonets.Header{{Name: name, Value: s}})[0].Value
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = c.shown(at, v[i], text)
		}
		return out
	case string:
		if isDocument(v) {
			v = c.json(at, v)
		}
		if text {
			v = c.Text(v)
		}
		return v
	case json.Number:
		if text && c.Text(v.String()) != v.String() {
			return Hidden
		}
	case []byte:
		if text {
			return []byte(c.Text(string(c.withoutFiles(v, ""))))
		}
	}
	return v
}

func (c *Cover) learnValue(v any) {
	switch v := v.(type) {
	case string:
		c.learn(v)
	case json.Number:
		c.learn(v.String())
	case []byte:
		c.learnFile(v)
		c.learn(string(v))
	case map[string]any:
		for _, member := range v {
			c.learnValue(member)
		}
	case []any:
		for _, item := range v {
			c.learnValue(item)
		}
	}
}

// learn takes in a text, a long one in pieces.
func (c *Cover) learn(text string) {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) < minField || strings.Contains(text, Hidden) {
		return
	}
	for i := 0; text != "" && i < maxPieces && len(c.values) < maxKnown; i++ {
		end := min(len(text), maxPiece)
		for end < len(text) && end > maxPiece-utf8.UTFMax && !utf8.RuneStart(text[end]) {
			end--
		}
		if utf8.RuneCountInString(text[:end]) >= minField {
			c.values[text[:end]] = true
		}
		text = text[end:]
	}
}

// LearnCookies takes in the values of a run's cookies.
func (c *Cover) LearnCookies(lists ...[]gonets.Cookie) {
	for _, list := range lists {
		c.cookies(list)
	}
	c.close()
}

func (c *Cover) learnCredential(text string) {
	if utf8.RuneCountInString(text) >= minCredential {
		c.learn(text)
	}
}

// close makes what was learned so far count.
func (c *Cover) close() {
	if len(c.values) == 0 {
		return
	}
	var all []string
	for text := range c.values {
		all = append(all, Forms(text)...)
	}
	// The longest first: the phone with its plus before the digits alone.
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) })
	all = slices.Compact(all)
	pairs := make([]string, 0, 2*len(all))
	for _, text := range all {
		pairs = append(pairs, text, Hidden)
	}
	c.known = strings.NewReplacer(pairs...)
	slices.Sort(all)
	c.forms = all
}

// cutOff stands in an error where the rest of a text was left out.
const cutOff = "…"

// said is Text for what is said of an exchange: it may quote a value and end in the
// middle of it. The last cut comes first: the sign of an earlier one may be a value's own.
func (c *Cover) said(text string) string {
	text = c.Text(text)
	if c.known == nil {
		return text
	}
	rest := ""
	for at := strings.LastIndex(text, cutOff); at >= 0; at = strings.LastIndex(text, cutOff) {
		text, rest = c.withoutBeginning(text[:at]), text[at:]+rest
	}
	return text + rest
}

// withoutBeginning is a text without the beginning of a value at its end.
func (c *Cover) withoutBeginning(text string) string {
	last := len(text)
	for range minField {
		_, size := utf8.DecodeLastRuneInString(text[:last])
		if size == 0 {
			return text
		}
		last -= size
	}
	for at := range text {
		if at > last {
			break
		}
		end := text[at:]
		if i, _ := slices.BinarySearch(c.forms, end); i < len(c.forms) && strings.HasPrefix(c.forms[i], end) {
			return text[:at] + Hidden
		}
	}
	return text
}

// Text is a text without the values that were learned.
func (c *Cover) Text(text string) string {
	if c.known == nil || text == "" {
		return text
	}
	return c.known.Replace(text)
}

// coveredJSON is Text that leaves a JSON text one: a number becomes a text of
// asterisks.
func (c *Cover) coveredJSON(text string) string {
	out := c.Text(text)
	if out == text || json.Valid([]byte(out)) || !json.Valid([]byte(text)) {
		return out
	}
	v, _, err := value.DecodeJSONText(text)
	if err != nil {
		return out
	}
	b, err := value.EncodeJSON(c.shown(nil, v, true))
	if err != nil || !json.Valid(b) {
		return `"` + Hidden + `"`
	}
	return string(b)
}

// Forms are the ways in which a text may stand in another one: as it is, in other
// letters, behind the escapes of JSON, HTML, XML, addresses and forms, in hex, in
// base64 at any place of what was encoded, and a phone without its signs.
func Forms(text string) []string {
	plain := []string{text, strings.ToLower(text), strings.ToUpper(text)}
	if digits := search.Normalize(text); digits != text && strings.Trim(digits, "0123456789") == "" {
		plain = append(plain, digits)
		if len(digits) == len("79990001122") {
			plain = append(plain, digits[1:])
		}
	}
	var out []string
	for _, s := range plain {
		out = append(out, s, jsonText(s), escaped(s, false), escaped(s, true), html.EscapeString(s), string(markup.Text.Append(nil, s)))
		for _, address := range []string{url.QueryEscape(s), url.PathEscape(s), percent(s)} {
			out = append(out, address, lowerPercent(address))
		}
		if len(s) >= minEncoded {
			h := hex.EncodeToString([]byte(s))
			out = append(out, h, strings.ToUpper(h))
			out = append(out, inBase64(s)...)
		}
	}
	for _, s := range out {
		out = append(out, jsonText(s)) // a form's field inside a document
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func jsonText(s string) string {
	b, _ := json.Marshal(s)
	return string(b[1 : len(b)-1])
}

// escaped is a text as JSON for old readers has it: what is not ASCII in \u.
func escaped(s string, upper bool) string {
	b := strconv.QuoteToASCII(s)
	if !strings.Contains(b, `\u`) || strings.Contains(b, `\U`) || strings.Contains(b, `\x`) {
		return jsonText(s)
	}
	b = b[1 : len(b)-1]
	if !upper {
		return b
	}
	var out strings.Builder
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+6 <= len(b) && b[i+1] == 'u' {
			out.WriteString(`\u` + strings.ToUpper(b[i+2:i+6]))
			i += 5
			continue
		}
		out.WriteByte(b[i])
	}
	return out.String()
}

// percent is a text with all but letters and digits percent-encoded.
func percent(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// lowerPercent writes the digits of percent-encoding small.
func lowerPercent(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], strings.ToLower(string(b[i+1:i+3])))
		}
	}
	return string(b)
}

// inBase64 is how a text looks inside something that was encoded: it begins at
// one of three places of a group, and its edges share letters with what is
// around it.
func inBase64(s string) []string {
	var out []string
	for shift, skip := range []int{0, 2, 3} {
		code := base64.RawStdEncoding.EncodeToString([]byte("xx"[:shift] + s))
		code = code[skip:]
		if (len(s)+shift)%3 != 0 {
			code = code[:len(code)-1]
		}
		out = append(out, code, strings.NewReplacer("+", "-", "/", "_").Replace(code))
	}
	return out
}

// Exchange is an exchange of a step as people see it.
func (c *Cover) Exchange(st *gonets.HTTPStep, x *gonets.Exchange) *gonets.Exchange {
	a := c.attempt(gonets.Attempt{Exchange: *x}, st)
	c.close()
	c.coveredAttempt(&a, st)
	return &a.Exchange
}

// JSON is a JSON text at a place as people see it.
func (c *Cover) JSON(at []string, text []byte) []byte {
	if len(text) == 0 {
		return text
	}
	out := c.json(below(nil, at...), string(text))
	c.close()
	return []byte(c.coveredJSON(out))
}

// Problem is a mistake without the values that were learned: what is wrong with a
// text is told with the text.
func (c *Cover) Problem(p gonets.Problem) gonets.Problem {
	p.Message = c.Text(p.Message)
	p.Values = slices.Clone(p.Values)
	for i, v := range p.Values {
		if text, ok := v.(string); ok {
			p.Values[i] = c.Text(text)
		}
	}
	return p
}

// Line is a line of text, such as an error, without fields that it quotes and
// values that were learned.
func (c *Cover) Line(text string) string {
	text = c.text(text)
	c.close()
	return c.said(text)
}
