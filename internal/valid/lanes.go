package valid

import (
	"net/url"

	"gonets"
	"gonets/internal/address"
)

// lanes finds what is wrong with the limits that people gave to lanes.
func (v *validator) lanes(lanes map[string]gonets.LaneLimits) {
	if len(lanes) > gonets.MaxLaneLimits {
		v.add("/lanes", gonets.CodeTooMany, "%d lanes; at most %d may have limits of their own", len(lanes), gonets.MaxLaneLimits)
	}
	for name, l := range lanes {
		at := "/lanes/" + gonets.EscapePointer(name)
		if u, err := url.Parse(name); err != nil || address.CheckBaseURL(name) != nil || u.Path != "" {
			v.add(at, gonets.CodeBadLane, "%q is no origin; write it as https://crm.example.ru", name)
		}
		if l.Concurrency < 0 || l.Concurrency > gonets.MaxLaneConcurrency {
			v.add(at+"/concurrency", gonets.CodeBadNumber, "%d at once; %d to %d, or 0 for the usual number", l.Concurrency, 1, gonets.MaxLaneConcurrency)
		}
		if _, ok := l.Rate.Every(); !ok && l.Rate != "" {
			v.add(at+"/rate", gonets.CodeBadRate, "%q is no rate; write it as 10/s, 30/m or 100/h, at most %d", string(l.Rate), gonets.MaxLaneRate)
		}
	}
}
