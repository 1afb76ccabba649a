package testkit

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http/httptest"
	"net/mail"
	"strconv"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// MailOptions say how a mail server behaves. Functions are called by many at
// once.
type MailOptions struct {
	// TLS is encrypted from the first byte; STARTTLS offers it.
	TLS, STARTTLS bool
	// User and Password are needed when they are set.
	User, Password string
	// Certificate is shown instead of the usual one, which signed itself.
	Certificate *tls.Certificate
	// Rcpt and Sender may refuse an address.
	Rcpt, Sender func(address string) error
	// Data may refuse a letter that came whole; it counts from 1. ErrCut breaks
	// the connection instead of an answer.
	Data func(n int) error
	// Begin may break the connection in the middle of a letter.
	Begin func(n int) error
}

// ErrCut breaks the connection.
var ErrCut = errors.New("cut")

// MailServer is a mail server on loopback that keeps what it is given.
type MailServer struct {
	Host string
	Port int
	// Trust is the authority of its certificate.
	Trust *x509.CertPool

	o       MailOptions
	end     func()
	mu      sync.Mutex
	changed *sync.Cond
	got     []Received
	begun   int
}

// Received is a letter as it came.
type Received struct {
	From, To string
	Raw      []byte
	Header   mail.Header
	// Subject, Text and HTML are decoded.
	Subject, Text, HTML string
	// Answered is false when the connection was cut instead of an answer.
	Answered bool
}

// Mail starts a mail server that ends with the test.
func Mail(t testing.TB, o MailOptions) *MailServer {
	t.Helper()
	m, err := OpenMail(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// OpenMail starts a mail server. Close it.
func OpenMail(o MailOptions) (*MailServer, error) {
	// net/http/httptest has a certificate for 127.0.0.1.
	pattern := httptest.NewTLSServer(nil)
	config, trust := pattern.TLS.Clone(), x509.NewCertPool()
	trust.AddCert(pattern.Certificate())
	pattern.Close()
	config.NextProtos = nil
	if o.Certificate != nil {
		config.Certificates = []tls.Certificate{*o.Certificate}
	}

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().(*net.TCPAddr)
	m := &MailServer{Host: addr.IP.String(), Port: addr.Port, Trust: trust, o: o}
	m.changed = sync.NewCond(&m.mu)
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &mailSession{m: m, conn: c}, nil }))
	s.Domain = "mail.test"
	s.ErrorLog = quiet{}
	if o.STARTTLS {
		s.TLSConfig = config
	}
	if o.TLS {
		l = tls.NewListener(l, config)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l)
	}()
	m.end = func() {
		_ = s.Close()
		// A server that has not begun to serve does not know its listener yet.
		_ = l.Close()
		<-done
	}
	return m, nil
}

// Close ends the server.
func (m *MailServer) Close() { m.end() }

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// Address is its host and port.
func (m *MailServer) Address() string { return net.JoinHostPort(m.Host, strconv.Itoa(m.Port)) }

// Letters are what came so far.
func (m *MailServer) Letters() []Received {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Received(nil), m.got...)
}

// Await waits until n letters have come.
func (m *MailServer) Await(n int) []Received {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.got) < n {
		m.changed.Wait()
	}
	return append([]Received(nil), m.got...)
}

type mailSession struct {
	m        *MailServer
	conn     *smtp.Conn
	from, to string
	known    bool
}

func (s *mailSession) AuthMechanisms() []string {
	if s.m.o.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.m.o.User || password != s.m.o.Password {
			// Some servers repeat what they were given.
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8},
				Message: "bad password " + password + " " + base64.StdEncoding.EncodeToString([]byte(password))}
		}
		s.known = true
		return nil
	}), nil
}

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	if s.m.o.User != "" && !s.known {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	s.from = from
	if s.m.o.Sender != nil {
		return s.m.o.Sender(from)
	}
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	if s.m.o.Rcpt != nil {
		return s.m.o.Rcpt(to)
	}
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	s.m.mu.Lock()
	s.m.begun++
	n := s.m.begun
	s.m.mu.Unlock()
	if s.m.o.Begin != nil && s.m.o.Begin(n) != nil {
		return s.conn.Conn().Close()
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	var answer error
	if s.m.o.Data != nil {
		answer = s.m.o.Data(n)
	}
	if answer == nil || errors.Is(answer, ErrCut) {
		got, err := read(raw)
		if err != nil {
			return err
		}
		got.From, got.To, got.Answered = s.from, s.to, answer == nil
		s.m.mu.Lock()
		s.m.got = append(s.m.got, got)
		s.m.changed.Broadcast()
		s.m.mu.Unlock()
	}
	if errors.Is(answer, ErrCut) {
		return s.conn.Conn().Close()
	}
	return answer
}

func (s *mailSession) Reset()        {}
func (s *mailSession) Logout() error { return nil }

// read takes a letter apart.
func read(raw []byte) (Received, error) {
	out := Received{Raw: raw}
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return out, err
	}
	out.Header = msg.Header
	if out.Subject, err = new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject")); err != nil {
		return out, err
	}
	_, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil {
		return out, err
	}
	for parts := multipart.NewReader(msg.Body, params["boundary"]); ; {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, p))
		if err != nil {
			return out, err
		}
		kind, _, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
		switch {
		case err != nil:
			return out, err
		case kind == "text/plain":
			out.Text = string(body)
		default:
			out.HTML = string(body)
		}
	}
}
