package mail_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"gonets"
	"gonets/internal/mail"
	"gonets/internal/outbound"
	"gonets/internal/testkit"
	"gonets/setting"
)

const password = "canary-8f2e1"

// bench is a mail server and what reaches it.
type bench struct {
	*testkit.MailServer
	sender *mail.Sender
	set    setting.Mail
}

func newBench(t *testing.T, o testkit.MailOptions, allow ...netip.Prefix) *bench {
	t.Helper()
	b := &bench{MailServer: testkit.Mail(t, o)}
	client := outbound.New(outbound.Options{Policy: outbound.Policy{Allow: allow}})
	t.Cleanup(client.Close)
	b.sender = &mail.Sender{Dial: client.Dial, Hello: func() string { return "gonets.example.org" }, TLS: &tls.Config{RootCAs: b.Trust}}
	b.set = setting.Mail{Host: b.Host, Port: b.Port, From: "gonets@example.org", Security: setting.MailSTARTTLS}
	switch {
	case o.TLS:
		b.set.Security = setting.MailTLS
	case !o.STARTTLS:
		b.set.Security = setting.MailPlain
	}
	if o.User != "" {
		b.set.Username = o.User
	}
	return b
}

func loopback() netip.Prefix { return netip.MustParsePrefix("127.0.0.0/8") }

func letter() mail.Letter {
	return mail.Letter{ID: "0198", To: "anna@example.org", Subject: "crm.example.ru: отвечает 503, операций: 14",
		Date: testkit.Start(), Text: "Сервис <b>ответил</b> ошибкой.\n\nСмотреть: https://g.example.org/runs?scenario=a&state=paused сейчас\nещё строка\n"}
}

func TestLetterReachesTheServer(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]testkit.MailOptions{
		"in the clear":          {},
		"by STARTTLS":           {STARTTLS: true},
		"by TLS":                {TLS: true},
		"by STARTTLS and login": {STARTTLS: true, User: "anna", Password: password},
		"by TLS and login":      {TLS: true, User: "anna", Password: password},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, o, loopback())
			said, err := b.sender.Send(t.Context(), b.set, password, letter())
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(said, "OK") {
				t.Errorf("the server said %q", said)
			}
			got := b.Letters()
			if len(got) != 1 {
				t.Fatalf("%d letters", len(got))
			}
			l, want := got[0], letter()
			if l.Subject != want.Subject || strings.ReplaceAll(l.Text, "\r\n", "\n") != want.Text || l.To != want.To || l.From != b.set.From {
				t.Errorf("got %+v", l)
			}
			if id := l.Header.Get("Message-Id"); id != "<0198@gonets.example.org>" {
				t.Errorf("Message-ID %q", id)
			}
			if at, err := l.Header.Date(); err != nil || !at.Equal(want.Date) {
				t.Errorf("Date %v, %v", at, err)
			}
			if l.Header.Get("Auto-Submitted") != "auto-generated" || l.Header.Get("Received") != "" {
				t.Errorf("header %v", l.Header)
			}
			link := `<a href="https://g.example.org/runs?scenario=a&amp;state=paused">https://g.example.org/runs?scenario=a&amp;state=paused</a> сейчас<br>`
			if !strings.Contains(l.HTML, link) || !strings.Contains(l.HTML, "&lt;b&gt;ответил") || strings.Contains(l.HTML, "src=") {
				t.Errorf("HTML %s", l.HTML)
			}
		})
	}
}

