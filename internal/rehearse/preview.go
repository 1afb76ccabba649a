package rehearse

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"

	"gonets"
	"gonets/api"
	"gonets/internal/content"
	"gonets/internal/curl"
	"gonets/internal/mask"
	"gonets/internal/outbound"
	"gonets/internal/step"
)

// Preview fills in one step of a draft without sending or storing anything. What
// is not finished in the draft is told as a problem; the rest is shown.
func (r *Room) Preview(ctx context.Context, a Ask) (out api.PreviewResult, err error) {
	out = api.PreviewResult{Values: []api.PreviewValue{}, Problems: []gonets.Problem{}}
	st := gonets.FindStep(a.Scenario.Steps, a.Step)
	if st == nil {
		return out, gonets.Errorf(gonets.CodeNotFound, "the scenario has no step at %q", a.Step)
	}
	if err := r.Use(ctx, a.Scenario); err != nil {
		return out, err
	}
	ev, known, err := r.event(ctx, a)
	if err != nil {
		return out, err
	}
	past, err := r.past(ctx, a.Scenario, a.Step)
	if err != nil {
		return out, err
	}
	if known {
		out.Event = ev.ID
	}
	d := step.CompileDraft(a.Scenario)
	s, err := r.scope(d, noRun, &ev)
	if err != nil {
		return out, err
	}
	r.advance(d, s, a.Step, past)
	covered := r.cover(s)
	defer func() {
		out.Scope = r.variables(d, s, ev.Source, covered)
		for i := range out.Values {
			out.Values[i].Text = covered.Text(out.Values[i].Text)
			out.Values[i].Error = covered.Text(out.Values[i].Error)
			if p := out.Values[i].Problem; p != nil {
				*p = covered.Problem(*p)
			}
		}
		for i := range out.Problems {
			out.Problems[i] = covered.Problem(out.Problems[i])
		}
	}()
	for _, v := range d.Values(a.Step, s) {
		shown := previewValue(&v, covered)
		hide(&shown, st.Sends())
		out.Values = append(out.Values, shown)
	}
	out.Problems = append(out.Problems, d.ProblemsOf(a.Step)...)
	h := d.HTTP(a.Step)
	if h == nil || d.Broken(a.Step) {
		return out, nil
	}
	req, err := h.Build(a.Step, s, d.Program)
	if err != nil {
		out.Problems = append(out.Problems, step.Problems(d.PointerOf(a.Step), err)...)
		return out, nil
	}
	x := covered.Exchange(st.Sends(), r.Sender.Preview(req))
	request := r.request(st.Sends(), h, req, x)
	mended(&request, h.Notices(s))
	out.Request = &request
	out.Curl = curl.Export(curl.Request{Method: x.Method, URL: x.URL, Headers: x.RequestHeaders, Body: x.RequestBody,
		Gzip: x.Gzip, Insecure: req.SkipVerify, ServerName: req.ServerName, Follow: req.FollowRedirects})
	return out, nil
}

func previewValue(v *step.Value, covered *mask.Cover) api.PreviewValue {
	out := api.PreviewValue{Pointer: v.Pointer, Type: Kind(v.Value), Empty: empty(v.Value), Missing: []api.MissingPath{}}
	if raw, ok := v.Value.([]byte); ok {
		out.Text = base64.StdEncoding.EncodeToString(raw[:min(len(raw), content.MaxText/2)])
	} else {
		out.Text = content.Beginning(covered.Text(v.Text()))
	}
	for _, m := range v.Missing {
		missing := api.MissingPath{Path: m.Path}
		if len(m.Nearest) > 0 {
			missing.Suggestion = m.Nearest[0]
		}
		out.Missing = append(out.Missing, missing)
	}
	if v.Err != nil {
		out.Error = v.Err.Error()
		out.Problem = &step.Problems(v.Pointer, v.Err)[0]
	}
	return out
}

// hide masks the credentials of a request's values like the history does.
func hide(v *api.PreviewValue, def *gonets.HTTPStep) {
	if def == nil {
		return
	}
	hideIn(v, "/http", def.Headers, def.Query)
	if def.Retry != nil && def.Retry.Ask != nil {
		hideIn(v, "/http/retry/ask", def.Retry.Ask.Headers, def.Retry.Ask.Query)
	}
}

// hideIn does it for the request that stands at a place of the step.
func hideIn(v *api.PreviewValue, at string, headers, query gonets.Rows) {
	if strings.HasSuffix(v.Pointer, at+"/url") {
		v.Text = outbound.MaskURL(v.Text)
	}
	if name := rowName(v.Pointer, at+"/headers/", headers); name != "" {
		v.Text = outbound.MaskHeaders([]gonets.Header{{Name: name, Value: v.Text}})[0].Value
	}
	if name := rowName(v.Pointer, at+"/query/", query); name != "" && v.Text != "" && outbound.SecretQuery(name) {
		v.Text = curl.Masked
	}
}

