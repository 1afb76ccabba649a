package step_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/parts"
	"gonets/internal/source"
	"gonets/internal/step"
	"gonets/setting"
)

// photo is what the form of a site sends: a field, a file, two files of one name,
// and a field into which nobody put a file.
var photo, photoType = parts.Write("site", []parts.Part{
	{Name: "name", Data: []byte("Анна & Ко")},
	{Name: "photo", FileName: "фото.png", Type: "image/png", Data: []byte("\x89PNG\xff")},
	{Name: "scans[]", FileName: "a.txt", Type: "text/plain; charset=windows-1251", Data: []byte("\xcf")},
	{Name: "scans[]", FileName: "a.txt", Type: "text/plain; charset=windows-1251", Data: []byte("\xd0")},
	{Name: "empty", Data: nil},
})

// received is the scope of a run whose event came with a body of a type.
func received(t *testing.T, p *step.Program, contentType string, body []byte) *step.Scope {
	t.Helper()
	catalog, err := source.Presets()
	if err != nil {
		t.Fatal(err)
	}
	binding, err := catalog.Bind(gonets.Source{Name: "site", Preset: source.Generic})
	if err != nil {
		t.Fatal(err)
	}
	job := &gonets.Job{
		Run:   gonets.Run{ID: runID, Scenario: "s"},
		Event: gonets.Event{ID: "e", Source: "site", Body: body, ContentType: contentType, Headers: []gonets.Header{{Name: "Content-Type", Value: contentType}}},
	}
	s, err := step.NewScope(job, p, &step.Env{
		Reader: step.Always(binding.Event), Version: "1", Settings: func() setting.Settings { return setting.Settings{} }, PublicURL: func() string { return "" },
	})
	if err != nil {
		t.Fatal(err)
	}
	s.At(time.UnixMilli(1790000000000))
	return s
}

// sent is what the step a sends.
func sent(t *testing.T, p *step.Program, s *step.Scope) (*gonets.Request, string) {
	t.Helper()
	r, err := p.HTTP("a").Build("a", s, p)
	if err != nil {
		t.Fatal(err)
	}
	return r, gonets.HeaderValue(r.Headers, "Content-Type")
}

