package curl

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"gonets"
	"gonets/internal/outbound"
)

// Command is what a command of curl says, as a step.
type Command struct {
	Step     *gonets.HTTPStep
	Warnings []Warning
	Secrets  []Secret
}

// Warning is something that the step cannot say.
type Warning struct {
	Flag   string
	Code   gonets.Code
	Detail string
}

// Secret is where the command holds a credential.
type Secret struct {
	// Where is header, query or url.
	Where string
	// Header is the name of the header or of the query's parameter.
	Header string
}

// Parse reads a command of curl, quoted for bash or for the Windows command
// line. Flags that a step has no place for are named in the warnings. Nothing is
// carried out and no file is read. An error is an *gonets.Error.
func Parse(text string) (Command, error) {
	words, warnings, err := split(text)
	if err != nil {
		return Command{}, err
	}
	for len(words) > 0 && words[0] == "$" { // a prompt that was copied along
		words = words[1:]
	}
	if len(words) == 0 || !isCurl(words[0]) {
		return Command{}, gonets.Refuse(gonets.CodeInvalid, gonets.Mistake("/text", codeNotCurl, "this is no command of curl; copy it whole, from the word curl on"))
	}
	p := &reader{Command: Command{Step: &gonets.HTTPStep{}, Warnings: warnings}}
	p.arguments(words[1:])
	if err := p.finish(); err != nil {
		return Command{}, err
	}
	return p.Command, nil
}

