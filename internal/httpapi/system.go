package httpapi

import (
	"context"
	"encoding/json"
	"net/http"

	"gonets"
	"gonets/api"
	"gonets/internal/document"
	"gonets/internal/httpapi/ask"
	"gonets/internal/httpapi/shape"
	"gonets/internal/httpapi/shelf"
)

type none struct{}

type settingsOutput struct {
	ETag string `header:"ETag"`
	Body json.RawMessage
}

func (s *server) getSettings(ctx context.Context, _ *none) (*settingsOutput, error) {
	settings, err := s.Documents.Settings(ctx)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(settings)
	return &settingsOutput{ETag: `"` + settings.ETag() + `"`, Body: text}, err
}

type settingsInput struct {
	IfMatch string                     `header:"If-Match" doc:"The ETag of the settings that may be replaced; any when left out"`
	Body    map[string]json.RawMessage `doc:"The settings as a document holds them, without apiVersion and kind"`
}

// putSettings reads the settings the way a file is read, so that both know
// the same keys and give the same errors.
func (s *server) putSettings(ctx context.Context, in *settingsInput) (*settingsOutput, error) {
	doc := map[string]json.RawMessage{"apiVersion": json.RawMessage(`"gonets/v1"`), "kind": json.RawMessage(`"Settings"`)}
	for name, value := range in.Body {
		if _, fixed := doc[name]; fixed {
			return nil, invalid("/"+gonets.EscapePointer(name), codeNotHere, "the settings of this address have no %s; leave it out", name)
		}
		doc[name] = value
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	set, err := document.Parse(text, s.Checks)
	if err != nil {
		return nil, document.WithoutLines(err)
	}
	a := shelf.Apply(set)
	a.Actor = actorOf(ctx)
	if in.IfMatch != "" {
		if a.IfMatch, err = ask.ETag(in.IfMatch); err != nil {
			return nil, err
		}
	}
	if _, err := s.Documents.Apply(ctx, a); err != nil {
		return nil, err
	}
	s.configChanged()
	return s.getSettings(ctx, nil)
}

func (s *server) listSecrets(ctx context.Context, _ *none) (*list[api.Secret], error) {
	infos, err := s.Secrets.Secrets(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(gonets.List[gonets.SecretInfo]{Items: infos}, shape.Secrets(s.Clock.Now())), nil
}

type secretInput struct {
	Name string `path:"name"`
	Body api.SecretValue
}

func (s *server) putSecret(ctx context.Context, in *secretInput) (*none, error) {
	if !gonets.ValidName(in.Name) {
		return nil, invalid("/name", gonets.CodeBadName, "%q cannot be the name of a secret; it is 1 to %d small Latin letters, digits and hyphens, such as crm-token", in.Name, gonets.MaxNameLength)
	}
	return s.changed(s.Secrets.SetSecret(ctx, in.Name, in.Body.Value, shape.Until(&in.Body.SecretEnd), actorOf(ctx)))
}

type secretEndInput struct {
	Name string `path:"name"`
	Body api.SecretEnd
}

func (s *server) putSecretEnd(ctx context.Context, in *secretEndInput) (*none, error) {
	return s.changed(s.Secrets.SetSecretEnd(ctx, in.Name, shape.Until(&in.Body), actorOf(ctx)))
}

func (s *server) deleteSecret(ctx context.Context, in *nameInput) (*none, error) {
	return s.changed(s.Secrets.DeleteSecret(ctx, in.Name, actorOf(ctx)))
}

func (s *server) getStats(ctx context.Context, _ *none) (*output[api.Stats], error) {
	st, err := s.State.Stats(ctx)
	return &output[api.Stats]{Body: shape.Stats(st, s.Disk())}, err
}

func (s *server) getStorage(ctx context.Context, _ *none) (*output[api.Storage], error) {
	st, err := s.Storage(ctx)
	return &output[api.Storage]{Body: st}, err
}

func (s *server) cleanStorage(context.Context, *none) (*output[api.Cleaning], error) {
	s.Clean()
	return &output[api.Cleaning]{Body: api.Cleaning{Started: true}}, nil
}

func (s *server) getVersionOfServer(context.Context, *none) (*output[api.Version], error) {
	return &output[api.Version]{Body: api.Version{Name: "gonets", Version: s.Version}}, nil
}

// healthz tells that the process answers.
func (s *server) healthz(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, "application/json", api.Health{Status: "ok"})
}

// readyz tells whether events can be kept. It is open to everybody, so it
// says no more than the error's own words.
func (s *server) readyz(w http.ResponseWriter, _ *http.Request) {
	if err := s.State.Health(); err != nil {
		writeJSON(w, http.StatusServiceUnavailable, "application/json", api.Health{Status: "failed", Detail: newProblem(err).body.Detail})
		return
	}
	writeJSON(w, http.StatusOK, "application/json", api.Health{Status: "ok"})
}
