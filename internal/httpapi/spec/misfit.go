package spec

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"gonets"
	"gonets/api"
	"gonets/internal/id"
	"gonets/internal/value"
)

// Internal is all that a caller learns of a fault of ours.
const Internal = "something went wrong inside the server; nothing is known to be lost. Its log says what it was"

// Instance is a new name of one failure, for its answer and its log (RFC 9457 §3.1.5).
func Instance() string { return "urn:uuid:" + id.New() }

const codeNotFit gonets.Code = "request.not_fit"

// Misfit is the answer to a request that does not fit the description of its
// operation, as far as the framework found out.
func Misfit(r huma.Registry, op *huma.Operation, e *huma.ErrorModel) api.Error {
	out := api.Error{Type: "about:blank", Status: e.Status, Title: http.StatusText(e.Status), Detail: e.Detail}
	switch e.Status {
	case http.StatusUnprocessableEntity:
		out.Code, out.Detail = gonets.CodeInvalid, ""
	case http.StatusRequestEntityTooLarge:
		out.Code = gonets.CodeBodyTooLarge
		out.Detail = "the body is too large; this takes at most " + Size(op.MaxBodyBytes-1)
		return out
	case http.StatusRequestTimeout:
		out.Code, out.Detail = gonets.CodeBodyUnreadable, "the body did not come whole in time; send it again"
	case http.StatusBadRequest:
		out.Code = gonets.CodeBodyUnreadable
		if len(e.Errors) == 0 && strings.Contains(e.Detail, "required") {
			out.Detail = "the body is empty; this needs one, and /api/docs shows what stands in it"
		}
	case http.StatusUnsupportedMediaType:
		out.Code, out.Detail = gonets.CodeBodyUnreadable, "this takes application/json only; set Content-Type to it"
		return out
	default:
		out.Code, out.Detail = gonets.CodeInternal, Internal
		return out
	}
	for _, d := range e.Errors {
		out.Errors = append(out.Errors, requestMistake(r, op, d))
	}
	if out.Detail == "" || len(out.Errors) > 0 {
		out.Detail = Count(out.Errors)
	}
	return out
}

// Size is a limit in words.
func Size(n int64) string {
	if n >= 1<<20 && n%(1<<20) == 0 {
		return strconv.FormatInt(n>>20, 10) + " MiB"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}

// requestMistake turns the framework's place ("body.ids[3]", "query.limit")
// into a JSON Pointer into the body, or names the parameter.
func requestMistake(r huma.Registry, op *huma.Operation, d *huma.ErrorDetail) gonets.Problem {
	p := gonets.Problem{Code: codeNotFit, Message: d.Message}
	where, rest, _ := strings.Cut(d.Location, ".")
	var known []string
	if where == "body" {
		p.Pointer = pointer(rest)
		known = memberNames(r, op, rest[:max(strings.LastIndexByte(rest, '.'), 0)])
	} else {
		p.Message = "parameter " + rest + " (" + where + "): " + d.Message
		for _, param := range op.Parameters {
			if param.In == where {
				known = append(known, param.Name)
			}
		}
	}
	if strings.HasPrefix(d.Message, "unexpected property") || strings.HasPrefix(d.Message, "unknown query parameter") {
		key := rest[strings.LastIndexByte(rest, '.')+1:]
		p.Code, p.Values = gonets.CodeUnknownKey, []any{key}
		p.Suggestion = value.Nearest(key, known)
	}
	return p
}

// pointer writes a dotted place as a JSON Pointer (RFC 6901).
func pointer(place string) string {
	if place == "" {
		return ""
	}
	var b strings.Builder
	for _, part := range strings.FieldsFunc(place, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(part))
	}
	return b.String()
}

// memberNames are the members that a body may have at a dotted place.
func memberNames(r huma.Registry, op *huma.Operation, place string) []string {
	if op.RequestBody == nil || op.RequestBody.Content["application/json"] == nil {
		return nil
	}
	schema := op.RequestBody.Content["application/json"].Schema
	for part := range strings.SplitSeq(place, ".") {
		if schema != nil && schema.Ref != "" {
			schema = r.SchemaFromRef(schema.Ref)
		}
		if schema == nil || part == "" {
			break
		}
		schema = schema.Properties[part]
	}
	if schema != nil && schema.Ref != "" {
		schema = r.SchemaFromRef(schema.Ref)
	}
	if schema == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(schema.Properties))
}

// Count says how many there are.
func Count(problems []gonets.Problem) string {
	if len(problems) == 1 {
		return "there is a mistake in what was sent"
	}
	return "there are " + strconv.Itoa(len(problems)) + " mistakes in what was sent"
}
