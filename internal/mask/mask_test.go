package mask_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/charset"
	"gonets/internal/mask"
	"gonets/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const phone = "+7 999 <000>&11-22"

func event(body, kind string) gonets.Event {
	return gonets.Event{Method: "POST", Body: []byte(body), ContentType: kind, Headers: []gonets.Header{{Name: "Content-Type", Value: kind}}}
}

func TestAFieldIsHiddenWhateverItStandsIn(t *testing.T) {
	t.Parallel()
	const jsonType, form, parts = "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=xx"
	old, err := charset.Encode("телефон: 12345, имя: Анна", "windows-1251")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ fields, kind, body, want string }{
		{"phone", jsonType, `{"a":1, "Phone" : "1", "b":[{"phone":22},{"phone":{"x":[1]}}]}`, `{"a":1, "Phone" : "***", "b":[{"phone":"***"},{"phone":"***"}]}`},
		{"phone", jsonType, `{"telephone":"1","phone_type":"home","phones":["2"]}`, `{"telephone":"1","phone_type":"home","phones":["2"]}`},
		{"client.phone", jsonType, `{"client":{"phone":"1"},"phone":"2","a":{"client":[{"phone":"3"}]},"client.phone":"4"}`, `{"client":{"phone":"***"},"phone":"2","a":{"client":[{"phone":"***"}]},"client.phone":"***"}`},
		{"*.passport", jsonType, `{"x":{"passport":"1"}}`, `{"x":{"passport":"***"}}`},
		{"client.*", jsonType, `{"client":{"a":"1","b":2},"c":3}`, `{"client":{"a":"***","b":"***"},"c":3}`},
		{"client.*.phone", jsonType, `{"client":{"a":{"phone":1},"phone":2}}`, `{"client":{"a":{"phone":"***"},"phone":2}}`},
		{`["номер карты"]`, jsonType, `{"номер карты":"1"}`, `{"номер карты":"***"}`},
		{"body", jsonType, `{"a":1}`, `***`},
		{"phone", jsonType, `{"raw":"{\"phone\":\"1\"}","n":1}`, `{"raw":"{\"phone\":\"***\"}","n":1}`},
		{"phone", jsonType, `{"phone":"1234`, `{"phone":"***`},
		{"phone", form, "phone=1&a=2&client%5Bphone%5D=3&client.phone=4", "phone=***&a=2&client%5Bphone%5D=***&client.phone=***"},
		{"phone", form, "data=%7B%22phone%22%3A%221%22%7D&x=", "data=%7B%22phone%22%3A%22%2A%2A%2A%22%7D&x="},
		{"имя", form + "; charset=windows-1251", "%E8%EC%FF=%C0%ED%ED%E0&a=%C0&b=1", "%D0%B8%D0%BC%D1%8F=***&a=%D0%90&b=1"},
		{"phone", form + "; charset=windows-1251", "%E8%EC%FF=%C0", "%E8%EC%FF=%C0"},
		{"phone", "", "phone=1&a=2", "phone=***&a=2"},
		{"phone", parts, "--xx\r\nContent-Disposition: form-data; name=\"phone\"\r\n\r\n1\r\n--xx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n2\r\n--xx--",
			"--xx\r\nContent-Disposition: form-data; name=\"phone\"\r\n\r\n***\r\n--xx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n2\r\n--xx--"},
		{"phone", "application/xml", `<a><phone kind="x">1</phone><ns:Phone>2</ns:Phone></a>`, `<a><phone kind="x">***</phone><ns:Phone>***</ns:Phone></a>`},
		{"phone", "text/plain", "Phone: 1, name: Anna", "Phone: ***, name: Anna"},
		{"телефон", "text/plain; charset=windows-1251", string(old), "телефон: ***, имя: Анна"},
		{"phone", "text/plain", string(old), string(old)},
	} {
		got := mask.New([]string{tt.fields}).Event(event(tt.body, tt.kind))
		if string(got.Body) != tt.want {
			t.Errorf("%s in %q:\n got %q\nwant %q", tt.fields, tt.body, got.Body, tt.want)
		}
	}
}

func TestOnlyFieldsAreRead(t *testing.T) {
	t.Parallel()
	for field, good := range map[string]bool{"phone": true, "*.passport": true, "headers.x-token": true, "client.*": true, `["a b"].c`: true, "leads[*].phone": true,
		"": false, "*": false, "*.*": false, "a b": false, "][": false, strings.Repeat("a", 201): false} {
		if _, err := mask.Parse(field); (err == nil) != good {
			t.Errorf("%q: %v", field, err)
		}
	}
}

