package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"gonets/api"
)

// Days are the days of which one asks, as dates, and of which source; what is
// empty is left to the server.
type Days struct {
	From, To, Source string
	// Span is how many days up to To, when From is left out.
	Span int
}

func (d Days) query() url.Values {
	q := url.Values{}
	set(q, "from", d.From)
	set(q, "to", d.To)
	set(q, "source", d.Source)
	if d.Span > 0 {
		q.Set("days", strconv.Itoa(d.Span))
	}
	return q
}

// Reconciliation is what came in and what became of it.
func (c *Client) Reconciliation(ctx context.Context, d Days) (api.Reconciliation, error) {
	return get[api.Reconciliation](ctx, c, "/reconciliation", d.query())
}

// ExportReconciliation writes the same as a table.
func (c *Client) ExportReconciliation(ctx context.Context, d Days, language string, to io.Writer) error {
	q := d.query()
	set(q, "lang", language)
	resp, err := c.send(ctx, call{method: http.MethodGet, path: "/reconciliation/export", query: q})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(to, resp.Body); err != nil {
		return &UnreachableError{URL: c.base, Err: err}
	}
	return nil
}
