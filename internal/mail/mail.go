// Package mail hands letters to a mail server (SMTP, RFC 5321). It is the owner
// of the library that speaks the protocol.
//
// A letter may reach a person twice when the connection breaks after the server
// took it: its Message-ID is the same then, so that mailboxes and people can
// tell. Errors carry what the server said, and never the password.
package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"html/template"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"gonets"
	"gonets/setting"
)

const (
	// Limit bounds one letter's whole conversation, in real time.
	Limit = 30 * time.Second
	// maxRead bounds what a server may say in it, in bytes.
	maxRead = 1 << 20
	// maxSaid bounds what is shown of a server's words, in bytes.
	maxSaid = 400
)

// Sender hands letters over. Dial is required.
type Sender struct {
	// Dial makes the connection, judged by the guard of outgoing requests.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Clock judges the validity of certificates; nil is the machine's.
	Clock gonets.Clock
	// Hello is the name by which the server greets (EHLO) and which ends
	// Message-IDs; empty is gonets.invalid.
	Hello func() string
	// TLS is for tests: which authorities are trusted; nil is the machine's.
	TLS *tls.Config
}

// Letter is what one person gets.
type Letter struct {
	// ID is the part of the Message-ID before the @.
	ID      string
	Date    time.Time
	To      string
	Subject string
	Text    string
}

// Send hands a letter over and returns what the server said when it took it.
// The error is a [gonets.Error] with a code that begins with "mail.".
func (s *Sender) Send(ctx context.Context, set setting.Mail, password string, l Letter) (said string, err error) {
	host, port := set.Address()
	talk := &talk{s: s, set: &set, host: host, addr: net.JoinHostPort(host, strconv.Itoa(port)), password: password}
	msg, err := s.message(&set, l)
	if err != nil {
		return "", talk.refused(gonets.CodeMailRefused, "", err)
	}
	ctx, cancel := context.WithTimeout(ctx, Limit)
	defer cancel()
	client, err := talk.client(ctx)
	if err != nil {
		return "", talk.refused(gonets.CodeMailRefused, "", err)
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		talk.hangUp()
		return "", talk.unopened(err)
	}
	defer talk.hangUp()
	err = client.SendWithSMTPClient(conn, msg)
	// What follows the server's yes (RSET, QUIT) no longer matters.
	if !msg.IsDelivered() {
		return "", talk.unsent(err)
	}
	_ = client.CloseWithSMTPClient(conn)
	return short(msg.ServerResponse()), nil
}

// name is what this server calls itself to others.
func (s *Sender) name() string {
	if s.Hello != nil {
		name := s.Hello()
		if _, err := netip.ParseAddr(name); err == nil {
			return "[" + name + "]" // RFC 5321 §4.1.3
		}
		if name != "" {
			return name
		}
	}
	return "gonets.invalid"
}

// errLineBreak keeps a text from becoming a header of its own.
var errLineBreak = errors.New("a header of the letter holds a line break or another control character")

// message builds the letter (RFC 5322, RFC 2047): plain text and the same as
// modest HTML, nothing that is fetched, nothing that tells who read it.
func (s *Sender) message(set *setting.Mail, l Letter) (*mail.Msg, error) {
	for _, head := range []string{l.ID, l.To, l.Subject, set.From} {
		if strings.ContainsFunc(head, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return nil, errLineBreak
		}
	}
	m := mail.NewMsg(mail.WithEncoding(mail.EncodingB64), mail.WithNoDefaultUserAgent())
	if err := m.From(set.From); err != nil {
		return nil, err
	}
	if err := m.To(l.To); err != nil {
		return nil, err
	}
	m.Subject(l.Subject)
	m.SetMessageIDWithValue(l.ID + "@" + s.name())
	m.SetDateWithValue(l.Date)
	// RFC 3834: programs that answer letters leave this one alone.
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(mail.TypeTextPlain, l.Text)
	page, err := html(l)
	if err != nil {
		return nil, err
	}
	m.AddAlternativeString(mail.TypeTextHTML, page)
	return m, nil
}

