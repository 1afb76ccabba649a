// Package curl reads commands of the tool curl, as browsers and the pages of
// services give them, and writes requests as such commands.
package curl

import (
	"encoding/base64"
	"net/http"
	"strings"
	"unicode/utf8"

	"gonets"
)

// Request is what a command sends.
type Request struct {
	Method  string
	URL     string
	Headers []gonets.Header
	// Body is nil for none.
	Body []byte
	// Gzip packs the body on its way.
	Gzip bool
	// ServerName is the name that the certificate is asked for; empty is the address's.
	ServerName string
	// Insecure switches the check of certificates off, Follow follows redirects.
	Insecure bool
	Follow   bool
}

const (
	// maxArgument bounds a body within the command line, in bytes: Linux refuses
	// arguments of more than 128 KiB.
	maxArgument = 96 << 10
	// expectAbove is above which length curl asks whether the body is welcome.
	expectAbove = 1 << 20
	// lineWidth is that of base64.
	lineWidth = 76
)

// Masked stands in a request for what may not be shown.
const Masked = "***"

// Export writes a request as a command for bash: pasted there it sends the same
// method, address, headers and body. What is masked in the request is so in the
// command, which begins with a remark then.
func Export(r Request) string {
	var b strings.Builder
	if where := Secrets(&r); len(where) > 0 {
		b.WriteString("# Put the secrets in place of " + Masked + ": " + strings.Join(where, ", ") + "\n")
	}
	connect := renamed(&r)
	body, tail := bodyArgument(&b, &r)
	b.WriteString("curl")
	method := strings.ToUpper(r.Method)
	switch {
	case method == http.MethodHead && r.Body == nil:
		b.WriteString(" --head")
	case method != "" && (method != http.MethodGet || r.Body != nil):
		b.WriteString(" -X " + Quote(method))
	}
	b.WriteString(" " + Quote(r.URL))
	if strings.ContainsAny(r.URL, "[]{}") {
		b.WriteString(" --globoff")
	}
	if strings.Contains(r.URL, "/.") {
		b.WriteString(" --path-as-is")
	}
	b.WriteString(connect)
	if r.Insecure {
		b.WriteString(" --insecure")
	}
	if r.Follow {
		b.WriteString(" --location")
	}
	writeHeaders(&b, &r)
	b.WriteString(body)
	b.WriteString(tail)
	b.WriteByte('\n')
	return b.String()
}

// writeHeaders names what is sent, and takes away what curl would add by itself.
func writeHeaders(b *strings.Builder, r *Request) {
	add := func(text string) { b.WriteString(" \\\n  -H " + Quote(text)) }
	present := map[string]bool{}
	for _, h := range r.Headers {
		name := strings.ToLower(h.Name)
		present[name] = true
		switch {
		case name == "host" && hostOf(r.URL) == h.Value, name == "content-length":
		case h.Value == "":
			add(h.Name + ";")
		default:
			add(h.Name + ": " + h.Value)
		}
	}
	own := []string{"User-Agent", "Accept"}
	if r.Body != nil {
		own = append(own, "Content-Type")
	}
	if len(r.Body) > expectAbove {
		own = append(own, "Expect")
	}
	for _, name := range own {
		if !present[strings.ToLower(name)] {
			add(name + ":")
		}
	}
	if present["accept-encoding"] {
		b.WriteString(" \\\n  --compressed")
	}
}

// renamed puts the name that the certificate is asked for into the address, which is
// where curl takes it from, and gives the argument that leads to the service all the
// same.
func renamed(r *Request) string {
	host := hostOf(r.URL)
	if r.ServerName == "" || !strings.HasPrefix(r.URL, "https://") || host == "" {
		return ""
	}
	name, port, found := host, "443", false
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		name, port, found = host[:i], host[i+1:], true
	}
	asked := r.ServerName
	if found {
		asked += ":" + port
	}
	r.URL = strings.Replace(r.URL, host, asked, 1)
	return " --connect-to " + Quote(r.ServerName+":"+port+":"+name+":"+port)
}

func hostOf(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

// bodyArgument gives what names the body, and what follows the command. What
// bash cannot hold in an argument comes in through a pipe.
func bodyArgument(b *strings.Builder, r *Request) (argument, tail string) {
	const piped = " \\\n  --data-binary @-"
	body, pack := r.Body, ""
	if r.Gzip {
		pack = "gzip -nc | "
	}
	switch {
	case body == nil:
		return "", ""
	case !utf8.Valid(body) || strings.ContainsFunc(string(body), control):
		b.WriteString("base64 -d <<'END' | " + pack)
		var text strings.Builder
		for encoded := base64.StdEncoding.EncodeToString(body); encoded != ""; {
			n := min(lineWidth, len(encoded))
			text.WriteString("\n" + encoded[:n])
			encoded = encoded[n:]
		}
		return piped, text.String() + "\nEND"
	case r.Gzip, len(body) > maxArgument, strings.HasPrefix(string(body), "@"):
		// curl takes what begins with @ for a file's name.
		b.WriteString("printf %s " + Quote(string(body)) + " | " + pack)
		return piped, ""
	}
	return " \\\n  --data-binary " + Quote(string(body)), ""
}

// control tells characters that do not survive an argument or a terminal.
func control(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }

// Quote writes a text as one word for bash.
func Quote(s string) string {
	if s != "" && strings.Trim(s, plainCharacters) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

const plainCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+=,"

// TheAddress stands for the request's address among the [Secrets].
const TheAddress = "the address"

// Secrets names where a request lacks its secrets: the address, the names of
// headers.
func Secrets(r *Request) (where []string) {
	if strings.Contains(r.URL, Masked) {
		where = append(where, TheAddress)
	}
	for _, h := range r.Headers {
		if strings.Contains(h.Value, Masked) {
			where = append(where, h.Name)
		}
	}
	return where
}
