// Package telemetry is what the server tells its administrator: a structured
// log without secrets and Prometheus metrics.
package telemetry

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"gonets"
)

// LogOptions choose the form of the log.
type LogOptions struct {
	// Format is text (default) or json.
	Format string
	// Level is debug, info (default), warn or error.
	Level string
}

// NewLogger makes a logger that writes to w and masks secrets: every value
// whose key names a token, secret, password, authorization or cookie, at any
// depth of groups, maps and headers. Control characters are escaped, so one
// record is always one line.
func NewLogger(w io.Writer, o LogOptions) (*slog.Logger, error) {
	var level slog.Level
	if o.Level != "" {
		if err := level.UnmarshalText([]byte(o.Level)); err != nil {
			return nil, gonets.Errorf(gonets.CodeInvalid,
				"unknown log level %q; choose debug, info, warn or error", o.Level)
		}
	}
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: redactAttr}
	switch o.Format {
	case "", "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return nil, gonets.Errorf(gonets.CodeInvalid, "unknown log format %q; choose text or json", o.Format)
}

// Masked stands in the log where a secret was.
const Masked = "***"

// Sensitive tells whether a value under this key must not be shown: the key
// holds one of the words that name secrets, in any case (owner_token,
// Set-Cookie, clientSecret).
func Sensitive(key string) bool {
	key = strings.ToLower(key)
	for _, word := range [...]string{"token", "secret", "password", "authorization", "cookie"} {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}

func redactAttr(groups []string, a slog.Attr) slog.Attr {
	sensitive := Sensitive(a.Key)
	for _, g := range groups {
		sensitive = sensitive || Sensitive(g)
	}
	if sensitive {
		return slog.String(a.Key, Masked)
	}
	switch v := a.Value; v.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(printable(v.String()))
	case slog.KindAny:
		a.Value = slog.AnyValue(redact(v.Any()))
	}
	return a
}

// redact returns v with the secrets of containers masked. Other types pass:
// those that hold secrets print themselves masked.
func redact(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, member := range v {
			out[k] = masked(k, redact(member))
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = redact(item)
		}
		return out
	case map[string]string:
		out := make(map[string]string, len(v))
		for k, s := range v {
			out[k] = printable(s)
			if Sensitive(k) {
				out[k] = Masked
			}
		}
		return out
	case http.Header:
		return redactLists(v)
	case url.Values:
		return redactLists(v)
	case map[string][]string:
		return redactLists(v)
	case gonets.Header:
		if Sensitive(v.Name) {
			v.Value = Masked
		}
		return v
	case []gonets.Header:
		out := make([]gonets.Header, len(v))
		for i, h := range v {
			out[i] = redact(h).(gonets.Header)
		}
		return out
	case *url.URL:
		return redactURL(v)
	case url.URL:
		return redactURL(&v)
	case string:
		return printable(v)
	case error:
		return printable(v.Error())
	}
	return v
}

func masked(key string, v any) any {
	if Sensitive(key) {
		return Masked
	}
	return v
}

func redactLists(lists map[string][]string) map[string][]string {
	out := make(map[string][]string, len(lists))
	for k, values := range lists {
		out[k] = values
		if Sensitive(k) {
			out[k] = []string{Masked}
		}
	}
	return out
}

func redactURL(u *url.URL) string {
	if u == nil {
		return ""
	}
	shown := *u
	query := shown.Query()
	for name := range query {
		if Sensitive(name) {
			query[name] = []string{Masked}
			shown.RawQuery = query.Encode()
		}
	}
	return shown.Redacted()
}

// printable replaces the C1 control characters, which a terminal obeys like
// ESC sequences and JSON does not escape.
func printable(s string) string {
	isC1 := func(r rune) bool { return r >= 0x80 && r <= 0x9f }
	if strings.IndexFunc(s, isC1) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isC1(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