// html is the text again, for mailboxes that show nothing else nicely.
func html(l Letter) (string, error) {
	page, err := template.New("letter").Parse(`<!doctype html><html><head><meta charset="utf-8"><title>{{.Subject}}</title></head>` +
		`<body style="font-family:sans-serif;font-size:15px;line-height:1.45;max-width:40em">` +
		`{{range .Parts}}<p>{{range $i, $line := .}}{{if $i}}<br>{{end}}{{range .}}{{if .URL}}<a href="{{.URL}}">{{.URL}}</a>{{else}}{{.Text}}{{end}}{{end}}{{end}}</p>{{end}}</body></html>`)
	if err != nil {
		return "", err
	}
	type word struct{ Text, URL string }
	var parts [][][]word
	for part := range strings.SplitSeq(strings.TrimSpace(l.Text), "\n\n") {
		var lines [][]word
		for line := range strings.SplitSeq(part, "\n") {
			at := strings.Index(line, "http://")
			if i := strings.Index(line, "https://"); i >= 0 && (at < 0 || i < at) {
				at = i
			}
			if at < 0 {
				lines = append(lines, []word{{Text: line}})
				continue
			}
			address, rest, more := strings.Cut(line[at:], " ")
			if more {
				rest = " " + rest
			}
			lines = append(lines, []word{{Text: line[:at]}, {URL: address}, {Text: rest}})
		}
		parts = append(parts, lines)
	}
	var b bytes.Buffer
	err = page.Execute(&b, map[string]any{"Subject": l.Subject, "Parts": parts})
	return b.String(), err
}

// talk is one conversation.
type talk struct {
	s          *Sender
	set        *setting.Mail
	host, addr string
	password   string
	conn       net.Conn
	// insecure is why the connection could not be encrypted.
	insecure error
}

func (t *talk) client(ctx context.Context) (*mail.Client, error) {
	set := t.set
	policy := mail.TLSMandatory
	switch set.Security {
	case setting.MailPlain:
		policy = mail.NoTLS
	case setting.MailTLS:
		// Encrypted by our own dialling; the library has to notice by itself.
		policy = mail.TLSOpportunistic
	}
	_, port := set.Address()
	o := []mail.Option{mail.WithPort(port), mail.WithTimeout(Limit), mail.WithTLSPolicy(policy), mail.WithTLSConfig(t.config()),
		mail.WithHELO(t.s.name()), mail.WithoutNoop(),
		// The library's own context ends when the greeting is over; the connection lives as long as ctx.
		mail.WithDialContextFunc(func(_ context.Context, network, _ string) (net.Conn, error) { return t.dial(ctx, network) })}
	if set.Username != "" {
		// Ways that show the password are used over an encrypted connection only.
		o = append(o, mail.WithUsername(set.Username), mail.WithPassword(t.password), mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover))
	}
	return mail.NewClient(t.host, o...)
}

func (t *talk) config() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.s.TLS != nil {
		c = t.s.TLS.Clone()
	}
	c.ServerName = t.host
	if t.s.Clock != nil {
		c.Time = t.s.Clock.Now
	}
	return c
}

// dial is what the library connects with.
func (t *talk) dial(ctx context.Context, network string) (net.Conn, error) {
	conn, err := t.s.Dial(ctx, network, t.addr)
	if err != nil {
		return nil, err
	}
	bounded := &reader{Conn: conn, left: maxRead}
	// A server that stops must not wait for a mail server.
	bounded.stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	t.conn = bounded
	if t.set.Security != setting.MailTLS {
		return bounded, nil
	}
	secure := tls.Client(bounded, t.config())
	if err := secure.HandshakeContext(ctx); err != nil {
		t.insecure = err
		return nil, err
	}
	t.conn = secure
	return secure, nil
}

func (t *talk) hangUp() {
	if t.conn != nil {
		_ = t.conn.Close()
	}
}

// reader bounds what a server may say.
type reader struct {
	net.Conn
	left int
	stop func() bool
}

func (r *reader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errors.New("the mail server says more than a mail server has to say")
	}
	n, err := r.Conn.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

func (r *reader) Close() error {
	r.stop()
	return r.Conn.Close()
}
