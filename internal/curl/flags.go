package curl

import (
	"gonets"
	"strings"
)

// what a flag is to a step.
type kind uint8

const (
	// strange flags are named in a warning.
	strange kind = iota
	// quiet ones change nothing of the request.
	quiet
	// used ones are taken over.
	used
)

// flag is one option of curl.
type flag struct {
	kind kind
	// takes is true when a word follows.
	takes bool
	// why it cannot be taken over.
	why gonets.Code
}

// short are the one-letter flags by their long names.
var short = map[byte]string{
	'A': "user-agent", 'b': "cookie", 'c': "cookie-jar", 'C': "continue-at", 'd': "data", 'D': "dump-header", 'e': "referer", 'E': "cert",
	'f': "fail", 'F': "form", 'g': "globoff", 'G': "get", 'H': "header", 'i': "include", 'I': "head", 'j': "junk-session-cookies",
	'J': "remote-header-name", 'k': "insecure", 'K': "config", 'l': "list-only", 'L': "location", 'm': "max-time", 'n': "netrc",
	'N': "no-buffer", 'o': "output", 'O': "remote-name", 'p': "proxytunnel", 'q': "disable", 'r': "range", 'R': "remote-time", 's': "silent",
	'S': "show-error", 'T': "upload-file", 'u': "user", 'U': "proxy-user", 'v': "verbose", 'w': "write-out", 'x': "proxy", 'X': "request",
	'y': "speed-time", 'Y': "speed-limit", 'z': "time-cond", 'Z': "parallel", '#': "progress-bar", '0': "http1.0", '4': "ipv4", '6': "ipv6",
	'1': "tlsv1", '2': "sslv2", '3': "sslv3",
}

// known are the flags by their long names. Those that are not here are unknown.
var known = map[string]flag{
	"request": {used, true, ""}, "header": {used, true, ""}, "data": {used, true, ""}, "data-ascii": {used, true, ""},
	"data-binary": {used, true, ""}, "data-raw": {used, true, ""}, "data-urlencode": {used, true, ""}, "json": {used, true, ""},
	"form": {used, true, ""}, "form-string": {used, true, ""}, "user-agent": {used, true, ""}, "referer": {used, true, ""},
	"cookie": {used, true, ""}, "user": {used, true, ""}, "oauth2-bearer": {used, true, ""}, "max-time": {used, true, ""},
	"url": {used, true, ""}, "url-query": {used, true, ""}, "range": {used, true, ""}, "get": {used, false, ""}, "head": {used, false, ""},
	"insecure": {used, false, ""}, "location": {used, false, ""}, "location-trusted": {used, false, ""}, "globoff": {used, false, ""},

	"compressed": {quiet, false, ""}, "silent": {quiet, false, ""}, "show-error": {quiet, false, ""}, "verbose": {quiet, false, ""},
	"include": {quiet, false, ""}, "fail": {quiet, false, ""}, "fail-with-body": {quiet, false, ""}, "no-buffer": {quiet, false, ""},
	"output": {quiet, true, ""}, "remote-name": {quiet, false, ""}, "write-out": {quiet, true, ""}, "dump-header": {quiet, true, ""},
	"progress-bar": {quiet, false, ""}, "no-progress-meter": {quiet, false, ""}, "path-as-is": {quiet, false, ""}, "http1.1": {quiet, false, ""},
	"http2": {quiet, false, ""}, "http2-prior-knowledge": {quiet, false, ""}, "http3": {quiet, false, ""}, "basic": {quiet, false, ""},
	"stderr": {quiet, true, ""}, "trace": {quiet, true, ""}, "trace-ascii": {quiet, true, ""}, "trace-time": {quiet, false, ""},
	"remote-time": {quiet, false, ""}, "remote-header-name": {quiet, false, ""}, "create-dirs": {quiet, false, ""}, "styled-output": {quiet, false, ""},
	"disable": {quiet, false, ""}, "keepalive": {quiet, false, ""}, "no-keepalive": {quiet, false, ""}, "tcp-nodelay": {quiet, false, ""},
	"tlsv1.2": {quiet, false, ""}, "tlsv1.3": {quiet, false, ""}, "ssl-no-revoke": {quiet, false, ""}, "cookie-jar": {quiet, true, ""},
	"junk-session-cookies": {quiet, false, ""}, "post301": {quiet, false, ""}, "anyauth": {strange, false, whyAuth},

	"proxy": {strange, true, whyProxy}, "proxy-user": {strange, true, whyProxy}, "proxy-header": {strange, true, whyProxy},
	"proxy-insecure": {strange, false, whyProxy}, "proxytunnel": {strange, false, whyProxy}, "noproxy": {quiet, true, ""},
	"socks4": {strange, true, whyProxy}, "socks4a": {strange, true, whyProxy}, "socks5": {strange, true, whyProxy},
	"socks5-hostname": {strange, true, whyProxy}, "preproxy": {strange, true, whyProxy}, "proxy1.0": {strange, true, whyProxy},
	"upload-file": {used, true, ""}, "config": {strange, true, whyFile}, "netrc-file": {strange, true, whyFile}, "netrc": {strange, false, whyAuth},
	"cert": {strange, true, whyTLS}, "cert-type": {strange, true, whyTLS}, "key": {strange, true, whyTLS}, "key-type": {strange, true, whyTLS},
	"pass": {strange, true, whyTLS}, "cacert": {strange, true, whyTLS}, "capath": {strange, true, whyTLS}, "pinnedpubkey": {strange, true, whyTLS},
	"ciphers": {strange, true, whyTLS}, "tls-max": {strange, true, whyTLS}, "tlsv1": {strange, false, whyTLS}, "sslv2": {strange, false, whyTLS}, "sslv3": {strange, false, whyTLS},
	"digest": {strange, false, whyAuth}, "ntlm": {strange, false, whyAuth}, "negotiate": {strange, false, whyAuth}, "aws-sigv4": {strange, true, whyAuth},
	"retry": {strange, true, whyRetry}, "retry-delay": {strange, true, whyRetry}, "retry-max-time": {strange, true, whyRetry},
	"retry-all-errors": {strange, false, whyRetry}, "retry-connrefused": {strange, false, whyRetry},
	"max-redirs": {strange, true, whyRedirects}, "connect-timeout": {strange, true, whyConnect},
	"resolve": {strange, true, whyRoute}, "connect-to": {strange, true, whyRoute}, "interface": {strange, true, whyRoute}, "local-port": {strange, true, whyRoute},
	"dns-servers": {strange, true, whyRoute}, "doh-url": {strange, true, whyRoute}, "unix-socket": {strange, true, whyRoute}, "abstract-unix-socket": {strange, true, whyRoute},
	"ipv4": {strange, false, whyRoute}, "ipv6": {strange, false, whyRoute}, "http1.0": {strange, false, whyRoute}, "http0.9": {strange, false, whyRoute},
	"limit-rate": {strange, true, whySpeed}, "speed-time": {strange, true, whyRoute}, "speed-limit": {strange, true, whyRoute},
	"max-filesize": {strange, true, whySize}, "continue-at": {strange, true, whyWhole},
	"time-cond": {strange, true, whySince}, "expect100-timeout": {strange, true, whyRoute},
	"parallel": {strange, false, whyOne}, "next": {strange, false, whyNext},
	"post302": {strange, false, whyPost}, "post303": {strange, false, whyPost},
	"request-target": {strange, true, whyRoute}, "proto": {strange, true, whyRoute}, "proto-default": {strange, true, whyRoute},
	"tr-encoding": {strange, false, whyRoute}, "raw": {strange, false, whyRoute}, "ignore-content-length": {strange, false, whyRoute},
	"list-only": {strange, false, whyRoute}, "haproxy-protocol": {strange, false, whyRoute}, "alt-svc": {strange, true, whyRoute}, "hsts": {strange, true, whyRoute},
	"etag-save": {strange, true, whyFile}, "etag-compare": {strange, true, whyFile},
}

