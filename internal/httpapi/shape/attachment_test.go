package shape_test

import (
	"mime"
	"strings"
	"testing"

	"gonets/internal/httpapi/shape"
)

func TestAFileIsSavedUnderItsTitle(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Lead":                     `attachment; filename="Lead.yaml"`,
		"Заявка → CRM":             `attachment; filename="______ _ CRM.yaml"; filename*=UTF-8''%D0%97%D0%B0%D1%8F%D0%B2%D0%BA%D0%B0%20%E2%86%92%20CRM.yaml`,
		"Заявка":                   `attachment; filename="lead.yaml"; filename*=UTF-8''%D0%97%D0%B0%D1%8F%D0%B2%D0%BA%D0%B0.yaml`,
		"":                         `attachment; filename="lead.yaml"`,
		"...":                      `attachment; filename="lead.yaml"`,
		"a\"; filename=\"x.exe":    `attachment; filename="a__ filename=_x.exe.yaml"`,
		"../../etc/passwd":         `attachment; filename="_.._etc_passwd.yaml"`,
		"a\r\nSet-Cookie: x\u202e": `attachment; filename="a Set-Cookie_ x.yaml"`,
		"100%41":                   `attachment; filename="100_41.yaml"`,
	} {
		got := shape.Attachment(title, "lead", ".yaml")
		if got != want {
			t.Errorf("%q: %s, want %s", title, got, want)
		}
		if kind, params, err := mime.ParseMediaType(got); err != nil || kind != "attachment" || !strings.HasSuffix(params["filename"], ".yaml") {
			t.Errorf("%q: %s is read as %q %v %v", title, got, kind, params, err)
		}
	}
	if got := shape.Attachment(strings.Repeat("ы", 300), "lead", ".yaml"); len(got) > 500 {
		t.Errorf("a long title makes %d bytes", len(got))
	}
}
