package client

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"gonets"
)

// Export is how runs are written into a file.
type Export struct {
	Format, Language string
	// Columns are those of a table; the usual ones when empty.
	Columns []string
	// Limit bounds the runs; 0 is as many as the format takes.
	Limit int
}

// ExportRuns writes the runs that a question and a filter mean, as they come;
// more tells that there are more than the file holds. What an error leaves
// behind is a part of a file.
func (c *Client) ExportRuns(ctx context.Context, question string, f gonets.RunFilter, e Export, to io.Writer) (more bool, err error) {
	f.Page = gonets.Page{}
	q := asked(question, f)
	q.Del("order")
	set(q, "format", e.Format)
	set(q, "lang", e.Language)
	set(q, "columns", strings.Join(e.Columns, ","))
	if e.Limit > 0 {
		q.Set("limit", strconv.Itoa(e.Limit))
	}
	resp, err := c.send(ctx, call{method: http.MethodGet, path: "/runs/export", query: q})
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(to, resp.Body); err != nil {
		return false, &UnreachableError{URL: c.base, Err: err}
	}
	return resp.Trailer.Get("Gonets-More") == "true", nil
}
