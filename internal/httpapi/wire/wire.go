// Package wire shows what an attempt sent in other forms: as commands and code
// that send the same, and beside what another attempt sent. It also writes the
// code that sends events to a source.
package wire

import (
	"encoding/json"
	"fmt"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/curl"
	"gonets/internal/onec"
	"gonets/internal/outbound"
)

// CurlStep shows the step that does what a curl command does.
func CurlStep(command string) (api.CurlStep, error) {
	c, err := curl.Parse(command)
	if err != nil {
		return api.CurlStep{}, err
	}
	raw, err := json.Marshal(struct {
		HTTP *gonets.HTTPStep `json:"http"`
	}{c.Step})
	if err != nil {
		return api.CurlStep{}, err
	}
	out := api.CurlStep{Step: raw, Warnings: []api.CurlWarning{}, Secrets: []api.CurlSecret{}}
	for _, w := range c.Warnings {
		out.Warnings = append(out.Warnings, api.CurlWarning(w))
	}
	for _, secret := range c.Secrets {
		out.Secrets = append(out.Secrets, api.CurlSecret(secret))
	}
	return out, nil
}

// File is an answer that is no JSON. A browser saves what has a disposition and
// never shows it.
type File struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

const text = "text/plain; charset=utf-8"

// Curl is the command that sends what the n-th attempt of a run sent; ok is
// false when it sent nothing.
func Curl(d *gonets.RunDetail, n int) (f File, ok bool) {
	if request, _ := sent(d, n); request != nil {
		return File{Type: text, Body: []byte(curl.Export(*request))}, true
	}
	return f, false
}

// OneC is the code that does the same in 1C.
func OneC(d *gonets.RunDetail, n int) (f File, ok bool) {
	if request, timeout := sent(d, n); request != nil {
		return File{Type: text, Body: []byte(onec.Code(*request, timeout))}, true
	}
	return f, false
}

// sent is what the n-th attempt of a run sent and how long it would have waited;
// nil when it sent nothing.
func sent(d *gonets.RunDetail, n int) (*curl.Request, time.Duration) {
	a, timeout := AttemptOf(d, n), gonets.DefaultHTTPTimeout
	if a == nil || a.URL == "" || !a.Kept() {
		return nil, 0
	}
	request := curl.Request{Method: a.Method, URL: a.URL, Headers: a.RequestHeaders, Body: a.RequestBody, Gzip: a.Gzip, Follow: len(a.Hops) > 0}
	if d.Version == nil {
		return &request, timeout
	}
	if st := gonets.FindStep(d.Version.Scenario.Steps, a.Path); st != nil && st.Sends() != nil {
		h := st.Sends()
		if tls := h.TLS; tls != nil {
			request.Insecure = tls.Verify != nil && !*tls.Verify
			// Published, it is a name; as it was sent, it has one spelling.
			request.ServerName, _ = outbound.ServerName(tls.ServerName)
		}
		if h.Timeout != nil {
			timeout = h.Timeout.D()
		}
	}
	return &request, timeout
}

// Reply is the body of the reply to the n-th attempt of a run; ok is false when
// there was none.
func Reply(d *gonets.RunDetail, n int) (f File, ok bool) {
	if a := AttemptOf(d, n); a != nil && a.Status != 0 && a.Kept() {
		return File{Type: "application/octet-stream", Disposition: fmt.Sprintf(`attachment; filename="reply-%s-%d.bin"`, d.Run.ID, n), Body: append([]byte{}, a.ReplyBody...)}, true
	}
	return f, false
}
