// Package retries is how the command line takes and tells the rest of a run's
// tries.
package retries

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gonets"
	"gonets/api"
)

// Flags are what a person says of the tries.
type Flags struct {
	Plan   api.RetryPlan
	Growth api.RetryGrowth
	// Quiet is "22:00-08:00 Europe/Moscow".
	Quiet string
}

// Help are the texts of the flags, by name.
func Help(flag string) string {
	return map[string]string{
		"delays":   "the pauses before the next attempts, such as 5s,30m,2h",
		"first":    "growing pauses instead: the first one, such as 1m",
		"factor":   "by how much each pause is longer than the one before; 2 when left out",
		"longest":  "the longest pause, such as 10m; 7d when left out",
		"tries":    "how many attempts there are in all with growing pauses; in a run that waits, its last one is the first of them",
		"on":       "what is tried again: network, unknown, body, 4xx, 5xx, 429, 500-503, !404; what the step says when left out",
		"quiet":    `hours in which nothing is tried again, such as "22:00-08:00 Europe/Moscow"; what the step says when left out`,
		"any-time": "no quiet hours, whatever the step says",
		"deadline": "no attempt is later than this from now, such as 6h; none when left out",
	}[flag]
}

// Read is the plan that the flags make.
func (f *Flags) Read() (*api.RetryPlan, error) {
	plan := f.Plan
	if f.Growth.First != "" {
		growth := f.Growth
		plan.Exponential = &growth
	}
	switch {
	case len(plan.Delays) == 0 && plan.Exponential == nil:
		return nil, errors.New("say when: --delays 5s,30m,2h, or --first 1m --tries 8")
	case plan.Exponential != nil && plan.Exponential.Tries == 0:
		return nil, errors.New("say how many attempts there are with growing pauses: --tries 8")
	case plan.Exponential == nil && (f.Growth.Tries != 0 || f.Growth.Max != "" || f.Growth.Factor != 0):
		return nil, errors.New("--tries, --factor and --longest are for growing pauses: name the first one with --first 1m")
	}
	if f.Quiet != "" {
		hours, zone, ok := strings.Cut(strings.TrimSpace(f.Quiet), " ")
		from, to, ok2 := strings.Cut(hours, "-")
		if !ok || !ok2 {
			return nil, fmt.Errorf(`--quiet %s is not understood; write "22:00-08:00 Europe/Moscow"`, f.Quiet)
		}
		plan.Quiet = &gonets.Quiet{From: from, To: to, Zone: strings.TrimSpace(zone)}
	}
	return &plan, nil
}

// Words say what a plan does.
func Words(p *api.RetryPlan) string {
	parts := []string{"after " + strings.Join(p.Delays, ", ")}
	if e := p.Exponential; e != nil {
		parts[0] = "after " + e.First + ", each pause " + strconv.FormatFloat(e.Factor, 'g', -1, 64) + " times the one before"
		if e.Max != "" {
			parts[0] += ", at most " + e.Max
		}
		parts = append(parts, fmt.Sprintf("%d attempts in all", e.Tries))
	}
	if p.Deadline != "" {
		parts = append(parts, "for "+p.Deadline+" at most")
	}
	if len(p.On) > 0 {
		parts = append(parts, "on "+strings.Join(p.On, " "))
	}
	if q := p.Quiet; q != nil {
		parts = append(parts, "not from "+q.From+" to "+q.To+" "+q.Zone)
	}
	if p.AnyTime {
		parts = append(parts, "at any hour")
	}
	return strings.Join(parts, ", ")
}
