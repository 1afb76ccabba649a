package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gonets"
)

// hostile is a destination that treats every request in one bad way.
type hostile struct {
	net.Listener
	// sent counts the bytes that it could get rid of.
	sent atomic.Int64
	wg   sync.WaitGroup
	stop chan struct{}
}

// startHostile lets answer treat each connection after its request was read.
func startHostile(t *testing.T, answer func(h *hostile, c net.Conn)) *hostile {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &hostile{Listener: l, stop: make(chan struct{})}
	h.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			h.wg.Go(func() {
				defer c.Close()
				go func() { // whatever it does, it ends with the test
					<-h.stop
					c.Close()
				}()
				r, err := http.ReadRequest(bufio.NewReader(c))
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				answer(h, c)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		close(h.stop)
		h.wg.Wait()
	})
	return h
}

// say writes a text with \n for line ends.
func (h *hostile) say(c net.Conn, text string) error {
	n, err := io.WriteString(c, strings.ReplaceAll(text, "\n", "\r\n"))
	h.sent.Add(int64(n))
	return err
}

// flood writes a block again and again until the other end refuses it.
func (h *hostile) flood(c net.Conn, block []byte) {
	for {
		n, err := c.Write(block)
		h.sent.Add(int64(n))
		if err != nil {
			return
		}
	}
}

// hang keeps the connection open until the other end closes it.
func hang(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

// bomb is a packed quarter of a gigabyte of nothing.
func bomb(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(w, zeros{}, 1<<28); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// hostileTimeout is for one exchange with a hostile destination.
const hostileTimeout = 15 * time.Second

// TestEveryHostileReplyEndsWithItsWord sends a run to each kind of bad
// destination through the whole server.
func TestEveryHostileReplyEndsWithItsWord(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		// A destination can get rid of what is read of a reply and of what the
		// kernel's buffers hold, but not of more.
		const readable = gonets.MaxReplyBody + 16<<20
		packed := bomb(t)
		body := make([]byte, 64<<10)
		o := startWith(t, t.TempDir(), database, anywhere(fmt.Sprintf(", timeout: %v, redirects: follow, retry: {delays: []}", hostileTimeout)))
		kinds := map[string]struct {
			answer func(h *hostile, c net.Conn)
			code   gonets.Code
		}{
			"hangs before the headers": {func(h *hostile, c net.Conn) { hang(c) }, gonets.CodeTimeout},
			"hangs after the headers": {func(h *hostile, c net.Conn) {
				if h.say(c, "HTTP/1.1 200 OK\nContent-Length: 100\n\n") == nil {
					hang(c)
				}
			}, gonets.CodeTimeout},
			"endless body": {func(h *hostile, c net.Conn) {
				if h.say(c, "HTTP/1.1 200 OK\n\n") == nil {
					h.flood(c, body)
				}
			}, gonets.CodeReplyTooLarge},
			"10 GB": {func(h *hostile, c net.Conn) {
				if h.say(c, "HTTP/1.1 200 OK\nContent-Length: 10737418240\n\n") == nil {
					h.flood(c, body)
				}
			}, gonets.CodeReplyTooLarge},
			"gzip bomb": {func(h *hostile, c net.Conn) {
				if h.say(c, fmt.Sprintf("HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: %d\n\n", len(packed))) == nil {
					n, _ := c.Write(packed)
					h.sent.Add(int64(n))
					hang(c)
				}
			}, gonets.CodeReplyTooLarge},
			"1 MB header": {func(h *hostile, c net.Conn) {
				if h.say(c, "HTTP/1.1 200 OK\nX: "+strings.Repeat("a", 1<<20)+"\n\n") == nil {
					hang(c)
				}
			}, gonets.CodeReplyTooLarge},
			"reset in the body": {func(h *hostile, c net.Conn) {
				if h.say(c, "HTTP/1.1 200 OK\nContent-Length: 100\n\nhello") == nil {
					_ = c.(*net.TCPConn).SetLinger(0)
				}
			}, gonets.CodeReset},
			"wrong Content-Length": {func(h *hostile, c net.Conn) {
				_ = h.say(c, "HTTP/1.1 200 OK\nContent-Length: 100\n\nhello")
			}, gonets.CodeBadReply},
			"redirect loop": {func(h *hostile, c net.Conn) {
				_ = h.say(c, "HTTP/1.1 302 Found\nLocation: /x\nContent-Length: 0\nConnection: close\n\n")
			}, gonets.CodeHTTPMoved},
			"101": {func(h *hostile, c net.Conn) {
				if h.say(c, "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\nConnection: Upgrade\n\n") == nil {
					hang(c)
				}
			}, gonets.CodeBadReply},
		}
		for _, name := range slices.Sorted(maps.Keys(kinds)) {
			tc := kinds[name]
			t.Run(name, func(t *testing.T) {
				// One host each: the queue to one that fails so often is closed.
				for range sized(1, 10) {
					h := startHostile(t, tc.answer)
					o.runInto(t, "http://"+h.Addr().String()+"/x", tc.code)
					n := h.sent.Load()
					if n > readable {
						t.Errorf("the destination could send %d bytes, more than %d", n, readable)
					}
					o.figure("%s: the destination could send %d bytes", name, n)
				}
			})
		}
		o.fits(256)
		// A good destination is still served.
		h := startHostile(t, func(h *hostile, c net.Conn) { _ = h.say(c, "HTTP/1.1 200 OK\nContent-Length: 2\n\n{}") })
		o.runInto(t, "http://"+h.Addr().String()+"/x", "")
	})
}

