package shape

import (
	"encoding/json"

	"gonets"
	"gonets/api"
	"gonets/internal/curl"
)

// CurlStep shows the step that does what a curl command does.
func CurlStep(text string) (api.CurlStep, error) {
	c, err := curl.Parse(text)
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

// Curl is the command that sends what the n-th attempt of a run sent; ok is
// false when it sent nothing.
func Curl(d *gonets.RunDetail, n int) (text string, ok bool) {
	for i := range d.Attempts {
		a := &d.Attempts[i]
		if a.N != n {
			continue
		}
		if a.URL == "" {
			return "", false
		}
		request := curl.Request{Method: a.Method, URL: a.URL, Headers: a.RequestHeaders, Body: a.RequestBody, Follow: len(a.Hops) > 0}
		if st := httpStep(scenarioOf(d), a.Path); st != nil && st.TLS != nil && st.TLS.Verify != nil {
			request.Insecure = !*st.TLS.Verify
		}
		return curl.Export(request), true
	}
	return "", false
}
