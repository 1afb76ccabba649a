package parts_test

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gonets/internal/parts"
)

func TestAFormIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	list := []parts.Part{
		{Name: "имя", Data: []byte("Анна\r\nи \"Ко\"")},
		{Name: "", Data: nil},
		{Name: `a"b\c`, FileName: `фото "1"\.png`, Type: "image/png", Data: []byte{0, 1, 2, 0xff}},
		{Name: "doc", FileName: "a.txt", Type: "text/plain; charset=windows-1251", Data: []byte("--gonets-")},
	}
	body, contentType := parts.Write("run/step", list)
	again, _ := parts.Write("run/step", list)
	if !bytes.Equal(body, again) {
		t.Error("a repeat is not the same bytes")
	}
	if other, _ := parts.Write("run/other", list); bytes.Equal(body, other) {
		t.Error("another request has the same border")
	}
	got, err := parts.Read(contentType, body)
	if err != nil {
		t.Fatal(err)
	}
	list[1].Data = []byte{}
	if diff := cmp.Diff(list, got); diff != "" {
		t.Error(diff)
	}
}

func TestABorderStandsInNoPart(t *testing.T) {
	t.Parallel()
	_, contentType := parts.Write("s", nil)
	first := contentType[strings.Index(contentType, "=")+1:]
	hostile := []parts.Part{{Name: "a", Data: []byte("\r\n--" + first + "--\r\n")}, {Name: first, Data: []byte("x")}}
	body, contentType := parts.Write("s", hostile)
	if strings.Contains(contentType, first) {
		t.Errorf("the border %q stands in a part", first)
	}
	if got, err := parts.Read(contentType, body); err != nil || cmp.Diff(hostile, got) != "" {
		t.Errorf("%v: %s", err, cmp.Diff(hostile, got))
	}
}

func TestANameCannotEndItsHead(t *testing.T) {
	t.Parallel()
	body, contentType := parts.Write("s", []parts.Part{{Name: "a\r\nX-Evil: 1", FileName: "b\x00\n.txt", Type: "text/plain\r\nX-Evil: 2", Data: []byte("d")}})
	got, err := parts.Read(contentType, body)
	want := []parts.Part{{Name: "a  X-Evil: 1", FileName: "b  .txt", Type: "text/plain  X-Evil: 2", Data: []byte("d")}}
	if err != nil || cmp.Diff(want, got) != "" {
		t.Errorf("%v: %s", err, cmp.Diff(want, got))
	}
}

func TestWhatIsNoFormIsToldSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ media, body string }{
		"another type": {"application/json", "{}"},
		"no boundary":  {parts.Media, "--b\r\n\r\nx\r\n--b--\r\n"},
		"no type":      {"", ""},
		"too many":     {parts.Media + "; boundary=b", strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n", 1_001) + "--b--\r\n"},
	} {
		if _, err := parts.Read(c.media, []byte(c.body)); !errors.Is(err, parts.ErrNoForm) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := parts.Read(parts.Media+"; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b\r\nContent-Disp"))
	if err == nil || len(got) != 1 || got[0].Name != "a" {
		t.Errorf("of a form that breaks off: %+v, %v", got, err)
	}
}

// FuzzNames proves that whatever stands in a name, Go's own reader gives it back.
func FuzzNames(f *testing.F) {
	f.Add("photo", "фото.png", []byte{0, 1})
	f.Add(`a"; filename="evil`, `..\..\x/y"`, []byte("\r\n--gonets-"))
	f.Add("a\r\nb", "\\", []byte("--"))
	f.Fuzz(func(t *testing.T, name, file string, data []byte) {
		body, contentType := parts.Write(name, []parts.Part{{Name: name, FileName: file, Data: data}, {Name: "last", Data: data}})
		_, params, err := mime.ParseMediaType(contentType)
		if err != nil {
			t.Fatal(err)
		}
		r := multipart.NewReader(bytes.NewReader(body), params["boundary"])
		for i, want := range []parts.Part{{Name: name, FileName: file}, {Name: "last"}} {
			p, err := r.NextRawPart()
			if err != nil {
				t.Fatalf("part %d: %v", i, err)
			}
			got, err := io.ReadAll(p)
			if err != nil || !bytes.Equal(got, data) {
				t.Fatalf("part %d holds %q (%v), not %q", i, got, err, data)
			}
			if p.FormName() != shown(want.Name) {
				t.Errorf("the name %q is read as %q", want.Name, p.FormName())
			}
			if file := shown(want.FileName); file != "" && p.FileName() != filepath.Base(file) {
				t.Errorf("the file name %q is read as %q", want.FileName, p.FileName())
			}
		}
		if _, err := r.NextRawPart(); !errors.Is(err, io.EOF) {
			t.Errorf("more follows: %v", err)
		}
	})
}

// shown is a name without what cannot stand in a head.
func shown(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
