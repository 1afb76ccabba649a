package valid

import (
	"fmt"
	"slices"

	"gonets"
)

// ask checks the request that asks whether another one was done.
func (v *validator) ask(p string, a *gonets.Ask) {
	if a.Method != "" && !token.MatchString(a.Method) {
		v.add(p+"/method", gonets.CodeBadMethod, "%q cannot be a method", a.Method)
	}
	v.address(p+"/url", a.URL)
	v.rows(p+"/query", a.Query)
	v.headers(p+"/headers", a.Headers)
	if a.Body != nil {
		v.body(p+"/body", a.Body)
	}
	v.patterns(p+"/codes", a.Codes)
	if a.Done == "" {
		v.missing(p+"/done", "it is not said which answer means that the request was done")
	}
	v.condition(p+"/done", a.Done)
	v.condition(p+"/result", a.Result)
}

// renewing checks which answers have an earlier step done again.
func (v *validator) renewing(p string, r *gonets.Renew) {
	if r == nil {
		return
	}
	if r.When == "" {
		v.missing(p+"/renew/when", "it is not said which answers mean that the earlier step has to be done again")
	}
	v.condition(p+"/renew/when", r.When)
}

// renewals checks that what steps do again comes before them, on their own level
// or an outer one, and can be done again by itself. Earlier are the ids of such
// steps of the outer levels.
func (v *validator) renewals(p string, steps []gonets.Step, earlier []string) {
	for i := range steps {
		s, sp := &steps[i], fmt.Sprintf("%s/%d", p, i)
		renew, at := s.Renew, sp+"/renew/step"
		if s.HTTP != nil {
			renew, at = s.HTTP.Renew, sp+"/http/renew/step"
		}
		if renew != nil {
			switch id := renew.Step; {
			case id == "":
				v.missing(at, "the earlier step is missing")
			case !slices.Contains(earlier, id):
				v.add(at, gonets.CodeBadRenew, "%q is no earlier step that sends a request or sets values", id)
			}
		}
		v.renewals(sp+"/then", s.Then, slices.Clip(earlier))
		v.renewals(sp+"/else", s.Else, slices.Clip(earlier))
		if s.IsRequest() || s.Set != nil {
			earlier = append(earlier, s.ID)
		}
	}
}
