package curl_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mccutchen/go-httpbin/v2/httpbin"

	"gonets"
	"gonets/internal/curl"
	"gonets/internal/outbound"
	"gonets/internal/parts"
	"gonets/internal/step"
	"gonets/internal/valid"
	"gonets/setting"
)

// got is a request as a server got it.
type got struct {
	Method, URI, Body string
	Headers           []string
}

// recorder answers like go-httpbin and remembers the last request.
type recorder struct {
	mu   sync.Mutex
	last got
	next http.Handler
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	g := got{Method: req.Method, URI: req.RequestURI, Body: string(body)}
	for name, values := range req.Header {
		for _, v := range values {
			g.Headers = append(g.Headers, name+": "+v)
		}
	}
	slices.Sort(g.Headers)
	r.mu.Lock()
	r.last = g
	r.mu.Unlock()
	req.Body = io.NopCloser(bytes.NewReader(body))
	r.next.ServeHTTP(w, req)
}

func (r *recorder) take() got {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.last
	r.last = got{}
	return g
}

func serve(t *testing.T) (*recorder, string) {
	t.Helper()
	r := &recorder{next: httpbin.New().Handler()}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	return r, server.URL
}

// bash runs a command with the real curl.
func bash(t *testing.T, command string) {
	t.Helper()
	script := filepath.Join(t.TempDir(), "command.sh")
	if err := os.WriteFile(script, []byte(strings.Replace(command, "curl ", "curl -sS --max-time 120 --noproxy '*' ", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", script)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func needCurl(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed here, so the comparison with the real curl was not made: %v", tool, err)
		}
	}
}

