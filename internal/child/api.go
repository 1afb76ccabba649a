package child

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gonets"
)

// API is the little that a parent needs of its child's API.
type API struct {
	base   string
	token  string
	client *http.Client
}

// NewAPI talks to the server at base with the owner's token of its data folder.
func NewAPI(data, base string) (*API, error) {
	token, err := os.ReadFile(filepath.Join(data, "owner.token"))
	if err != nil {
		return nil, fmt.Errorf("the server made no owner's token: %w", err)
	}
	return &API{base: base, token: strings.TrimSpace(string(token)), client: &http.Client{Timeout: 30 * time.Second}}, nil
}

// maxAnswer bounds an answer of the API, in bytes.
const maxAnswer = 64 << 20

// Call makes one call; a body is YAML, the answer is read into out. An error has the
// server's code.
func (a *API) Call(ctx context.Context, method, path string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, a.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+a.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/yaml")
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if resp.StatusCode != http.StatusOK {
		refused := struct{ Code gonets.Code }{gonets.CodeInternal}
		_ = json.Unmarshal(answer, &refused) // what is no problem document has no code
		return gonets.Errorf(refused.Code, "%s %s was answered %d: %s", method, path, resp.StatusCode, answer[:min(len(answer), 500)])
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("%s %s: the answer cannot be read: %w", method, path, err)
	}
	return nil
}

// Apply applies documents and returns the address of the named source.
func (a *API) Apply(ctx context.Context, yaml []byte, source string) (string, error) {
	var ignored json.RawMessage
	if err := a.Call(ctx, http.MethodPost, "/api/v1/apply", yaml, &ignored); err != nil {
		return "", err
	}
	for cursor := ""; ; {
		var page gonets.List[struct{ Name, URL string }]
		if err := a.Call(ctx, http.MethodGet, "/api/v1/sources?limit=1000&cursor="+url.QueryEscape(cursor), nil, &page); err != nil {
			return "", err
		}
		for _, s := range page.Items {
			if s.Name != source {
				continue
			}
			u, err := url.Parse(s.URL)
			if err != nil {
				return "", fmt.Errorf("the source's address %q: %w", s.URL, err)
			}
			// The host may be the one of an earlier start.
			return a.base + u.EscapedPath(), nil
		}
		if cursor = page.Next; cursor == "" {
			return "", fmt.Errorf("the server does not list the source %q that was applied", source)
		}
	}
}