func TestAFormCarriesFilesAsTheyCame(t *testing.T) {
	t.Parallel()
	p := compile(t, `[{"id":"keep","set":{"kept":"{{ event.body.photo }}"}},{"id":"a","http":{"url":"https://a.test","body":{"multipart":{
		"fields":[{"name":"title","value":"{{ name }}!"},{"name":"tag","value":"1"},{"name":"tag","value":"2"},{"name":"off","value":"x","on":false},{"name":"gone","value":"{{ nothing }}"}],
		"files":[{"name":"doc","path":"event.body.photo"},{"name":"scan[]","path":"event.body.scans","type":"text/x-{{ 1 + 1 }}"},
			{"name":"{{ \"note\" }}","path":"name","filename":"C:\\тмп/{{ name }}.txt"},{"name":"kept","path":"kept"},{"name":"decoded","path":"from_base64(\"/w==\")"},
			{"name":"empty","path":"event.body.empty"},{"name":"nothing","path":"event.body.nothing"}]}}}}]`)
	s := received(t, p, photoType, photo)
	if _, err := p.Run("keep", s); err != nil {
		t.Fatal(err)
	}
	r, contentType := sent(t, p, s)
	got, err := parts.Read(contentType, r.Body)
	if err != nil {
		t.Fatal(err)
	}
	png := []byte("\x89PNG\xff")
	want := []parts.Part{
		{Name: "title", Data: []byte("Анна & Ко!")}, {Name: "tag", Data: []byte("1")}, {Name: "tag", Data: []byte("2")}, {Name: "gone", Data: []byte{}},
		{Name: "doc", FileName: "фото.png", Type: "image/png", Data: png},
		{Name: "scan[]", FileName: "a.txt", Type: "text/x-2", Data: []byte("\xcf")},
		{Name: "scan[]", FileName: "a.txt", Type: "text/x-2", Data: []byte("\xd0")},
		{Name: "note", FileName: "Анна & Ко.txt", Type: "text/plain; charset=utf-8", Data: []byte("Анна & Ко")},
		{Name: "kept", FileName: "фото.png", Type: "image/png", Data: png},
		{Name: "decoded", FileName: "decoded", Type: "application/octet-stream", Data: []byte{0xff}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	again := received(t, p, photoType, photo)
	if _, err := p.Run("keep", again); err != nil {
		t.Fatal(err)
	}
	if two, _ := sent(t, p, again); cmp.Diff(r, two) != "" {
		t.Error("a repeat is another request", cmp.Diff(r, two))
	}
}

func TestAFileIsTheWholeBody(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		http, media, body, wantType, want string
	}{
		"of a form":               {`"body":{"file":"event.body.photo"}`, photoType, string(photo), "image/png", "\x89PNG\xff"},
		"one of several":          {`"body":{"file":"event.body.scans[1]"}`, photoType, string(photo), "text/plain; charset=windows-1251", "\xd0"},
		"the event itself":        {`"body":{"file":"event.body"}`, "image/gif", "GIF\xff", "image/gif", "GIF\xff"},
		"a text":                  {`"body":{"file":"event.body.name"}`, photoType, string(photo), "text/plain; charset=utf-8", "Анна & Ко"},
		"with a type that is set": {`"headers":{"content-type":"image/webp"},"body":{"file":"event.body.photo"}`, photoType, string(photo), "image/webp", "\x89PNG\xff"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := compile(t, `[{"id":"a","http":{"url":"https://a.test",`+tt.http+`}}]`)
			r, contentType := sent(t, p, received(t, p, tt.media, []byte(tt.body)))
			if string(r.Body) != tt.want || contentType != tt.wantType || r.Method != http.MethodPost {
				t.Errorf("%s %q of type %q, not %q of type %q", r.Method, r.Body, contentType, tt.want, tt.wantType)
			}
		})
	}
}

func TestAReplyIsSentOnAsTheFileThatItIs(t *testing.T) {
	t.Parallel()
	p := compile(t, `[{"id":"get","http":{"url":"https://a.test","save":{"body":"report"}}},{"id":"a","http":{"url":"https://a.test",
		"body":{"multipart":{"files":[{"name":"f","path":"report"},{"name":"g","path":"steps.get.body","filename":"g.pdf"}]}}}}]`)
	s := received(t, p, "application/json", []byte("{}"))
	x := gonets.Exchange{Outcome: gonets.OutcomeOK, Status: 200, ReplyBody: []byte("%PDF\xff"), ReplyHeaders: []gonets.Header{
		{Name: "Content-Type", Value: "application/pdf"}, {Name: "Content-Disposition", Value: `attachment; filename="report 1.pdf"`}}}
	p.HTTP("get").Finish(&p.Scenario.Steps[0], gonets.StepResult{Path: "get", Attempt: 1}, &gonets.Attempt{N: 1, Exchange: x}, s)
	r, contentType := sent(t, p, s)
	got, err := parts.Read(contentType, r.Body)
	want := []parts.Part{
		{Name: "f", FileName: "report 1.pdf", Type: "application/pdf", Data: []byte("%PDF\xff")},
		{Name: "g", FileName: "g.pdf", Type: "application/pdf", Data: []byte("%PDF\xff")},
	}
	if err != nil || cmp.Diff(want, got) != "" {
		t.Error(err, cmp.Diff(want, got))
	}
}

