package httpapi

import (
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"gonets/api"
	"gonets/internal/httpapi/spec"
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
	page, policy, err := spec.Page(o, operations())
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

// operations are the routes as the page for people shows them.
func operations() []spec.Operation {
	var out []spec.Operation
	for _, r := range Routes() {
		out = append(out, spec.Operation{Noun: r.noun(), Method: r.Method, Path: r.Path, Right: string(r.Right)})
	}
	return out
}
