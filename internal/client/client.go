// Package client talks to a Gonets server's API. The command line stands on
// it; it knows nothing of terminals.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gonets"
	"gonets/api"
)

// requestTimeout is a little more than the server allows itself.
const requestTimeout = gonets.ServerWriteTimeout + 5*time.Second

// maxAnswer bounds an answer, in bytes: a run may hold a large event and the
// replies of many attempts.
const maxAnswer = 512 << 20

// UnreachableError says that nobody answered at a server's address.
type UnreachableError struct {
	URL string
	Err error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("no server answers at %s (%v); start it with \"gonets serve\", or give --server", e.URL, plain(e.Err))
}

func (e *UnreachableError) Unwrap() error { return e.Err }

// plain drops the method and address that net/http puts before the cause.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// Client calls one server.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// New returns a client of the server at base (http://127.0.0.1:7070) that
// proves itself with the owner's token.
func New(base, token string) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, gonets.Errorf(gonets.CodeInvalid, "%q is not a server's address; write it like http://127.0.0.1:7070", base)
	}
	return &Client{
		base: strings.TrimRight(u.Scheme+"://"+u.Host+u.Path, "/"), token: token,
		http: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
			// The API never redirects; whoever does is not it, and must not get
			// the token.
			return http.ErrUseLastResponse
		}},
	}, nil
}

// URL is the server's address.
func (c *Client) URL() string { return c.base }

// call is one request to the API.
type call struct {
	method string
	path   string
	query  url.Values
	body   any
	// text is a body that is not JSON, of this type.
	text     []byte
	textType string
}

// do makes a call and reads the answer into out: JSON, or everything when out
// is a *[]byte. Problems come as *gonets.Error.
func (c *Client) do(ctx context.Context, in call, out any) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	resp, err := c.send(ctx, in)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return &UnreachableError{URL: c.base, Err: err}
	}
	if raw, ok := out.(*[]byte); ok {
		*raw = body
		return nil
	}
	if out == nil || len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return c.stranger(resp.StatusCode)
	}
	return nil
}

// send makes the request and turns every answer that is not a success into an
// error. The caller closes the body.
func (c *Client) send(ctx context.Context, in call) (*http.Response, error) {
	body, contentType := in.text, in.textType
	if in.body != nil {
		var err error
		if body, err = gonets.PlainJSON(in.body); err != nil {
			return nil, fmt.Errorf("encode the request: %w", err)
		}
		contentType = "application/json"
	}
	target := c.base + "/api/v1" + in.path
	if len(in.query) > 0 {
		target += "?" + in.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, in.method, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("build the request: %w", err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if cause := ctx.Err(); errors.Is(cause, context.Canceled) {
			return nil, cause
		}
		return nil, &UnreachableError{URL: c.base, Err: err}
	}
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, c.problem(resp)
}

// problem reads an answer that is not a success.
func (c *Client) problem(resp *http.Response) error {
	var p api.Error
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil || kind != "application/problem+json" || json.Unmarshal(body, &p) != nil || p.Code == "" {
		return c.stranger(resp.StatusCode)
	}
	return &gonets.Error{Code: p.Code, Message: p.Detail, Problems: p.Errors}
}

// stranger says that something else than our server answers.
func (c *Client) stranger(status int) error {
	return &UnreachableError{URL: c.base, Err: fmt.Errorf("HTTP %d came from there, but not from a Gonets server", status)}
}

// get reads one thing.
func get[T any](ctx context.Context, c *Client, path string, query url.Values) (T, error) {
	var out T
	err := c.do(ctx, call{method: http.MethodGet, path: path, query: query}, &out)
	return out, err
}

// post sends a body, which may be nil, and reads the answer.
func post[T any](ctx context.Context, c *Client, path string, body any) (T, error) {
	var out T
	err := c.do(ctx, call{method: http.MethodPost, path: path, body: body}, &out)
	return out, err
}

// segment makes a name safe to stand in a path.
func segment(name string) string { return url.PathEscape(name) }
