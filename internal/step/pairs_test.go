package step_test

import (
	"net/url"
	"strings"
	"testing"

	"gonets"
)

// written is what a request says with a query, a form or a text: its address's
// query, its body and its type.
func written(t *testing.T, http string) (query, body, contentType string, err error) {
	t.Helper()
	p := compile(t, `[{"id":"a","http":`+http+`}]`)
	r, err := p.HTTP("a").Build("a", scope(t, p, event), p)
	if err != nil {
		return "", "", "", err
	}
	u, err := url.Parse(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u.RawQuery, string(r.Body), gonets.HeaderValue(r.Headers, "Content-Type"), nil
}

func TestListsAreWrittenAsTheStepSays(t *testing.T) {
	t.Parallel()
	const rows = `{"tag":"{{ tags }}","one":"{{ id }}","no":"{{ event.body.empty }}","gone":"{{ event.body.nope }}","of":["x,y",null,2]}`
	for name, tt := range map[string]struct{ lists, query, form string }{
		"as usual": {"", "tag=a&tag=b%20c&one=9007199254740993&of=x%2Cy&of=2", "tag=a&tag=b+c&one=9007199254740993&gone=&of=x%2Cy&of=2"},
		"repeat":   {`"lists":"repeat",`, "tag=a&tag=b%20c&one=9007199254740993&of=x%2Cy&of=2", "tag=a&tag=b+c&one=9007199254740993&gone=&of=x%2Cy&of=2"},
		"brackets": {`"lists":"brackets",`, "tag%5B%5D=a&tag%5B%5D=b%20c&one=9007199254740993&of%5B%5D=x%2Cy&of%5B%5D=2",
			"tag%5B%5D=a&tag%5B%5D=b+c&one=9007199254740993&gone=&of%5B%5D=x%2Cy&of%5B%5D=2"},
		"comma": {`"lists":"comma",`, "tag=a,b%20c&one=9007199254740993&of=x%2Cy,2", "tag=a,b+c&one=9007199254740993&gone=&of=x%2Cy,2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			query, _, _, err := written(t, `{"url":"https://a.test/",`+tt.lists+`"query":`+rows+`}`)
			if err != nil || query != tt.query {
				t.Errorf("the query is\n%s, want\n%s: %v", query, tt.query, err)
			}
			_, form, _, err := written(t, `{"url":"https://a.test/",`+tt.lists+`"body":{"form":`+rows+`}}`)
			if err != nil || form != tt.form {
				t.Errorf("the form is\n%s, want\n%s: %v", form, tt.form, err)
			}
			inQuery, _, _, err := written(t, `{"method":"GET","url":"https://a.test/",`+tt.lists+`"body":{"json":{"tag":"{{ tags }}","no":null}}}`)
			if want, _, _ := strings.Cut(tt.query, "&one="); err != nil || inQuery != want {
				t.Errorf("a body in the query is\n%s, want\n%s: %v", inQuery, want, err)
			}
		})
	}
}

func TestANameWithBracketsGetsNoSecondOnes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"repeat": "a[]=1&a[]=2", "brackets": "a[]=1&a[]=2"} {
		query, form, _, err := written(t, `{"url":"https://a.test/","lists":"`+name+`","query":{"a[]":[1,2]},"body":{"form":{"a[]":[1,2]}}}`)
		for _, got := range []string{query, form} {
			if plain, _ := url.QueryUnescape(got); err != nil || plain != want {
				t.Errorf("%s: %s, %v", name, plain, err)
			}
		}
	}
	if _, form, _, err := written(t, `{"url":"https://a.test/","body":{"form":{"a[]":[{"n":1},{"n":2}]},"nested":true}}`); err != nil || form != "a%5B0%5D%5Bn%5D=1&a%5B1%5D%5Bn%5D=2" {
		t.Errorf("a list of objects is %s, %v", form, err)
	}
}

