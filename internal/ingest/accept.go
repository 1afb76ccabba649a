package ingest

import (
	"context"
	"crypto/sha256"
	"strings"

	"gonets"
	"gonets/internal/id"
	"gonets/internal/source"
)

// maxSplitBytes bounds what a split request takes in the store: its whole body
// goes with each event, unless that would be more than this. Then each event
// keeps its own element only.
const maxSplitBytes = 2 * gonets.MaxIngestBody

// SubmitOptions say how a submitted event differs from a received one.
type SubmitOptions struct {
	// Key recognises a repeat, like an Idempotency-Key header.
	Key string
	// Again makes an event even when the source's id is known: a person who
	// sends a sample again wants to see it run.
	Again bool
	// Scenario, when set, makes a run of this scenario alone, pinned to
	// Version when that is not 0.
	Scenario string
	Version  int
	// RunMark goes to the runs.
	RunMark gonets.Mark
}

// Submit makes an event of a source without its address: a person or a token
// sent it. From parsing on it goes the same way as a received one, and it is
// not verified. An empty method is POST, or GET without a body; an empty time
// is now; a missing id is made. A request that holds many events gives the
// first one's id and all runs.
func (h *Handler) Submit(ctx context.Context, sourceName string, ev gonets.Event) (gonets.Accepted, error) {
	return h.SubmitWith(ctx, sourceName, ev, SubmitOptions{})
}

// SubmitWith is Submit with options.
func (h *Handler) SubmitWith(ctx context.Context, sourceName string, ev gonets.Event, o SubmitOptions) (gonets.Accepted, error) {
	if err := h.stopped(); err != nil {
		return gonets.Accepted{}, err
	}
	if int64(len(ev.Body)) > h.o.MaxBody {
		return gonets.Accepted{}, gonets.Errorf(gonets.CodeBodyTooLarge, "the body is longer than %d bytes", h.o.MaxBody)
	}
	info, err := h.o.Store.Source(ctx, sourceName)
	if err != nil {
		return gonets.Accepted{}, err
	}
	b, err := h.cache.bind(info.Source)
	if err != nil {
		return gonets.Accepted{}, err
	}
	h.complete(&ev)
	hold := &hold{budget: &h.flight}
	defer hold.release()
	in := source.FromEvent(&ev)
	in.Pay = hold.take
	if err := hold.unpack(in); err != nil {
		return gonets.Accepted{}, err
	}
	p, err := (&draft{b: b, in: in, event: ev, options: o}).plan()
	if err != nil {
		return gonets.Accepted{}, err
	}
	if len(p.list) == 0 {
		return gonets.Accepted{}, gonets.Errorf(gonets.CodeInvalid, "no element of this batch is an event of the source %s", sourceName)
	}
	list, err := h.commit(&p)
	if err != nil {
		return gonets.Accepted{}, err
	}
	all := list[0]
	for _, a := range list[1:] {
		all.Runs = append(all.Runs, a.Runs...)
		all.MayRespond = all.MayRespond || a.MayRespond
	}
	return all, nil
}

func (h *Handler) complete(ev *gonets.Event) {
	ev.Method = strings.ToUpper(ev.Method)
	if ev.Method == "" {
		ev.Method = "POST"
		if len(ev.Body) == 0 {
			ev.Method = "GET"
		}
	}
	if ev.ReceivedAt.IsZero() {
		ev.ReceivedAt = h.o.Clock.Now()
	}
	if ev.ContentType != "" && gonets.HeaderValue(ev.Headers, "Content-Type") == "" {
		ev.Headers = append(ev.Headers[:len(ev.Headers):len(ev.Headers)], gonets.Header{Name: "Content-Type", Value: ev.ContentType})
	}
	ev.ContentType = gonets.HeaderValue(ev.Headers, "Content-Type")
}

// draft is a request on its way to becoming events.
type draft struct {
	b  *source.Binding
	in *source.Incoming
	// event is what all events of the request have in common.
	event   gonets.Event
	options SubmitOptions
}

// plan is the events that a request becomes.
type plan struct {
	list []gonets.Acceptance
	// whole is the request by its binding; a batch has none.
	b     *source.Binding
	whole *source.Parsed
	// split is true when the request held a list of events.
	split bool
}

