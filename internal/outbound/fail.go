package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"gonets"
	"gonets/internal/compress"
)

// maxErrorText bounds an error text, in bytes: foreign servers have a word in
// some of them.
const maxErrorText = 600

// headersTooLong is what is said of a reply's headers past the limit.
const headersTooLong = "the reply of %s has more than %d bytes of headers"

// maxShownURL bounds an address within an error text, in bytes.
const maxShownURL = 80

// host names the other side in error texts.
func (e *exchange) host() string { return e.message.url.Host }

// whatLeft says whether anything may have been sent.
func (e *exchange) whatLeft() string {
	if e.state.conn == nil && len(e.out.Hops) == 0 {
		return "nothing was sent"
	}
	return "the request may have been sent"
}

// broken gives an exchange that failed on its way its outcome.
func (e *exchange) broken(err error) {
	if e.parent.Err() != nil && !errors.Is(context.Cause(e.parent), context.DeadlineExceeded) {
		e.fail(gonets.OutcomeCancelled, gonets.CodeCancelled, "cancelled by a stopping server or by a person; %s", e.whatLeft())
		return
	}
	s := e.state
	var dial *dialFailure
	timedOut := !s.resent && (e.ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded))
	switch {
	case errors.As(err, &dial):
		e.undialled(dial)
	case s.conn == nil && timedOut:
		e.unconnected()
	case s.conn == nil:
		e.network(gonets.CodeNetwork, "the request to %s could not be sent", e.host())
	case timedOut:
		// Even when no byte is counted yet: one may be on its way.
		e.fail(gonets.OutcomeUnknown, gonets.CodeTimeout,
			"%s gave no complete answer in time (%s); it may have carried the request out", e.host(), e.seconds())
	case !s.wrote():
		e.network(gonets.CodeNetwork, "the connection to %s was lost before anything was sent", e.host())
	default:
		e.unanswered(err)
	}
}

// undialled is why there was no connection, in words.
func (e *exchange) undialled(f *dialFailure) {
	host := e.host()
	if f.code == gonets.CodeBlockedAddress {
		e.blocked(f.code, "%s", blockedText(host, f.err))
		return
	}
	at := host
	if f.addr.IsValid() {
		at = f.addr.String()
		if at != host {
			at += " (" + host + ")"
		}
	}
	switch f.code {
	case gonets.CodeDNS:
		e.network(f.code, "%s", dnsText(e.message.url.Hostname(), f.err))
	case gonets.CodeRefused:
		e.network(f.code, "connection refused by %s: no service listens there, or a firewall refuses", at)
	case gonets.CodeConnectTimeout:
		e.network(f.code, "no connection to %s within %s", at, gonets.ConnectTimeout)
	case gonets.CodeTLS:
		e.network(f.code, "%s", e.tlsText(f.err))
	default:
		e.network(f.code, "no connection to %s: %s", at, systemText(f.err))
	}
}

func blockedText(host string, err error) string {
	text := err.Error()
	if strings.HasPrefix(text, strings.Trim(host, "[]")+" ") {
		return text
	}
	return host + ": " + text
}

// blocked is the guard's refusal. When a redirect led to what it refuses, the
// request itself had been sent: its text says so.
func (e *exchange) blocked(code gonets.Code, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if n := len(e.out.Hops); n > 0 {
		from := e.out.URL
		if n > 1 {
			from = e.out.Hops[n-2].URL
		}
		text = fmt.Sprintf("sent to %s, which redirected to %s; the second was refused and got nothing: %s",
			briefly(from), briefly(e.out.Hops[n-1].URL), text)
	}
	e.fail(gonets.OutcomeBlocked, code, "%s", text)
}

// briefly is an address without its query, short enough for an error text.
func briefly(address string) string {
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i]
	}
	if len(address) > maxShownURL {
		address = strings.ToValidUTF8(address[:maxShownURL], "") + "…"
	}
	return address
}

// unconnected is a time-out before there was a connection.
func (e *exchange) unconnected() {
	host, t := e.host(), e.seconds()
	switch e.state.phase.Load() {
	case phaseDNS:
		e.network(gonets.CodeDNS, "the name %s was not resolved in time (%s)", e.message.url.Hostname(), t)
	case phaseConnect:
		e.network(gonets.CodeConnectTimeout, "no connection to %s in time (%s)", host, t)
	case phaseTLS:
		e.network(gonets.CodeTLS, "the TLS handshake with %s did not end in time (%s)", host, t)
	default:
		e.network(gonets.CodeNetwork, "no connection to %s became free in time (%s)", host, t)
	}
}

