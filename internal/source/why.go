package source

import "gonets"

// Why a body is text though its type says more. People read it beside the event.
const (
	whyTooLarge gonets.Code = "unread.too_large"
	whyPacking  gonets.Code = "unread.packing"
	whyCharset  gonets.Code = "unread.charset"
	whyEncoding gonets.Code = "unread.encoding"
	whyJSON     gonets.Code = "unread.json"
	whyTooMany  gonets.Code = "unread.too_many"
	whyBoundary gonets.Code = "unread.boundary"
	whyParts    gonets.Code = "unread.parts"
)

const atBody = "/body"

// mark says that the body stays text, and why.
func (p *Parsed) mark(why gonets.Problem) { p.Mark, p.Why = gonets.MarkUnparsed, why }

// Unread is why the body of an event is text; nil when it was read.
func (b *Binding) Unread(ev *gonets.Event) *gonets.Problem {
	if p, err := b.Parse(FromEvent(ev)); err == nil && p.Mark == gonets.MarkUnparsed {
		return &p.Why
	}
	return nil
}
