package curl_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/curl"
)

func TestCommandsAreRead(t *testing.T) {
	t.Parallel()
	const chromeCmd = `curl ^"https://crm.test/api?a=1^&b=2^" ^
  -X ^"POST^" ^
  -H ^"content-type: application/json^" ^
  -H ^"x-quote: a\^"b^" ^
  --data-raw ^"^{^\^"name^\^":^\^"50^%^ off^\^",^\^"path^\^":^\^"C:^\^\x^\^"^}^"`
	tests := map[string]struct{ command, want string }{
		"json becomes fields": {`curl https://a.test -H 'Content-Type: application/json' -d '{"a":1,"b":["x"]}'`,
			`{"method":"POST","url":"https://a.test","headers":{"Content-Type":"application/json"},"body":{"json":{"a":1,"b":["x"]}}}`},
		"a form becomes rows": {`curl https://a.test -d 'a=1&b=x+y'`,
			`{"method":"POST","url":"https://a.test","body":{"form":{"a":"1","b":"x y"}}}`},
		"the Windows line of a browser": {chromeCmd,
			`{"method":"POST","url":"https://crm.test/api?a=1&b=2","headers":{"content-type":"application/json","x-quote":"a\"b"},"body":{"json":{"name":"50% off","path":"C:\\x"}}}`},
		"an older Windows line": {"curl.exe \"https://a.test/\" ^\r\n  -H \"X-A: say \"\"hi\"\" C:\\x\" ^\r\n  --data-raw \"a=1\"\r\n",
			`{"method":"POST","url":"https://a.test/","headers":{"X-A":"say \"hi\" C:\\x"},"body":{"form":{"a":"1"}}}`},
		"a line break of Windows": {"curl ^\"https://a.test/^\" -H ^\"content-type: text/plain^\" --data-raw ^\"a^\n\nb^\"",
			`{"method":"POST","url":"https://a.test/","headers":{"content-type":"text/plain"},"body":{"text":"a\nb"}}`},
		"options of the exchange": {`curl -k -L -m 5.4 --compressed a.test`,
			`{"method":"GET","url":"http://a.test","timeout":"5s","redirects":"follow","tls":{"verify":false}}`},
		"a text of a form that goes as a file": {`curl https://a.test -F 'a=x;filename=f.csv;type=text/csv' -F 'b="y;type=z"' --form-string 'c=@z'`,
			`{"method":"POST","url":"https://a.test","body":{"multipart":{"fields":{"b":"y;type=z","c":"@z"},"files":[{"name":"a","path":"\"x\"","filename":"f.csv","type":"text/csv"}]}}}`},
		"a form in another encoding": {`curl https://a.test -H 'Content-Type: application/x-www-form-urlencoded; charset=cp1251' -d 'a=%CF'`,
			`{"method":"POST","url":"https://a.test","headers":{"Content-Type":"application/x-www-form-urlencoded; charset=cp1251"},"body":{"form":{"a":"П"},"charset":"windows-1251"}}`},
		"a form in no encoding": {`curl https://a.test -d 'a=%CF'`,
			`{"method":"POST","url":"https://a.test","headers":{"Content-Type":"application/x-www-form-urlencoded"},"body":{"text":"a=%CF"}}`},
		"fields of a form": {`curl https://a.test -F a=x -F 'a=y {{' -H 'content-type: multipart/form-data'`,
			`{"method":"POST","url":"https://a.test","body":{"multipart":{"fields":[{"name":"a","value":"x"},{"name":"a","value":"y {{ \"{{\" }}"}]}}}`},
		"a prompt, remarks and a path": {"# from the docs\n$ /usr/bin/curl https://a.test # this\n", `{"method":"GET","url":"https://a.test"}`},
		"a header taken away":          {`curl https://a.test -H 'User-Agent:'`, `{"method":"GET","url":"https://a.test","headers":{"User-Agent":null}}`},
		"braces are no template":       {`curl https://a.test/{{x}} -g`, `{"method":"GET","url":"https://a.test/{{ \"{{\" }}x}}"}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := curl.Parse(tt.command)
			if err != nil {
				t.Fatal(err)
			}
			if len(c.Warnings) > 0 {
				t.Errorf("warnings: %+v", c.Warnings)
			}
			var got, want any
			raw, err := json.Marshal(c.Step)
			if err != nil {
				t.Fatal(err)
			}
			if json.Unmarshal(raw, &got) != nil || json.Unmarshal([]byte(tt.want), &want) != nil {
				t.Fatal("the step or the wish is no JSON")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s\n%s", diff, raw)
			}
		})
	}
}

func TestWhatAStepCannotSayIsNamed(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		`curl https://a.test --frobnicate -Q`:                     {"--frobnicate", "-Q"},
		`curl https://a.test -x http://proxy:3128 --retry 5`:      {"-x", "--retry"},
		`curl https://a.test -d @body.json`:                       {"-d @body.json"},
		`curl https://a.test -F file=@photo.jpg`:                  {"-F file=@photo.jpg"},
		`curl https://a.test -F 'meta={};type=application/json'`:  {"-F meta={};type=application/json"},
		`curl https://a.test -F 'a=x;encoder=base64' -F '=x'`:     {"-F a=x;encoder=base64", "-F =x"},
		`curl https://a.test -F 'a"b=x'`:                          {`-F a"b=x`},
		`curl https://a.test -T report.csv --cert me.pem`:         {"-T report.csv", "--cert"},
		`curl https://a.test -b jar.txt`:                          {"-b jar.txt"},
		`curl https://a.test -H @headers.txt`:                     {"-H @headers.txt"},
		`curl https://a.test -H 'Host: other.test'`:               {"-H Host"},
		`curl https://a.test https://b.test`:                      {"https://b.test"},
		`curl https://a.test | jq .`:                              {"|"},
		`curl https://a.test > file`:                              {">"},
		`curl https://a.test -H "Authorization: Bearer $TOKEN"`:   {"$TOKEN"},
		`curl https://a.test --next https://b.test`:               {"--next"},
		`curl 'https://a.test/[1-3]'`:                             {"[] {}"},
		`curl -u anna --digest https://a.test`:                    {"--digest", "-u"},
		`curl https://a.test --data-urlencode name@file`:          {"--data-urlencode name@file"},
		`curl https://a.test --no-keepalive --no-buffer --silent`: nil,
	}
	for command, want := range tests {
		c, err := curl.Parse(command)
		if err != nil {
			t.Errorf("%s: %v", command, err)
			continue
		}
		var flags []string
		for _, w := range c.Warnings {
			flags = append(flags, w.Flag)
			if w.Detail == "" {
				t.Errorf("%s: no detail for %s", command, w.Flag)
			}
		}
		if diff := cmp.Diff(want, flags); diff != "" {
			t.Errorf("%s\n%s", command, diff)
		}
	}
}

func TestFilesOfACommandAreToBeChosen(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]gonets.HTTPBody{
		`curl https://a.test -F 'doc=@C:\x\a.pdf;type=application/pdf' -F 'b=1' -F 'c=@/tmp/c;filename=d.txt'`: {Multipart: &gonets.Multipart{
			Fields: gonets.Rows{{Name: "b", Value: "1"}},
			Files:  []gonets.FormFile{{Name: "doc", FileName: "a.pdf", Type: "application/pdf"}, {Name: "c", FileName: "d.txt"}},
		}},
		`curl https://a.test -F f=@/tmp/x -F 'meta={};type=application/json'`: {Multipart: &gonets.Multipart{
			Fields: gonets.Rows{{Name: "meta", Value: "{}"}}, Files: []gonets.FormFile{{Name: "f", FileName: "x"}},
		}},
		`curl https://a.test --data-binary @photo.png`: {File: new(string)},
	} {
		c, err := curl.Parse(command)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, c.Step.Body); diff != "" || len(c.Warnings) == 0 {
			t.Errorf("%s: warnings %v\n%s", command, c.Warnings, diff)
		}
	}
}

