package step

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gonets"
	"gonets/internal/expr"
	"gonets/internal/value"
)

// kinds is the table of step kinds: how each is compiled.
var kinds = map[string]func(c *compiler, at string, st *gonets.Step, out *compiled){
	gonets.KindHTTP: func(c *compiler, at string, st *gonets.Step, out *compiled) {
		out.http = compileHTTP(c, at+"/http", st.HTTP)
	},
	gonets.KindRequest: func(c *compiler, at string, st *gonets.Step, out *compiled) {
		out.http = compileRequest(c, at, st)
	},
	gonets.KindSet: func(c *compiler, at string, st *gonets.Step, out *compiled) {
		out.pure = compileSet(c, at+"/set", st.Set)
	},
	gonets.KindIf: func(c *compiler, at string, st *gonets.Step, out *compiled) {
		out.pure = ifStep{c.expr(at+"/if", st.If)}
	},
	gonets.KindDelay: func(c *compiler, at string, st *gonets.Step, out *compiled) {
		d := delayStep{c.template(at+"/delay", st.Delay)}
		out.pure = d
		if d.span == nil {
			return
		}
		if text, literal := d.span.Literal(); literal {
			if _, err := parseSpan(text); err != nil {
				c.problem(at+"/delay", err)
			}
		}
	},
	gonets.KindRespond: func(c *compiler, at string, st *gonets.Step, out *compiled) {
		out.pure = compileRespond(c, at+"/respond", st.Respond)
	},
	gonets.KindStop: func(c *compiler, at string, st *gonets.Step, out *compiled) {
		out.pure = endStep{c.template(at+"/stop/reason", st.Stop.Reason)}
	},
	gonets.KindFail: func(c *compiler, at string, st *gonets.Step, out *compiled) {
		out.pure = endStep{c.template(at+"/fail/message", st.Fail.Message)}
	},
}

// setStep gives values to variables, one after another.
type setStep struct {
	names []string
	nodes []node
}

func compileSet(c *compiler, at string, rows gonets.Rows) setStep {
	var s setStep
	for i, row := range rows {
		if row.Off {
			continue
		}
		s.names = append(s.names, row.Name)
		s.nodes = append(s.nodes, c.node(rowPointer(at, rows, i), row.Value))
	}
	return s
}

// rowPointer is the JSON Pointer of a row's value: by name where the document
// shows a map, by number where it shows a list.
func rowPointer(at string, rows gonets.Rows, i int) string {
	seen := map[string]bool{}
	for _, r := range rows {
		if r.Off || seen[r.Name] {
			return fmt.Sprintf("%s/%d/value", at, i)
		}
		seen[r.Name] = true
	}
	return at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(rows[i].Name)
}

func (s setStep) run(f *frame) (Result, error) {
	rows := make(gonets.Rows, 0, len(s.names))
	for i, name := range s.names {
		v, err := s.nodes[i].eval(f.scope)
		if err != nil {
			return Result{}, err
		}
		if !isText(v) {
			return Result{}, gonets.Refuse(gonets.CodeTemplateFailed, gonets.Mistake("", codeSetBinary,
				"%s would hold bytes that are no text; name their place in the step that sends them, or keep base64(…)", name))
		}
		// A later row sees the rows before it.
		f.scope.setVar(name, v)
		rows = append(rows, gonets.Row{Name: name, Value: orNull(v)})
	}
	raw, err := value.EncodeJSON(rows)
	if err != nil {
		return Result{}, gonets.Errorf(gonets.CodeTemplateFailed, "the values cannot be kept: %w", err)
	}
	return Result{Step: gonets.StepResult{Value: raw}}, nil
}

// codeSetBinary is the code of a variable that cannot be kept.
const codeSetBinary gonets.Code = "template.set_binary"

// isText tells whether a value comes back as it was from JSON, which has no bytes
// but those of texts.
func isText(v any) bool {
	switch v := v.(type) {
	case []byte:
		return false
	case string:
		return utf8.ValidString(v)
	case []any:
		return !slices.ContainsFunc(v, func(item any) bool { return !isText(item) })
	case map[string]any:
		for _, member := range v {
			if !isText(member) {
				return false
			}
		}
	case gonets.Rows:
		return !slices.ContainsFunc(v, func(row gonets.Row) bool { return !isText(row.Value) })
	}
	return true
}

// ifStep keeps the condition's answer; which branch follows is for gonets.Next.
type ifStep struct{ cond *expr.Expr }