// plan parses, splits and names.
func (d *draft) plan() (plan, error) {
	n, err := hops(d.event.Headers)
	if err != nil {
		return plan{}, err
	}
	d.event.Hops = max(d.event.Hops, n)
	whole, err := d.b.Parse(d.in)
	if err != nil {
		return plan{}, err
	}
	parts, err := d.b.Split(whole)
	if err != nil {
		return plan{}, err
	}
	out := plan{b: d.b, whole: whole, split: parts != nil}
	if !out.split {
		a := d.acceptance(whole, d.event)
		out.list = []gonets.Acceptance{a}
		return out, nil
	}
	alone := len(parts)*len(d.in.Body) > maxSplitBytes
	for _, part := range parts {
		ev := d.event
		ev.ID = ""
		if ev.Item, err = part.ItemJSON(); err != nil {
			return plan{}, gonets.Errorf(gonets.CodeInternal, "an element of the batch cannot be kept: %w", err)
		}
		if alone {
			ev = asJSON(ev, ev.Item)
		}
		out.list = append(out.list, d.acceptance(part, ev))
	}
	return out, nil
}

// acceptance names one event.
func (d *draft) acceptance(p *source.Parsed, ev gonets.Event) gonets.Acceptance {
	if ev.ID == "" {
		ev.ID = id.New()
	}
	ev.Source = d.b.Source.Name
	if ev.Mark == "" {
		ev.Mark = p.Mark
	}
	if order := d.b.Order(p); order != "" {
		// Two sources may number their orders alike.
		ev.OrderKey = ev.Source + "/" + order
	}
	a := gonets.Acceptance{
		Event: ev, DedupeWindow: d.b.DedupeWindow(),
		Scenario: d.options.Scenario, Version: d.options.Version, RunMark: d.options.RunMark,
	}
	switch {
	case d.options.Again:
	case d.options.Key != "":
		a.Key, a.StrictKey = source.Key(d.options.Key), true
	default:
		a.Key, a.StrictKey = d.b.ID(p)
	}
	if a.Key != "" {
		a.BodyHash = sha256.Sum256(hashed(&ev))
	}
	return a
}

// hashed is what makes two events with the same key the same event.
func hashed(ev *gonets.Event) []byte {
	if len(ev.Item) > 0 {
		return ev.Item
	}
	return ev.Body
}

// asJSON is an event whose body is a piece of the request's: headers that told
// about the whole body do not go with it.
func asJSON(ev gonets.Event, body []byte) gonets.Event {
	headers := make([]gonets.Header, 0, len(ev.Headers))
	for _, h := range ev.Headers {
		switch strings.ToLower(h.Name) {
		case "content-type", "content-encoding", "content-length", "idempotency-key":
			continue
		}
		headers = append(headers, h)
	}
	ev.ContentType = "application/json"
	ev.Headers = append(headers, gonets.Header{Name: "Content-Type", Value: ev.ContentType})
	ev.Body = body
	return ev
}

// decoded is the event as templates see it, when it was taken apart already.
func (p *plan) decoded() *gonets.Decoded {
	if p.whole == nil || p.split {
		return nil
	}
	return p.b.Decoded(&p.list[0].Event, p.whole)
}

// commit keeps the events and hands their runs to the engine. It does not
// stop when the caller goes away: what is being committed must not be left
// without a worker.
func (h *Handler) commit(p *plan) ([]gonets.Accepted, error) {
	accepted, err := h.o.Store.Accept(context.Background(), p.list)
	if err != nil {
		return nil, err
	}
	if len(accepted) != len(p.list) {
		return nil, gonets.Errorf(gonets.CodeInternal, "the store kept %d events of %d", len(accepted), len(p.list))
	}
	var jobs []gonets.Job
	stored, hint := 0, gonets.Change{Kind: "event"}
	for i := range accepted {
		if !accepted[i].Duplicate && !accepted[i].Conflict {
			stored++
			hint.ID, hint.Source = accepted[i].EventID, p.list[i].Event.Source
		}
		for _, run := range accepted[i].Runs {
			if run.Lease.Held() {
				jobs = append(jobs, gonets.Job{Run: run, Event: p.list[i].Event})
			}
		}
	}
	h.o.Metrics.EventsAccepted(stored)
	if stored > 0 {
		// One for all that came together: whoever follows looks at the newest.
		h.o.Bus.Publish(hint)
	}
	if len(jobs) > 0 {
		decoded := p.decoded()
		for i := range jobs {
			jobs[i].Decoded = decoded
		}
		h.o.Engine.Offer(jobs)
	}
	return accepted, nil
}
