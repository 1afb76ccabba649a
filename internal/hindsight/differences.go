package hindsight

import (
	"cmp"
	"slices"
	"strconv"

	"gonets"
	"gonets/api"
	"gonets/internal/compare"
)

// maxDifferences bounds those that are told of one event.
const maxDifferences = 20

// Parts of what is sent; the others are those of an attempt.
const (
	partRequest = "request"
	partBody    = "body"
	partLine    = "line"
	partStatus  = "status"
)

// played is what came of an event, as people see it.
type played struct {
	// first are the first paths of the steps.
	first map[string]string
	// requests are the last ones of steps, in the order in which they were made.
	requests []compare.Side
	answer   *gonets.Answer
	// end is the step at which it ended before its end; problem is why, nil when a
	// service never answered it.
	end     string
	problem *gonets.Problem
}

// unknown tells whether there may be more than what is known.
func (p *played) unknown() bool { return p.end != "" && p.problem == nil }

// take takes over what a run sent.
func (p *played) take(d *gonets.RunDetail) {
	p.answer = d.Event.Answer
	for i := range d.Attempts {
		a := compare.Of(&d.Attempts[i], d.Version)
		if a.URL == "" || a.Purpose.Asks() || a.Fenced {
			continue
		}
		if at := p.at(p.name(a.Path)); at != nil {
			*at = a
			continue
		}
		p.requests = append(p.requests, a)
	}
}

// name is by what a step is known in all versions.
func (p *played) name(path string) string { return cmp.Or(p.first[path], path) }

// at is the request of a step.
func (p *played) at(name string) *compare.Side {
	for i := range p.requests {
		if p.name(p.requests[i].Path) == name {
			return &p.requests[i]
		}
	}
	return nil
}

// sent are the requests that a run of this version made, as they were kept. A run
// of another one says nothing of what this one sends.
func sent(d gonets.RunDetail, v *gonets.Version) *played {
	out := &played{first: gonets.FirstPaths(v.Scenario.Steps)}
	if d.Run.Version == v.N {
		d.Attempts = slices.DeleteFunc(d.Attempts, func(a gonets.Attempt) bool { return bare(&a) })
		out.take(&d)
	}
	return out
}

// bare is an attempt whose contents were not kept, or were erased: every request
// has a header.
func bare(a *gonets.Attempt) bool { return !a.Kept() || len(a.RequestHeaders) == 0 }

// differences are what becomes different. What the version makes is compared, with
// all that is around it as it is now: that a connection has moved since, or that it
// is later, is not for the draft to answer for. Where history keeps what was really
// sent, that is told, and what is like it is none.
func differences(was, becomes, sent *played) (out []api.SentDifference, more bool) {
	add := func(d api.SentDifference) {
		if len(out) == maxDifferences {
			more = true
			return
		}
		out = append(out, d)
	}
	for i := range becomes.requests {
		b := &becomes.requests[i]
		name := becomes.name(b.Path)
		w := was.at(name)
		if w == nil {
			if !was.unknown() {
				add(api.SentDifference{Step: b.Path, Part: partRequest, Becomes: line(b)})
			}
			continue
		}
		of, cut := ofStep(w, b, sent.at(name))
		for _, d := range of {
			add(d)
		}
		more = more || cut
	}
	for i := range was.requests {
		w := &was.requests[i]
		if becomes.at(was.name(w.Path)) == nil && becomes.end == "" {
			add(api.SentDifference{Step: w.Path, Part: partRequest, Was: line(w)})
		}
	}
	for _, d := range ofAnswer(was, becomes) {
		add(d)
	}
	return append([]api.SentDifference{}, out...), more
}

// line is a request in short.
func line(a *compare.Side) *string {
	text := a.Method + " " + a.URL
	return &text
}

// ofStep are the differences between the requests of a step.
func ofStep(was, becomes, sent *compare.Side) (out []api.SentDifference, more bool) {
	found, how := between(was, becomes)
	if sent == nil {
		return found, how.More
	}
	real, beside := between(sent, becomes)
	// Lines are known by no name, and what could not be compared has none: then
	// what is found is told as it is, and so is what a list that was cut may hold.
	body := how.Lines || how.Body != "" || beside.Lines || beside.Body != ""
	other := beside.Body != "" || beside.More || slices.ContainsFunc(real, func(d api.SentDifference) bool { return d.Part == partBody || d.Part == partLine })
	same := func(a, b *api.SentDifference) bool { return a.Part == b.Part && a.Name == b.Name }
	named := func(d *api.SentDifference) bool { return !body || d.Part != partBody && d.Part != partLine }
	in := func(all []api.SentDifference, d *api.SentDifference) bool {
		return slices.ContainsFunc(all, func(one api.SentDifference) bool { return same(&one, d) })
	}
	for i := range real {
		if d := &real[i]; named(d) && in(found, d) {
			out = append(out, *d)
		}
	}
	for i := range found {
		if d := &found[i]; !named(d) && other || named(d) && beside.More && !in(real, d) {
			out = append(out, *d)
		}
	}
	return out, how.More
}

// between compares two requests, by rule without what belongs to one run
// (Idempotency-Key, traceparent, Date) or follows from the rest (Content-Length,
// the host that is in the address), and tells how that went.
func between(was, becomes *compare.Side) ([]api.SentDifference, api.Comparison) {
	c := compare.Attempts(request(was), request(becomes))
	moved := slices.ContainsFunc(c.Differences, func(d api.AttemptDifference) bool { return d.Part == "address" })
	var out []api.SentDifference
	for _, d := range c.Differences {
		if d.Usual || moved && d.Part == "header" && d.Name == "host" {
			continue
		}
		if c.Lines && d.Part == partBody {
			d.Part = partLine
		}
		out = append(out, api.SentDifference{Step: becomes.Path, Part: d.Part, Name: d.Name, Was: d.Good, Becomes: d.Bad})
	}
	if c.Body == api.BodyTooLarge || c.Body == api.BodyBinary {
		out = append(out, api.SentDifference{Step: becomes.Path, Part: partBody})
	}
	return out, c
}

// request is an attempt without what was replied: that is the same by itself.
func request(a *compare.Side) compare.Side {
	return compare.Side{Step: a.Step, Attempt: &gonets.Attempt{Path: a.Path, Exchange: gonets.Exchange{Method: a.Method, URL: a.URL, RequestHeaders: a.RequestHeaders, RequestBody: a.RequestBody}}}
}

// ofAnswer compares what the sender would be answered.
func ofAnswer(was, becomes *played) []api.SentDifference {
	if becomes.end != "" && becomes.answer == nil || was.answer == nil && becomes.answer == nil {
		return nil
	}
	out, _ := between(answer(was.answer), answer(becomes.answer))
	if w, b := status(was.answer), status(becomes.answer); w != b {
		out = slices.Insert(out, 0, api.SentDifference{Part: partStatus, Was: told(w), Becomes: told(b)})
	}
	return out
}

// answer is an answer as what is compared.
func answer(a *gonets.Answer) *compare.Side {
	if a == nil {
		a = &gonets.Answer{}
	}
	return &compare.Side{Attempt: &gonets.Attempt{Exchange: gonets.Exchange{RequestHeaders: a.Headers, RequestBody: a.Body}}}
}

func status(a *gonets.Answer) int {
	if a == nil {
		return 0
	}
	return a.Status
}

func told(status int) *string {
	if status == 0 {
		return nil
	}
	text := strconv.Itoa(status)
	return &text
}
