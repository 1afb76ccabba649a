package shape

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/valid"
)

// RetryChange reads what the rest of the tries is to become.
func RetryChange(p *api.RetryPlan, pointer string) (*gonets.RetryChange, error) {
	if p == nil || len(p.Delays) == 0 && p.Exponential == nil {
		return nil, mistaken(gonets.Mistake(pointer+"/delays", gonets.CodeMissing, "there is no delay; name at least one, such as 30s"))
	}
	c := &gonets.RetryChange{AnyTime: p.AnyTime}
	c.On, c.Quiet = p.On, p.Quiet
	var problems []gonets.Problem
	span := func(place, text string) gonets.Duration {
		d, err := gonets.ParseDuration(text)
		if err != nil {
			problems = append(problems, gonets.Mistake(pointer+place, gonets.CodeBadDuration, "%q is not a time span; write 30s, 5m, 2h or 7d", text))
		}
		return d
	}
	for i, text := range p.Delays {
		c.Delays = append(c.Delays, span("/delays/"+strconv.Itoa(i), text))
	}
	if e := p.Exponential; e != nil {
		c.Exponential = &gonets.Exponential{First: span("/exponential/first", e.First), Factor: cmp.Or(e.Factor, 2), Tries: e.Tries}
		if e.Max != "" {
			c.Exponential.Max = span("/exponential/max", e.Max)
		}
		if e.Tries == 1 {
			problems = append(problems, gonets.Mistake(pointer+"/exponential/tries", gonets.CodeBadNumber, "%d attempts; it must be between %d and %d", e.Tries, 2, gonets.MaxRetries+1))
		}
	}
	if p.Deadline != "" {
		d := span("/deadline", p.Deadline)
		c.Deadline = &d
	}
	if p.AnyTime && p.Quiet != nil {
		problems = append(problems, gonets.Mistake(pointer+"/any_time", gonets.CodeNotBoth, "a policy has %s or %s, not both", "quiet", "any_time"))
	}
	if len(problems) == 0 {
		problems = valid.Retry(pointer, &c.Retry)
	}
	if len(problems) > 0 {
		return nil, mistaken(problems...)
	}
	if first, _ := c.Delay(1); c.Deadline != nil && c.Deadline.D() < first {
		return nil, mistaken(gonets.Mistake(pointer+"/deadline", gonets.CodeDeadlineShort, "the deadline of %s is before the next attempt, in %s", *c.Deadline, gonets.Duration(first)))
	}
	return c, nil
}

// retryNow is what is left of a policy: from the pause in which a waiting run is,
// or all of it for one that begins its tries anew.
func retryNow(run *gonets.Run, policy gonets.Retry) *api.RetryPlan {
	first := 1
	switch {
	case run.State == gonets.RunWaiting && run.Retrying():
		first = max(run.Tries, 1)
	case run.State != gonets.RunPaused:
		return nil
	}
	left := gonets.RetryChange{Retry: policy, AnyTime: policy.Quiet == nil}
	left.Delays, left.Exponential = nil, nil
	if e := policy.Exponential; e == nil {
		left.Delays = policy.Delays[min(first-1, len(policy.Delays)):]
	} else if d, ok := policy.Delay(first); ok {
		left.Exponential = &gonets.Exponential{First: gonets.Duration(d.Round(time.Millisecond)), Factor: e.Factor, Max: e.Max, Tries: e.Tries - first + 1}
	}
	return api.RetryPlanOf(&left)
}

func mistaken(problems ...gonets.Problem) error {
	return &gonets.Error{Code: gonets.CodeInvalid, Message: problems[0].Message, Problems: problems}
}

// RetryOf is what an action on many runs sets for their tries.
func RetryOf(action string, plan *api.RetryPlan) (*gonets.RetryChange, error) {
	if gonets.ActionKind(action) != gonets.ActionRetryPolicy {
		return nil, nil
	}
	return RetryChange(plan, "/retry")
}

// States are states in one text.
func States(states []gonets.RunState) string {
	texts := make([]string, len(states))
	for i, st := range states {
		texts[i] = string(st)
	}
	return strings.Join(texts, ", ")
}
