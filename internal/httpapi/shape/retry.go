package shape

import (
	"strconv"

	"gonets"
	"gonets/api"
	"gonets/internal/valid"
)

// RetryChange reads what the rest of the tries is to become.
func RetryChange(p *api.RetryPlan, pointer string) (*gonets.RetryChange, error) {
	if p == nil || len(p.Delays) == 0 {
		return nil, mistaken(gonets.Mistake(pointer+"/delays", gonets.CodeMissing, "there is no delay; name at least one, such as 30s"))
	}
	c := &gonets.RetryChange{}
	for i, text := range p.Delays {
		d, err := gonets.ParseDuration(text)
		if err != nil {
			return nil, mistaken(gonets.Mistake(pointer+"/delays/"+strconv.Itoa(i), gonets.CodeBadDuration, "%q is not a time span; write 30s, 5m, 2h or 7d", text))
		}
		c.Delays = append(c.Delays, d)
	}
	policy := gonets.Retry{Delays: c.Delays}
	if p.Deadline != "" {
		d, err := gonets.ParseDuration(p.Deadline)
		if err != nil {
			return nil, mistaken(gonets.Mistake(pointer+"/deadline", gonets.CodeBadDuration, "%q is not a time span; write 30s, 5m, 2h or 7d", p.Deadline))
		}
		c.Deadline, policy.Deadline = &d, &d
	}
	if problems := valid.Retry(pointer, &policy); len(problems) > 0 {
		return nil, mistaken(problems...)
	}
	if c.Deadline != nil && *c.Deadline < c.Delays[0] {
		return nil, mistaken(gonets.Mistake(pointer+"/deadline", gonets.CodeDeadlineShort, "the deadline of %s is before the next try, in %s", *c.Deadline, c.Delays[0]))
	}
	return c, nil
}

func mistaken(problems ...gonets.Problem) error {
	return &gonets.Error{Code: gonets.CodeInvalid, Message: problems[0].Message, Problems: problems}
}
