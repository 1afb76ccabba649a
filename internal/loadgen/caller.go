package loadgen

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// load sends events over many kept connections, as the sink speaks just enough
// HTTP for it.
type load struct {
	address     *url.URL
	connections int
	// rate is how many events a second are due; 0 sends the next one when the
	// last one is answered.
	rate int
	t    *tracker
	text filler
}

const (
	// bodySize is an event's size in bytes.
	bodySize = 1 << 10
	// answerLimit is how long an answer may take.
	answerLimit = 30 * time.Second
	// refusedPause is a caller's pause after a 503.
	refusedPause = 20 * time.Millisecond
)

// run sends for a time and returns when every answer is in.
func (l *load) run(ctx context.Context, span time.Duration) error {
	l.text = newFiller()
	var wg sync.WaitGroup
	errs := make([]error, l.connections)
	for i := range errs {
		wg.Go(func() { errs[i] = l.call(ctx, span) })
	}
	wg.Wait()
	// All callers mostly fail of the same.
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// call is one caller.
func (l *load) call(ctx context.Context, span time.Duration) error {
	c := &caller{host: l.address.Host}
	defer c.hangUp()
	request, number, fill := c.request(l.address.EscapedPath())
	for ctx.Err() == nil {
		n, due, ok := l.take(ctx, span)
		if !ok {
			return ctx.Err()
		}
		l.t.send(n, due)
		for i, rest := digits-1, n; i >= 0; i, rest = i-1, rest/10 {
			number[i] = '0' + byte(rest%10)
		}
		copy(fill, l.text.of(n))
		status, err := c.exchange(request)
		switch {
		case err != nil:
			l.t.failed.Add(1)
			c.hangUp()
			if c.dialled != nil {
				return c.dialled
			}
		case status == 200:
			l.t.ack(n)
		case status == 503:
			l.t.refused.Add(1)
			pause(ctx, refusedPause)
		default:
			return fmt.Errorf("an event was answered %d", status)
		}
	}
	return ctx.Err()
}

// take gives the next event's number and when it is due, and waits until then.
// ok is false when no more are due within the span.
func (l *load) take(ctx context.Context, span time.Duration) (n int64, due time.Duration, ok bool) {
	if l.rate == 0 {
		due = time.Since(l.t.began)
		if due >= span {
			return 0, 0, false
		}
		return l.t.next.Add(1) - 1, due, true
	}
	for {
		n = l.t.next.Load()
		due = time.Duration(float64(n) / float64(l.rate) * float64(time.Second))
		if due >= span {
			return 0, 0, false
		}
		if l.t.next.CompareAndSwap(n, n+1) {
			break
		}
	}
	pause(ctx, due-time.Since(l.t.began))
	return n, due, true
}

func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// caller is one kept connection.
type caller struct {
	host string
	conn net.Conn
	r    *bufio.Reader
	// dialled is why no connection could be made.
	dialled error
}

// request is the bytes of a request, and the parts of them that hold the
// event's number and what fills it.
func (c *caller) request(path string) (request, number, fill []byte) {
	body := `{"id":` + marker + strings.Repeat("0", digits) + `","name":"Анна Петрова","amount":1990.50,` + fillName
	body += strings.Repeat("x", bodySize-len(body)-len(bodyEnd)) + bodyEnd
	text := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nUser-Agent: gonets-bench\r\nContent-Length: %d\r\n\r\n%s",
		path, c.host, len(body), body)
	at := strings.Index(text, marker) + len(marker)
	request = []byte(text)
	return request, request[at : at+digits], request[strings.Index(text, fillName)+len(fillName) : len(text)-len(bodyEnd)]
}

func (c *caller) hangUp() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// exchange sends a request and gives the status of the answer.
func (c *caller) exchange(request []byte) (status int, err error) {
	if c.conn == nil {
		if c.conn, c.dialled = net.DialTimeout("tcp", c.host, answerLimit); c.dialled != nil {
			return 0, c.dialled
		}
		c.r = bufio.NewReaderSize(c.conn, maxHead)
	}
	if err := c.conn.SetDeadline(time.Now().Add(answerLimit)); err != nil {
		return 0, err
	}
	if _, err := c.conn.Write(request); err != nil {
		return 0, err
	}
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	const version = "HTTP/1.1 "
	if len(line) < len(version)+3 || string(line[:len(version)]) != version {
		return 0, fmt.Errorf("the answer begins with %q", line)
	}
	if status, err = strconv.Atoi(string(line[len(version) : len(version)+3])); err != nil {
		return 0, err
	}
	n, err := headLength(c.r)
	if err != nil {
		return 0, err
	}
	if n < 0 || n > maxBody {
		return 0, fmt.Errorf("an answer of %d bytes", n)
	}
	_, err = io.CopyN(io.Discard, c.r, int64(n))
	return status, err
}
