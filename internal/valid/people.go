package valid

import (
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gonets"
	"gonets/setting"
)

// maxHost bounds a host's name, in bytes.
const maxHost = 255

// Mail finds what is wrong with mail settings. at is the pointer before
// their own.
func Mail(m *setting.Mail, at string) []gonets.Problem {
	var v validator
	host := m.Host
	switch {
	case host == "":
		v.missing(at+"/host", "the mail server is missing; write host: smtp.example.org")
	case len(host) > maxHost || strings.ContainsAny(host, " \t\r\n/@\\") || strings.Contains(host, "://"):
		v.add(at+"/host", gonets.CodeBadMailHost, "%q is not the name of a server; write it as smtp.example.org", host)
	case strings.Count(host, ":") == 1:
		v.add(at+"/host", gonets.CodePortInHost, "%q holds a port; write it as port", host)
	}
	if m.Port < 0 || m.Port > 65535 {
		v.add(at+"/port", gonets.CodeBadNumber, "%d is not a port, a number from %d to %d; usual ones are 587, 465 and 25", m.Port, 1, 65535)
	}
	v.oneOf(at+"/security", "security", string(m.Security), "", string(setting.MailSTARTTLS), string(setting.MailTLS), string(setting.MailPlain))
	if strings.ContainsAny(m.Username, "\r\n\x00") {
		v.add(at+"/username", gonets.CodeControlChar, "the login holds a line break")
	}
	if p := m.Password; p != nil {
		if !gonets.ValidName(p.Secret) {
			v.add(at+"/password/secret", gonets.CodeBadName, "%q is not the name of a secret, which has %d characters at most; write smtp-password and set that secret", p.Secret, gonets.MaxNameLength)
		}
		if m.Username == "" {
			v.add(at+"/username", gonets.CodePasswordAlone, "there is a password and no login")
		}
	}
	v.mailAddress(at+"/from", m.From)
	if len(m.To) > setting.MaxMailTo {
		v.add(at+"/to", gonets.CodeTooMany, "%d addresses; there may be %d", len(m.To), setting.MaxMailTo)
	}
	seen := map[string]bool{}
	for i, to := range m.To {
		p := at + "/to/" + strconv.Itoa(i)
		v.mailAddress(p, to)
		if seen[strings.ToLower(to)] {
			v.add(p, gonets.CodeTwice, "%q stands twice", to)
		}
		seen[strings.ToLower(to)] = true
	}
	return v.problems
}

// mailAddress takes a bare address only: a name beside it would need quoting,
// and a line break in it would be a header of its own.
func (v *validator) mailAddress(at, s string) {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" || strings.ContainsAny(s, "\r\n\x00<>\"") || !strings.Contains(s, "@") {
		v.add(at, gonets.CodeBadEmail, "%q is not an e-mail address; write anna@example.org", s)
	}
}

// Email tells whether s is a bare address (RFC 5322 addr-spec).
func Email(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= gonets.MaxLogin && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) })
}

// User says what is wrong with a user, with pointers into the body that
// described him.
func User(u *gonets.User) []gonets.Problem {
	var out []gonets.Problem
	bad := func(pointer string, code gonets.Code, format string, args ...any) {
		out = append(out, gonets.Mistake(pointer, code, format, args...))
	}
	switch {
	case u.Login == "":
		bad("/login", gonets.CodeMissing, "the login is empty; give an e-mail address or a name")
	case utf8.RuneCountInString(u.Login) > gonets.MaxLogin:
		bad("/login", gonets.CodeTooLong, "the login is longer than %d characters", gonets.MaxLogin)
	case !utf8.ValidString(u.Login) || strings.ContainsFunc(u.Login, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }):
		bad("/login", gonets.CodeBadLogin, "a login has no spaces and no invisible characters")
	}
	if u.Email != "" && !Email(u.Email) {
		bad("/email", gonets.CodeBadEmail, "this is no e-mail address; write it like anna@example.org")
	}
	if !slices.Contains([]string{"", gonets.LanguageRussian, gonets.LanguageEnglish}, u.Language) {
		bad("/language", gonets.CodeBadChoice, "%s is %q; it must be %s", "language", u.Language, gonets.Choice{gonets.LanguageRussian, gonets.LanguageEnglish})
	}
	if !slices.Contains([]string{gonets.ThemeSystem, gonets.ThemeLight, gonets.ThemeDark}, u.Theme) {
		bad("/theme", gonets.CodeBadChoice, "%s is %q; it must be %s", "theme", u.Theme, gonets.Choice{gonets.ThemeSystem, gonets.ThemeLight, gonets.ThemeDark})
	}
	return out
}
