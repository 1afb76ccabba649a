package gonets

import "testing"

func TestMailSettingsAreChecked(t *testing.T) {
	t.Parallel()
	good := Mail{Host: "smtp.example.ru", From: "gonets@example.ru", To: []string{"anna@example.ru", "борис@пример.рф"}, Username: "u", Password: &SecretName{"smtp-password"}}
	if p := good.Validate("/mail"); len(p) > 0 {
		t.Errorf("good settings: %v", p)
	}
	for pointer, change := range map[string]func(*Mail){
		"/mail/host":            func(m *Mail) { m.Host = "https://smtp.example.ru" },
		"/mail/port":            func(m *Mail) { m.Port = 70000 },
		"/mail/security":        func(m *Mail) { m.Security = "ssl" },
		"/mail/username":        func(m *Mail) { m.Username = "a\r\nb" },
		"/mail/password/secret": func(m *Mail) { m.Password = &SecretName{"Not A Name"} },
		"/mail/from":            func(m *Mail) { m.From = "a@b.c\r\nBcc: x@y.z" },
		"/mail/to/1":            func(m *Mail) { m.To[1] = "Anna <anna@example.ru>" },
		"/mail/to/0":            func(m *Mail) { m.To[0] = "anna" },
	} {
		m := good
		m.To = append([]string(nil), good.To...)
		change(&m)
		if p := m.Validate("/mail"); len(p) != 1 || p[0].Pointer != pointer {
			t.Errorf("%s: %v", pointer, p)
		}
	}
}