// arguments walks the words of a command and hands each flag over.
func (p *reader) arguments(words []string) {
	for i := 0; i < len(words); i++ {
		word := words[i]
		next := func() string {
			if i+1 >= len(words) {
				p.warn(word, whyEnds)
				return ""
			}
			i++
			return words[i]
		}
		switch {
		case word == "--":
			for _, rest := range words[i+1:] {
				p.address(rest)
			}
			return
		case strings.HasPrefix(word, "--"):
			if p.long(word, next) {
				return
			}
		case len(word) > 1 && word[0] == '-':
			p.letters(word, next)
		default:
			p.address(word)
		}
	}
}

// long is a flag of two hyphens; it tells whether the command ends there.
func (p *reader) long(word string, next func() string) (over bool) {
	name := strings.TrimPrefix(word, "--")
	value, joined := "", false
	f, ok := known[name]
	if before, after, cut := strings.Cut(name, "="); !ok && cut {
		name, value, joined = before, after, true
		f, ok = known[name]
	}
	if negated, no := strings.CutPrefix(name, "no-"); !ok && no {
		if _, ok := known[negated]; ok {
			return false // what is switched off was not asked for
		}
	}
	if !ok {
		p.warn(word, whyUnknown)
		return false
	}
	if f.takes && !joined {
		value = next()
	}
	p.flag("--"+name, name, f, value)
	return name == "next"
}

// letters are flags of one hyphen, several of which may stand together.
func (p *reader) letters(word string, next func() string) {
	for i := 1; i < len(word); i++ {
		name, ok := short[word[i]]
		shown := "-" + word[i:i+1]
		if !ok {
			p.warn(shown, whyUnknown)
			continue
		}
		f := known[name]
		if !f.takes {
			p.flag(shown, name, f, "")
			continue
		}
		value := word[i+1:]
		if value == "" {
			value = next()
		}
		p.flag(shown, name, f, value)
		return
	}
}

func (p *reader) flag(shown, name string, f flag, value string) {
	switch f.kind {
	case used:
		p.use(shown, name, value)
	case strange:
		p.warn(shown, f.why)
	}
}