func (e *exchange) seconds() string {
	timeout := e.in.Timeout
	if timeout <= 0 {
		timeout = gonets.DefaultHTTPTimeout
	}
	return timeout.String()
}

// network is a failure before the request left. After a redirect the request
// itself was answered, so nobody can say that nothing was sent.
func (e *exchange) network(code gonets.Code, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if n := len(e.out.Hops); n > 0 {
		e.fail(gonets.OutcomeUnknown, code, "after %d redirect(s): %s", n, text)
		return
	}
	e.fail(gonets.OutcomeNetwork, code, "%s", text)
}

// unanswered is a failure after the request left.
func (e *exchange) unanswered(err error) {
	text := err.Error()
	has := func(part string) bool { return strings.Contains(text, part) }
	switch {
	case errors.Is(err, compress.ErrCorrupt):
		e.fail(gonets.OutcomeUnknown, gonets.CodeBadReply, "the packed reply of %s is damaged or incomplete", e.host())
	case has("response headers exceeded"), has("response header list"):
		e.fail(gonets.OutcomeUnknown, gonets.CodeReplyTooLarge, headersTooLong, e.host(), gonets.MaxHeadersOut)
	case e.state.resent, errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed),
		errors.Is(err, io.EOF), has("server closed idle connection"), has("stream error"), has("GOAWAY"), has("connection lost"), has("unexpected EOF") && e.out.Status == 0:
		e.fail(gonets.OutcomeUnknown, gonets.CodeReset, "%s closed the connection without a complete answer; it may have carried the request out", e.host())
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.fail(gonets.OutcomeUnknown, gonets.CodeBadReply, "the reply of %s ended before its announced end", e.host())
	default:
		e.fail(gonets.OutcomeUnknown, gonets.CodeBadReply, "the answer of %s is not a valid HTTP reply", e.host())
	}
}

// dialCode is the kind of a failed dial.
func dialCode(err error) gonets.Code {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &dns):
		return gonets.CodeDNS
	case errors.Is(err, syscall.ECONNREFUSED):
		return gonets.CodeRefused
	case errors.As(err, &timeout) && timeout.Timeout():
		return gonets.CodeConnectTimeout
	}
	return gonets.CodeNetwork
}

func dnsText(name string, err error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "the name " + name + " does not exist (DNS); check the spelling of the address"
	case errors.As(err, &dns) && dns.IsTimeout:
		return "no DNS server answered for the name " + name
	}
	return "the name " + name + " could not be resolved: the DNS server failed"
}

func (e *exchange) tlsText(err error) string {
	host := e.host()
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		alert     tls.AlertError
	)
	switch {
	case errors.As(err, &authority):
		return "the certificate of " + host + " is not signed by an authority that this server trusts (self-signed, or a link of the chain is missing)"
	case errors.As(err, &name) && e.serverName() != "":
		return "the certificate of " + host + " is not for " + e.serverName() + ", which the step asks for (tls.server_name)"
	case errors.As(err, &name):
		return "the certificate of " + host + " is for another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate of " + host + " has expired or is not valid yet"
	case errors.As(err, &invalid):
		return "the certificate of " + host + " is not valid: " + invalid.Error()
	case errors.As(err, &record):
		return host + " does not speak TLS there; perhaps the address begins with http://"
	case errors.As(err, &alert):
		return host + " ended the TLS handshake: " + alert.Error()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "the TLS handshake with " + host + " took longer than " + gonets.ConnectTimeout.String()
	}
	return "the TLS handshake with " + host + " failed: " + systemText(err)
}

// systemText is the operating system's or TLS's own last word, without the
// addresses that net wraps around it.
func systemText(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	return err.Error()
}

// plain makes a text safe for a log line and a terminal.
func plain(text string) string {
	if len(text) > maxErrorText {
		text = strings.ToValidUTF8(text[:maxErrorText], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || (r >= 0x7f && r < 0xa0) || invisible(r) {
			return ' '
		}
		return r
	}, text)
}
