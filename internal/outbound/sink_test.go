package outbound_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"go.uber.org/goleak"
)

const (
	sinkArgument = "sink"
	sinkReply    = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nServer: nginx\r\n" +
		"Date: Mon, 02 Jan 2006 15:04:05 GMT\r\nContent-Length: 23\r\n\r\n" + `{"id":7,"created":true}`
)

// TestMain makes the program the service that benchmarks call when it is asked to.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == sinkArgument {
		if err := sink(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// sink answers every request with the same reply until its input ends: it prints
// its address without TLS, and the one with it.
func sink() error {
	// For its certificate.
	secure := httptest.NewTLSServer(nil)
	defer secure.Close()
	for _, scheme := range []string{"http", "https"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		fmt.Printf("%s://%s\n", scheme, l.Addr())
		if scheme == "https" {
			l = tls.NewListener(l, &tls.Config{Certificates: secure.TLS.Certificates})
		}
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go swallow(c)
			}
		}()
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

func swallow(c net.Conn) {
	defer c.Close()
	for in := bufio.NewReader(c); ; {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		if _, err := io.WriteString(c, sinkReply); err != nil {
			return
		}
	}
}