func TestAnUploadIsPut(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]string{
		`curl -T 'a b.csv' https://a.test/x/?y=1`:   "PUT https://a.test/x/a%20b.csv?y=1",
		`curl -T a.csv https://a.test`:              "PUT https://a.test/a.csv",
		`curl -T a.csv https://a.test/b.csv`:        "PUT https://a.test/b.csv",
		`curl -X POST -T - https://a.test/`:         "POST https://a.test/",
		`curl --data-binary @a.csv https://a.test/`: "POST https://a.test/",
	} {
		c, err := curl.Parse(command)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Step.Method + " " + c.Step.URL; got != want || c.Step.Body == nil || c.Step.Body.File == nil {
			t.Errorf("%s: %s %+v", command, got, c.Step.Body)
		}
		if len(c.Warnings) != 1 || c.Warnings[0].Code != "curl.form_file" {
			t.Errorf("%s: %+v", command, c.Warnings)
		}
	}
}

func TestCredentialsAreFound(t *testing.T) {
	t.Parallel()
	c, err := curl.Parse(`curl 'https://anna:pw@a.test/?api_key=1&x=2' -H 'X-Api-Key: s' -b 'sid=1' -H 'X-Plain: 1'`)
	if err != nil {
		t.Fatal(err)
	}
	want := []curl.Secret{{Where: "header", Header: "X-Api-Key"}, {Where: "header", Header: "Cookie"}, {Where: "url"},
		{Where: "header", Header: "Authorization"}, {Where: "query", Header: "api_key"}}
	if diff := cmp.Diff(want, c.Secrets); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(c.Step.URL, "pw") {
		t.Error("the password stays in the address")
	}
}

func TestWhatIsNoCommandIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "  \n", "wget https://a.test", "curl", "curl -s", "curl 'https://a.test", `curl "https://a.test`, `curl $'a`, "curl ^\"x"} {
		if _, err := curl.Parse(text); gonets.CodeOf(err) != gonets.CodeInvalid {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, command := range commands {
		f.Add(command)
	}
	f.Add("curl ^\"https://a.test/^\" ^\r\n -d ^\"a^\n\nb^\" --next")
	f.Add("curl $'\\x41\\u0416\\101\\c' -F a=b;type=x -F c=@d -u a -G --json {} --url-query +x")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := curl.Parse(text)
		if err != nil {
			if gonets.CodeOf(err) != gonets.CodeInvalid {
				t.Fatalf("an error that is not ours: %v", err)
			}
			return
		}
		if c.Step.URL == "" {
			t.Fatal("a step without an address")
		}
		if _, err := json.Marshal(c.Step); err != nil {
			t.Fatalf("the step is no document: %v", err)
		}
	})
}
