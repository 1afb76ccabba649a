package charset_test

import (
	"testing"

	"gonets"
	"gonets/internal/charset"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, in, label, want string }{
		{"windows-1251", "\xcf\xf0\xe8\xe2\xe5\xf2", "windows-1251", "Привет"},
		{"its other name, quoted, in capitals", "\xcf", `"CP1251"`, "П"},
		{"koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", "koi8-r", "Привет"},
		{"utf-8 mark is dropped", "\xef\xbb\xbf{}", "", "{}"},
		{"utf-8 mark beats the label", "\xef\xbb\xbfЯ", "windows-1251", "Я"},
		{"utf-16 is little-endian", "\x1f\x04", "utf-16", "П"},
		{"utf-16 mark says big-endian", "\xfe\xff\x04\x1f", "utf-16", "П"},
		{"utf-16 mark beats utf-8", "\xff\xfe\x1f\x04", "utf-8", "П"},
		{"utf-16be", "\x04\x1f", "utf-16be", "П"},
		{"broken utf-8 is replaced", "a\xffb", "utf-8", "a\uFFFDb"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := charset.Decode([]byte(c.in), c.label)
			if err != nil || got != c.want {
				t.Errorf("Decode(%q, %q) = %q, %v; want %q", c.in, c.label, got, err, c.want)
			}
		})
	}
}

func TestUnknownLabels(t *testing.T) {
	t.Parallel()
	for _, label := range []string{"klingon", "hz-gb-2312", "utf-7"} {
		if charset.Known(label) {
			t.Errorf("Known(%q) = true", label)
		}
		if _, err := charset.Decode([]byte("x"), label); gonets.CodeOf(err) != gonets.CodeBodyUnreadable {
			t.Errorf("Decode with %q: %v", label, err)
		}
	}
	if !charset.Known("Windows-1251") {
		t.Error("windows-1251 is not known")
	}
}

func TestEncode(t *testing.T) {
	t.Parallel()
	got, err := charset.Encode("Привет", "windows-1251")
	if err != nil || string(got) != "\xcf\xf0\xe8\xe2\xe5\xf2" {
		t.Errorf("Encode = %q, %v", got, err)
	}
	if _, err := charset.Encode("Привет 🚀", "windows-1251"); gonets.CodeOf(err) != gonets.CodeBadRequest {
		t.Errorf("a rocket in windows-1251: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\xff\xfe\x1f"), "utf-16")
	f.Add([]byte("\xcf\xf0"), "windows-1251")
	f.Fuzz(func(t *testing.T, b []byte, label string) {
		if _, err := charset.Decode(b, label); (err == nil) != (charset.Known(label) || err == nil) {
			t.Errorf("Decode and Known disagree on %q: %v", label, err)
		}
	})
}
