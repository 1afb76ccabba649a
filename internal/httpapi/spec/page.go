// Package spec puts the description of the API to work: it is the page on which
// people read what each operation takes and gives, and it says of a request that
// does not fit what is wrong with it.
package spec

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Operation is one operation of the API, as the page lists it.
type Operation struct {
	// Noun is what it is about: operations of one stand together.
	Noun, Method, Path string
	// Right is what a caller must be allowed to do.
	Right string
}

type group struct {
	Noun   string
	Routes []row
}

type row struct {
	*huma.Operation
	Right  string
	Params []*huma.Param
	Takes  []member
	Gives  []member
}

type member struct{ Name, Type, Doc string }

// Page renders the page once. Its policy allows its own style and nothing
// else.
func Page(o *huma.OpenAPI, operations []Operation) (page []byte, policy string, err error) {
	var groups []group
	for _, r := range operations {
		op := operation(o, &r)
		one := row{Operation: op, Right: r.Right, Params: op.Parameters, Gives: members(o, successSchema(op))}
		if op.RequestBody != nil {
			if media := op.RequestBody.Content["application/json"]; media != nil {
				one.Takes = members(o, media.Schema)
			}
		}
		i := slices.IndexFunc(groups, func(g group) bool { return g.Noun == r.Noun })
		if i < 0 {
			i = len(groups)
			groups = append(groups, group{Noun: r.Noun})
		}
		groups[i].Routes = append(groups[i].Routes, one)
	}
	var b bytes.Buffer
	t, err := template.New("docs").Parse(pageTemplate)
	if err != nil {
		return nil, "", err
	}
	err = t.Execute(&b, map[string]any{"Groups": groups, "Info": o.Info})
	hash := sha256.Sum256([]byte(pageStyle))
	policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(hash[:]) + "'"
	return b.Bytes(), policy, err
}

func operation(o *huma.OpenAPI, r *Operation) *huma.Operation {
	item := o.Paths[r.Path]
	switch r.Method {
	case http.MethodGet:
		return item.Get
	case http.MethodPut:
		return item.Put
	case http.MethodPatch:
		return item.Patch
	case http.MethodDelete:
		return item.Delete
	}
	return item.Post
}

func successSchema(op *huma.Operation) *huma.Schema {
	for status, response := range op.Responses {
		if media := response.Content["application/json"]; media != nil && strings.HasPrefix(status, "2") {
			return media.Schema
		}
	}
	return nil
}

// members lists an object's members by name.
func members(o *huma.OpenAPI, schema *huma.Schema) []member {
	schema = resolved(o, schema)
	if schema == nil {
		return nil
	}
	var out []member
	for name, p := range schema.Properties {
		out = append(out, member{Name: name, Type: typeName(p), Doc: p.Description})
	}
	slices.SortFunc(out, func(a, b member) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func resolved(o *huma.OpenAPI, schema *huma.Schema) *huma.Schema {
	if schema != nil && schema.Ref != "" {
		return o.Components.Schemas.SchemaFromRef(schema.Ref)
	}
	return schema
}

func typeName(s *huma.Schema) string {
	switch {
	case s.Ref != "":
		return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
	case s.Type == huma.TypeArray && s.Items != nil:
		return "list of " + typeName(s.Items)
	case s.Type == "":
		return "any"
	}
	return s.Type
}
