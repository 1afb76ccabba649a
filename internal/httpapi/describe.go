package httpapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"gonets/api"
	"gonets/internal/value"
)

// config describes the interface as a whole.
func (s *server) config() huma.Config {
	format := huma.Format{Marshal: encode, Unmarshal: decode}
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Gonets", Version: "v1",
				Description: "Receive events, run scenarios, see everything that was sent. " +
					"Errors are problem details (RFC 9457) with a stable code; lists are paged by a cursor.",
			},
			Components: &huma.Components{
				Schemas: registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					schemeToken:   {Type: "http", Scheme: "bearer", Description: "The owner's token, from the file owner.token"},
					schemeSession: {Type: "apiKey", In: "cookie", Name: CookieName, Description: "A browser's session, from POST /session"},
				},
			},
		},
		Formats:       map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{problems(registry)},
	}
}

// userOrNull describes that a session may have no user, which the framework
// cannot say of an object.
func userOrNull(o *huma.OpenAPI) {
	session := o.Components.Schemas.Schema(reflect.TypeFor[api.Session](), false, "Session")
	user := session.Properties["user"]
	session.Properties["user"] = &huma.Schema{
		Description: "Who is logged in; null when nobody is",
		AnyOf:       []*huma.Schema{{Ref: user.Ref}, {Type: "null"}},
	}
}

// errorResponse describes every answer that is not a success.
func errorResponse(o *huma.OpenAPI) *huma.Response {
	schema := o.Components.Schemas.Schema(reflect.TypeFor[api.Error](), true, "Error")
	return &huma.Response{Description: "A problem (RFC 9457)", Content: map[string]*huma.MediaType{problemType: {Schema: schema}}}
}

// OpenAPI is the description of the interface as YAML, as api/openapi.yaml
// holds it.
func OpenAPI() ([]byte, error) {
	s := &server{}
	return s.register(http.NewServeMux()).OpenAPI().YAML()
}

// serveDescription adds the OpenAPI document and a page for people; both load
// nothing from elsewhere.
func (s *server) serveDescription(mux *http.ServeMux, o *huma.OpenAPI) {
	mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, "application/openapi+json", o)
	})
	page, policy, err := docsPage(o)
	mux.HandleFunc("GET /api/docs", func(w http.ResponseWriter, _ *http.Request) {
		if err != nil {
			writeProblem(w, newProblem(err))
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		// The reader may be gone; there is nobody left to tell.
		_, _ = w.Write(page)
	})
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

func nearest(name string, known []string) string { return value.Nearest(name, known) }

type docsGroup struct {
	Noun   string
	Routes []docsRoute
}

type docsRoute struct {
	Route
	Params []*huma.Param
	Takes  []docsMember
	Gives  []docsMember
}

type docsMember struct{ Name, Type, Doc string }

// docsPage renders the page once. Its policy allows its own style and nothing
// else.
func docsPage(o *huma.OpenAPI) (page []byte, policy string, err error) {
	var groups []docsGroup
	for _, r := range Routes() {
		op := operation(o, r)
		row := docsRoute{Route: r, Params: op.Parameters, Gives: members(o, successSchema(op))}
		if op.RequestBody != nil {
			if media := op.RequestBody.Content["application/json"]; media != nil {
				row.Takes = members(o, media.Schema)
			}
		}
		i := slices.IndexFunc(groups, func(g docsGroup) bool { return g.Noun == r.noun() })
		if i < 0 {
			i = len(groups)
			groups = append(groups, docsGroup{Noun: r.noun()})
		}
		groups[i].Routes = append(groups[i].Routes, row)
	}
	var b bytes.Buffer
	t, err := template.New("docs").Parse(docsTemplate)
	if err != nil {
		return nil, "", err
	}
	err = t.Execute(&b, map[string]any{"Groups": groups, "Info": o.Info})
	hash := sha256.Sum256([]byte(docsStyle))
	policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(hash[:]) + "'"
	return b.Bytes(), policy, err
}

func operation(o *huma.OpenAPI, r Route) *huma.Operation {
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
func members(o *huma.OpenAPI, schema *huma.Schema) []docsMember {
	schema = resolved(o, schema)
	if schema == nil {
		return nil
	}
	var out []docsMember
	for name, p := range schema.Properties {
		out = append(out, docsMember{Name: name, Type: typeName(p), Doc: p.Description})
	}
	slices.SortFunc(out, func(a, b docsMember) int { return strings.Compare(a.Name, b.Name) })
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