func TestRefusalSaysWhatTheServerSaidAndWhatToDo(t *testing.T) {
	t.Parallel()
	later := func(string) error {
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "Greylisted, come back in 5 minutes"}
	}
	never := func(string) error {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such user here"}
	}
	for name, c := range map[string]struct {
		o        testkit.MailOptions
		security setting.MailSecurity
		change   func(*bench)
		kind     gonets.Code
		says     []string
	}{
		"an address that does not exist": {o: testkit.MailOptions{Rcpt: never}, kind: gonets.CodeMailRecipient,
			says: []string{"550 5.1.1 No such user here", "Check the address in To"}},
		"greylisting": {o: testkit.MailOptions{Rcpt: later}, kind: gonets.CodeMailRecipient, says: []string{"451 4.7.1 Greylisted", "tried again"}},
		"another sender": {o: testkit.MailOptions{Sender: never}, kind: gonets.CodeMailSender,
			says: []string{"550 5.1.1", "whose login you use"}},
		"the wrong password": {o: testkit.MailOptions{STARTTLS: true, User: "anna", Password: "right"}, kind: gonets.CodeMailLogin,
			says: []string{"535 5.7.8 bad password •••", "separate password for programs"}},
		"no login where one is needed": {o: testkit.MailOptions{STARTTLS: true, User: "anna", Password: "right"}, kind: gonets.CodeMailLogin,
			change: func(b *bench) { b.set.Username = "" }, says: []string{"530 5.7.0 Authentication required", "login"}},
		"a password in the clear": {o: testkit.MailOptions{User: "anna", Password: password}, kind: gonets.CodeMailLogin,
			says: []string{"choose STARTTLS or TLS"}},
		"no STARTTLS there": {security: setting.MailSTARTTLS, kind: gonets.CodeMailSecurity, says: []string{"does not offer STARTTLS"}},
		"TLS to a port without": {security: setting.MailTLS, kind: gonets.CodeMailSecurity,
			says: []string{"does not speak TLS at this port; choose STARTTLS"}},
		"a certificate that signed itself": {o: testkit.MailOptions{STARTTLS: true}, kind: gonets.CodeMailSelfSigned,
			change: func(b *bench) { b.sender.TLS = nil }, says: []string{"is self-signed", "of a known authority"}},
		"an unknown authority": {o: testkit.MailOptions{TLS: true, Certificate: signed(t)}, kind: gonets.CodeMailAuthority,
			says: []string{"not signed by an authority", "whole chain"}},
		"a certificate of another time": {o: testkit.MailOptions{TLS: true}, kind: gonets.CodeMailExpired,
			change: func(b *bench) { b.sender.Clock = later2100{} }, says: []string{"has expired or is not valid yet", "renew the certificate"}},
		"a certificate for another name": {o: testkit.MailOptions{STARTTLS: true}, kind: gonets.CodeMailName,
			change: func(b *bench) { b.set.Host = "localhost" }, says: []string{"is for another name", "for which the certificate is made"}},
		"a letter that it does not want": {o: testkit.MailOptions{Data: func(int) error { return never("") }}, kind: gonets.CodeMailRefused,
			says: []string{"No such user here"}},
		"nobody at the port": {kind: gonets.CodeMailUnreachable, change: func(b *bench) { b.set.Port = 1 },
			says: []string{"connection refused", "587"}},
		"a line break in the subject": {kind: gonets.CodeMailRefused, change: func(b *bench) { b.set.From = "a@b.c\r\nBcc: x@y.z" },
			says: []string{"line break"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, c.o, loopback())
			if c.security != "" {
				b.set.Security = c.security
			}
			if c.change != nil {
				c.change(b)
			}
			_, err := b.sender.Send(t.Context(), b.set, password, letter())
			var e *gonets.Error
			if !errors.As(err, &e) || e.Code != gonets.CodeMailRefused || len(e.Problems) != 1 {
				t.Fatalf("got %v", err)
			}
			if e.Problems[0].Code != c.kind {
				t.Errorf("kind %s, want %s", e.Problems[0].Code, c.kind)
			}
			for _, want := range c.says {
				if !strings.Contains(e.Message, want) {
					t.Errorf("%q lacks %q", e.Message, want)
				}
			}
			if strings.Contains(e.Message+e.Err.Error(), password) || strings.Contains(e.Message+e.Err.Error(), "Y2FuYXJ5LThmMmUx") {
				t.Errorf("the password stands in %q", e.Message)
			}
			if len(b.Letters()) > 0 {
				t.Error("a letter came all the same")
			}
		})
	}
}

// signed is a certificate for 127.0.0.1 of an authority that nobody knows.
func signed(t *testing.T) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	authority := &x509.Certificate{Subject: pkix.Name{CommonName: "Authority"}}
	shown := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Unix(0, 0), NotAfter: later2100{}.Now()}
	raw, err := x509.CreateCertificate(rand.Reader, shown, authority, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}

type later2100 struct{ gonets.SystemClock }

func (later2100) Now() time.Time { return time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC) }

func TestClosedNetworkIsNotReached(t *testing.T) {
	t.Parallel()
	b := newBench(t, testkit.MailOptions{})
	_, err := b.sender.Send(t.Context(), b.set, "", letter())
	if err == nil || !strings.Contains(err.Error(), "--allow-network 127.0.0.1/32") {
		t.Errorf("got %v", err)
	}
}

func TestBrokenConnectionSaysThatNobodyKnows(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]testkit.MailOptions{
		"in the middle of the letter": {Begin: func(int) error { return testkit.ErrCut }},
		"before the answer":           {Data: func(int) error { return testkit.ErrCut }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, o, loopback())
			_, err := b.sender.Send(t.Context(), b.set, "", letter())
			if gonets.CodeOf(err) != gonets.CodeMailRefused || !strings.Contains(err.Error(), "it is unknown whether it took the letter") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestStoppingServerWaitsForNoMailServer(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	b := newBench(t, testkit.MailOptions{Rcpt: func(string) error {
		cancel()
		<-ended // the server keeps silent
		return nil
	}}, loopback())
	_, err := b.sender.Send(ctx, b.set, "", letter())
	close(ended)
	if err == nil || strings.Contains(err.Error(), "in time") {
		t.Errorf("its silence was waited for to the end: %v", err)
	}
}
