package expr_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/internal/expr"
)

func TestValuesInXMLAreEscapedForTheirPlace(t *testing.T) {
	t.Parallel()
	scope := expr.MapScope{
		"name": "Анна & <Ко>", "sum": json.Number("1.10"), "quote": `"'`, "lines": "a\r\n\tb", "end": "]]>", "odd": "a\x00\xffb",
		"ready": "<b>1</b><!-- -->", "broken": "</a>", "yes": true, "none": nil,
	}
	for src, want := range map[string]string{
		`<a>{{ name }}</a>`:                          `<a>Анна &amp; &lt;Ко&gt;</a>`,
		`<a b="{{ name }}" c='{{ quote }}'/>`:        `<a b="Анна &amp; &lt;Ко&gt;" c='&#34;&#39;'/>`,
		`<a>{{ sum }} {{ yes }}{{ none }}</a>`:       `<a>1.10 true</a>`,
		`<a>{{ lines }}</a>`:                         `<a>a&#xD;&#xA;&#x9;b</a>`,
		`<a>{{ nothing }}</a>`:                       `<a></a>`,
		`<a><![CDATA[{{ name }}]]></a>`:              `<a><![CDATA[]]>Анна &amp; &lt;Ко&gt;<![CDATA[]]></a>`,
		`<a><![CDATA[x {{ sum }}]]></a>`:             `<a><![CDATA[x 1.10]]></a>`,
		`<a><![CDATA[{{ end }}]]></a>`:               `<a><![CDATA[]]>]]&gt;<![CDATA[]]></a>`,
		`<a><![CDATA[]]{{ none }}>]]></a>`:           `<a><![CDATA[]]]]><![CDATA[>]]></a>`,
		`<a>{{ odd }}</a>`:                           "<a>a\uFFFD\uFFFDb</a>",
		`<a>{{ raw(ready) }}</a>`:                    `<a><b>1</b><!-- --></a>`,
		`{{ raw("<a/>") }}`:                          `<a/>`,
		`<?xml version="1.0" encoding="utf-8"?><a/>`: `<?xml version="1.0" encoding="utf-8"?><a/>`,
		"<!DOCTYPE html><!-- > \" -->\n<a/>":         "<!DOCTYPE html><!-- > \" -->\n<a/>",
	} {
		x, err := expr.ParseXML(src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		got, err := x.Render(scope, nil)
		if err != nil || string(got) != want {
			t.Errorf("%s became %s (%v), not %s", src, got, err, want)
		}
	}
}

func TestXMLThatIsWrongIsToldWithItsPlace(t *testing.T) {
	t.Parallel()
	scope := expr.MapScope{"object": map[string]any{"a": "1"}, "list": []any{"1"}, "bytes": []byte{1}, "broken": "</a>"}
	for src, want := range map[string]struct {
		code         gonets.Code
		line, column int
	}{
		"<a>\n</b>":                          {"template.not_xml", 2, 4},
		"<a":                                 {"template.not_xml", 1, 2},
		"<a>&nbsp;</a>":                      {"template.not_xml", 1, 9},
		`<a b="1" b="2"/>`:                   {"template.not_xml", 1, 1},
		" <?xml version=\"1.0\"?><a/>":       {"template.not_xml", 1, 2},
		`<!DOCTYPE a [<!ENTITY b "c">]><a/>`: {"template.not_xml", 1, 1},
		`<?xml version="1.0" encoding="windows-1251"?><a/>`: {"template.xml_encoding", 1, 1},
		"":                           {"template.xml_root", 1, 1},
		"<a/>\n<b/>":                 {"template.xml_root", 2, 1},
		"<a/>{{ x }}":                {"template.xml_root", 1, 5},
		"text":                       {"template.xml_root", 1, 1},
		"<{{ x }}/>":                 {"template.xml_place", 1, 4},
		"<a {{ x }}/>":               {"template.xml_place", 1, 6},
		"<!-- {{ x }} --><a/>":       {"template.xml_place", 1, 8},
		"<?x {{ x }} ?><a/>":         {"template.xml_place", 1, 7},
		`<a b="{{ raw(x) }}"/>`:      {"template.xml_place", 1, 9},
		"<a>{{ object }}</a>":        {"template.xml_value", 1, 6},
		"<a>\n {{ list }}</a>":       {"template.xml_value", 2, 4},
		"<a>{{ bytes }}</a>":         {"template.xml_value", 1, 6},
		"<a>\n{{ raw(broken) }}</a>": {"template.not_xml", 2, 21},
		"<a>{{ ":                     {"template.unclosed", 1, 4},
	} {
		x, err := expr.ParseXML(src)
		if err == nil {
			_, err = x.Render(scope, nil)
		}
		var e *gonets.Error
		if !errors.As(err, &e) || len(e.Problems) != 1 {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if p := e.Problems[0]; p.Code != want.code || p.Line != want.line || p.Column != want.column {
			t.Errorf("%s: %s at %d:%d (%s)", src, p.Code, p.Line, p.Column, p.Message)
		}
	}
}

func TestXMLThatBecomesTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	x, err := expr.ParseXML("<a>{{ x }}</a>")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = x.Render(expr.MapScope{"x": strings.Repeat("x", gonets.MaxRendered)}, nil); gonets.CodeOf(err) != gonets.CodeTemplateLimit {
		t.Error(err)
	}
}

// skeleton is a document's structure, and its texts joined.
func skeleton(tb testing.TB, doc []byte) (structure, text string) {
	tb.Helper()
	d := xml.NewDecoder(strings.NewReader(string(doc)))
	var b, texts strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String(), texts.String()
		}
		if err != nil {
			tb.Fatalf("%q is not well-formed: %v", doc, err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			b.WriteString("<" + token.Name.Local)
			for _, a := range token.Attr {
				b.WriteString(" " + a.Name.Local)
				texts.WriteString(a.Value)
			}
		case xml.EndElement:
			b.WriteString(">")
		case xml.CharData:
			texts.Write(token)
		case xml.Comment:
			b.WriteString("!")
		}
	}
}