// send sends a step the way runs do.
func send(t *testing.T, st *gonets.HTTPStep) {
	t.Helper()
	// The step goes through its document, as the interface's does.
	raw, err := json.Marshal(gonets.Step{ID: "s", HTTP: st})
	if err != nil {
		t.Fatal(err)
	}
	sc := gonets.Scenario{Name: "x", Title: "x", Steps: make([]gonets.Step, 1)}
	if err := json.Unmarshal(raw, &sc.Steps[0]); err != nil {
		t.Fatal(err)
	}
	if problems := valid.Scenario(&sc); len(problems) > 0 {
		t.Fatalf("the imported step is not valid: %v\n%s", problems, raw)
	}
	p, err := step.Compile(&sc)
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	s, err := step.NewScope(&gonets.Job{}, p, &step.Env{Reader: step.Always(func(*gonets.Event) map[string]any { return nil }),
		Settings: func() setting.Settings { return setting.Settings{} }, PublicURL: func() string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	req, err := p.HTTP("s").Build("s", s, p)
	if err != nil {
		t.Fatal(err)
	}
	exchange(t, req)
}

func exchange(t *testing.T, req *gonets.Request) *gonets.Exchange {
	t.Helper()
	client := outbound.New(outbound.Options{Policy: outbound.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}})
	defer client.Close()
	x := client.Do(context.Background(), req)
	if x.Status == 0 {
		t.Fatalf("%s %s", x.Code, x.Error)
	}
	return x
}

// escape is a percent-encoded byte; its hexadecimal digits have no case.
var escape = regexp.MustCompile(`%[0-9a-f]{2}`)

// border is what stands between the parts of a form: each has its own.
var border = regexp.MustCompile(`boundary=(\S+)`)

// plain leaves out what each of the two adds by itself.
func plain(g got, command string) got {
	for _, h := range g.Headers {
		if found := border.FindStringSubmatch(h); found != nil {
			g.Body = strings.ReplaceAll(g.Body, found[1], "BORDER")
			g.Headers = append([]string{"Content-Type: " + parts.Media}, slices.DeleteFunc(slices.Clone(g.Headers), func(other string) bool {
				return other == h || strings.HasPrefix(other, "Content-Length:")
			})...)
		}
	}
	g.URI = escape.ReplaceAllStringFunc(g.URI, strings.ToUpper)
	g.Headers = slices.DeleteFunc(append([]string{}, g.Headers...), func(h string) bool {
		name, _, _ := strings.Cut(h, ":")
		switch name {
		case "Content-Length":
			// curl leaves it out of a POST without a body.
			return h == "Content-Length: 0" && g.Body == ""
		case "Idempotency-Key", "Traceparent", "Connection":
			return true
		case "Accept-Encoding":
			return !strings.Contains(strings.ToLower(command), "accept-encoding:")
		case "User-Agent":
			return !strings.Contains(command, "-A ") && !strings.Contains(strings.ToLower(command), "user-agent:")
		}
		return false
	})
	return g
}

// commands are as people copy them; URL stands for the server's address.
var commands = map[string]string{
	"plain":                        `curl URL/get`,
	"query":                        `curl 'URL/get?a=1&b=%20c&d=%D0%B9'`,
	"get with data":                `curl -G URL/get -d a=1 -d 'b=2+3' --data-urlencode 'name=Анна & Co'`,
	"get with data and no path":    `curl -G URL -d a=1`,
	"form":                         `curl URL/post -d a=1 -d b=2`,
	"form that is escaped":         `curl URL/post --data 'name=%D0%90%D0%BD%D0%BD%D0%B0&x=1+2'`,
	"form in another escaping":     `curl URL/post --data-urlencode 'name=Анна & Co' --data-urlencode '=x y' --data-urlencode 'bare text'`,
	"data that is no form":         `curl URL/post -d 'just text'`,
	"json under the form's type":   `curl URL/post -d '{"a": 1}'`,
	"json":                         `curl -X POST URL/post -H 'Content-Type: application/json' -d '{"a":1,"b":{"c":[true,null,"x"]},"n":1.50}'`,
	"json with spaces":             `curl URL/post -H 'content-type: application/json; charset=utf-8' --data-raw $'{\n  "a": 1,\n  "quote": "it\'s \\"ok\\""\n}'`,
	"json with dots in its names":  `curl URL/post -H 'Content-Type: application/json' -d '{"a.b":1,"c[0]":2}'`,
	"json twice named":             `curl URL/post -H 'Content-Type: application/json' -d '{"a":1,"a":2}'`,
	"broken json":                  `curl URL/post -H 'Content-Type: application/json' -d '{"a":'`,
	"--json":                       `curl --json '{"a":1}' URL/post`,
	"--json in pieces":             `curl URL/post --json '{"a":' --json '1}'`,
	"text that looks like ours":    `curl URL/post -H 'Content-Type: text/plain' -d 'Hello {{ name }} }}' -H 'X-A: {{ x }}'`,
	"json that looks like ours":    `curl URL/post -H 'Content-Type: application/json' -d '{"a":"{{ x }}"}'`,
	"json text that looks so":      `curl URL/post -H 'Content-Type: application/json' -d '{"a": "{{ x }}"}'`,
	"empty body":                   `curl URL/post -d ''`,
	"no body but POST":             `curl -X POST URL/post`,
	"xml":                          `curl URL/post -H 'Content-Type: text/xml' --data-binary $'<a>\r\n <b>й</b></a>'`,
	"form with files":              `curl URL/post -F a=1 -F 'имя=Анна & Co' -F $'text=a\nb'`,
	"text that goes as a file":     `curl URL/post -F a=1 -F 'b=x y;filename=f.csv;type=text/csv'`,
	"form in another encoding":     `curl URL/post -H 'Content-Type: application/x-www-form-urlencoded; charset=windows-1251' -d 'a=%CF%F0&b=+'`,
	"text in another encoding":     `curl URL/post -H 'Content-Type: text/plain; charset=windows-1251' -d 'a b'`,
	"no type":                      `curl URL/post -H 'Content-Type:' -d 'a b'`,
	"headers":                      `curl URL/headers -H 'X-One: 1' -H 'x-two:2' -H 'X-One: again' -H 'Accept: text/html' -H 'X-Empty;' -A 'Robot/1' -e http://a.test/`,
	"automatic headers taken away": `curl URL/headers -H 'Accept:' -H 'User-Agent:'`,
	"auth":                         `curl -u 'anna:se:cret' URL/basic-auth/anna/x`,
	"login in the address":         `curl http://anna:pw@HOST/get`,
	"bearer":                       `curl --oauth2-bearer T0ken URL/bearer`,
	"cookie":                       `curl -b 'a=1; b=2' URL/cookies`,
	"put":                          `curl -X PUT URL/put -d a=1`,
	"delete":                       `curl -X DELETE URL/delete`,
	"delete with a body":           `curl -X DELETE URL/delete -H 'Content-Type: application/json' -d '{"id":7}'`,
	"patch":                        `curl --request PATCH --url URL/patch --data a=b`,
	"get with a body":              `curl -X GET URL/anything -d 'a=1'`,
	"head":                         `curl -I URL/get`,
	"range":                        `curl -r 0-9 URL/range/100`,
	"redirect":                     `curl -L 'URL/redirect-to?url=%2Fget&status_code=302'`,
	"flags together":               `curl -sSLkX POST -d'a=1' -H'X-Y: 1' URL/post`,
	"--url-query":                  `curl URL/get --url-query 'a=b c' --url-query +d=%20`,
	"a browser's": `curl 'URL/anything/graphql' \
  -H 'accept: */*' \
  -H 'accept-language: ru-RU,ru;q=0.9' \
  -H 'content-type: text/plain;charset=UTF-8' \
  -H 'origin: https://a.test' \
  -H 'sec-ch-ua: "Chromium";v="124", "Not-A.Brand";v="99"' \
  -H $'x-quote: it\'s' \
  --data-raw $'{"query":"query { a(b: \u0021true) }"}' \
  --compressed ;`,
}

func TestAnImportedStepSendsWhatCurlSends(t *testing.T) {
	t.Parallel()
	needCurl(t)
	for name, command := range commands {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec, address := serve(t)
			command := strings.NewReplacer("URL", address, "HOST", strings.TrimPrefix(address, "http://")).Replace(command)
			bash(t, command)
			want := plain(rec.take(), command)
			c, err := curl.Parse(command)
			if err != nil {
				t.Fatal(err)
			}
			if len(c.Warnings) > 0 {
				t.Errorf("warnings: %v", c.Warnings)
			}
			if want.Method == "" {
				t.Fatal("the real curl sent nothing")
			}
			send(t, c.Step)
			if diff := cmp.Diff(want, plain(rec.take(), command)); diff != "" {
				t.Errorf("curl (-) and the step (+) send different requests:\n%s", diff)
			}
		})
	}
}

