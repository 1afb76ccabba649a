package step_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/id"
	"gonets/internal/step"
	"gonets/internal/value"
	"gonets/setting"
)

const runID = "01890000-0000-7000-8000-000000000001"

// scope is a run's scope over an event with the given JSON body.
func scope(t testing.TB, p *step.Program, body string, results ...gonets.StepResult) *step.Scope {
	t.Helper()
	v, _, err := value.DecodeJSON([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	job := &gonets.Job{
		Run:   gonets.Run{ID: runID, Scenario: "s", CreatedAt: time.UnixMilli(1790000000000).UTC()},
		Event: gonets.Event{ID: "e1", Source: "in"}, Results: results,
	}
	env := &step.Env{
		Reader: step.Always(func(ev *gonets.Event) map[string]any {
			return map[string]any{"id": ev.ID, "body": v, "query": map[string]any{"utm": "vk", "status": "from query"}}
		}),
		Settings: func() setting.Settings {
			return setting.Settings{TimeZone: "Europe/Moscow", Env: map[string]string{"base": "https://crm.test/api"}}
		},
		PublicURL: func() string { return "https://own.test" }, Version: "1.2",
	}
	s, err := step.NewScope(job, p, env)
	if err != nil {
		t.Fatal(err)
	}
	s.At(time.UnixMilli(1790000000000).UTC())
	return s
}

func compile(t testing.TB, steps string, more ...func(*gonets.Scenario)) *step.Program {
	t.Helper()
	sc := gonets.Scenario{Name: "s"}
	if err := json.Unmarshal([]byte(steps), &sc.Steps); err != nil {
		t.Fatal(err)
	}
	for _, f := range more {
		f(&sc)
	}
	p, err := step.Compile(&sc)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const event = `{"name":"Анна & Co","id":9007199254740993,"price":"15990.50","tags":["a","b c"],"empty":null,
	"address":{"city":"Псков","flat":7},"path":"../x y","status":"paid"}`

func TestRequestsAreBuiltAsWritten(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		http                string
		method, url, body   string
		contentType         string
		wantMissing         string
		header, headerValue string
	}{
		"no method, no body is GET":        {http: `{"url":"https://a.test/x"}`, method: "GET", url: "https://a.test/x"},
		"no method with a body is POST":    {http: `{"url":"https://a.test","body":{"text":"hi"}}`, method: "POST", url: "https://a.test", body: "hi"},
		"any method":                       {http: `{"method":"purge","url":"https://a.test/"}`, method: "PURGE", url: "https://a.test/"},
		"a value in the path is a segment": {http: `{"url":"https://a.test/{{ event.body.path }}/x"}`, method: "GET", url: "https://a.test/..%2Fx%20y/x"},
		"a value in the query is a value":  {http: `{"url":"https://a.test/?q={{ event.body.name }}&u=%20"}`, method: "GET", url: "https://a.test/?q=%D0%90%D0%BD%D0%BD%D0%B0%20%26%20Co&u=%20"},
		"an address from a constant":       {http: `{"url":"{{ env.base }}/leads"}`, method: "GET", url: "https://crm.test/api/leads"},
		"rows join the query; lists repeat; missing and null go": {
			http:   `{"url":"https://a.test/x?a=1","query":{"tag":"{{ event.body.tags }}","no":"{{ event.body.nope }}","nil":"{{ event.body.empty }}","utm":"{{ utm }}"}}`,
			method: "GET", url: "https://a.test/x?a=1&tag=a&tag=b%20c&utm=vk", wantMissing: "event.body.nope",
		},
		"json with dotted names keeps order, types and digits": {
			http: `{"url":"https://a.test","body":{"json":{"lead.name":"{{ name }}","lead.id":"{{ id }}","lead.tags[0]":"{{ tags[1] }}",
				"z":1.50,"on":true,"none":null,"a\\.b":"dot","gone":"{{ event.body.nope }}"}}}`,
			method: "POST", url: "https://a.test", contentType: "application/json", wantMissing: "event.body.nope",
			body: `{"lead":{"name":"Анна & Co","id":9007199254740993,"tags":["b c"]},"z":1.50,"on":true,"none":null,"a.b":"dot","gone":null}`,
		},
		"json rows that are off are not sent": {
			http:   `{"url":"https://a.test","body":{"json":[{"name":"a","value":"1"},{"name":"b","value":"2","on":false}]}}`,
			method: "POST", url: "https://a.test", body: `{"a":"1"}`, contentType: "application/json",
		},
		"of json rows with one name the last counts": {
			http:   `{"url":"https://a.test","body":{"json":[{"name":"a","value":"{{ event.body.nope }}"},{"name":"a","value":"2"}]}}`,
			method: "POST", url: "https://a.test", body: `{"a":"2"}`, contentType: "application/json", wantMissing: "event.body.nope",
		},
		"json as a list": {
			http:   `{"url":"https://a.test","body":{"json":["{{ id }}",{"x":"{{ address }}"}]}}`,
			method: "POST", url: "https://a.test", body: `[9007199254740993,{"x":{"city":"Псков","flat":7}}]`, contentType: "application/json",
		},
		"json as a template": {
			http:   `{"url":"https://a.test","body":{"json":"{\"n\":\"{{ name }}\",\"id\":{{ id }}}"}}`,
			method: "POST", url: "https://a.test", body: `{"n":"Анна & Co","id":9007199254740993}`, contentType: "application/json",
		},
		"form": {
			http:   `{"url":"https://a.test","body":{"form":{"name":"{{ name }}","tag":"{{ tags }}","no":"{{ event.body.nope }}"}}}`,
			method: "POST", url: "https://a.test", contentType: "application/x-www-form-urlencoded", wantMissing: "event.body.nope",
			body: "name=%D0%90%D0%BD%D0%BD%D0%B0+%26+Co&tag=a&tag=b+c&no=",
		},
		"text goes as it is and without a type": {http: `{"url":"https://a.test","body":{"text":"<b>{{ name }}</b>"}}`, method: "POST", url: "https://a.test", body: "<b>Анна & Co</b>"},
		"path sends an object as JSON":          {http: `{"url":"https://a.test","body":{"path":"event.body.address"}}`, method: "POST", url: "https://a.test", body: `{"city":"Псков","flat":7}`, contentType: "application/json"},
		"path sends text as it is":              {http: `{"url":"https://a.test","body":{"path":"price"}}`, method: "POST", url: "https://a.test", body: "15990.50"},
		"GET sends fields in the address":       {http: `{"method":"GET","url":"https://a.test/x","body":{"json":{"a":"{{ id }}","b":"{{ empty }}"}}}`, method: "GET", url: "https://a.test/x?a=9007199254740993"},
		"GET sends a body when forced":          {http: `{"method":"GET","url":"https://a.test/x","body":{"form":{"a":"1"},"force":true}}`, method: "GET", url: "https://a.test/x", body: "a=1", contentType: "application/x-www-form-urlencoded"},
		"none sends no body":                    {http: `{"method":"POST","url":"https://a.test/x","body":{"none":true}}`, method: "POST", url: "https://a.test/x"},
		"an own header beats the automatic one": {http: `{"url":"https://a.test","headers":{"content-type":"text/x"},"body":{"json":{"a":1}}}`, method: "POST", url: "https://a.test", body: `{"a":1}`, contentType: "text/x"},
		"null removes an automatic header":      {http: `{"url":"https://a.test","headers":{"user-agent":null}}`, method: "GET", url: "https://a.test", header: "User-Agent"},
		"the user agent names us":               {http: `{"url":"https://a.test"}`, method: "GET", url: "https://a.test", header: "User-Agent", headerValue: "gonets/1.2"},
		"the key is run and step":               {http: `{"url":"https://a.test"}`, method: "GET", url: "https://a.test", header: "Idempotency-Key", headerValue: runID + "-a"},
		"own headers only":                      {http: `{"url":"https://a.test","own_headers_only":true,"body":{"json":{"a":1}}}`, method: "POST", url: "https://a.test", body: `{"a":1}`, header: "Idempotency-Key"},
		"reserved names are not the payload's":  {http: `{"url":"https://a.test/{{ event.body.status }}/{{ status }}"}`, method: "GET", url: "https://a.test/paid/", wantMissing: "status"},
		"time is the installation's":            {http: `{"url":"https://a.test/{{ today }}"}`, method: "GET", url: "https://a.test/2026-09-21"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := compile(t, `[{"id":"a","http":`+tt.http+`}]`)
			s := scope(t, p, event)
			r, err := p.HTTP("a").Build("a", s, p)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{r.Method, strings.TrimSuffix(r.URL, "/"), string(r.Body), gonets.HeaderValue(r.Headers, "Content-Type")}
			want := []string{tt.method, strings.TrimSuffix(tt.url, "/"), tt.body, tt.contentType}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if tt.header != "" && gonets.HeaderValue(r.Headers, tt.header) != tt.headerValue {
				t.Errorf("%s is %q, want %q", tt.header, gonets.HeaderValue(r.Headers, tt.header), tt.headerValue)
			}
			if missing := step.DescribeMissing(s.Missing()); !strings.HasPrefix(missing, tt.wantMissing) || tt.wantMissing == "" && missing != "" {
				t.Errorf("missing is %q, want %q", missing, tt.wantMissing)
			}
		})
	}
}

func TestTheKeyOutlivesNames(t *testing.T) {
	t.Parallel()
	p := compile(t, `[{"id":"choice","was":"only","if":"true","then":[{"id":"message","was":"tell","http":{"url":"https://a.test/{{ uuid }}"}}]}]`)
	old := compile(t, `[{"id":"only","if":"true","then":[{"id":"tell","http":{"url":"https://a.test/{{ uuid }}"}}]}]`)
	r, err := p.HTTP("choice/message").Build("choice/message", scope(t, p, "{}"), p)
	if err != nil {
		t.Fatal(err)
	}
	before, err := old.HTTP("only/tell").Build("only/tell", scope(t, old, "{}"), old)
	if err != nil {
		t.Fatal(err)
	}
	if got, was := gonets.HeaderValue(r.Headers, "Traceparent"), gonets.HeaderValue(before.Headers, "Traceparent"); got == "" || got != was {
		t.Errorf("traceparent %q; before %q", got, was)
	}
	if got := gonets.HeaderValue(r.Headers, "Idempotency-Key"); got != runID+"-only/tell" || r.URL != before.URL {
		t.Errorf("key %q, %s; before %s", got, r.URL, before.URL)
	}
}

func TestRequestsThatCannotBeSent(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		http string
		code gonets.Code
	}{
		"a line break in a header":         {`{"url":"https://a.test","headers":{"X-A":"a\nb"}}`, gonets.CodeBadRequest},
		"a value that leaves the host":     {`{"url":"https://{{ path }}/x"}`, ""},
		"a scheme that is not http":        {`{"url":"{{ \"ftp://a.test\" }}"}`, gonets.CodeBlockedURL},
		"a template that cannot be made":   {`{"url":"https://a.test/{{ number(name) + 1 }}"}`, gonets.CodeTemplateFailed},
		"a JSON template in a query":       {`{"method":"GET","url":"https://a.test","body":{"json":"[1]"}}`, gonets.CodeBadRequest},
		"a list in a query":                {`{"method":"GET","url":"https://a.test","body":{"json":{"[0]":1}}}`, gonets.CodeBadRequest},
		"two names that clash in a list":   {`{"url":"https://a.test","body":{"json":{"a[0]":1,"a":2}}}`, gonets.CodeTemplateFailed},
		"two names that clash in the JSON": {`{"url":"https://a.test","body":{"json":{"a":1,"a.b":2}}}`, gonets.CodeTemplateFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := compile(t, `[{"id":"a","http":`+tt.http+`}]`)
			_, err := p.HTTP("a").Build("a", scope(t, p, event), p)
			if err == nil || tt.code != "" && gonets.CodeOf(err) != tt.code {
				t.Fatalf("got %v (%s), want %s", err, gonets.CodeOf(err), tt.code)
			}
		})
	}
}

