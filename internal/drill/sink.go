package drill

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"gonets/internal/child"
	"gonets/internal/ledger"
)

// sink receives the deliveries, writes them down and misbehaves by chance.
type sink struct {
	opts   *Options
	file   *ledger.File
	server *http.Server
	port   int
	done   chan struct{}
	// count is how many deliveries came in this session.
	count atomic.Int64

	mu   sync.Mutex
	seen map[string]int
	// active counts the deliveries of each id that are here now.
	active map[string]int
	// held is closed when deliveries may be answered; nil when none is held.
	held chan struct{}
	err  error
}

// startSink listens on 127.0.0.1; port 0 chooses one. seen holds how many
// deliveries of each id an interrupted drill has had.
func startSink(o *Options, port int, seen map[string]int) (*sink, error) {
	listener, err := child.Listen(port)
	if err != nil {
		return nil, err
	}
	file, err := ledger.Open(o.arriveFile())
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	s := &sink{
		opts: o, file: file, port: listener.Addr().(*net.TCPAddr).Port,
		done: make(chan struct{}), seen: seen, active: map[string]int{},
	}
	s.server = &http.Server{
		Handler: s, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: log.New(io.Discard, "", 0),
	}
	go func() {
		defer close(s.done)
		_ = s.server.Serve(listener)
	}()
	return s, nil
}

func (s *sink) url() string { return "http://127.0.0.1:" + strconv.Itoa(s.port) + "/sink" }

// stop ends the sink; its ledger is then complete.
func (s *sink) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := s.server.Shutdown(ctx)
	if err != nil {
		err = s.server.Close()
	}
	<-s.done
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.err, err, s.file.Close())
}

// failure is what went wrong in writing the ledger: without it the drill
// proves nothing.
func (s *sink) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// ServeHTTP implements [http.Handler].
func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return // the server was killed while it sent
	}
	var in struct {
		ID    string `json:"id"`
		Event string `json:"event"`
	}
	if err := json.Unmarshal(body, &in); err != nil || in.ID == "" {
		in.ID = "unreadable: " + string(body[:min(len(body), 100)])
	}
	hash := sha256.Sum256(body)
	a := arrival{
		ID: in.ID, Event: in.Event, N: s.next(in.ID), Key: r.Header.Get("Idempotency-Key"),
		Body: hex.EncodeToString(hash[:8]), Status: http.StatusOK,
	}
	var leave func()
	a.Overlap, leave = s.enter(in.ID)
	defer leave()
	// A sender that is gone has no request here any more.
	defer context.AfterFunc(r.Context(), leave)()
	how, pause := sinkFault(s.opts, a.ID, a.N)
	switch how {
	case faultNone:
	case faultSlow:
		time.Sleep(pause)
	case fault500:
		a.Status = http.StatusInternalServerError
	case faultCut, faultHalf:
		a.Status = 0
	}
	// The ledger comes first: what was answered is on record.
	a.At = time.Now().UnixMilli()
	if err := s.file.Append(a); err != nil {
		s.mu.Lock()
		s.err = err
		s.mu.Unlock()
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	s.count.Add(1)
	s.wait(r.Context())
	if a.Status == 0 {
		// A sender that sees the cut may be back before this function ends.
		leave()
		cutConnection(w, how == faultHalf)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.Status)
	_, _ = fmt.Fprintf(w, `{"ok":%t}`, a.Status == http.StatusOK)
}

// hold keeps deliveries without an answer until the returned function is called.
func (s *sink) hold() (answer func()) {
	held := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = held
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.held = nil
		close(held)
	}
}

func (s *sink) wait(ctx context.Context) {
	s.mu.Lock()
	held := s.held
	s.mu.Unlock()
	if held == nil {
		return
	}
	select {
	case <-held:
	case <-ctx.Done():
	}
}

// enter notes that a delivery has begun; overlap is true while another one of
// the same id is here.
func (s *sink) enter(id string) (overlap bool, leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active[id]++
	return s.active[id] > 1, sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.active[id]--; s.active[id] == 0 {
			delete(s.active, id)
		}
	})
}

func (s *sink) next(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.seen[id]
	s.seen[id] = n + 1
	return n
}

func cutConnection(w http.ResponseWriter, half bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	if half {
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok\":")
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}