func TestAnExportedRequestSendsTheSameBytes(t *testing.T) {
	t.Parallel()
	needCurl(t)
	requests := map[string]gonets.Request{
		"get":        {Method: "GET", URL: "URL/get?a=[1]&b={2}"},
		"no headers": {Method: "POST", URL: "URL/post", Headers: []gonets.Header{{Name: "User-Agent"}, {Name: "Accept-Encoding"}}, Body: []byte("x")},
		"quotes": {Method: "POST", URL: "URL/post", Headers: []gonets.Header{{Name: "X-Q", Value: `it's "$HOME" \ !`}, {Name: "X-E", Value: ""}},
			Body: []byte("'; rm -rf / #\n$(x) `y` \\")},
		"typed":     {Method: "POST", URL: "URL/post", Headers: []gonets.Header{{Name: "Content-Type", Value: "application/json"}}, Body: []byte(`{"a":"й'"}`)},
		"control":   {Method: "POST", URL: "URL/post", Body: []byte("a\x00b\r\n\x07")},
		"binary":    {Method: "PUT", URL: "URL/put", Body: []byte{0xff, 0xfe, 0, 1, '\n'}},
		"file-like": {Method: "POST", URL: "URL/post", Body: []byte("@/etc/hostname")},
		"empty":     {Method: "POST", URL: "URL/post", Body: []byte{}},
		"long":      {Method: "POST", URL: "URL/post", Body: []byte(strings.Repeat("длинный 'текст'\n", 10_000))},
		"very long": {Method: "POST", URL: "URL/anything", Body: []byte(strings.Repeat("x", 1<<20+5))},
		"delete":    {Method: "DELETE", URL: "URL/delete"},
		"get+body":  {Method: "GET", URL: "URL/anything", Body: []byte("x")},
		"dots":      {Method: "GET", URL: "URL/anything/a/../b"},
		"head":      {Method: "HEAD", URL: "URL/get"},
	}
	for name, req := range requests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec, address := serve(t)
			req.URL = strings.Replace(req.URL, "URL", address, 1)
			x := exchange(t, &req)
			want := rec.take()
			command := curl.Export(curl.Request{Method: x.Method, URL: x.URL, Headers: x.RequestHeaders, Body: x.RequestBody})
			bash(t, command)
			if diff := cmp.Diff(want, rec.take()); diff != "" {
				t.Errorf("what was sent (-) and the command (+) differ:\n%.3000s\n%.2000s", diff, command)
			}
			again, err := curl.Parse(command)
			if !strings.Contains(command, "@-") && (err != nil || len(again.Warnings) > 0) {
				t.Errorf("our own command is not read back: %v %v", err, again.Warnings)
			}
		})
	}
}

