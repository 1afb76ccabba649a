package shape

import (
	"cmp"
	"encoding/json"

	"gonets"
	"gonets/api"
)

// Request shows a saved request; last is the last check of it, or nil.
func Request(info gonets.RequestInfo, last *gonets.RunSummary) api.SavedRequest {
	out := api.SavedRequest{
		Name: info.Name, Title: info.Title, Method: methodOf(&info.HTTP), URL: info.HTTP.URL, Params: []api.RequestParam{}, UsedBy: []api.RequestUser{},
		ETag: info.ETag, CreatedAt: info.CreatedAt, ChangedAt: info.UpdatedAt, Damaged: info.Damage != nil, Document: written(info.SavedRequest),
	}
	for _, p := range info.Params {
		out.Params = append(out.Params, api.RequestParam{
			Name: p.Name, Type: cmp.Or(p.Type, gonets.ParamString), Required: p.Required, Default: tree(p.Default), Example: tree(p.Example),
		})
	}
	for _, u := range info.UsedBy {
		out.UsedBy = append(out.UsedBy, api.RequestUser{Scenario: u.Scenario, Title: u.Title, Steps: u.Steps, State: u.State, Stale: u.Stale})
	}
	if last != nil {
		out.LastCheck = &api.RequestCheck{At: last.CreatedAt, Status: last.LastStatus, Outcome: string(last.LastOutcome), Run: last.ID}
	}
	return out
}

// methodOf is the method with which a request is sent.
func methodOf(h *gonets.HTTPStep) string {
	if h.Method == "" && h.Body != nil && !h.Body.None {
		return "POST"
	}
	return cmp.Or(h.Method, "GET")
}

// tree is a value of a document; what was read can be written.
func tree(t *gonets.Tree) json.RawMessage {
	if t == nil {
		return nil
	}
	raw, err := json.Marshal(t)
	if err != nil {
		return nil
	}
	return raw
}
