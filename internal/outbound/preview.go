package outbound

import "gonets"

// Preview is the record of a request as Do would send it, without a network:
// its address, headers and body, with secrets masked. Its outcome is ok, or what
// Do would refuse without asking anybody.
func (c *Client) Preview(r *gonets.Request) *gonets.Exchange {
	e := &exchange{client: c, in: r, out: &gonets.Exchange{Outcome: gonets.OutcomeOK}}
	if !e.prepare() {
		return e.out
	}
	// What is refused is shown all the same.
	e.admit(c.current.Load(), true)
	_, e.out.RequestHeaders = e.build()
	return e.out
}