func TestAnExportedCommandPacksTheBodyToo(t *testing.T) {
	t.Parallel()
	needCurl(t)
	for name, body := range map[string]string{"text": `{"a":"й'"}`, "binary": "\xff\x00\n", "file-like": "@/etc/hostname"} {
		rec, address := serve(t)
		x := exchange(t, &gonets.Request{Method: "POST", URL: address + "/anything", Body: []byte(body), Gzip: true})
		want := rec.take()
		bash(t, curl.Export(curl.Request{Method: x.Method, URL: x.URL, Headers: x.RequestHeaders, Body: x.RequestBody, Gzip: x.Gzip}))
		got := rec.take()
		if unpacked(t, want.Body) != body || unpacked(t, got.Body) != body {
			t.Errorf("%s: %q was sent, %q by the command", name, unpacked(t, want.Body), unpacked(t, got.Body))
		}
		lengths := func(h string) bool { return strings.HasPrefix(h, "Content-Length:") } // another gzip packs otherwise
		if diff := cmp.Diff(slices.DeleteFunc(want.Headers, lengths), slices.DeleteFunc(got.Headers, lengths)); diff != "" {
			t.Errorf("%s: what was sent (-) and the command (+) differ: %s", name, diff)
		}
	}
}

func unpacked(t *testing.T, packed string) string {
	t.Helper()
	r, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

func TestAnExportedCommandAsksForTheSameCertificate(t *testing.T) {
	t.Parallel()
	needCurl(t)
	rec := &recorder{next: httpbin.New().Handler()}
	server := httptest.NewUnstartedServer(rec)
	var mu sync.Mutex
	var asked []string
	server.TLS = &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, hello.ServerName)
		return nil, nil //nolint:nilnil // the server's own one serves
	}}
	server.StartTLS()
	t.Cleanup(server.Close)
	x := exchange(t, &gonets.Request{Method: "GET", URL: server.URL + "/get?a=1", SkipVerify: true, ServerName: "api.example.com"})
	want := rec.take()
	bash(t, curl.Export(curl.Request{Method: x.Method, URL: x.URL, Headers: x.RequestHeaders, Insecure: true, ServerName: "api.example.com"}))
	if diff := cmp.Diff(want, rec.take()); diff != "" {
		t.Errorf("what was sent (-) and the command (+) differ: %s", diff)
	}
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(asked, []string{"api.example.com", "api.example.com"}) {
		t.Errorf("the names that were asked for: %q", asked)
	}
}

func ExampleExport() {
	fmt.Print(curl.Export(curl.Request{Method: "POST", URL: "https://crm.test/leads", Body: []byte(`{"a":1}`),
		Headers: []gonets.Header{{Name: "Accept", Value: "*/*"}, {Name: "Content-Type", Value: "application/json"}, {Name: "Authorization", Value: "Bearer ***"}}}))
	// Output:
	// # Put the secrets in place of ***: Authorization
	// curl -X POST https://crm.test/leads \
	//   -H 'Accept: */*' \
	//   -H 'Content-Type: application/json' \
	//   -H 'Authorization: Bearer ***' \
	//   -H User-Agent: \
	//   --data-binary '{"a":1}'
}
