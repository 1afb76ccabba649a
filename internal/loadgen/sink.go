package loadgen

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"

	"gonets/internal/child"
)

// sink receives the deliveries. It speaks just enough HTTP for them: whatever
// it takes of the machine, the server under test does not get.
type sink struct {
	listener net.Listener
	// phase is the tracker of the deliveries; nil throws them away.
	phase atomic.Pointer[tracker]
	wg    sync.WaitGroup
	text  filler

	mu    sync.Mutex
	conns map[net.Conn]bool
	err   error
}

func startSink() (*sink, error) {
	l, err := child.Listen(0)
	if err != nil {
		return nil, err
	}
	s := &sink{listener: l, conns: map[net.Conn]bool{}, text: newFiller()}
	s.wg.Go(s.accept)
	return s, nil
}

func (s *sink) url() string { return "http://" + s.listener.Addr().String() + "/sink" }

func (s *sink) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns[c] = true
		s.mu.Unlock()
		s.wg.Go(func() {
			err := s.serve(c)
			s.mu.Lock()
			defer s.mu.Unlock()
			delete(s.conns, c)
			_ = c.Close()
			if err != nil && s.err == nil {
				s.err = err
			}
		})
	}
}

// stop closes every connection; the error is the first thing that a delivery
// was wrong in.
func (s *sink) stop() error {
	err := s.listener.Close()
	s.mu.Lock()
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
	return errors.Join(err, s.err)
}

const (
	maxHead = 16 << 10
	maxBody = 64 << 10
	// marker stands before the number of an event.
	marker = `"gonets-bench-`
	// digits is the length of that number.
	digits = 12
)

// sinkReply is a reply whose body has bodySize bytes, and the part of it that
// is filled.
func sinkReply() (reply, fill []byte) {
	body := `{"ok":true,` + fillName
	head := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", bodySize, body)
	reply = make([]byte, len(head)+bodySize-len(body))
	copy(reply, head)
	copy(reply[len(reply)-len(bodyEnd):], bodyEnd)
	return reply, reply[len(head) : len(reply)-len(bodyEnd)]
}

func (s *sink) serve(c net.Conn) error {
	r := bufio.NewReaderSize(c, maxHead)
	body := make([]byte, maxBody)
	reply, fill := sinkReply()
	for {
		if _, err := r.Peek(1); err != nil {
			return nil //nolint:nilerr // the server has no more for this connection
		}
		n, err := headLength(r)
		if err != nil {
			return err
		}
		if n < 0 || n > maxBody {
			return fmt.Errorf("a delivery announced a body of %d bytes", n)
		}
		if _, err := io.ReadFull(r, body[:n]); err != nil {
			return fmt.Errorf("a delivery was cut: %w", err)
		}
		number, err := numberIn(body[:n])
		if err != nil {
			return err
		}
		if t := s.phase.Load(); t != nil {
			t.arrive(number)
		}
		// Not the event's own text: a store that packs both together would shine.
		copy(fill, s.text.of(number+fillerSize/2))
		if _, err := c.Write(reply); err != nil {
			return fmt.Errorf("a delivery was not waited for: %w", err)
		}
	}
}

// headLength reads a message's first lines up to the empty one and gives the
// Content-Length, -1 when there is none.
func headLength(r *bufio.Reader) (length int, err error) {
	length = -1
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return 0, fmt.Errorf("a head was cut: %w", err)
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return length, nil
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if len(name) == len("content-length") && bytes.EqualFold(name, []byte("content-length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, fmt.Errorf("Content-Length %q", value)
			}
		}
	}
}

// numberIn finds the event's number in a delivery.
func numberIn(body []byte) (int64, error) {
	_, rest, found := bytes.Cut(body, []byte(marker))
	if !found || len(rest) < digits {
		return 0, fmt.Errorf("a delivery without a number: %.200s", body)
	}
	return strconv.ParseInt(string(rest[:digits]), 10, 64)
}