func TestFormsNestTheirNamesAsPHPReadsThem(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ form, more, want string }{
		"an object without the choice is JSON": {`{"a.b":"{{ address }}"}`, "", `a.b={"city":"Псков","flat":7}`},
		"dots nest":                            {`{"lead.name":"x","a\\.b.c.d":"y","f[NAME].in[]":"z"}`, `,"nested":true`, `lead[name]=x&a.b[c][d]=y&f[NAME][in][]=z`},
		"objects nest":                         {`{"to":"{{ address }}","in":{"z":{"y":1},"x":null}}`, `,"nested":true`, `to[city]=Псков&to[flat]=7&in[z][y]=1`},
		"lists keep the step's way":            {`{"a":{"t":[1,2]}}`, `,"nested":true`, `a[t]=1&a[t]=2`},
		"lists of objects are numbered":        {`{"a":[{"n":1,"m":[3,4]},null,{"n":2}],"b":[[1],[2]]}`, `,"nested":true`, `a[0][n]=1&a[0][m]=3&a[0][m]=4&a[2][n]=2&b[0]=1&b[1]=2`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, form, kind, err := written(t, `{"url":"https://a.test/","body":{"form":`+tt.form+tt.more+`}}`)
			if err != nil {
				t.Fatal(err)
			}
			plain, err := url.QueryUnescape(form)
			if err != nil || plain != tt.want || strings.ContainsAny(form, "[]") {
				t.Errorf("got  %s\nwant %s\nsent %s, %v", plain, tt.want, form, err)
			}
			if kind != "application/x-www-form-urlencoded" {
				t.Error(kind)
			}
		})
	}
}

func TestFormsAndTextsHaveTheEncodingThatWasChosen(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ http, body, kind string }{
		"a form as usual": {`{"form":{"имя":"Псков"}}`, "%D0%B8%D0%BC%D1%8F=%D0%9F%D1%81%D0%BA%D0%BE%D0%B2", "application/x-www-form-urlencoded"},
		"a form":          {`{"form":{"имя":"Псков и ко"},"charset":"CP1251"}`, "%E8%EC%FF=%CF%F1%EA%EE%E2+%E8+%EA%EE", "application/x-www-form-urlencoded; charset=windows-1251"},
		"a form by name":  {`{"form":{"a":"я"},"charset":"utf-8"}`, "a=%D1%8F", "application/x-www-form-urlencoded; charset=utf-8"},
		"a text":          {`{"text":"Псков","charset":"windows-1251"}`, "\xcf\xf1\xea\xee\xe2", "text/plain; charset=windows-1251"},
		"a text of Unix":  {`{"text":"Псков","charset":"koi8-r"}`, "\xf0\xd3\xcb\xcf\xd7", "text/plain; charset=koi8-r"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, body, kind, err := written(t, `{"url":"https://a.test/","body":`+tt.http+`}`)
			if err != nil || body != tt.body || kind != tt.kind {
				t.Errorf("got %q, %s, %v", body, kind, err)
			}
		})
	}
	_, _, kind, err := written(t, `{"url":"https://a.test/","headers":{"content-type":"text/csv"},"body":{"text":"я","charset":"windows-1251"}}`)
	if err != nil || kind != "text/csv" {
		t.Errorf("the step's own type is %s, %v", kind, err)
	}
	query, _, _, err := written(t, `{"method":"GET","url":"https://a.test/?x=1","body":{"form":{"имя":"Псков и ко"},"charset":"windows-1251"}}`)
	if err != nil || query != "x=1&%E8%EC%FF=%CF%F1%EA%EE%E2%20%E8%20%EA%EE" {
		t.Errorf("a form in the address is %s, %v", query, err)
	}
	if _, _, _, err := written(t, `{"method":"GET","url":"https://a.test/","body":{"form":{"a":"😀"},"charset":"windows-1251"}}`); gonets.CodeOf(err) != gonets.CodeBadRequest {
		t.Errorf("a letter that the encoding lacks went into the address: %v", err)
	}
	for _, body := range []string{`{"form":{"a":"я","b":"да 😀"},"charset":"windows-1251"}`, `{"form":{"😀":"1"},"charset":"windows-1251"}`, `{"text":"😀","charset":"koi8-r"}`} {
		if _, _, _, err := written(t, `{"url":"https://a.test/","body":`+body+`}`); gonets.CodeOf(err) != gonets.CodeBadRequest || !strings.Contains(err.Error(), `"😀"`) {
			t.Errorf("%s: %v", body, err)
		}
	}
}