// FuzzXML proves that no value changes the structure of XML, and that each arrives
// as it was, in every place where one can stand.
func FuzzXML(f *testing.F) {
	for _, v := range []string{"", "]", "]]", "]]>", "-->", "&amp;", `"'<>&`, "\r\n\t", "<b/>", "a\x00\ufffe\xff", "<![CDATA["} {
		f.Add(v, ">")
	}
	const src = "<r a=\"{{ v }}{{ w }}\" b='{{ v }}{{ w }}'>{{ v }}{{ w }}<c><![CDATA[]{{ v }}{{ w }}]>{{ w }}]{{ v }}>]]></c></r>"
	x, err := expr.ParseXML(src)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, v, w string) {
		out, err := x.Render(expr.MapScope{"v": v, "w": w}, nil)
		if err != nil {
			t.Fatalf("%q, %q: %v", v, w, err)
		}
		structure, text := skeleton(t, out)
		if structure != "<r a b<c>>" {
			t.Errorf("%q, %q made %s", v, w, out)
		}
		v, w = held(v), held(w)
		if diff := cmp.Diff(v+w+v+w+v+w+"]"+v+w+"]>"+w+"]"+v+">", text); diff != "" {
			t.Error(diff)
		}
	})
}

// held is a text as XML can hold it.
func held(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			r = utf8.RuneError
		}
		b.WriteRune(r)
	}
	return b.String()
}

// FuzzXMLTemplate proves that whatever a template says, what is sent is well-formed.
func FuzzXMLTemplate(f *testing.F) {
	for _, src := range []string{"<a>{{ v }}</a>", "<a b='{{ v }}'/>", "<a><![CDATA[{{ v }}]]></a>", "<!-- --><a>{{ raw(v) }}</a>", "<a/><b/>", "{{ raw(v) }}", "<?xml version='1.0'?><a><b c=\"{{ v }}\"></b></a>"} {
		f.Add(src, "<b>]]></b>")
	}
	f.Fuzz(func(t *testing.T, src, v string) {
		x, err := expr.ParseXML(src)
		if err != nil {
			return
		}
		out, err := x.Render(expr.MapScope{"v": v}, nil)
		if err != nil {
			return
		}
		structure, _ := skeleton(t, out)
		if !strings.HasPrefix(strings.TrimLeft(structure, "!"), "<") {
			t.Errorf("%q has no element", out)
		}
		if strings.Contains(src, "raw") {
			return
		}
		plain, err := x.Render(expr.MapScope{"v": "x"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if want, _ := skeleton(t, plain); structure != want {
			t.Errorf("%q with %q has another structure: %q", src, v, out)
		}
	})
}
