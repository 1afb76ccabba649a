package valid_test

import (
	"testing"

	"gonets"
	"gonets/internal/valid"
)

func TestMailSettingsAreChecked(t *testing.T) {
	t.Parallel()
	good := gonets.Mail{Host: "smtp.example.ru", From: "gonets@example.ru", To: []string{"anna@example.ru", "борис@пример.рф"}, Username: "u", Password: &gonets.SecretName{Secret: "smtp-password"}}
	if p := valid.Mail(&good, "/mail"); len(p) > 0 {
		t.Errorf("good settings: %v", p)
	}
	for pointer, change := range map[string]func(*gonets.Mail){
		"/mail/host":            func(m *gonets.Mail) { m.Host = "https://smtp.example.ru" },
		"/mail/port":            func(m *gonets.Mail) { m.Port = 70000 },
		"/mail/security":        func(m *gonets.Mail) { m.Security = "ssl" },
		"/mail/username":        func(m *gonets.Mail) { m.Username = "a\r\nb" },
		"/mail/password/secret": func(m *gonets.Mail) { m.Password = &gonets.SecretName{Secret: "Not A Name"} },
		"/mail/from":            func(m *gonets.Mail) { m.From = "a@b.c\r\nBcc: x@y.z" },
		"/mail/to/1":            func(m *gonets.Mail) { m.To[1] = "Anna <anna@example.ru>" },
		"/mail/to/0":            func(m *gonets.Mail) { m.To[0] = "anna" },
	} {
		m := good
		m.To = append([]string(nil), good.To...)
		change(&m)
		if p := valid.Mail(&m, "/mail"); len(p) != 1 || p[0].Pointer != pointer {
			t.Errorf("%s: %v", pointer, p)
		}
	}
}
