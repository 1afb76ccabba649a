package shelf

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
)

// Absent finds what rules of a call's settings are for and neither the call nor the
// server has. That is no mistake, as documents may come in any order.
func (r Room) Absent(ctx context.Context, a *document.Apply) ([]api.Absent, error) {
	if a.Settings == nil || a.Settings.Notices == nil {
		return nil, nil
	}
	known := map[string]bool{}
	there := func(kind, name string) (bool, error) {
		key := kind + "/" + name
		if is, asked := known[key]; asked {
			return is, nil
		}
		var err error
		if kind == document.KindSource {
			_, err = r.Store.Source(ctx, name)
		} else {
			_, err = r.Store.Scenario(ctx, name)
		}
		if err != nil && gonets.CodeOf(err) != gonets.CodeNotFound {
			return false, err
		}
		known[key] = err == nil
		return known[key], nil
	}
	for _, one := range Split(*a) {
		known[one.Kind+"/"+one.Name] = true
	}
	var out []api.Absent
	rules := a.Settings.Notices.Rules
	for _, rule := range slices.Sorted(maps.Keys(rules)) {
		for _, scope := range []struct {
			member, kind string
			names        []string
		}{{"scenarios", document.KindScenario, rules[rule].Scenarios}, {"sources", document.KindSource, rules[rule].Sources}} {
			for i, name := range scope.names {
				is, err := there(scope.kind, name)
				if err != nil {
					return nil, err
				}
				if !is {
					out = append(out, api.Absent{Pointer: "/notices/rules/" + rule + "/" + scope.member + "/" + strconv.Itoa(i), Kind: scope.kind, Name: name})
				}
			}
		}
	}
	return out, nil
}
