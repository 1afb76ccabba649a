package echo

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gonets"
)

// Limits of a script.
const (
	maxScript = 4 << 10
	maxSteps  = 100
	maxDelay  = 55 * time.Second // below the server's write timeout
	maxSlow   = 64 << 10
	maxBig    = 100 << 20
)

type action int

const (
	actAnswer action = iota
	actDelay
	actCut
	actHang
	actSlow
	actBig
)

// step is how one request is answered.
type step struct {
	act    action
	status int
	// retryAfter is in seconds; -1 is no header.
	retryAfter int
	delay      time.Duration
	size       int
	// body replaces the usual answer when media is set.
	media string
	body  string
}

// parseScript reads comma-separated steps:
//
//	503            this status (also status:503)
//	429:2          this status with Retry-After: 2
//	delay:3s       the usual answer after 3 seconds
//	cut            the connection is reset after the headers
//	hang           nothing, until the caller leaves or a minute has passed
//	json:{"a":1}   this body
//	text:hello     this body; \, is a comma
//	slow:1kb       a body of this size in twenty pieces over five seconds
//	big:10mb       a body of this size
func parseScript(s string) ([]step, error) {
	if len(s) > maxScript {
		return nil, scriptError("the script has %d bytes; at most %d", len(s), maxScript)
	}
	var steps []step
	for rest := strings.TrimSpace(s); ; {
		st, after, err := parseStep(rest)
		if err != nil {
			return nil, err
		}
		if steps = append(steps, st); len(steps) > maxSteps {
			return nil, scriptError("the script has more than %d steps", maxSteps)
		}
		after = strings.TrimSpace(after)
		if after == "" {
			return steps, nil
		}
		next, ok := strings.CutPrefix(after, ",")
		if !ok {
			return nil, scriptError("a comma is missing before %s", quote(after))
		}
		rest = strings.TrimSpace(next)
	}
}

// parseStep reads the first step of s and returns what follows it.
func parseStep(s string) (st step, rest string, err error) {
	st = step{status: 200, retryAfter: -1}
	if value, ok := strings.CutPrefix(s, "json:"); ok {
		d := json.NewDecoder(strings.NewReader(value))
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return st, "", scriptError("after json: comes a JSON value, such as json:{\"ok\":true}")
		}
		st.media, st.body = mediaJSON, string(raw)
		return st, value[d.InputOffset():], nil
	}
	if value, ok := strings.CutPrefix(s, "text:"); ok {
		st.media = mediaText
		st.body, rest = cutText(value)
		return st, rest, nil
	}
	word, rest := s, ""
	if i := strings.IndexByte(s, ','); i >= 0 {
		word, rest = s[:i], s[i:]
	}
	word = strings.TrimSpace(word)
	name, value, _ := strings.Cut(word, ":")
	switch name {
	case "cut":
		st.act = actCut
	case "hang":
		st.act = actHang
	case "delay":
		st.act = actDelay
		d, err := gonets.ParseDuration(value)
		if err != nil || d.D() > maxDelay {
			return st, "", scriptError("%s: a delay is a time span up to %v, such as delay:3s", quote(word), maxDelay)
		}
		st.delay = d.D()
	case "slow", "big":
		limit := maxSlow
		st.act = actSlow
		if name == "big" {
			limit, st.act = maxBig, actBig
		}
		size, ok := parseSize(value)
		if !ok || size < 2 || size > limit {
			return st, "", scriptError("%s: a size is 2b to %dkb, such as 1kb", quote(word), limit>>10)
		}
		st.size = size
	case "status":
		return statusStep(word, value, "", rest)
	default:
		return statusStep(word, name, value, rest)
	}
	if value != "" && (st.act == actCut || st.act == actHang) {
		return st, "", scriptError("%s: %s takes no value", quote(word), name)
	}
	return st, rest, nil
}

func statusStep(word, status, retryAfter, rest string) (step, string, error) {
	st := step{retryAfter: -1}
	var err error
	if st.status, err = strconv.Atoi(status); err != nil || len(status) != 3 || st.status < 200 || st.status > 599 {
		return st, "", scriptError("unknown step %s; a step is a status (503, 429:2), delay:3s, cut, hang, "+
			"json:…, text:…, slow:1kb or big:10mb", quote(word))
	}
	if retryAfter == "" {
		return st, rest, nil
	}
	if st.retryAfter, err = strconv.Atoi(retryAfter); err != nil || st.retryAfter < 0 || len(retryAfter) > 9 {
		return st, "", scriptError("%s: after the status come whole seconds, such as 429:2", quote(word))
	}
	return st, rest, nil
}

// cutText reads up to a comma that no backslash precedes.
func cutText(s string) (text, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == ',':
			i++
			b.WriteByte(',')
		case s[i] == ',':
			return b.String(), s[i:]
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}

func parseSize(s string) (int, bool) {
	unit := 1
	s = strings.ToLower(strings.TrimSpace(s))
	for _, u := range []struct {
		suffix string
		bytes  int
	}{{"kb", 1 << 10}, {"mb", 1 << 20}, {"b", 1}} {
		if n, ok := strings.CutSuffix(s, u.suffix); ok {
			s, unit = n, u.bytes
			break
		}
	}
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil || n > maxBig {
		return 0, false
	}
	return int(n) * unit, true
}

func quote(s string) string {
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return strconv.Quote(s)
}

func scriptError(format string, args ...any) error {
	return gonets.Errorf(gonets.CodeInvalid, "the script of this echo address cannot be read: %s", fmt.Sprintf(format, args...))
}