// encodings are how a value may stand in what is shown.
func encodings(s string) map[string]string {
	quoted, _ := json.Marshal(s)
	return map[string]string{
		"plain": s, "base64": base64.StdEncoding.EncodeToString([]byte(s)), "percent": url.PathEscape(s), "form": url.QueryEscape(s),
		"json": strings.Trim(string(quoted), `"`), "hex": hex.EncodeToString([]byte(s)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(s))),
		"basic": base64.StdEncoding.EncodeToString([]byte("user:" + s + ":x")),
	}
}

// whole is a run in which a value came in a field and stands, in one encoding, at
// every place that people are shown.
func whole(value, in string) gonets.RunDetail {
	quoted, _ := json.Marshal(value)
	text, _ := json.Marshal(in)
	ev := event(`{"phone":`+string(quoted)+`,"note":`+string(text)+`}`, "application/json")
	ev.Path, ev.RawQuery = "/"+in, "q="+in
	ev.Headers = append(ev.Headers, gonets.Header{Name: "X-Note", Value: in})
	ev.Item = []byte(`{"note":` + string(text) + `}`)
	ev.Answer = &gonets.Answer{Body: []byte(in), Headers: []gonets.Header{{Name: "X-Note", Value: in}}}
	a := gonets.Attempt{Exchange: gonets.Exchange{
		URL: "https://crm.test/" + in + "?a=" + in, StatusLine: "400 " + in, Error: "refused: " + in, Hops: []gonets.Hop{{URL: "https://x.test/" + in}},
		RequestHeaders: []gonets.Header{{Name: "X-Note", Value: in}}, RequestBody: []byte("tel " + in),
		ReplyHeaders: []gonets.Header{{Name: "X-Note", Value: in}}, ReplyBody: []byte(`{"saved":` + string(text) + `}`),
	}}
	return gonets.RunDetail{Run: gonets.RunSummary{LastError: "refused: " + in}, Event: ev, Attempts: []gonets.Attempt{a},
		Results: []gonets.StepResult{{Path: "names", Value: []byte(`{"client":` + string(text) + `}`)}}}
}

// places are all texts of a run.
func places(d *gonets.RunDetail) map[string]string {
	a := &d.Attempts[0]
	return map[string]string{
		"path": d.Event.Path, "query": d.Event.RawQuery, "event headers": d.Event.Headers[1].Value, "event body": string(d.Event.Body), "item": string(d.Event.Item),
		"answer": string(d.Event.Answer.Body), "answer headers": d.Event.Answer.Headers[0].Value,
		"address": a.URL, "status line": a.StatusLine, "error": a.Error, "redirect": a.Hops[0].URL,
		"request headers": a.RequestHeaders[0].Value, "request body": string(a.RequestBody), "reply headers": a.ReplyHeaders[0].Value, "reply body": string(a.ReplyBody),
		"step": string(d.Results[0].Value), "list": d.Run.LastError,
	}
}

// leaks are the places where a value can be read in some encoding.
func leaks(d *gonets.RunDetail, value string) (out []string) {
	for place, text := range places(d) {
		for name, code := range encodings(value) {
			quoted, _ := json.Marshal(code)
			if strings.Contains(text, code) || strings.Contains(text, strings.Trim(string(quoted), `"`)) {
				out = append(out, place+" ("+name+")")
			}
		}
	}
	return out
}

func TestAValueIsNowhereInNoEncoding(t *testing.T) {
	t.Parallel()
	for name, in := range encodings(phone) {
		d := whole(phone, in)
		before := len(places(&d))
		if open := mask.New([]string{"email"}).Run(d); len(leaks(&open, phone)) < before {
			t.Fatalf("%s: the places of the value are not looked at: %v", name, leaks(&open, phone))
		}
		shown := mask.New([]string{"phone"}).Run(d)
		if found := leaks(&shown, phone); len(found) > 0 {
			t.Errorf("as %s it can be read at %v\n%+v", name, found, places(&shown))
		}
		for _, text := range []string{string(shown.Event.Body), string(shown.Attempts[0].ReplyBody), string(shown.Results[0].Value)} {
			if !json.Valid([]byte(text)) {
				t.Errorf("no JSON any more: %s", text)
			}
		}
		if again := places(&d); !strings.Contains(again["event body"], "note") || len(leaks(&d, phone)) < before {
			t.Fatal("what is stored was changed")
		}
	}
}