func TestMissingMayBeAnError(t *testing.T) {
	t.Parallel()
	p := compile(t, `[{"id":"a","http":{"url":"https://a.test/{{ event.body.nmae }}"}}]`,
		func(sc *gonets.Scenario) { sc.Missing = gonets.MissingError })
	_, err := p.HTTP("a").Build("a", scope(t, p, event), p)
	if gonets.CodeOf(err) != gonets.CodeTemplateMissing || !strings.Contains(err.Error(), "event.body.nmae") || !strings.Contains(err.Error(), "name") {
		t.Fatalf("got %v", err)
	}
}

func TestTheRunIsToldFromWhatItsRequestsCarry(t *testing.T) {
	t.Parallel()
	p := compile(t, `[{"id":"a","http":{"url":"https://a.test"}}]`)
	r, err := p.HTTP("a").Build("a", scope(t, p, event), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{"Idempotency-Key", "Traceparent"} {
		carried := gonets.HeaderValue(r.Headers, header)
		if run, ok := id.Carried(carried); !ok || run != runID {
			t.Errorf("%s %q is of %q", header, carried, run)
		}
	}
}

func TestARepeatedBuildIsTheSameRequest(t *testing.T) {
	t.Parallel()
	p := compile(t, `[{"id":"a","http":{"url":"https://a.test/{{ uuid }}","body":{"json":{"at":"{{ now }}","id":"{{ uuid }}"}}}}]`)
	one, err1 := p.HTTP("a").Build("a", scope(t, p, event), p)
	two, err2 := p.HTTP("a").Build("a", scope(t, p, event), p)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if diff := cmp.Diff(one, two); diff != "" {
		t.Fatal(diff)
	}
}

func TestRepliesAreReadInTheStepsFormat(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		// after a colon: the encoding that the step gives
		response, contentType, body string
		want                        any
	}{
		"auto: labelled JSON":            {"", "application/vnd.x+json; charset=utf-8", `"text"`, "text"},
		"auto: JSON without a label":     {"", "text/html", ` {"a":1}`, map[string]any{"a": json.Number("1")}},
		"auto: a BOM before JSON":        {"", "application/json", "\ufeff[1]", []any{json.Number("1")}},
		"auto: text that is a number":    {"", "text/plain", "42", "42"},
		"auto: windows-1251":             {"", "text/plain; charset=windows-1251", "\xcf\xf1\xea\xee\xe2", "Псков"},
		"auto: XML that names itself":    {"", "application/xml", `<?xml version="1.0" encoding="windows-1251"?><a>` + "\xcf</a>", `<?xml version="1.0" encoding="windows-1251"?><a>П</a>`},
		"auto: a page that names itself": {"", "text/html", "<meta charset=koi8-r><p>\xf0", "<meta charset=koi8-r><p>П"},
		"auto: a page in UTF-8":          {"", "text/html", "<meta charset=koi8-r><p>П", "<meta charset=koi8-r><p>П"},
		"auto: broken JSON stays text":   {"", "application/json", `{"a":`, `{"a":`},
		"an encoding is given":           {":windows-1251", "", "\xcf\xf1\xea\xee\xe2", "Псков"},
		"the given one, not the reply's": {":koi8-r", "text/plain; charset=windows-1251", "\xf0", "П"},
		"UTF-8 whatever is given":        {":windows-1251", "", "Псков", "Псков"},
		"JSON in UTF-8 all the same":     {":koi8-r", "application/json", `{"a":"П"}`, map[string]any{"a": "П"}},
		"Latin letters in UTF-16":        {":utf-16le", "", "a\x00b\x00", "ab"},
		"Japanese in ASCII":              {":iso-2022-jp", "", "\x1b$B%\"\x1b(B", "ア"},
		"JSON in the given one":          {"json:windows-1251", "application/json", `{"a":"` + "\xcf" + `"}`, map[string]any{"a": "П"}},
		"text in the given one":          {"text:cp1251", "image/png", "\xcf", "П"},
		"of two equal names the last":    {"", "application/json", `{"a":1,"a":2}`, map[string]any{"a": json.Number("2")}},
		"auto: bytes":                    {"", "image/png", "\x89PNG\xff", []byte("\x89PNG\xff")},
		"text: JSON is text":             {"text", "application/json", `{"a":1}`, `{"a":1}`},
		"binary: text is bytes":          {"binary", "text/plain", "a", []byte("a")},
		"by-type: no label, no parsing":  {"by-type", "text/plain", `{"a":1}`, `{"a":1}`},
		"by-type: label":                 {"by-type", "application/json;charset=UTF-8", `{"a":1}`, map[string]any{"a": json.Number("1")}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			format, label, _ := strings.Cut(tt.response, ":")
			p := compile(t, `[{"id":"a","http":{"url":"https://a.test","response":"`+format+`","response_charset":"`+label+`","save":{"body":"reply"}}},{"id":"b","set":{"copy":"{{ reply }}"}}]`)
			s := scope(t, p, event)
			x := gonets.Exchange{Outcome: gonets.OutcomeOK, Status: 200, ReplyBody: []byte(tt.body),
				ReplyHeaders: []gonets.Header{{Name: "Content-Type", Value: tt.contentType}}}
			p.HTTP("a").Finish(&p.Scenario.Steps[0], gonets.StepResult{Path: "a", Attempt: 1}, &gonets.Attempt{N: 1, Exchange: x}, s)
			got, ok := s.Lookup("reply")
			if diff := cmp.Diff(tt.want, got); !ok || diff != "" {
				t.Fatal(ok, diff)
			}
		})
	}
}

