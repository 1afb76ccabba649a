package outbound_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"gonets"
	"gonets/internal/outbound"
)

// BenchmarkDo measures one side of an exchange alone: the other is a process of
// its own. cpu-ns/op is what an exchange costs this one, in all its goroutines and
// in the kernel.
func BenchmarkDo(b *testing.B) {
	plain, secure := startSink(b)
	ours := newClient(b)
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	defer transport.CloseIdleConnections()
	theirs := &http.Client{Transport: transport}
	for _, size := range []int{1 << 10, 10 << 10} {
		request := func(url string) *gonets.Request {
			return &gonets.Request{
				Method: "POST", URL: url + "/leads?source=tilda", Body: bytes.Repeat([]byte("x"), size), SkipVerify: true,
				// A step's own.
				Headers: []gonets.Header{
					{Name: "Content-Type", Value: "application/json"}, {Name: "Accept", Value: "*/*"}, {Name: "User-Agent", Value: "gonets/1"},
					{Name: "Idempotency-Key", Value: "run-step"}, {Name: "Traceparent", Value: "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"},
				},
			}
		}
		toPlain, toSecure := request(plain), request(secure)
		for name, send := range map[string]func() error{
			"gonets":     func() error { return exchanged(ours, toPlain) },
			"gonets-tls": func() error { return exchanged(ours, toSecure) },
			"net-http":   func() error { return posted(theirs, toPlain) },
		} {
			b.Run(fmt.Sprintf("%s/%dKiB", name, size>>10), func(b *testing.B) {
				b.ReportAllocs()
				before := cpu(b)
				b.RunParallel(func(p *testing.PB) {
					for p.Next() {
						if err := send(); err != nil {
							b.Error(err)
						}
					}
				})
				b.ReportMetric(float64(cpu(b)-before)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

func exchanged(c *outbound.Client, r *gonets.Request) error {
	// As the engine does.
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	ctx, give := outbound.Keep(ctx)
	defer give()
	if x := c.Do(ctx, r); x.Outcome != gonets.OutcomeOK {
		return fmt.Errorf("%s: %s", x.Outcome, x.Error)
	}
	return nil
}

func posted(c *http.Client, r *gonets.Request) error {
	resp, err := c.Post(r.URL, "application/json", bytes.NewReader(r.Body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.ReadAll(resp.Body)
	return err
}

// cpu is what this process has used so far.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// startSink starts this program once more, as the service that is called.
func startSink(b *testing.B) (plain, secure string) {
	b.Helper()
	cmd := exec.Command(os.Args[0], sinkArgument)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			b.Error(err)
		}
	})
	if _, err := fmt.Fscan(stdout, &plain, &secure); err != nil {
		b.Fatal(err)
	}
	return plain, secure
}
