package source

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func catalog(t testing.TB) *Catalog {
	t.Helper()
	c, err := Presets()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func bind(t testing.TB, src gonets.Source) *Binding {
	t.Helper()
	b, err := catalog(t).Bind(src)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// request is a POST of a body of a type.
func request(media, body string, headers ...string) *Incoming {
	in := &Incoming{Method: "POST", Body: []byte(body), Now: testkit.Start()}
	if media != "" {
		in.Headers = []gonets.Header{{Name: "Content-Type", Value: media}}
	}
	for i := 0; i < len(headers); i += 2 {
		in.Headers = append(in.Headers, gonets.Header{Name: headers[i], Value: headers[i+1]})
	}
	return in
}

func parse(t testing.TB, b *Binding, in *Incoming) *Parsed {
	t.Helper()
	p, err := b.Parse(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func event(in *Incoming) *gonets.Event {
	return &gonets.Event{ID: "e", Source: "main", Method: in.Method, RawQuery: in.RawQuery, Headers: in.Headers, Body: in.Body,
		Item: in.Item, ReceivedAt: in.Now}
}

const minimal = `{"schema": 1, "id": "p", "methods": ["POST"], "verify": {"kind": "none"}, "reply": {"status": 200}%s}`

func TestAPresetThatIsNotUnderstoodIsRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ more, want string }{
		"nothing wrong":               {``, ""},
		"unknown key":                 {`, "verification": {}`, "unknown field"},
		"unknown key of verify":       {`, "verify": {"kind": "hmac", "scheme": 1}`, "unknown field"},
		"unknown key of a handshake":  {`, "handshake": {"unless": {}}`, "unknown field"},
		"unknown kind of verify":      {`, "verify": {"kind": "digest"}`, "digest"},
		"unknown algorithm":           {`, "verify": {"kind": "hmac", "in": "header", "name": "X", "alg": "crc32"}`, "crc32"},
		"unknown part of the text":    {`, "verify": {"kind": "hmac", "in": "header", "name": "X", "signed": "{body}{nonce}"}`, "{nonce}"},
		"a signature over nothing":    {`, "verify": {"kind": "hmac", "in": "header", "name": "X", "signed": "v0"}`, "anything could be put"},
		"a time that is not signed":   {`, "verify": {"kind": "hmac", "in": "header", "name": "X", "signed": "{body}", "timestamp": {"in": "header", "name": "T"}}`, "go together"},
		"a signature in no place":     {`, "verify": {"kind": "hmac", "signed": "{body}"}`, "name the header"},
		"unknown derivation":          {`, "derived": [{"name": "gclid", "from": "body.x"}]`, "gclid"},
		"an id that is no path":       {`, "id_path": "body..x"`, "not a path"},
		"an id outside of the event":  {`, "id_path": "vars.x"`, "begins with none of"},
		"a secret that is no value":   {`, "secret_paths": ["body[*]"]`, "not the place of one value"},
		"another schema":              {`, "schema": 2`, "schema 2"},
		"a name that is not the file": {`, "id": "q"`, "named after it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(fstest.MapFS{"p.json": {Data: []byte(strings.Replace(minimal, "%s", tt.more, 1))}})
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	if diff := cmp.Diff([]string{"generic", "onec", "tilda"}, c.IDs()); diff != "" {
		t.Error(diff)
	}
	if p, ok := c.Lookup(""); !ok || p.ID != Generic {
		t.Error("no preset is not the generic one")
	}
	_, err := c.Bind(gonets.Source{Preset: "tlida"})
	var e *gonets.Error
	if !errors.As(err, &e) || len(e.Problems) != 1 || e.Problems[0].Pointer != "/preset" || e.Problems[0].Suggestion != "tilda" {
		t.Errorf("got %#v", err)
	}
}

func TestMistakesOfADocumentHaveTheirPlace(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		src                 gonets.Source
		pointer, suggestion string
	}{
		"id":        {gonets.Source{ID: &gonets.SourceID{Path: "tranid"}}, "/id", "body.tranid"},
		"items":     {gonets.Source{Items: "body.["}, "/items", ""},
		"order":     {gonets.Source{Order: "orderId"}, "/order", "body.orderId"},
		"algorithm": {gonets.Source{Verify: &gonets.Verify{Kind: "hmac", Header: "X", Algorithm: "sha3"}}, "/verify/algorithm", ""},
		"encoding":  {gonets.Source{Verify: &gonets.Verify{Kind: "hmac", Header: "X", Encoding: "base32"}}, "/verify/encoding", ""},
		"no header": {gonets.Source{Verify: &gonets.Verify{Kind: "hmac"}}, "/verify/header", ""},
		"place":     {gonets.Source{Verify: &gonets.Verify{Kind: "token", Places: []gonets.Place{{In: "cookie", Name: "a"}}}}, "/verify/places", ""},
		"no kind":   {gonets.Source{Verify: &gonets.Verify{Secret: "s"}}, "/verify/kind", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := catalog(t).Bind(tt.src)
			var e *gonets.Error
			if !errors.As(err, &e) || e.Code != gonets.CodeInvalid || e.Problems[0].Pointer != tt.pointer || e.Problems[0].Suggestion != tt.suggestion {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	n := func(s string) json.Number { return json.Number(s) }
	type object = map[string]any
	multi := "--b\r\nContent-Disposition: form-data; name=\"a[x]\"\r\n\r\nода\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../../etc/passwd\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nсекрет\r\n--b--\r\n"
	for name, tt := range map[string]struct {
		media, body string
		want        any
		mark        gonets.Mark
	}{
		"json":                         {"application/json", ` {"a": 1.10, "b": [null, true]} `, object{"a": n("1.10"), "b": []any{nil, true}}, ""},
		"json by suffix, any case":     {"Application/Vnd.Api+JSON; charset=utf-8", `[1]`, []any{n("1")}, ""},
		"a scalar":                     {"application/json", `"x"`, "x", ""},
		"no type, an object":           {"", "\n {\"a\":1}", object{"a": n("1")}, ""},
		"no type, text":                {"", "a=1", "a=1", ""},
		"no type, no object either":    {"", "{a", "{a", gonets.MarkUnparsed},
		"json as text stays text":      {"text/plain", `{"a":1}`, `{"a":1}`, ""},
		"a BOM":                        {"application/json", "\xEF\xBB\xBF{}", object{}, ""},
		"a BOM before text":            {"text/plain", "\xEF\xBB\xBFx", "x", ""},
		"windows-1251":                 {"text/plain; charset=windows-1251", "\xcf\xf0", "Пр", ""},
		"a form in windows-1251":       {"application/x-www-form-urlencoded; charset=windows-1251", "%CF=%F0&\xcf\xf0=1", object{"П": "р", "Пр": "1"}, ""},
		"a form in none that is named": {"application/x-www-form-urlencoded", "%CF=%F0&b=%D0%9F&\xcf\xf0=1", object{"П": "р", "b": "П", "Пр": "1"}, ""},
		"xml that names its encoding":  {"text/xml", "<?xml version='1.0' encoding='windows-1251'?>\xcf", "<?xml version='1.0' encoding='windows-1251'?>П", ""},
		"ndjson":                       {"application/x-ndjson", "{}\n{}", "{}\n{}", ""},
		"text in no encoding":          {"text/plain", "a\xff", "a\uFFFD", gonets.MarkUnparsed},
		"an unknown charset":           {"application/json; charset=x-none", `{}`, "{}", gonets.MarkUnparsed},
		"bytes":                        {"image/png", "\x89PNG\xff", []byte("\x89PNG\xff"), ""},
		"nothing":                      {"application/json", "", nil, ""},
		"white space":                  {"application/json", " ", " ", ""},
		"broken type, json":            {"application/json; charset", `{"a":1}`, object{"a": n("1")}, ""},
		"a form that says json":        {"application/json", "a=%D0%B7&b=2", object{"a": "з", "b": "2"}, ""},
		"no form, says json":           {"application/json", "a=b c", "a=b c", gonets.MarkUnparsed},
		"half a form, says json":       {"application/json", "a=1&b", "a=1&b", gonets.MarkUnparsed},
		"broken json with a sign":      {"application/json", `{"a=":1`, `{"a=":1`, gonets.MarkUnparsed},
		"multipart": {"multipart/form-data; boundary=b", multi, object{"a": object{"x": "ода"},
			"f": object{"name": "f", "filename": "passwd", "type": "text/plain", "size": n("12"), "part": n("2")}}, ""},
		"multipart cut short":  {"multipart/form-data; boundary=b", multi[:40], multi[:40], gonets.MarkUnparsed},
		"multipart without it": {"multipart/form-data", "x", "x", gonets.MarkUnparsed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := parse(t, bind(t, gonets.Source{}), request(tt.media, tt.body))
			if diff := cmp.Diff(tt.want, p.Body); diff != "" || p.Mark != tt.mark {
				t.Errorf("mark %q, want %q; %s", p.Mark, tt.mark, diff)
			}
		})
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	for form, want := range map[string]any{
		"a=1&b=&c&=d":              object{"a": "1", "b": "", "c": "", "": "d"},
		"a+b=%2B+%zz%2":            object{"a b": "+ %zz%2"},
		"a[b][c]=1&a[b][d]=2":      object{"a": object{"b": object{"c": "1", "d": "2"}}},
		"a[]=1&a[]=2":              object{"a": []any{"1", "2"}},
		"a[0]=1&a[1][x]=2&a[]=3":   object{"a": []any{"1", object{"x": "2"}, "3"}},
		"a[1]=1&a[2]=2":            object{"a": object{"1": "1", "2": "2"}},
		"a[0]=1&a[x]=2":            object{"a": object{"0": "1", "x": "2"}},
		"a[][x]=1&a[][x]=2":        object{"a": []any{object{"x": "1"}, object{"x": "2"}}},
		"0=a&1=b":                  object{"0": "a", "1": "b"},
		"a[b=1&a]=2&[c]=3&a[b]d=4": object{"a[b": "1", "a]": "2", "[c]": "3", "a[b]d": "4"},
		"a.b=1&Имя=2":              object{"a.b": "1", "Имя": "2"},
		"a[-1]=x&a[99999999999]=y": object{"a": object{"-1": "x", "99999999999": "y"}},
	} {
		p := parse(t, bind(t, gonets.Source{}), request("application/x-www-form-urlencoded", form))
		if diff := cmp.Diff(want, p.Body); diff != "" || p.Mark != "" {
			t.Errorf("%s: mark %q %s", form, p.Mark, diff)
		}
	}
	for form, want := range map[string]any{
		"a=1&a=2":          object{"a": "2"},
		"a=1&a[b]=2":       object{"a": object{"b": "2"}},
		"a[b]=1&a=2":       object{"a": "2"},
		"a[b]=1&a[b][c]=2": object{"a": object{"b": object{"c": "2"}}},
	} {
		p := parse(t, bind(t, gonets.Source{}), request("application/x-www-form-urlencoded", form))
		if diff := cmp.Diff(want, p.Body); diff != "" || p.Mark != gonets.MarkDuplicateKeys {
			t.Errorf("%s: mark %q %s", form, p.Mark, diff)
		}
	}
	deep := "a" + strings.Repeat("[b]", 100)
	p := parse(t, bind(t, gonets.Source{}), request("application/x-www-form-urlencoded", deep+"=1"))
	if diff := cmp.Diff(object{deep: "1"}, p.Body); diff != "" {
		t.Error(diff)
	}
	p = parse(t, bind(t, gonets.Source{}), request("application/x-www-form-urlencoded", strings.Repeat("&a=1", maxElements+1)))
	if _, isText := p.Body.(string); !isText || p.Mark != gonets.MarkUnparsed {
		t.Errorf("an endless form: %T %q", p.Body, p.Mark)
	}
}

func TestQueryAndHeaders(t *testing.T) {
	t.Parallel()
	in := request("", "", "X-A", "1", "x-a", "2", "X-B", "\xff")
	in.RawQuery = "hub.mode=a&t=1&t=2&t=3&empty&a[b]=1&bad=%zz&%D0%98=%D1%8F"
	p := parse(t, bind(t, gonets.Source{}), in)
	want := map[string]any{"hub.mode": "a", "t": []any{"1", "2", "3"}, "empty": "", "a[b]": "1", "bad": "%zz", "И": "я"}
	if diff := cmp.Diff(want, p.Query); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"x-a": "1, 2", "x-b": "\uFFFD"}, p.Headers); diff != "" {
		t.Error(diff)
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	path := func(s string) *gonets.SourceID { return &gonets.SourceID{Path: s} }
	long := strings.Repeat("k", gonets.MaxIDLength+1)
	for name, tt := range map[string]struct {
		src     gonets.Source
		body    string
		headers []string
		want    string
		strict  bool
	}{
		"the preset's":                 {gonets.Source{Preset: "tilda"}, `{"tranid":"1:2"}`, nil, "1:2", false},
		"none by the document":         {gonets.Source{Preset: "tilda", ID: path("")}, `{"tranid":"1:2"}`, nil, "", false},
		"another by the document":      {gonets.Source{Preset: "tilda", ID: path("event.body.n")}, `{"tranid":"1:2","n":9007199254740993}`, nil, "9007199254740993", false},
		"a header in any case":         {gonets.Source{ID: path("headers.X-Request-Id")}, ``, []string{"x-request-id", "r"}, "r", false},
		"the header beats the path":    {gonets.Source{Preset: "tilda"}, `{"tranid":"1:2"}`, []string{"idempotency-key", " k "}, "k", true},
		"an empty header does not":     {gonets.Source{Preset: "tilda"}, `{"tranid":"1:2"}`, []string{"Idempotency-Key", " "}, "1:2", false},
		"a null is none":               {gonets.Source{Preset: "tilda"}, `{"tranid":null}`, nil, "", false},
		"an empty text is none":        {gonets.Source{Preset: "tilda"}, `{"tranid":""}`, nil, "", false},
		"an object is none":            {gonets.Source{Preset: "tilda"}, `{"tranid":{}}`, nil, "", false},
		"a missing one is none":        {gonets.Source{Preset: "tilda"}, `{}`, nil, "", false},
		"a long one is kept as a hash": {gonets.Source{}, ``, []string{"Idempotency-Key", long}, Key(long), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := bind(t, tt.src)
			key, strict := b.ID(parse(t, b, request("application/json", tt.body, tt.headers...)))
			if key != tt.want || strict != tt.strict {
				t.Errorf("got %q %t", key, strict)
			}
		})
	}
	if k := Key(long); len(k) > gonets.MaxIDLength || k == Key(long+"x") {
		t.Errorf("a long key became %q", k)
	}
}

func TestDerivedValues(t *testing.T) {
	t.Parallel()
	for cookies, want := range map[string]map[string]any{
		"TILDAUTM=utm_source%3Dvk%7C%7C%7Cutm_term%3D%D1%8F": {"utm_source": "vk", "utm_term": "я"},
		"a=b; TILDAUTM=utm_source%3Da%253Db ":                {"utm_source": "a%3Db"},
		"TILDAUTM=%zz":                                       {},
		"TILDAUTM=":                                          {},
		"TILDAUTM=tranid%3D1%7C%7C%7Cutm_%3D1%7C%7C%7Cutm_A%3D1%7C%7C%7CX":                  {},
		"XTILDAUTM=utm_source%3Dvk":                                                         {},
		"TILDAUTM=utm_medium%3Dspoilt%7C%7C%7Cutm_id%3D%FF; TILDAUTM=utm_campaign%3Dsecond": {"utm_id": "\uFFFD"},
	} {
		body := map[string]any{"COOKIES": cookies, "utm_medium": "own"}
		want["COOKIES"], want["utm_medium"] = cookies, "own"
		utmFromCookies(body, "COOKIES")
		if diff := cmp.Diff(want, body); diff != "" {
			t.Errorf("%s: %s", cookies, diff)
		}
	}
}

func TestReplies(t *testing.T) {
	t.Parallel()
	text := func(s string) *string { return &s }
	r := Receipt{Success: true, EventID: "id-1", Status: StatusAccepted}
	for name, tt := range map[string]struct {
		src    gonets.Source
		status int
		body   string
	}{
		"the preset's literal":   {gonets.Source{Preset: "tilda"}, 200, "ok"},
		"our own":                {gonets.Source{}, 200, `{"success":true,"event_id":"id-1","status":"accepted","duplicate":false}`},
		"another status":         {gonets.Source{Reply: &gonets.SourceReply{Status: 202}}, 202, `{"success":true,"event_id":"id-1","status":"accepted","duplicate":false}`},
		"the document's text":    {gonets.Source{Preset: "tilda", Reply: &gonets.SourceReply{Text: text("got {event_id}")}}, 200, "got id-1"},
		"the document's nothing": {gonets.Source{Reply: &gonets.SourceReply{Status: 204, Text: text("")}}, 204, ""},
		"the document's json":    {gonets.Source{Reply: &gonets.SourceReply{JSON: json.RawMessage(`{"id":"{event_id}","code":0}`)}}, 200, `{"id":"id-1","code":0}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := bind(t, tt.src)
			got := b.Reply(parse(t, b, request("", "")), r)
			if got.Status != tt.status || string(got.Body) != tt.body {
				t.Errorf("got %d %s", got.Status, got.Body)
			}
		})
	}
}

func TestAnswersOfPresetsAreFilled(t *testing.T) {
	t.Parallel()
	b := bind(t, gonets.Source{})
	in := request("application/x-www-form-urlencoded", "InvId=7&x=a%0D%0Ab")
	in.RawQuery = "hub.mode=s&hub.challenge=c"
	p := parse(t, b, in)
	for template, want := range map[string]string{
		`OK{params.InvId}`:          "OK7",
		`{query["hub.challenge"]}`:  "c",
		`{"code":0}`:                `{"code":0}`,
		`{}`:                        `{}`,
		`{"id":"{event_id}"}`:       `{"id":"e1"}`,
		`{body.none}{unknown_name}`: "",
	} {
		if got := b.fill(PresetReply{Body: template}, p, "e1"); string(got.Body) != want {
			t.Errorf("%s became %s", template, got.Body)
		}
	}
	got := b.fill(PresetReply{Headers: map[string]string{"A": "{body.x}", "B": "{body.none|omit}"}}, p, "")
	if diff := cmp.Diff([]gonets.Header{{Name: "A", Value: "ab"}}, got.Headers); diff != "" {
		t.Error(diff)
	}
}

func TestHandshakes(t *testing.T) {
	t.Parallel()
	p, err := ParsePreset([]byte(strings.Replace(minimal, "%s", `, "handshake": {"method": "POST", "when": {"body.type": "hello", "headers.x-a": "*"},
		"check": {"body.account": "{account}"}, "verify_first": true, "reply": {"status": 201, "body": "{body.challenge}"}}`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Bind(gonets.Source{}, p)
	if err != nil {
		t.Fatal(err)
	}
	in := func(headers ...string) *Incoming {
		return request("application/json", `{"type":"hello","account":"a","challenge":"c"}`, headers...)
	}
	if s, err := b.Handshake(in("X-A", "1"), true); s != nil || gonets.CodeOf(err) != gonets.CodeSignature {
		t.Errorf("without the setting: %v %v", s, err)
	}
	b.settings = map[string]string{"account": "a"}
	if s, err := b.Handshake(in("X-A", "1"), true); err != nil || s == nil || s.Reply.Status != 201 || string(s.Reply.Body) != "c" {
		t.Errorf("got %v %v", s, err)
	}
	if s, err := b.Handshake(in("X-A", "1"), false); s != nil || err != nil {
		t.Errorf("before the signature was checked: %v %v", s, err)
	}
	if s, err := b.Handshake(in(), true); s != nil || err != nil {
		t.Errorf("a condition does not hold: %v %v", s, err)
	}
}

func TestTheEventThatTemplatesSee(t *testing.T) {
	t.Parallel()
	b := bind(t, gonets.Source{TimeZone: "Europe/Moscow"})
	in := request("application/json", `{"a":1}`, "Cookie", "session=s", "Proxy-Authorization", "p")
	in.Item = []byte(`{"i":1}`)
	ev := event(in)
	ev.Path = "/x"
	want := map[string]any{
		"id": "e", "method": "POST", "path": "/x", "query": map[string]any{}, "headers": map[string]any{"content-type": "application/json"},
		"body": map[string]any{"a": json.Number("1")}, "raw": `{"a":1}`, "received_at": "2026-03-02T12:00:00.000+03:00",
		"source": "main", "item": map[string]any{"i": json.Number("1")},
	}
	for range 2 {
		if diff := cmp.Diff(want, b.Event(ev)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestTheEventOfARequestJustTakenApartIsTheStoredOnes(t *testing.T) {
	t.Parallel()
	secretBody := gonets.Verify{Kind: "token", Secret: "s", Places: []gonets.Place{{In: "body", Name: "key"}}}
	secretQuery := gonets.Verify{Kind: "token", Secret: "s", Places: []gonets.Place{{In: "query", Name: "key"}, {In: "header", Name: "X-Key"}}}
	for name, tt := range map[string]struct {
		verify      *gonets.Verify
		media, body string
		again       bool
	}{
		"json":          {media: "application/json", body: `{"a":{"b":[1,"x"]}}`},
		"broken json":   {media: "application/json", body: `{"a":`},
		"form":          {media: "application/x-www-form-urlencoded", body: "a=1&b[c]=2"},
		"text":          {media: "text/plain; charset=windows-1251", body: "\xcf\xf0"},
		"binary":        {media: "image/png", body: "\x89PNG\xff"},
		"nothing":       {},
		"secret query":  {verify: &secretQuery, media: "application/json", body: `{"key":1}`},
		"secret body":   {verify: &secretBody, media: "application/json", body: `{"a":1}`, again: true},
		"large":         {media: "text/plain", body: strings.Repeat("x", maxShared+1), again: true},
		"many elements": {media: "application/json", body: "[" + strings.Repeat("1,", maxShared/elementCost) + "1]", again: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := bind(t, gonets.Source{Verify: tt.verify, TimeZone: "Europe/Moscow"})
			in := request(tt.media, tt.body, "X-Key", "k", "Cookie", "session=s")
			in.RawQuery = "key=s&q=1"
			p, err := b.Parse(in)
			if err != nil {
				t.Fatal(err)
			}
			headers, query := maps.Clone(p.Headers), maps.Clone(p.Query)
			d := b.Decoded(event(in), p)
			if (d == nil) != tt.again {
				t.Fatalf("got %v", d)
			}
			if d == nil {
				return
			}
			if diff := cmp.Diff(b.Event(event(in)), d.Object); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]any{headers, query}, []any{p.Headers, p.Query}); diff != "" {
				t.Errorf("the request itself was changed: %s", diff)
			}
			if d.Bytes > maxShared || d.Bytes < len(tt.body) && p.Raw != nil {
				t.Errorf("takes %d bytes", d.Bytes)
			}
		})
	}
}

func TestSecretsAreNeitherShownNorInTheScope(t *testing.T) {
	t.Parallel()
	const secret = "S3CRET-value"
	src := gonets.Source{Verify: &gonets.Verify{Kind: "token", Secret: "s", Places: []gonets.Place{
		{In: "header", Name: "X-Key"}, {In: "query", Name: "key"}, {In: "body", Name: "auth.key"}}}}
	multi := "--b\r\nContent-Disposition: form-data; name=\"auth[key]\"\r\n\r\n" + secret + "\r\n--b--\r\n"
	for name, tt := range map[string]struct{ media, body, shown string }{
		"json":             {"application/json", `{ "auth" : {"key": "` + secret + `", "n": 1.0}, "x": [ ] }`, `{ "auth" : {"key": "***", "n": 1.0}, "x": [ ] }`},
		"json, twice":      {"application/json", `{"auth":{"key":"` + secret + `","key":{"a":"` + secret + `"}}}`, `{"auth":{"key":"***","key":"***"}}`},
		"json, escaped":    {"application/json", `{"a\u0075th":{"k\u0065y":"` + secret + `"}}`, `{"a\u0075th":{"k\u0065y":"***"}}`},
		"json, elsewhere":  {"application/json", `{"key":"kept","auth":[{"key":"kept"}]}`, `{"key":"kept","auth":[{"key":"kept"}]}`},
		"form":             {"application/x-www-form-urlencoded", "a=1&auth%5Bkey%5D=" + secret + "&b=2", "a=1&auth%5Bkey%5D=***&b=2"},
		"form inside":      {"application/x-www-form-urlencoded", "auth[key][x]=" + secret, "auth[key][x]=***"},
		"multipart":        {"multipart/form-data; boundary=b", multi, strings.ReplaceAll(multi, secret, "***")},
		"broken json":      {"application/json", `{"auth":{"key" : "` + secret + `", "n":`, `{"auth":{"key" : "***", "n":`},
		"broken, no quote": {"application/json", `{key=` + secret + `; b`, `{key=***; b`},
		"text":             {"text/plain", "key: " + secret, "key: ***"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := bind(t, src)
			in := request(tt.media, tt.body, "X-KEY", secret, "Authorization", "Bearer "+secret, "X-Other", "kept")
			in.RawQuery = "a=%31&k%65y=" + secret + "&b"
			ev := event(in)
			masked := b.Mask(*ev)
			if string(masked.Body) != tt.shown || masked.RawQuery != "a=%31&k%65y=***&b" {
				t.Errorf("shown: %s ? %s", masked.Body, masked.RawQuery)
			}
			want := []gonets.Header{{Name: "Content-Type", Value: tt.media}, {Name: "X-KEY", Value: "***"},
				{Name: "Authorization", Value: "Bearer ***"}, {Name: "X-Other", Value: "kept"}}
			if diff := cmp.Diff(want, masked.Headers); diff != "" {
				t.Error(diff)
			}
			scope := b.Event(ev)
			if scope["raw"] != tt.shown {
				t.Errorf("raw is %s", scope["raw"])
			}
			text, err := json.Marshal(scope)
			if err != nil || strings.Contains(string(text), secret) {
				t.Errorf("%v: the scope is %s", err, text)
			}
			if string(ev.Body) != tt.body || ev.Headers[1].Value != secret {
				t.Error("the event itself was changed")
			}
		})
	}
}

func TestAFileIsShownByteForByteBesideAHiddenField(t *testing.T) {
	t.Parallel()
	const file = "\x89PNG\xff\xfe\x00"
	form := func(key string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n" + key + "\r\n--b\r\n" +
			"Content-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n" + file + "\r\n--b--\r\n"
	}
	b := bind(t, gonets.Source{Verify: &gonets.Verify{Kind: "token", Secret: "s", Places: []gonets.Place{{In: "body", Name: "key"}}}})
	ev := event(request("multipart/form-data; boundary=b", form("S3CRET")))
	if got := string(b.Mask(*ev).Body); got != form("***") {
		t.Errorf("shown: %q", got)
	}
	if got := string(b.Plain(*ev).Body); got != form("S3CRET") {
		t.Errorf("plain: %q", got)
	}
}

func TestUnpackingForPeople(t *testing.T) {
	t.Parallel()
	packed, err := base64.StdEncoding.DecodeString("H4sIAAAAAAACA3u/e3+10oW5F/Zd2HNh68UGJSslAyDQBWJDIzOlWgAG3k29HwAAAA==")
	if err != nil {
		t.Fatal(err)
	}
	b := bind(t, gonets.Source{})
	masked := b.Mask(*event(request("application/json", string(packed), "Content-Encoding", "gzip")))
	if want := `{"Номер":"0000-000126"}`; string(masked.Body) != want {
		t.Errorf("shown: %q", masked.Body)
	}
	if n, err := request("", string(packed), "Content-Encoding", "gzip").Unpack(); n != 31 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestWaits(t *testing.T) {
	t.Parallel()
	if w := bind(t, gonets.Source{}).Wait(); w != gonets.MaxSyncWait {
		t.Errorf("generic waits %s", w)
	}
	if w := bind(t, gonets.Source{Preset: "tilda"}).Wait(); w != 4*time.Second {
		t.Errorf("tilda waits %s", w)
	}
}
