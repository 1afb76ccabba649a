package onec_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/curl"
	"gonets/internal/onec"
)

func TestTheCodeSendsTheSameRequest(t *testing.T) {
	t.Parallel()
	header := func(name, value string) gonets.Header { return gonets.Header{Name: name, Value: value} }
	for _, c := range []struct {
		name    string
		request curl.Request
		timeout time.Duration
		want    []string
		not     []string
	}{
		{name: "JSON over TLS", timeout: 30 * time.Second,
			request: curl.Request{Method: "post", URL: "https://api.example.ru/leads?a=1&b=%D0%90", Body: []byte("{\n  \"name\": \"Анна\"\n}"),
				Headers: []gonets.Header{header("Content-Type", "application/json"), header("Host", "api.example.ru"), header("Content-Length", "20"), header("Accept-Encoding", "gzip")}},
			want: []string{`Заголовки.Вставить("Content-Type", "application/json");`, `Новый HTTPЗапрос("/leads?a=1&b=%D0%90", Заголовки);`,
				"УстановитьТелоИзСтроки(\"{\n\t|  \"\"name\"\": \"\"Анна\"\"\n\t|}\", КодировкаТекста.UTF8, ИспользованиеByteOrderMark.НеИспользовать);",
				`Новый ЗащищенноеСоединениеOpenSSL(Неопределено, Новый СертификатыУдостоверяющихЦентровОС);`,
				`Новый HTTPСоединение("api.example.ru", 443, , , , 30, ЗащищенноеСоединение);`, `ВызватьHTTPМетод("POST", Запрос);`},
			not: []string{"Host", "Content-Length", "gzip", "***", "//"}},
		{name: "no body, no TLS, another port", timeout: 1500 * time.Millisecond,
			request: curl.Request{URL: "http://10.0.0.5:8080"},
			want:    []string{`Новый HTTPЗапрос("/", Заголовки);`, `Новый HTTPСоединение("10.0.0.5", 8080, , , , 2);`, `ВызватьHTTPМетод("GET", Запрос);`},
			not:     []string{"УстановитьТело", "OpenSSL"}},
		{name: "secrets are named", request: curl.Request{Method: "GET", URL: "https://x.test/bot***/send", Headers: []gonets.Header{header("Authorization", "Bearer ***")}},
			want: []string{"// Подставьте секреты вместо ***: адрес, Authorization.\n", `Заголовки.Вставить("Authorization", "Bearer ***");`}},
		{name: "an empty body is a body", request: curl.Request{Method: "POST", URL: "http://x.test/", Body: []byte{}}, want: []string{`УстановитьТелоИзСтроки("", `}},
		{name: "line breaks of Windows", request: curl.Request{Method: "POST", URL: "http://x.test/", Body: []byte("a\r\nb")},
			want: []string{"УстановитьТелоИзСтроки(\"a\" + Символы.ВК + \"\n\t|b\", "}},
		{name: "what 1C cannot do is told", request: curl.Request{Method: "POST", URL: "https://10.0.0.5/", Body: []byte("a"), Gzip: true, ServerName: "api.test",
			Headers: []gonets.Header{header("Content-Encoding", "gzip"), header("X-A", "1")}},
			want: []string{"// Тело уходило сжатым (gzip). 1С отправит его без сжатия.\n", "// Сертификат проверялся на имя api.test.", `УстановитьТелоИзСтроки("a", `}, not: []string{"Content-Encoding"}},
		{name: "bytes", request: curl.Request{Method: "POST", URL: "http://x.test/", Body: []byte{0xff, 0, 1}},
			want: []string{`УстановитьТелоИзДвоичныхДанных(Base64Значение("` + base64.StdEncoding.EncodeToString([]byte{0xff, 0, 1}) + `"));`}, not: []string{"ИзСтроки"}},
		{name: "a mark before the text", request: curl.Request{Method: "POST", URL: "http://x.test/", Body: []byte("\uFEFFa")}, want: []string{"Base64Значение("}},
		{name: "several values of a header", request: curl.Request{URL: "http://x.test/", Headers: []gonets.Header{header("X-A", "1"), header("Cookie", "a=1"), header("x-a", "2"), header("cookie", "b=2")}},
			want: []string{`("X-A", "1, 2")`, `("Cookie", "a=1; b=2")`}},
		{name: "no check of the certificate, redirects", request: curl.Request{URL: "https://x.test/", Insecure: true, Follow: true},
			want: []string{"Новый ЗащищенноеСоединениеOpenSSL;", "не проверяется", "Location"}},
		{name: "quotes in the address and headers", request: curl.Request{URL: `http://x.test/?q="a"`, Headers: []gonets.Header{header("X-A", `say "hi"`)}}, want: []string{`"say ""hi"""`, `?q=""a""`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := onec.Code(c.request, c.timeout)
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %s in\n%s", want, got)
				}
			}
			for _, not := range c.not {
				if strings.Contains(got, not) {
					t.Errorf("%s in\n%s", not, got)
				}
			}
			if why := broken(got); why != "" {
				t.Errorf("%s:\n%s", why, got)
			}
		})
	}
}

// broken tells what keeps a text from being read by 1C: a literal that does not
// end, or a line within one that does not begin with a bar.
func broken(code string) string {
	inside := false
	for line := range strings.Lines(code) {
		trimmed := strings.TrimLeft(line, "\t ")
		switch {
		case inside && !strings.HasPrefix(trimmed, "|"):
			return "a line of a literal has no bar"
		case !inside && strings.HasPrefix(trimmed, "//"):
			continue
		}
		if strings.Count(line, `"`)%2 == 1 {
			inside = !inside
		}
	}
	if inside {
		return "a literal does not end"
	}
	return ""
}

func TestBrokenLiteralsAreSeen(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"А = \"x;\n", "А = \"x\ny\";\n", "А = \"x\"y\";\n"} {
		if broken(code) == "" {
			t.Errorf("the planted fault was not seen: %q", code)
		}
	}
}
