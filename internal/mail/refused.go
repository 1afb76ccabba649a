package mail

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/textproto"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"

	"gonets"
	"gonets/internal/texts"
	"gonets/setting"
)

// places are the members of the settings that codes speak of.
var places = map[gonets.Code]string{
	gonets.CodeMailUnreachable: "/mail/host", gonets.CodeMailSecurity: "/mail/security", gonets.CodeMailLogin: "/mail/username",
	gonets.CodeMailSender: "/mail/from", gonets.CodeMailRecipient: "/mail/to",
	gonets.CodeMailSelfSigned: "/mail/host", gonets.CodeMailAuthority: "/mail/host", gonets.CodeMailExpired: "/mail/host", gonets.CodeMailName: "/mail/host",
}

// replyCode begins what an SMTP server says (RFC 5321 §4.2).
var replyCode = regexp.MustCompile(`^[45]\d\d[ -]`)

// refused is a failure in words: what the server said, or what was found, and
// what to do. The problem in it names the kind of failure and the member that
// it concerns.
func (t *talk) refused(kind gonets.Code, said string, cause error) *gonets.Error {
	if said == "" {
		said = t.said(cause)
	}
	e, _ := texts.Explain(kind)
	said = strings.TrimRight(t.masked(said), ". ")
	problem := gonets.Problem{Pointer: places[kind], Code: kind, Message: said}
	if replyCode.MatchString(said) {
		problem.Values = []any{said} // the server's own words can be shown in every language
	}
	return &gonets.Error{Code: gonets.CodeMailRefused, Err: errors.New(t.masked(cause.Error())),
		Message:  t.host + " did not take the letter: " + said + ". " + e.En.Todo,
		Problems: []gonets.Problem{problem}}
}

// unopened is why there was no conversation in which a letter could be handed
// over.
func (t *talk) unopened(err error) error {
	var known *gonets.Error
	var said *textproto.Error
	switch {
	case errors.As(err, &known):
		return t.refused(gonets.CodeMailUnreachable, known.Message, err)
	case t.insecure != nil, insecure(err):
		kind, said := t.unsafe(err)
		return t.refused(kind, said, err)
	case t.set.Security == setting.MailPlain && (errors.Is(err, mail.ErrNoSupportedAuthDiscovered) || strings.Contains(err.Error(), "not support SMTP AUTH")):
		return t.refused(gonets.CodeMailLogin, "it takes the password only in a way that everybody on the line can read; choose STARTTLS or TLS", err)
	case strings.Contains(err.Error(), "SMTP AUTH"), errors.Is(err, mail.ErrNoSupportedAuthDiscovered):
		return t.refused(gonets.CodeMailLogin, "", err)
	case errors.As(err, &said):
		return t.refused(gonets.CodeMailRefused, "", err)
	}
	return t.refused(gonets.CodeMailUnreachable, t.silence(err), err)
}

// unsent is why the server did not take a letter.
func (t *talk) unsent(err error) error {
	var failed *mail.SendError
	if !errors.As(err, &failed) {
		return t.refused(gonets.CodeMailRefused, t.silence(err), err)
	}
	kind, said := gonets.CodeMailRefused, ""
	switch {
	case failed.ErrorCode() == 530, failed.ErrorCode() == 535:
		kind = gonets.CodeMailLogin
	case failed.ErrorCode() == 0:
		said = t.silence(err)
	case failed.Reason == mail.ErrSMTPMailFrom:
		kind = gonets.CodeMailSender
	case failed.Reason == mail.ErrSMTPRcptTo:
		kind = gonets.CodeMailRecipient
	}
	if said != "" && (failed.Reason == mail.ErrSMTPDataClose || failed.Reason == mail.ErrWriteContent) {
		said += "; it is unknown whether it took the letter, a repeat carries the same Message-ID"
	}
	if said == "" {
		said = serverWords(failed)
	}
	return t.refused(kind, said, err)
}

// serverWords are what stands in an error of the library besides its own words.
func serverWords(err *mail.SendError) string {
	text := err.Error()
	for _, after := range []string{", affected recipient(s):", ", affected message ID:"} {
		text, _, _ = strings.Cut(text, after)
	}
	text = strings.TrimSpace(strings.TrimPrefix(text, err.Reason.String()+":"))
	// The standard library quotes them.
	if code, quoted, ok := strings.Cut(text, " "); ok {
		if words, err := strconv.Unquote(quoted); err == nil {
			return code + " " + words
		}
	}
	return text
}

// said is an error's own words; those of the server come with their code.
func (t *talk) said(err error) string {
	var said *textproto.Error
	if errors.As(err, &said) {
		return strconv.Itoa(said.Code) + " " + said.Msg
	}
	return err.Error()
}

// silence is a conversation that broke off, in words.
func (t *talk) silence(err error) string {
	switch timeout := net.Error(nil); {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "it did not answer in time (" + Limit.String() + ")" + t.wrongPort()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		strings.Contains(err.Error(), "EOF"), strings.Contains(err.Error(), "connection reset"), strings.Contains(err.Error(), "broken pipe"):
		return "it closed the connection" + t.wrongPort()
	}
	return "the conversation broke off: " + err.Error()
}

// wrongPort is what is usually wrong when a server keeps silent.
func (t *talk) wrongPort() string {
	if _, port := t.set.Address(); port == 465 && t.set.Security != setting.MailTLS {
		return "; port 465 usually wants TLS"
	}
	return ""
}

func insecure(err error) bool {
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	return errors.As(err, &cert) || errors.As(err, &record) || errors.As(err, &alert) ||
		strings.Contains(err.Error(), "STARTTLS") || strings.Contains(err.Error(), "tls: ")
}

// unsafe is why a connection could not be protected.
func (t *talk) unsafe(err error) (kind gonets.Code, said string) {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &authority) && authority.Cert != nil && bytes.Equal(authority.Cert.RawIssuer, authority.Cert.RawSubject):
		return gonets.CodeMailSelfSigned, "its certificate is self-signed"
	case errors.As(err, &authority):
		return gonets.CodeMailAuthority, "its certificate is not signed by an authority that this server trusts, or a link of the chain is missing"
	case errors.As(err, &name):
		return gonets.CodeMailName, "its certificate is for another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return gonets.CodeMailExpired, "its certificate has expired or is not valid yet"
	case errors.As(err, &record):
		said = "it does not speak TLS at this port; choose STARTTLS"
	case strings.Contains(err.Error(), "does not support STARTTLS"):
		said = "it does not offer STARTTLS; choose TLS, usually with port 465"
	}
	return gonets.CodeMailSecurity, cmp.Or(said, t.said(err))
}

// masked takes the password out of what a server said, however it repeats it.
func (t *talk) masked(text string) string {
	if t.password != "" {
		for _, form := range []string{t.password, t.set.Username + "\x00" + t.password, "\x00" + t.set.Username + "\x00" + t.password} {
			text = strings.ReplaceAll(text, form, "•••")
			text = strings.ReplaceAll(text, base64.StdEncoding.EncodeToString([]byte(form)), "•••")
		}
	}
	return short(text)
}

// short makes a server's words safe to show and to log.
func short(text string) string {
	text = strings.ToValidUTF8(text, "�")
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
	text = strings.TrimSpace(text)
	if len(text) > maxSaid {
		text = strings.ToValidUTF8(text[:maxSaid], "") + "…"
	}
	return text
}
