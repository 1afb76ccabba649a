package valid_test

import (
	"testing"

	"gonets/internal/valid"
	"gonets/setting"
)

func TestMailSettingsAreChecked(t *testing.T) {
	t.Parallel()
	good := setting.Mail{Host: "smtp.example.ru", From: "gonets@example.ru", To: []string{"anna@example.ru", "борис@пример.рф"}, Username: "u", Password: &setting.SecretName{Secret: "smtp-password"}}
	if p := valid.Mail(&good, "/mail"); len(p) > 0 {
		t.Errorf("good settings: %v", p)
	}
	for pointer, change := range map[string]func(*setting.Mail){
		"/mail/host":            func(m *setting.Mail) { m.Host = "https://smtp.example.ru" },
		"/mail/port":            func(m *setting.Mail) { m.Port = 70000 },
		"/mail/security":        func(m *setting.Mail) { m.Security = "ssl" },
		"/mail/username":        func(m *setting.Mail) { m.Username = "a\r\nb" },
		"/mail/password/secret": func(m *setting.Mail) { m.Password = &setting.SecretName{Secret: "Not A Name"} },
		"/mail/from":            func(m *setting.Mail) { m.From = "a@b.c\r\nBcc: x@y.z" },
		"/mail/to/1":            func(m *setting.Mail) { m.To[1] = "Anna <anna@example.ru>" },
		"/mail/to/0":            func(m *setting.Mail) { m.To[0] = "anna" },
	} {
		m := good
		m.To = append([]string(nil), good.To...)
		change(&m)
		if p := valid.Mail(&m, "/mail"); len(p) != 1 || p[0].Pointer != pointer {
			t.Errorf("%s: %v", pointer, p)
		}
	}
}
