package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"gonets/api"
)

// Requests lists saved requests.
func (c *Client) Requests(ctx context.Context) (api.List[api.SavedRequest], error) {
	return get[api.List[api.SavedRequest]](ctx, c, "/requests", nil)
}

// Request reads a saved request.
func (c *Client) Request(ctx context.Context, name string) (api.SavedRequest, error) {
	return get[api.SavedRequest](ctx, c, "/requests/"+segment(name), nil)
}

// DeleteRequest deletes a saved request.
func (c *Client) DeleteRequest(ctx context.Context, name string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/requests/" + segment(name)}, nil)
}

// CheckRequest sends a saved request once, and gives what the server told of it.
func (c *Client) CheckRequest(ctx context.Context, name string, trial api.RequestTrial) ([]api.CheckLine, error) {
	resp, err := c.send(ctx, call{method: http.MethodPost, path: "/requests/" + segment(name) + "/check", body: trial})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var lines []api.CheckLine
	for d := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)); ; {
		var line api.CheckLine
		err := d.Decode(&line)
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return lines, &UnreachableError{URL: c.base, Err: err}
		}
		lines = append(lines, line)
	}
}