func TestWhatIsNoFileIsNotSent(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", gonets.MaxIngestBody/2)
	for name, tt := range map[string]struct {
		body string
		code gonets.Code
	}{
		"an object":               {`{"file":"event.body.object"}`, "request.no_file"},
		"a file of another event": {`{"file":"event.body.described"}`, "request.no_file"},
		"nothing":                 {`{"file":"event.body.nothing"}`, "request.no_file"},
		"an object in a form":     {`{"multipart":{"files":[{"name":"f","path":"event.body.object"}]}}`, "request.no_file"},
		"no name":                 {`{"multipart":{"files":[{"name":"{{ event.body.nothing }}","path":"event.body.text"}]}}`, "request.file_field"},
		"no type":                 {`{"multipart":{"files":[{"name":"f","path":"event.body.text","type":"{{ event.body.odd }}"}]}}`, "request.file_type"},
		"too many":                {`{"multipart":{"files":[{"name":"f","path":"event.body.list"},{"name":"f","path":"event.body.text"}]}}`, "request.file_count"},
		"too large":               {`{"multipart":{"files":[{"name":"f","path":"[event.body.large, event.body.large, event.body.large, event.body.large]"}]}}`, "request.file_size"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := compile(t, `[{"id":"a","http":{"url":"https://a.test","body":`+tt.body+`}}]`)
			body := `{"list":["x"` + strings.Repeat(`,"x"`, gonets.MaxFormFiles-1) + `],"object":{"a":1},"text":"x","odd":"a\r\nb","large":"` + large + `","described":{"name":"photo","filename":"фото.png","type":"image/png","size":5,"part":2}}`
			_, err := p.HTTP("a").Build("a", received(t, p, "application/json", []byte(body)), p)
			if problems := step.Problems("", err); err == nil || problems[0].Code != tt.code {
				t.Errorf("got %v, want %s", err, tt.code)
			}
		})
	}
}

func TestADescriptionFindsNoFileButItsOwn(t *testing.T) {
	t.Parallel()
	p := compile(t, `[{"id":"x","set":{"other":"{{ {\"name\": \"photo\", \"filename\": \"фото.png\", \"type\": \"image/png\", \"size\": 5, \"part\": 3} }}"}},
		{"id":"a","http":{"url":"https://a.test","body":{"file":"other"}}}]`)
	s := received(t, p, photoType, photo)
	if _, err := p.Run("x", s); err != nil {
		t.Fatal(err)
	}
	if r, err := p.HTTP("a").Build("a", s, p); err == nil {
		t.Errorf("a description with another number sends %q", r.Body)
	}
}

func TestAVariableHoldsNoBytes(t *testing.T) {
	t.Parallel()
	p := compile(t, `[{"id":"whole","set":{"v":"{{ event.body }}"}},{"id":"decoded","set":{"v":"{{ from_base64(\"/w==\") }}"}},
		{"id":"nested","set":{"v":{"list":["{{ event.body }}"]}}},{"id":"kept","set":{"v":"{{ base64(event.body) }}"}}]`)
	s := received(t, p, "image/png", []byte("\x89PNG\xff"))
	for _, path := range []string{"whole", "decoded", "nested"} {
		r, err := p.Run(path, s)
		if err == nil || step.Problems("", err)[0].Code != "template.set_binary" {
			t.Errorf("%s keeps %s, %v", path, r.Step.Value, err)
		}
	}
	if r, err := p.Run("kept", s); err != nil || string(r.Step.Value) != `{"v":"iVBOR/8="}` {
		t.Errorf("base64 keeps %s, %v", r.Step.Value, err)
	}
}

func TestXMLIsSentAsXML(t *testing.T) {
	t.Parallel()
	p := compile(t, `[{"id":"a","http":{"url":"https://a.test","body":{"xml":"<o n=\"{{ name }}\">{{ name }}</o>"}}}]`)
	r, contentType := sent(t, p, received(t, p, photoType, photo))
	if want := `<o n="Анна &amp; Ко">Анна &amp; Ко</o>`; string(r.Body) != want || contentType != "application/xml" {
		t.Errorf("%s of type %s", r.Body, contentType)
	}
	if !bytes.Contains(photo, []byte("Анна & Ко")) {
		t.Error("the event holds nothing to escape")
	}
}
