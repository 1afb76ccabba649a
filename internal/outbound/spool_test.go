package outbound_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"testing"

	"gonets"
	"gonets/internal/outbound"
)

// long is a reply of three MiB that nothing can make shorter.
func long(t *testing.T) []byte {
	t.Helper()
	b := make([]byte, 3<<20)
	if _, err := rand.NewChaCha8([32]byte{1}).Read(b); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLongRepliesComeWhole(t *testing.T) {
	t.Parallel()
	want := long(t)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(want); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		answer http.HandlerFunc
		limit  int64
		want   []byte
		code   gonets.Code
	}{
		"of known length": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(want)))
			_, _ = w.Write(want)
		}, 0, want, ""},
		"of unknown length": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(want) }, 0, want, ""},
		"packed": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed.Bytes())
		}, 0, want, ""},
		"as long as the limit": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(want) }, int64(len(want)), want, ""},
		"longer by one byte":   {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(want) }, int64(len(want)) - 1, want[:len(want)-1], gonets.CodeReplyTooLarge},
		"cut off in the middle": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9999999")
			_, _ = w.Write(want)
		}, 0, want, gonets.CodeBadReply},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			c := closing(t, outbound.New(outbound.Options{Policy: outbound.Policy{Allow: loopback}, Spool: outbound.Spool{Folder: folder}}))
			ex := c.Do(context.Background(), &gonets.Request{URL: serve(t, tc.answer).URL, ReplyLimit: tc.limit})
			if ex.Code != tc.code || ex.ReplyCut != (tc.code != "") || !bytes.Equal(ex.ReplyBody, tc.want) {
				t.Errorf("%s (%s), cut %v, %d bytes of %d", ex.Code, ex.Error, ex.ReplyCut, len(ex.ReplyBody), len(tc.want))
			}
			if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v (%v)", left, err)
			}
		})
	}
}

func TestALongReplyWithoutRoomIsNoFaultOfItsService(t *testing.T) {
	t.Parallel()
	want := long(t)
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(want) })
	for name, spool := range map[string]outbound.Spool{
		"the disk is almost full": {Folder: t.TempDir(), Fits: func(int64) bool { return false }},
		"the folder is gone":      {Folder: t.TempDir() + "/gone"},
	} {
		c := closing(t, outbound.New(outbound.Options{Policy: outbound.Policy{Allow: loopback}, Spool: spool}))
		ex := get(c, server.URL)
		expect(t, ex, gonets.OutcomeUnknown, gonets.CodeNoRoom)
		if n := len(ex.ReplyBody); !ex.ReplyCut || n < 64<<10 || !bytes.Equal(ex.ReplyBody, want[:n]) {
			t.Errorf("%s: cut %v, %d bytes", name, ex.ReplyCut, n)
		}
	}
}

// TestWholeRepliesShareTheirMemory has a reply that takes all there is: the next
// long one is read from its service, but not given out before that is done with.
func TestWholeRepliesShareTheirMemory(t *testing.T) {
	t.Parallel()
	all := make([]byte, gonets.MaxRepliesHeld)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/all" {
			_, _ = w.Write(all)
			return
		}
		_, _ = w.Write(all[:1<<20])
	})
	c := newClient(t)
	kept, give := outbound.Keep(context.Background())
	if ex := c.Do(kept, &gonets.Request{URL: server.URL + "/all", ReplyLimit: gonets.MaxReplyLimit}); ex.Outcome != gonets.OutcomeOK {
		t.Fatalf("%s (%s)", ex.Code, ex.Error)
	}
	done := make(chan *gonets.Exchange, 1)
	go func() { done <- c.Do(context.Background(), &gonets.Request{URL: server.URL}) }()
	for !c.Queues() {
		if len(done) > 0 {
			t.Fatal("a second reply took memory that was taken")
		}
		runtime.Gosched()
	}
	give()
	if ex := <-done; ex.Outcome != gonets.OutcomeOK || len(ex.ReplyBody) != 1<<20 {
		t.Errorf("%s (%s), %d bytes", ex.Code, ex.Error, len(ex.ReplyBody))
	}
	if !c.AllGiven() {
		t.Error("memory is still taken")
	}
}