func TestAValueIsHiddenInBodiesInOtherEncodings(t *testing.T) {
	t.Parallel()
	const name, text, form = "Анна Петрова", "text/plain; charset=koi8-r", "application/x-www-form-urlencoded; charset=koi8-r"
	old, err := charset.Encode(name, "koi8-r")
	if err != nil {
		t.Fatal(err)
	}
	said := func(kind string) []gonets.Header { return []gonets.Header{{Name: "Content-Type", Value: kind}} }
	d := gonets.RunDetail{Event: event(`{"client":"`+name+`"}`, "application/json"), Attempts: []gonets.Attempt{{Exchange: gonets.Exchange{
		RequestHeaders: said(form), RequestBody: []byte("a=%F0&b=" + url.QueryEscape(string(old))),
		ReplyHeaders: said(text), ReplyBody: append([]byte("saved: "), old...),
	}}}}
	d.Event.Answer = &gonets.Answer{Headers: said("text/plain"), Body: []byte(name)}
	shown := mask.New([]string{"client"}).Run(d)
	if got := string(shown.Attempts[0].RequestBody); got != "a=%D0%9F&b=***" {
		t.Errorf("the form: %q", got)
	}
	if got := string(shown.Attempts[0].ReplyBody); got != "saved: ***" {
		t.Errorf("the reply: %q", got)
	}
	if got := string(shown.Event.Answer.Body); got != "***" {
		t.Errorf("the answer: %q", got)
	}
}