// TestLongRepliesThatHangFillNoMemory keeps as many long replies open as services
// may give at once, none of which comes to its end.
func TestLongRepliesThatHangFillNoMemory(t *testing.T) {
	eachStore(t, func(t *testing.T, database string) {
		hosts, pieces := sized(4, 8), sized(6, 9)
		piece := bytes.Repeat([]byte("x"), 1<<20)
		var long atomic.Int64
		o := startWith(t, t.TempDir(), database, anywhere(", timeout: 10m"))
		for i := range hosts {
			h := startHostile(t, func(h *hostile, c net.Conn) {
				if h.say(c, "HTTP/1.1 200 OK\n\n") != nil {
					return
				}
				for range pieces {
					if _, err := c.Write(piece); err != nil {
						return
					}
				}
				long.Add(1)
				hang(c)
			})
			for n := range gonets.LaneConcurrency {
				o.post(eventTo("http://"+h.Addr().String()+"/x", i*gonets.LaneConcurrency+n))
			}
		}
		all := hosts * gonets.LaneConcurrency
		if !await(func() bool { return long.Load() == int64(all) }) {
			t.Fatalf("%d of %d replies were read", long.Load(), all)
		}
		// Another long reply, with its end, is taken meanwhile.
		h := startHostile(t, func(h *hostile, c net.Conn) {
			_ = h.say(c, fmt.Sprintf("HTTP/1.1 200 OK\nContent-Length: %d\n\n", len(piece)))
			_, _ = c.Write(piece)
		})
		o.runInto(t, "http://"+h.Addr().String()+"/x", "")
		o.fits(256)
		o.figure("%d replies of %d MiB each hang", all, pieces)
	})
}

// TestLongRepliesDoNotWaitForEachOther: runs with two long replies from one service,
// more of them than there is memory for at once.
func TestLongRepliesDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	const runs = 40
	reply := bytes.Repeat([]byte("x"), 9<<20)
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(reply) }))
	t.Cleanup(host.Close)
	o := startOutside(t, t.TempDir(), anywhere(", timeout: 1m")+`  - id: again
    http: {method: POST, url: "{{ event.body.to }}", timeout: 1m}
`+lanesYAML(fmt.Sprintf("%q: {concurrency: 2}", host.URL)))
	for n := range runs {
		o.post(eventTo(host.URL+"/x", n))
	}
	o.awaitRuns(gonets.RunSucceeded, runs)
}

// runInto sends an event to an address and waits for the code of the run's
// only attempt; without a code the run has to succeed.
func (o *outside) runInto(t *testing.T, to string, want gonets.Code) {
	t.Helper()
	before := map[string]bool{}
	state := gonets.RunPaused
	if want == "" {
		state = gonets.RunSucceeded
	}
	for _, r := range o.runs(state) {
		before[r.ID] = true
	}
	o.post(eventTo(to, 1))
	var id string
	if !await(func() bool {
		for _, r := range o.runs(state) {
			if !before[r.ID] {
				id = r.ID
			}
		}
		return id != ""
	}) {
		t.Fatalf("the run did not end %s", state)
	}
	var run struct {
		Steps []struct {
			Attempts []struct {
				Code       gonets.Code
				Error      string
				DurationMS int64 `json:"duration_ms"`
			}
		}
	}
	if err := o.api.Call(o.t.Context(), http.MethodGet, "/api/v1/runs/"+id, nil, &run); err != nil {
		t.Fatal(err)
	}
	if len(run.Steps) != 1 || len(run.Steps[0].Attempts) != 1 {
		t.Fatalf("the run's history: %+v", run)
	}
	a := run.Steps[0].Attempts[0]
	if a.Code != want || (a.Error == "") != (want == "") {
		t.Errorf("the history says %s (%s), want %s", a.Code, a.Error, want)
	}
	if *soak && a.DurationMS > (hostileTimeout+time.Second).Milliseconds() {
		t.Errorf("the exchange took %d ms, its time-out is %v", a.DurationMS, hostileTimeout)
	}
}
