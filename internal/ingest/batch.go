package ingest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

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
	in, hold, err := x.incoming()
	defer hold.release()
	if err != nil {
		return err
	}
	if _, err := x.admit(in); err != nil {
		return err
	}
	items, err := elements(in)
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
		before := hold.n
		a, err := x.element(base, item, i, hold)
		if err != nil {
			return err
		}
		// Each is done with before the next one.
		hold.give(hold.n - before)
		list = append(list, a)
	}
	accepted, err := x.h.commit(&plan{list: list})
	if err != nil {
		return err
	}
	x.writeDefault(source.Standard(batchStatus(accepted), receipt(accepted)))
	return nil
}

// elements are the batch's events, spelled as they were sent. The batch is only
// cut here: each element is taken apart once, by itself.
func elements(in *source.Incoming) ([]json.RawMessage, error) {
	notBatch := gonets.Errorf(gonets.CodeInvalid, `a batch is a JSON list of events, or {"events": [...]}; send a single event to the address without /batch`)
	text, ok := in.JSON()
	if !ok {
		return nil, notBatch
	}
	d := json.NewDecoder(strings.NewReader(text))
	list, n, err := cut(d)
	if _, end := d.Token(); err != nil || end != io.EOF || n == 0 {
		return nil, notBatch
	}
	if n > gonets.MaxBatchEvents {
		return nil, source.TooManyEvents(n)
	}
	return list, nil
}

var errNoList = errors.New("no list")

// cut reads a list, or the list events of an object; n is how many elements it
// has, of which no more are kept than make a batch.
func cut(d *json.Decoder) (list []json.RawMessage, n int, err error) {
	open, err := d.Token()
	if err != nil || open != json.Delim('{') {
		return cutList(d, open, err)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, 0, err
		}
		if name == "events" {
			open, err := d.Token()
			if list, n, err = cutList(d, open, err); err != nil {
				return nil, 0, err
			}
			continue
		}
		var other json.RawMessage
		if err := d.Decode(&other); err != nil {
			return nil, 0, err
		}
	}
	_, err = d.Token()
	return list, n, err
}

// cutList goes on after a list's bracket.
func cutList(d *json.Decoder, open json.Token, err error) (list []json.RawMessage, n int, _ error) {
	if err != nil {
		return nil, 0, err
	}
	if open != json.Delim('[') {
		return nil, 0, errNoList
	}
	var beyond json.RawMessage
	for ; d.More(); n++ {
		if n >= gonets.MaxBatchEvents {
			if err := d.Decode(&beyond); err != nil {
				return nil, 0, err
			}
			continue
		}
		var one json.RawMessage
		if err := d.Decode(&one); err != nil {
			return nil, 0, err
		}
		list = append(list, one)
	}
	_, err = d.Token()
	return list, n, err
}

func (x *exchange) element(base gonets.Event, item json.RawMessage, i int, held *hold) (gonets.Acceptance, error) {
	key := gonets.HeaderValue(base.Headers, "Idempotency-Key")
	ev := asJSON(base, item)
	d := draft{b: x.b, event: ev, in: source.FromEvent(&ev)}
	d.in.Pay = held.take
	p, err := x.b.Parse(d.in)
	if err != nil {
		return gonets.Acceptance{}, err
	}
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
		x.writeDefault(source.Standard(status, receipt(accepted)))
		return nil
	}
	x.writeDefault(x.b.Reply(whole, receipt(accepted)))
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