// What a step says of encodings is how its bodies are read: a service may name none,
// or a wrong one, and what it sent comes back in the next request under another name.
func TestAValueIsHiddenInBodiesInTheEncodingOfTheirStep(t *testing.T) {
	t.Parallel()
	const name = "Ёлкина Анна"
	encoded := func(label, text string) []byte {
		raw, err := charset.Encode(text, label)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for label, kind := range map[string]string{"koi8-r": "", "ibm866": "application/json", "windows-1251": "application/json; charset=iso-8859-1", "utf-16le": "application/json"} {
		st := gonets.HTTPStep{ResponseCharset: label, Body: &gonets.HTTPBody{Charset: "koi8-r"}, Retry: &gonets.Retry{Ask: &gonets.Ask{Body: &gonets.HTTPBody{Charset: "ibm866"}}}}
		headers := []gonets.Header{{Name: "Content-Type", Value: kind}}
		reply := gonets.Exchange{Status: 200, ReplyHeaders: headers, ReplyBody: encoded(label, `{"имя":"`+name+`","город":"Псков"}`)}
		sent := func(label string) gonets.Exchange {
			return gonets.Exchange{RequestHeaders: []gonets.Header{{Name: "Content-Type", Value: "text/csv"}}, RequestBody: encoded(label, "кому;"+name)}
		}
		got := mask.New([]string{"имя"}).Run(gonets.RunDetail{
			Version: &gonets.Version{Scenario: gonets.Scenario{Steps: []gonets.Step{{ID: "ask", HTTP: &st}, {ID: "old", Request: "list", Sent: &st}}}},
			Attempts: []gonets.Attempt{{Path: "ask", Exchange: reply}, {Path: "old", Exchange: sent("koi8-r")}, {Path: "old", Purpose: gonets.PurposeAsk, Exchange: sent("ibm866")},
				{Path: "gone", Exchange: sent("utf-8")}},
		})
		if body := string(got.Attempts[0].ReplyBody); body != `{"имя":"***","город":"Псков"}` {
			t.Errorf("%s: the reply is %q", label, body)
		}
		for _, a := range got.Attempts[1:] {
			if body := string(a.RequestBody); body != "кому;***" {
				t.Errorf("%s: %s sends %q", label, a.Path, body)
			}
		}
		x := mask.New([]string{"имя"}).Cover().Exchange(&st, &reply)
		if body := string(x.ReplyBody); body != `{"имя":"***","город":"Псков"}` {
			t.Errorf("%s: the reply of a check is %q", label, body)
		}
	}
}

func TestAHiddenFileIsHiddenWhereItIsSentOn(t *testing.T) {
	t.Parallel()
	const png, other, kind = "\x89PNG\xff scan", "\x89PNG\xff photo", "multipart/form-data; boundary="
	part := func(boundary, name string) []byte {
		return []byte("--" + boundary + "\r\nContent-Disposition: form-data; name=" + name + "; filename=a.png\r\n\r\n" + png + "\r\n--" + boundary + "--\r\n")
	}
	sent := func(body []byte, kind string) gonets.Attempt {
		return gonets.Attempt{Exchange: gonets.Exchange{RequestBody: body, RequestHeaders: []gonets.Header{{Name: "Content-Type", Value: kind}}}}
	}
	before := event(string(part("xx", "photo")), kind+"xx")
	if shown := mask.New([]string{"passport"}).Run(gonets.RunDetail{Event: before, Attempts: []gonets.Attempt{sent(part("yy", "passport"), kind+"yy")}}); strings.Contains(string(shown.Event.Body), "PNG") {
		t.Errorf("before it was hidden it is shown: %q", shown.Event.Body)
	}
	d := gonets.RunDetail{Event: event(string(part("xx", "passport")), kind+"xx"), Attempts: []gonets.Attempt{
		sent(part("yy", "document"), kind+"yy"), sent([]byte(png), "image/png"), sent([]byte(other), "image/png"),
	}}
	shown := mask.New([]string{"passport"}).Run(d)
	if body := string(shown.Attempts[0].RequestBody); strings.Contains(body, "PNG") || !strings.Contains(body, "name=document") {
		t.Errorf("under another name it is shown: %q", body)
	}
	if body := string(shown.Attempts[1].RequestBody); body != mask.Hidden {
		t.Errorf("as a body it is shown: %q", body)
	}
	if body := string(shown.Attempts[2].RequestBody); body != other {
		t.Errorf("another file is hidden: %q", body)
	}
}

func TestAValueBesideAFileIsCoveredAndNothingElse(t *testing.T) {
	t.Parallel()
	const head, kind = "--xx\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=xx"
	sent := head + "other\r\n\r\nАнна 79991112233\r\n" + head + "f; filename=a.png\r\n\r\n\x89PNG\xff\r\n--xx--\r\n"
	d := gonets.RunDetail{Event: event(`{"client":"79991112233"}`, "application/json"), Attempts: []gonets.Attempt{{Exchange: gonets.Exchange{
		RequestBody: []byte(sent), RequestHeaders: []gonets.Header{{Name: "Content-Type", Value: kind}},
	}}}}
	want := strings.Replace(sent, "79991112233", mask.Hidden, 1)
	if got := string(mask.New([]string{"client"}).Run(d).Attempts[0].RequestBody); got != want {
		t.Errorf("got %q", got)
	}
}

func TestLinesAreHiddenAsXMLWritesThem(t *testing.T) {
	t.Parallel()
	d := gonets.RunDetail{Event: event(`{"address":"ул. Ленина\n\tд. 5 & \r7"}`, "application/json"), Attempts: []gonets.Attempt{
		{Exchange: gonets.Exchange{RequestBody: []byte("<a>ул. Ленина&#xA;&#x9;д. 5 &amp; &#xD;7</a>")}},
	}}
	if body := string(mask.New([]string{"address"}).Run(d).Attempts[0].RequestBody); body != "<a>"+mask.Hidden+"</a>" {
		t.Errorf("it is shown: %s", body)
	}
}

func TestAHiddenNumberLeavesJSON(t *testing.T) {
	t.Parallel()
	ev := event(`{"phone":"79990001122","crm":79990001122}`, "application/json")
	got := mask.New([]string{"phone"}).Event(ev)
	if string(got.Body) != `{"crm":"***","phone":"***"}` {
		t.Fatalf("%s", got.Body)
	}
}

func TestAPhoneIsHiddenWithoutItsSigns(t *testing.T) {
	t.Parallel()
	d := whole("8 (999) 000-11-22", "tel 79990001122, 9990001122")
	shown := mask.New([]string{"phone"}).Run(d)
	for place, text := range places(&shown) {
		if strings.Contains(text, "9990001122") {
			t.Errorf("%s: %s", place, text)
		}
	}
}

func TestCredentialsInHeadersAreHiddenWithoutRules(t *testing.T) {
	t.Parallel()
	d := whole("x", "s3ss10n-token")
	d.Event.Headers = append(d.Event.Headers, gonets.Header{Name: "X-Session-Token", Value: "Bearer s3ss10n-token"}, gonets.Header{Name: "Idempotency-Key", Value: "k"})
	shown := mask.New(nil).Run(d)
	if found := leaks(&shown, "s3ss10n-token"); len(found) > 0 || shown.Event.Headers[2].Value != "Bearer ***" || shown.Event.Headers[3].Value != "k" {
		t.Fatalf("%v %v", found, shown.Event.Headers)
	}
}

func TestTheCookiesOfARunAreNowhere(t *testing.T) {
	t.Parallel()
	shown := mask.New(nil).Run(gonets.RunDetail{Attempts: []gonets.Attempt{{Exchange: gonets.Exchange{
		ReplyBody: []byte(`{"session":"s3cretvalue","lang":"ru"}`),
		Cookies:   []gonets.Cookie{{Line: `sid="s3cretvalue"; Path=/`}, {Line: "lang=ru"}},
	}}}})
	a := shown.Attempts[0]
	if len(a.Cookies) != 0 || string(a.ReplyBody) != `{"session":"***","lang":"ru"}` {
		t.Errorf("%v %s", a.Cookies, a.ReplyBody)
	}
}

// Of cookies that cannot be opened nobody knows the values: all in which they may stand
// is hidden, and nothing that was there before them.
func TestWhatMayHoldCookiesThatCannotBeOpenedIsHidden(t *testing.T) {
	t.Parallel()
	const sid = "s3cretvalue"
	at := time.UnixMilli(1_000)
	attempt := func(text string) gonets.Attempt {
		a := whole("x", text).Attempts[0]
		a.StartedAt = at
		return a
	}
	before, sealed, after := attempt("earlier"), attempt(sid), attempt(sid)
	sealed.Sealed = true
	sealed.URL, sealed.RequestHeaders, sealed.RequestBody, sealed.Status, sealed.Error = "https://crm.test/login", nil, []byte("user"), 200, ""
	after.Status, after.Error = 200, "kept"
	d := gonets.RunDetail{Event: whole("x", "mine").Event, Attempts: []gonets.Attempt{before, sealed, after},
		Results: []gonets.StepResult{{Value: []byte(`"earlier"`), FinishedAt: 999}, {Value: []byte(`"` + sid + `"`), FinishedAt: 1_000}}}
	d.Event.Answer.Body = []byte(sid)
	shown := mask.New(nil).Run(d)
	text, err := json.Marshal(shown)
	if err != nil {
		t.Fatal(err)
	}
	for i := range shown.Attempts {
		a := &shown.Attempts[i]
		text = append(append(text, a.RequestBody...), a.ReplyBody...)
	}
	text = append(append(text, shown.Results[1].Value...), shown.Event.Answer.Body...)
	if strings.Contains(string(text), sid) {
		t.Errorf("it can be read: %s", text)
	}
	if a := shown.Attempts; string(a[0].ReplyBody) != `{"saved":"earlier"}` || string(a[1].RequestBody) != "user" || a[1].URL != "https://crm.test/login" ||
		a[2].URL != "https://crm.test/***" || a[2].Error != "kept" || a[1].StatusLine != "200" || a[2].StatusLine != "200" || string(shown.Results[0].Value) != `"earlier"` || shown.Event.Path != "/mine" {
		t.Errorf("%+v", shown)
	}
}

// An error names an address as far as there is room: what it leaves of a value tells
// nobody the value.
func TestAValueThatAnErrorCutsIsHidden(t *testing.T) {
	t.Parallel()
	cookies := []gonets.Cookie{{Line: "sid=s3cretvalue; Path=/"}, {Line: "note=Wait for an answer… code 4411"}}
	for text, want := range map[string]string{
		"sent to https://a.test/s3cretv…, which redirected to https://a.test/s3cretvalue: refused": "sent to https://a.test/***…, which redirected to https://a.test/***: refused",
		"no answer from https://a.test/s3cr…":                                                      "no answer from https://a.test/***…",
		"no answer from https://a.test/s3c…":                                                       "no answer from https://a.test/s3c…", // shorter than what is told from other text
		"no answer from https://a.test/s3cr.":                                                      "no answer from https://a.test/s3cr.",
		"the reply begins czNjcmV0dmFs… of it":                                                     "the reply begins ***… of it", // base64
		"… and nothing else":                                                                       "… and nothing else",
		// A value may hold the sign itself.
		"it says Wait for an answer… code 4411: refused": "it says ***: refused",
		"it says Wait for an answer… code 4…":            "it says ***…",
		"it says Wait for an an…, then… more":            "it says ***…, then… more",
	} {
		if got := mask.Cookies(text, cookies); got != want {
			t.Errorf("%s:\n%s", text, got)
		}
	}
	d := event(`{"phone":"+7 999 000-11-22"}`, "application/json")
	shown := mask.New([]string{"phone"}).Run(gonets.RunDetail{Event: d, Run: gonets.RunSummary{LastError: "refused: +7 999 0…"},
		Attempts: []gonets.Attempt{{Exchange: gonets.Exchange{Error: "refused: +7 999 0…"}}}})
	if shown.Run.LastError != "refused: ***…" || shown.Attempts[0].Error != "refused: ***…" {
		t.Errorf("%q %q", shown.Run.LastError, shown.Attempts[0].Error)
	}
}

func TestWhatTheEditorLeftHiddenIsTheValueAgain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ was, seen, now, want string }{
		{`{"a":1,"p":"123"}`, `{"a":1,"p":"***"}`, `{"p": "***", "a": 2}`, `{"p": "123", "a": 2}`},
		{`{"p":123.50}`, `{"p":"***"}`, `{"p":"***"}`, `{"p":123.50}`},
		{`{"p":"123"}`, `{"p":"***"}`, `{"p":"456"}`, `{"p":"456"}`},
		{`{"n":"call 123 now"}`, `{"n":"call *** now"}`, `{"n":"call *** now"}`, `{"n":"call 123 now"}`},
		{`{"n":"call 123 now"}`, `{"n":"call *** now"}`, `{"n":"call *** later"}`, ""},
		{`{"p":"123"}`, `{"p":"***"}`, `{"q":"***"}`, ""},
		{`[{"n":1,"p":"1"},{"n":2,"p":"2"}]`, `[{"n":1,"p":"***"},{"n":2,"p":"***"}]`, `[{"n":2,"p":"***"}]`, `[{"n":2,"p":"2"}]`},
		{`[{"p":"1"},{"p":"2"}]`, `[{"p":"***"},{"p":"***"}]`, `[{"p":"***"}]`, ""},
		{`{"p":"1","p":"2"}`, `{"p":"***","p":"***"}`, `{"p":"***","p":"***","q":1}`, ""},
		{`{"a":[1,2],"a":[3],"p":"1"}`, `{"a":[1,2],"a":[3],"p":"***"}`, `{"a":[1,2],"a":[3],"p":"***","q":1}`, `{"a":[1,2],"a":[3],"p":"1","q":1}`},
		{`{"p":"1","p":"2","q":"3"}`, `{"p":"***","p":"***","q":"***"}`, `{"p":"4","p":"5","q":"***"}`, `{"p":"4","p":"5","q":"3"}`},
		{`{"a":[{"p":"1"},{"p":"2"}],"a":[3]}`, `{"a":[{"p":"***"},{"p":"***"}],"a":[3]}`, `{"a":[{"p":"***"},{"p":"***"}],"a":[4]}`, ""},
		{`{"a":3,"a":{"p":"1"}}`, `{"a":3,"a":{"p":"***"}}`, `{"a":4,"a":{"p":"***"}}`, ""},
		{`[[{"n":1,"p":"1"}],[2]]`, `[[{"n":1,"p":"***"}],[2]]`, `[[0,{"n":1,"p":"***"}],[2]]`, `[[0,{"n":1,"p":"1"}],[2]]`},
		{`["a","b"]`, `["a","b"]`, `["***"]`, `["***"]`},
		{"p=1&q=2", "p=***&q=2", "p=***&q=3", "p=1&q=3"},
		{"p=1&q=2", "p=***&q=2", "q=***", ""},
		{"a: 1\nb: 2", "a: ***\nb: 2", "b: 3\na: ***", "b: 3\na: 1"},
		{"", "", "***", "***"},
	} {
		got, err := mask.Restore(tt.was, tt.seen, tt.now)
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%s seen as %s, then %s: got %q, %v, want %q", tt.was, tt.seen, tt.now, got, err, tt.want)
		}
	}
	if _, err := mask.Restore(`{"p":"1","p":"2"}`, `{"p":"***","p":"***"}`, `{"p":"***","p":"3"}`); !errors.Is(err, mask.ErrTwice) {
		t.Errorf("one of two namesakes is hidden: %v", err)
	}
	if _, err := mask.Restore(`{"p":"1"}`, `{"p":"***"}`, `{"a":1,"a":2,"q":"***"}`); err == nil || errors.Is(err, mask.ErrTwice) {
		t.Errorf("a value elsewhere, beside namesakes: %v", err)
	}
}
