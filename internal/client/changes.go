package client

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"strings"

	"gonets/api"
)

// maxHints bounds one message of the stream, in bytes.
const maxHints = 4 << 20

// Changes follows the server's hints until the context ends or the server
// goes away, which is the last error. The first value is empty: it says that
// the stream is open, so what is read from then on misses nothing.
func (c *Client) Changes(ctx context.Context) iter.Seq2[api.Changes, error] {
	return func(yield func(api.Changes, error) bool) {
		resp, err := c.send(ctx, call{method: http.MethodGet, path: "/changes"})
		if err != nil {
			yield(api.Changes{}, err)
			return
		}
		defer resp.Body.Close()
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, maxHints)
		for lines.Scan() {
			changes, ok, err := message(lines.Text())
			if err != nil {
				yield(changes, err)
				return
			}
			if ok && !yield(changes, nil) {
				return
			}
		}
		err = lines.Err()
		if err == nil {
			err = fmt.Errorf("the server closed the stream")
		}
		if ctx.Err() == nil {
			yield(api.Changes{}, &UnreachableError{URL: c.base, Err: err})
		}
	}
}

// message reads one line of the stream. The server writes a message's data in
// one line; comments and event names say nothing more, but for the first one.
func message(line string) (changes api.Changes, ok bool, err error) {
	if line == ": connected" {
		return changes, true, nil
	}
	data, isData := strings.CutPrefix(line, "data:")
	if !isData {
		return changes, false, nil
	}
	if err := json.Unmarshal([]byte(data), &changes); err != nil {
		return changes, false, fmt.Errorf("the stream of changes is not readable: %w", err)
	}
	return changes, true, nil
}