func (s ifStep) run(f *frame) (Result, error) {
	yes, err := s.cond.Bool(f.scope, f.report())
	if err != nil {
		return Result{}, err
	}
	raw := json.RawMessage("false")
	if yes {
		raw = json.RawMessage("true")
	}
	return Result{Step: gonets.StepResult{Value: raw}}, nil
}

// delayStep lets the run sleep.
type delayStep struct{ span *expr.Template }

func (s delayStep) run(f *frame) (Result, error) {
	text, err := s.span.Text(f.scope, f.report(), nil)
	if err != nil {
		return Result{}, err
	}
	d, err := parseSpan(text)
	if err != nil {
		return Result{}, err
	}
	return Result{Wait: d, Step: gonets.StepResult{Value: quote(d.String())}}, nil
}

// parseSpan reads a time span, or a number of seconds.
func parseSpan(text string) (gonets.Duration, error) {
	text = strings.TrimSpace(text)
	d, err := gonets.ParseDuration(text)
	if err != nil {
		var seconds time.Duration
		if seconds, err = time.ParseDuration(text + "s"); err != nil || seconds < 0 {
			return 0, gonets.Errorf(gonets.CodeTemplateFailed,
				"%q is not a time span. Write 30s, 5m, 2h, 7d or a number of seconds", text)
		}
		d = gonets.Duration(seconds)
	}
	if d.D() > gonets.MaxWait {
		return 0, gonets.Errorf(gonets.CodeTemplateFailed, "a run may wait for %s at most, not %s",
			gonets.Duration(gonets.MaxWait), d)
	}
	return d, nil
}

// endStep is stop and fail: a message for the history. That the run ends, and
// how, follows from the step's kind.
type endStep struct{ message *expr.Template }

func (s endStep) run(f *frame) (Result, error) {
	text, err := s.message.Text(f.scope, f.report(), nil)
	if err != nil {
		return Result{}, err
	}
	return Result{Step: gonets.StepResult{Value: quote(text)}}, nil
}

func quote(s string) json.RawMessage {
	raw, err := value.EncodeJSON(s)
	if err != nil {
		return json.RawMessage(`""`)
	}
	return raw
}

// respondStep makes the answer for the caller who waits.
type respondStep struct {
	status  node
	headers []namedTemplate
	text    *expr.Template
	json    node
	// template is a JSON body written as text.
	template *expr.JSONTemplate
}

type namedTemplate struct {
	name string
	node node
}

func compileRespond(c *compiler, at string, r *gonets.RespondStep) respondStep {
	s := respondStep{headers: c.rows(at+"/headers", r.Headers)}
	if r.Status != nil {
		s.status = c.node(at+"/status", r.Status.Value)
	}
	if r.Text != nil {
		s.text = c.template(at+"/text", *r.Text)
	}
	if r.JSON != nil {
		s.json, s.template = c.jsonBody(at+"/json", r.JSON)
	}
	return s
}

func (s respondStep) run(f *frame) (Result, error) {
	a := &gonets.Answer{Status: 200}
	if s.status != nil {
		v, err := s.status.eval(f.scope)
		if err != nil {
			return Result{}, err
		}
		if _, err := fmt.Sscanf(value.Text(v), "%d", &a.Status); err != nil || a.Status < 200 || a.Status > 599 {
			return Result{}, gonets.Errorf(gonets.CodeTemplateFailed,
				"%q is not an HTTP status to answer with; use 200 to 599", value.Text(v))
		}
	}
	for _, h := range s.headers {
		v, err := h.node.eval(f.scope)
		if err != nil {
			return Result{}, err
		}
		if text := value.Text(v); !isMissing(v) && !strings.ContainsAny(text, "\r\n\x00") {
			a.Headers = append(a.Headers, gonets.Header{Name: h.name, Value: text})
		}
	}
	kind := ""
	var err error
	switch {
	case s.text != nil:
		var text string
		text, err = s.text.Text(f.scope, f.report(), nil)
		a.Body, kind = []byte(text), "text/plain; charset=utf-8"
	case s.json != nil || s.template != nil:
		a.Body, err = renderJSON(f.scope, s.json, s.template)
		kind = "application/json; charset=utf-8"
	}
	if err != nil {
		return Result{}, err
	}
	if kind != "" && gonets.HeaderValue(a.Headers, "Content-Type") == "" {
		a.Headers = append(a.Headers, gonets.Header{Name: "Content-Type", Value: kind})
	}
	raw, err := json.Marshal(a)
	if err != nil {
		return Result{}, err
	}
	return Result{Answer: a, Step: gonets.StepResult{Value: raw}}, nil
}