func TestAMoveIsToldByWhetherRedirectsAreFollowed(t *testing.T) {
	t.Parallel()
	for redirects, want := range map[string]string{"": "let it follow redirects", "follow": "could not be followed"} {
		p := compile(t, `[{"id":"a","http":{"method":"POST","url":"https://a.test","redirects":"`+redirects+`"}}]`)
		x := &gonets.Exchange{Outcome: gonets.OutcomeOK, Status: 307, ReplyHeaders: []gonets.Header{{Name: "Location", Value: "https://new.test/"}}}
		p.HTTP("a").Judge(x, scope(t, p, event))
		if !strings.Contains(x.Error, "moved to https://new.test/") || !strings.Contains(x.Error, want) {
			t.Errorf("%q: %s", redirects, x.Error)
		}
	}
}

func TestSuccessIsStatusAndMeaning(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		http, body string
		status     int
		outcome    gonets.Outcome
		code       gonets.Code
	}{
		"2xx":                           {`{}`, `{}`, 204, gonets.OutcomeOK, ""},
		"404":                           {`{}`, `{}`, 404, gonets.OutcomeHTTP, gonets.CodeHTTPStatus},
		"404 that is wanted":            {`{"success":{"codes":["2**","404"]}}`, `{}`, 404, gonets.OutcomeOK, ""},
		"moved":                         {`{}`, ``, 301, gonets.OutcomeHTTP, gonets.CodeHTTPMoved},
		"not changed, not moved":        {`{}`, ``, 304, gonets.OutcomeHTTP, gonets.CodeHTTPStatus},
		"200 with an error inside":      {`{"success":{"when":"body.success != false"}}`, `{"success":false}`, 200, gonets.OutcomeBody, gonets.CodeBodyRule},
		"200 that means it":             {`{"success":{"when":"body.success != false"}}`, `{"success":true}`, 200, gonets.OutcomeOK, ""},
		"an error page for JSON":        {`{"response":"json"}`, `<html>`, 200, gonets.OutcomeBody, gonets.CodeReplyNotJSON},
		"nothing at all for JSON":       {`{"response":"json"}`, ``, 204, gonets.OutcomeOK, ""},
		"a rule reads the new reply":    {`{"success":{"when":"status == 201 && body.id == 7"}}`, `{"id":7}`, 201, gonets.OutcomeOK, ""},
		"a rule over what is not there": {`{"success":{"when":"body.nope == 1"}}`, `{"id":7}`, 200, gonets.OutcomeBody, gonets.CodeBodyRule},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := compile(t, `[{"id":"a","http":`+strings.Replace(tt.http, "{", `{"url":"https://a.test"`+comma(tt.http), 1)+`}]`)
			x := &gonets.Exchange{Outcome: gonets.OutcomeOK, Status: tt.status, StatusLine: "x", ReplyBody: []byte(tt.body),
				ReplyHeaders: []gonets.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "Location", Value: "https://new.test/"}}}
			p.HTTP("a").Judge(x, scope(t, p, event))
			if x.Outcome != tt.outcome || x.Code != tt.code || (x.Outcome != gonets.OutcomeOK && x.Error == "") {
				t.Fatalf("got %s %s %q, want %s %s", x.Outcome, x.Code, x.Error, tt.outcome, tt.code)
			}
		})
	}
}