// rowName is the name of the row whose value a pointer leads to: it stands there
// itself, or its number does.
func rowName(pointer, place string, rows gonets.Rows) string {
	_, rest, found := strings.Cut(pointer, place)
	if !found {
		return ""
	}
	if number, inside := strings.CutSuffix(rest, "/value"); inside {
		if i, err := strconv.Atoi(number); err == nil && i < len(rows) {
			return rows[i].Name
		}
	}
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(rest)
}

// request is a request as it would be sent, with the reasons of what the step
// does not name itself.
func (r *Room) request(def *gonets.HTTPStep, h *step.HTTP, req *gonets.Request, x *gonets.Exchange) api.PreviewRequest {
	out := api.PreviewRequest{Method: x.Method, URL: x.URL, Headers: []api.PreviewHeader{}, Notices: []api.Notice{},
		Size: len(x.RequestBody), Content: content.Sent(def, x), Parts: content.Parts(x.RequestHeaders, x.RequestBody)}
	for _, header := range x.RequestHeaders {
		shown := api.PreviewHeader{Name: header.Name, Value: header.Value}
		if !named(def.Headers, header.Name) {
			shown.Automatic, shown.Reason = true, reason(header.Name)
		}
		out.Headers = append(out.Headers, shown)
	}
	notice := func(code, detail string) { out.Notices = append(out.Notices, api.Notice{Code: code, Detail: detail}) }
	if h.BodyInQuery() {
		notice("body.in_query", req.Method+" sends its fields in the address and not as a body")
	}
	if req.ServerName != "" {
		notice("tls.server_name", req.ServerName)
	}
	if x.Outcome != gonets.OutcomeOK {
		notice("destination.closed", x.Error)
	}
	return out
}

// mended tells first what was put right in the address.
func mended(request *api.PreviewRequest, notices []gonets.Problem) {
	first := []api.Notice{}
	for _, n := range notices {
		first = append(first, api.Notice{Code: string(n.Code), Detail: n.Message})
	}
	request.Notices = append(first, request.Notices...)
}

func named(rows gonets.Rows, name string) bool {
	for _, row := range rows {
		if !row.Off && strings.EqualFold(row.Name, name) {
			return true
		}
	}
	return false
}

// reason says why a header is sent that the step does not name.
func reason(name string) *api.Words {
	words, ok := reasons[strings.ToLower(name)]
	if !ok {
		return nil
	}
	return &words
}

var reasons = map[string]api.Words{
	"host": {Ru: "Нужен самому HTTP: имя сервиса из адреса. Изменить нельзя.",
		En: "HTTP itself needs it: the service's name from the address. It cannot be changed."},
	"content-length": {Ru: "Нужен самому HTTP: длина тела в байтах. Изменить нельзя.",
		En: "HTTP itself needs it: the body's length in bytes. It cannot be changed."},
	"content-type": {Ru: "Говорит сервису, что за тело: следует из вида тела, выбранного в шаге.",
		En: "Tells the service what the body is: it follows from the kind of body that the step has."},
	"content-encoding": {Ru: "Тело уйдёт сжатым: так выбрано в шаге. Здесь оно показано несжатым.",
		En: "The body is sent packed, as the step says. Here it is shown unpacked."},
	"cookie": {Ru: "Куки, которые эта операция получила от сервиса раньше. Другим операциям они не достаются.",
		En: "The cookies that this run got from the service before. Other runs do not get them."},
	"accept": {Ru: "Принимаем ответ любого вида.", En: "Any kind of reply is welcome."},
	"user-agent": {Ru: "Говорит сервису, кто отправляет: Гонец и его версия.",
		En: "Tells the service who sends: Gonets and its version."},
	"accept-encoding": {Ru: "Ответ можно сжать, так он придёт быстрее. Распакуем сами.",
		En: "The reply may be packed, so that it comes faster. It is unpacked here."},
	"idempotency-key": {Ru: "Один и тот же у всех попыток этого шага в одной операции: по нему сервис узнаёт повтор.",
		En: "The same for all attempts of this step in one run: by it the service recognises a repeat."},
	"traceparent": {Ru: "Связывает запрос с операцией в журналах сервиса (W3C Trace Context).",
		En: "Ties the request to the run in the service's logs (W3C Trace Context)."},
	"gonets-hops": {Ru: "Только на свои же адреса: не даёт обработкам вызывать друг друга по кругу.",
		En: "To addresses of this server only: keeps scenarios from calling one another in a circle."},
}
