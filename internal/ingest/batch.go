package ingest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"gonets"
	"gonets/internal/source"
)

// batch receives a JSON list of events, or {"events": […]}, in one commit.
// Each element becomes an event as if it had been sent alone. Its member
// idempotency_key, when it is text, is its key; else a header Idempotency-Key
// with the element's place; else the source's own id.
func (x *exchange) batch() error {
	if !x.b.Accepts(http.MethodPost) {
		return x.notAllowed(x.b.Methods()...)
	}
	in, release, err := x.incoming()
	defer release()
	if err != nil {
		return err
	}
	if _, err := x.admit(in); err != nil {
		return err
	}
	items, err := elements(x.b.Parse(in))
	if err != nil {
		return err
	}
	base := x.base(in)
	if base.Hops, err = hops(base.Headers); err != nil {
		return err
	}
	base.Path = ""
	list := make([]gonets.Acceptance, 0, len(items))
	for i, item := range items {
		a, err := x.element(base, item, i)
		if err != nil {
			return err
		}
		list = append(list, a)
	}
	accepted, err := x.h.commit(list)
	if err != nil {
		return err
	}
	x.write(source.Standard(batchStatus(accepted), receipt(accepted)))
	return nil
}

// elements are the batch's events, spelled as they were sent.
func elements(p *source.Parsed) ([]json.RawMessage, error) {
	notBatch := gonets.Errorf(gonets.CodeInvalid, `a batch is a JSON list of events, or {"events": [...]}; send a single event to the address without /batch`)
	list, ok := p.Body.([]any)
	if m, isMap := p.Body.(map[string]any); isMap {
		list, ok = m["events"].([]any)
	}
	switch {
	case !ok || p.Raw == nil || len(list) == 0:
		return nil, notBatch
	case len(list) > gonets.MaxBatchEvents:
		return nil, source.TooManyEvents(len(list))
	}
	text := bytes.TrimSpace([]byte(*p.Raw))
	var raw []json.RawMessage
	var err error
	if text[0] == '[' {
		err = json.Unmarshal(text, &raw)
	} else {
		var envelope map[string]json.RawMessage
		if err = json.Unmarshal(text, &envelope); err == nil {
			err = json.Unmarshal(envelope["events"], &raw)
		}
	}
	if err != nil || len(raw) != len(list) {
		return nil, notBatch
	}
	return raw, nil
}

func (x *exchange) element(base gonets.Event, item json.RawMessage, i int) (gonets.Acceptance, error) {
	key := gonets.HeaderValue(base.Headers, "Idempotency-Key")
	ev := asJSON(base, item)
	d := draft{b: x.b, event: ev, in: source.FromEvent(&ev)}
	p := x.b.Parse(d.in)
	if m, ok := p.Body.(map[string]any); ok {
		if own, ok := m["idempotency_key"].(string); ok && own != "" {
			d.options.Key = own
		}
	}
	if d.options.Key == "" && key != "" {
		d.options.Key = key + ":" + strconv.Itoa(i)
	}
	return d.acceptance(p, ev), nil
}

// receipts answers a request that held many events.
func (x *exchange) receipts(accepted []gonets.Accepted, whole *source.Parsed) error {
	if status := batchStatus(accepted); status != http.StatusOK {
		x.write(source.Standard(status, receipt(accepted)))
		return nil
	}
	x.write(x.b.Reply(whole, receipt(accepted)))
	return nil
}

// batchStatus is 200 when anything was kept: the rest is told event by event.
func batchStatus(accepted []gonets.Accepted) int {
	for _, a := range accepted {
		if !a.Conflict {
			return http.StatusOK
		}
	}
	return gonets.CodeKeyReused.Status()
}

func receipt(accepted []gonets.Accepted) source.Receipt {
	all := source.Receipt{Success: true, Duplicate: true, Events: make([]source.Receipt, 0, len(accepted))}
	for _, a := range accepted {
		one := source.Receipt{Success: !a.Conflict, EventID: a.EventID, Duplicate: a.Duplicate, Status: word(a)}
		if a.Conflict {
			one.Code, one.Error = gonets.CodeKeyReused, text(gonets.CodeKeyReused, nil)
			all.Code, all.Error = one.Code, one.Error
		}
		all.Success = all.Success && one.Success
		all.Duplicate = all.Duplicate && one.Duplicate
		if all.EventID == "" && one.Success {
			all.EventID = one.EventID
		}
		all.Events = append(all.Events, one)
	}
	all.Status = source.StatusAccepted
	if all.Duplicate {
		all.Status = source.StatusDuplicate
	}
	return all
}

func word(a gonets.Accepted) string {
	switch {
	case a.Conflict:
		return source.StatusRejected
	case a.Duplicate:
		return source.StatusDuplicate
	}
	return source.StatusAccepted
}