func comma(object string) string {
	if object == "{}" {
		return ""
	}
	return ","
}

func TestTheScopeIsRebuiltFromWhatIsStored(t *testing.T) {
	t.Parallel()
	p := compile(t, `[{"id":"a","set":{"who":"{{ name }}","n":"{{ id }}"}},
		{"id":"b","http":{"url":"https://a.test","save":{"body":"deal","status":"code"}}},
		{"id":"c","set":{"all":"{{ who }} {{ n }} {{ deal.id }} {{ code }} {{ steps.b.attempts }} {{ body.id }}"}}]`)
	live := scope(t, p, event)
	res, err := p.Run("a", live)
	if err != nil {
		t.Fatal(err)
	}
	attempt := &gonets.Attempt{N: 3, Exchange: gonets.Exchange{Status: 201, ReplyBody: []byte(`{"id":18446744073709551617}`)}}
	job := &gonets.Job{
		Run: gonets.Run{ID: runID}, Results: []gonets.StepResult{{Path: "b", State: gonets.StepDone, Attempt: 3}, res.Step},
		Replies: map[int]*gonets.Attempt{3: attempt},
	}
	rebuilt, err := step.NewScope(job, p, &step.Env{
		Reader:   step.Always(func(*gonets.Event) map[string]any { return map[string]any{} }),
		Settings: func() setting.Settings { return setting.Settings{} }, PublicURL: func() string { return "" },
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Run("c", rebuilt)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"all":"Анна & Co 9007199254740993 18446744073709551617 201 3 18446744073709551617"}`
	if string(got.Step.Value) != want {
		t.Fatalf("got %s, want %s", got.Step.Value, want)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		respond, body, contentType string
		status                     int
	}{
		"text":         {`{"text":"Hello {{ name }}"}`, "Hello Анна & Co", "text/plain; charset=utf-8", 200},
		"json":         {`{"json":{"id":"{{ id }}"},"status":201}`, `{"id":9007199254740993}`, "application/json; charset=utf-8", 201},
		"own type":     {`{"text":"<p>","headers":{"content-type":"text/html"}}`, "<p>", "text/html", 200},
		"empty":        {`{"status":"{{ 200 + 4 }}"}`, "", "", 204},
		"json as text": {`{"json":"[{{ id }}]"}`, "[9007199254740993]", "application/json; charset=utf-8", 200},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := compile(t, `[{"id":"a","respond":`+tt.respond+`}]`)
			res, err := p.Run("a", scope(t, p, event))
			if err != nil {
				t.Fatal(err)
			}
			got := []any{res.Answer.Status, string(res.Answer.Body), gonets.HeaderValue(res.Answer.Headers, "content-type")}
			if diff := cmp.Diff([]any{tt.status, tt.body, tt.contentType}, got); diff != "" {
				t.Fatal(diff)
			}
		})
	}
	p := compile(t, `[{"id":"a","respond":{"status":"{{ name }}"}}]`)
	if _, err := p.Run("a", scope(t, p, event)); err == nil {
		t.Fatal("a status that is a name was answered")
	}
}

func TestMistakesAreFoundBeforePublishing(t *testing.T) {
	t.Parallel()
	const steps = `[
		{"id":"a","http":{"url":"https://a.test/{{ event.body. }}","headers":{"Host":"x","X":"{{ nope( }}"},"body":{"json":"{\"a\": }"}}},
		{"id":"b","if":"a ==","then":[{"id":"c","set":{"x":"{{ unknown_function(1) }}"}}]},
		{"id":"d","delay":"soon"},
		{"id":"g","http":{"url":"http://user:secret@a.test/"}},
		{"id":"e","respond":{"text":"{{ \"open"}},
		{"id":"s","http":{"url":"https://a.test/","headers":{"X-Key":"{{ secret.crm }}"},"body":{"path":"secret.crm"}}},
		{"id":"f","when":"(","http":{"method":"G T","url":"x","body":{"path":"a..b"},"success":{"when":"1 +"}}}]`
	var sc gonets.Scenario
	if err := json.Unmarshal([]byte(steps), &sc.Steps); err != nil {
		t.Fatal(err)
	}
	sc.Search = []string{"event.body.[["}
	found := map[string]bool{}
	for _, p := range step.Check(&sc) {
		found[p.Pointer] = true
		if p.Message == "" {
			t.Errorf("%s has no message", p.Pointer)
		}
	}
	for _, want := range []string{
		"/steps/0/http/url", "/steps/0/http/headers/Host", "/steps/0/http/headers/X", "/steps/0/http/body/json",
		"/steps/1/if", "/steps/1/then/0/set/x", "/steps/2/delay", "/steps/3/http/url", "/steps/4/respond/text", "/steps/5/http/headers/X-Key", "/steps/5/http/body/path",
		"/steps/6/when", "/steps/6/http/method", "/steps/6/http/body/path", "/steps/6/http/success/when", "/search/0",
	} {
		if !found[want] {
			t.Errorf("no problem at %s; found %v", want, found)
		}
	}
}

func TestOriginsHaveOneSpelling(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"HTTPS://Api.Test/x": "https://api.test:443", "http://a.test:8080/": "http://a.test:8080",
		"http://[::1]/x": "http://[::1]:80", "a.test": "https://a.test:443", "::": gonets.LaneUnknown,
		"http://a.test": "http://a.test:80", "https://a-b_c.test?x=1/2": "https://a-b_c.test:443", "http://a.test:/": "http://a.test:80",
		"http://a.test:8080#f": "http://a.test:8080", "https://A.test/x": "https://a.test:443", "http://a.test/%zz": gonets.LaneUnknown,
		"http://u@a.test/": "http://a.test:80", "http://": gonets.LaneUnknown, "http://a.test:x/": gonets.LaneUnknown,
	} {
		if got := step.Origin(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