func isCurl(word string) bool {
	word = strings.ToLower(path.Base(strings.ReplaceAll(word, `\`, "/")))
	return word == "curl" || word == "curl.exe"
}

// reader gathers what the flags say.
type reader struct {
	Command
	url     string
	method  string
	get     bool
	head    bool
	globoff bool
	json    bool
	// data are the pieces of the body; nil is none.
	data *string
	// upload tells that a file is the body; sends names it where PUT sends it (-T).
	upload  bool
	sends   *string
	parts   []part
	queries []string
	// removed are automatic headers that the command takes away.
	removed []string
	user    *string
}

func (p *reader) warn(flag string, code gonets.Code) {
	p.Warnings = append(p.Warnings, Warning{Flag: flag, Code: code, Detail: detail(code)})
}

// use takes a flag over.
func (p *reader) use(shown, name, value string) {
	switch name {
	case "request":
		p.method = value
	case "get":
		p.get = true
	case "head":
		p.head = true
	case "globoff":
		p.globoff = true
	case "url":
		p.address(value)
	case "url-query":
		if text, ok := p.encoded(shown, value, true); ok {
			p.queries = append(p.queries, text)
		}
	case "header":
		p.header(shown, value)
	case "user-agent":
		p.own("User-Agent", value)
	case "referer":
		p.own("Referer", strings.TrimSuffix(value, ";auto"))
	case "range":
		p.own("Range", "bytes="+value)
	case "cookie":
		p.cookie(shown, value)
	case "user":
		p.user = &value
	case "oauth2-bearer":
		p.own("Authorization", "Bearer "+value)
	case "insecure":
		verify := false
		p.Step.TLS = &gonets.TLS{Verify: &verify}
	case "location", "location-trusted":
		p.Step.Redirects = "follow"
	case "max-time":
		p.timeout(shown, value)
	case "upload-file":
		p.put(shown, value)
	case "form", "form-string":
		p.form(shown, value, name == "form-string")
	default:
		p.body(shown, name, value)
	}
}

func (p *reader) address(text string) {
	if p.url != "" {
		p.warn(text, whyAddress)
		return
	}
	p.url = strings.TrimSpace(text)
}

func (p *reader) timeout(shown, value string) {
	seconds, err := strconv.ParseFloat(value, 64)
	if err != nil || seconds <= 0 || seconds > gonets.MaxHTTPTimeout.Seconds() {
		if seconds > 0 {
			p.warn(shown, whyTimeout)
		}
		return
	}
	d := gonets.Duration(max(time.Duration(seconds*float64(time.Second)), gonets.MinHTTPTimeout).Round(time.Second))
	p.Step.Timeout = &d
}

// own sets a header that curl has a flag for; nothing takes it away.
func (p *reader) own(name, value string) {
	if value == "" {
		p.removed = append(p.removed, name)
		return
	}
	p.add(name, value)
}

func (p *reader) add(name, value string) {
	p.Step.Headers = append(p.Step.Headers, gonets.Row{Name: name, Value: Literal(value)})
	if masked := outbound.MaskHeaders([]gonets.Header{{Name: name, Value: value}})[0].Value; masked != value {
		p.Secrets = append(p.Secrets, Secret{Where: "header", Header: name})
	}
}

// header is Name: value; Name: takes an automatic one away, Name; sends it empty.
func (p *reader) header(shown, text string) {
	if strings.HasPrefix(text, "@") {
		p.warn(shown+" "+text, whyFile)
		return
	}
	name, value, found := strings.Cut(text, ":")
	name = strings.TrimSpace(name)
	if !found {
		bare, ends := strings.CutSuffix(strings.TrimSpace(text), ";")
		if !ends || bare == "" {
			p.warn(shown+" "+text, whyHeader)
			return
		}
		name, value = bare, ""
	}
	value = strings.Trim(value, " \t\r\n")
	switch {
	case outbound.ProtectedHeader(name):
		if !strings.EqualFold(name, "Connection") && !strings.EqualFold(name, "Content-Length") {
			p.warn(shown+" "+name, whyOwn)
		}
	case strings.ContainsAny(name+value, "\r\n\x00") || name == "":
		p.warn(shown+" "+name, whyBreak)
	case value == "" && found:
		p.removed = append(p.removed, name)
	default:
		p.add(name, value)
	}
}

func (p *reader) cookie(shown, value string) {
	if !strings.Contains(value, "=") {
		p.warn(shown+" "+value, whyFile)
		return
	}
	p.add("Cookie", value)
}

// finish makes the step of what was gathered.
func (p *reader) finish() error {
	if p.url == "" {
		return gonets.Refuse(gonets.CodeInvalid, gonets.Mistake("/text", codeNoAddress, "the command names no address"))
	}
	if !strings.Contains(p.url, "://") {
		p.url = "http://" + p.url // as curl does
	}
	if !p.globoff && strings.ContainsAny(p.url, "{}[]") && !strings.Contains(p.url, "[::") {
		p.warn("[] {}", whyBrackets)
	}
	p.nameUpload()
	p.credentials()
	if err := p.bodyOf(); err != nil {
		return err
	}
	p.addQuery()
	p.secretQuery()
	p.Step.URL = Literal(p.url)
	for _, name := range p.removed {
		if !p.has(name) {
			p.Step.Headers = append(p.Step.Headers, gonets.Row{Name: name})
		}
	}
	p.Step.Method = p.methodOf()
	if b := p.Step.Body; b != nil && (b.Form != nil || b.JSON != nil) {
		switch strings.ToUpper(p.Step.Method) {
		case http.MethodGet, http.MethodHead, http.MethodDelete:
			b.ForceBody = true
		}
	}
	return nil
}

func (p *reader) methodOf() string {
	switch {
	case p.method != "":
		return p.method
	case p.head:
		return http.MethodHead
	case p.sends != nil:
		return http.MethodPut
	case p.Step.Body != nil:
		return http.MethodPost
	}
	return http.MethodGet
}

func (p *reader) has(name string) bool {
	for _, row := range p.Step.Headers {
		if strings.EqualFold(row.Name, name) {
			return true
		}
	}
	return false
}

// credentials makes a header of -u and of a login within the address, which a
// step may not hold.
func (p *reader) credentials() {
	scheme, rest, _ := strings.Cut(p.url, "://")
	end := len(rest)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		end = i
	}
	if at := strings.LastIndexByte(rest[:end], '@'); at >= 0 {
		login := rest[:at]
		p.url = scheme + "://" + rest[at+1:]
		p.Secrets = append(p.Secrets, Secret{Where: "url"})
		if plain, err := url.PathUnescape(login); err == nil {
			login = plain
		}
		if p.user == nil {
			p.user = &login
		}
	}
	if p.user == nil || p.has("Authorization") {
		return
	}
	login := *p.user
	if !strings.Contains(login, ":") {
		p.warn("-u", whyPassword)
		login += ":"
	}
	p.add("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(login)))
}

// addQuery appends what -G and --url-query send in the address.
func (p *reader) addQuery() {
	if len(p.queries) == 0 {
		return
	}
	address, _, _ := strings.Cut(p.url, "#")
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	} else if strings.Count(address, "/") == len("//") {
		// curl puts the missing path in before a query.
		address += "/"
	}
	p.url = address + separator + strings.Join(p.queries, "&")
}

func (p *reader) secretQuery() {
	_, query, _ := strings.Cut(p.url, "?")
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if outbound.SecretQuery(name) {
			p.Secrets = append(p.Secrets, Secret{Where: "query", Header: name})
		}
	}
}

// Literal writes a text so that a template gives just this text.
func Literal(text string) string { return strings.ReplaceAll(text, "{{", `{{ "{{" }}`) }
