package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"gonets"
	"gonets/api"
	"gonets/internal/httpapi/spec"
)

const problemType = "application/problem+json"

// The codes of mistakes in requests.
const (
	codeNotHere gonets.Code = "request.not_here"
)

// problem is an error on its way to the caller.
type problem struct {
	body    api.Error
	headers http.Header
	err     error
}

func (p *problem) Error() string             { return p.body.Detail }
func (p *problem) Unwrap() error             { return p.err }
func (p *problem) GetStatus() int            { return p.body.Status }
func (p *problem) GetHeaders() http.Header   { return p.headers }
func (p *problem) ContentType(string) string { return problemType }

// newProblem is what a caller may see of err: an error that is not ours says
// nothing of its inside.
func newProblem(err error) *problem {
	var known *problem
	if errors.As(err, &known) {
		return known
	}
	var e *gonets.Error
	switch {
	case errors.As(err, &e):
	case errors.Is(err, context.DeadlineExceeded):
		e = gonets.Errorf(gonets.CodeBusy, "the server did not finish in time; it may still do it. Look before you repeat")
	case errors.Is(err, context.Canceled):
		e = gonets.Errorf(gonets.CodeStopping, "the request was ended before it was done; repeat it")
	default:
		e = gonets.Errorf(gonets.CodeInternal, spec.Internal)
	}
	status := e.Code.Status()
	p := &problem{err: err, body: api.Error{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Code: e.Code, Detail: e.Message, Errors: e.Problems,
	}}
	if status >= http.StatusInternalServerError {
		p.body.Instance = spec.Instance()
	}
	if p.body.Detail == "" {
		p.body.Detail = spec.Count(e.Problems)
	}
	var one gonets.Problem
	if len(e.Problems) == 0 && errors.As(err, &one) {
		p.body.Errors = []gonets.Problem{one}
	}
	if status == http.StatusServiceUnavailable {
		p.headers = http.Header{"Retry-After": {"1"}}
	}
	if e.After > 0 {
		// Whole seconds, and never too early.
		p.headers = http.Header{"Retry-After": {strconv.FormatInt(int64((e.After+time.Second-1)/time.Second), 10)}}
	}
	return p
}

// writeProblem answers outside of the operations.
func writeProblem(w http.ResponseWriter, p *problem) {
	h := w.Header()
	for k, v := range p.headers {
		h[k] = v
	}
	writeJSON(w, p.body.Status, problemType, p.body)
}

func writeJSON(w http.ResponseWriter, status int, contentType string, v any) {
	var b bytes.Buffer
	if err := encode(&b, v); err != nil {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	// The caller may be gone; there is nobody left to tell.
	_, _ = w.Write(b.Bytes())
}

func stack() string { return string(debug.Stack()) }

// encode writes JSON without the escaping of <, > and &, which would change
// how received content reads; nosniff keeps it from being taken for a page.
func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// decode says where JSON is broken.
func decode(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		before := data[:min(int(syntax.Offset), len(data))]
		line := bytes.Count(before, []byte{'\n'}) + 1
		column := len(before) - (bytes.LastIndexByte(before, '\n') + 1)
		return gonets.Errorf(gonets.CodeBodyUnreadable, "not JSON at line %d, column %d: %w", line, max(column, 1), err)
	}
	return err
}

// problems is the transformer that gives every error the same shape: ours as
// it is, and those that the framework finds in a request.
func problems(r huma.Registry) huma.Transformer {
	return func(ctx huma.Context, _ string, v any) (any, error) {
		switch e := v.(type) {
		case *problem:
			return e.body, nil
		case *huma.ErrorModel:
			return spec.Misfit(r, ctx.Operation(), e), nil
		}
		return v, nil
	}
}
