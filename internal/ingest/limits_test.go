package ingest

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"weak"

	"gonets"
)

func packed(t testing.TB, n int) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.CopyN(w, zeros{}, int64(n)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestBodiesOverTheLimitsAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{}, func(o *Options) { o.MaxBody = 1 << 20 })
	for name, tt := range map[string]struct {
		body    io.Reader
		headers []string
		want    gonets.Code
	}{
		"as large as allowed":        {body: strings.NewReader(strings.Repeat("x", 1<<20))},
		"one byte more":              {body: strings.NewReader(strings.Repeat("x", 1<<20+1)), want: gonets.CodeBodyTooLarge},
		"one byte more in chunks":    {body: io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<20+1))), want: gonets.CodeBodyTooLarge},
		"gzip that explodes":         {body: strings.NewReader(packed(t, 8<<20)), headers: []string{"Content-Encoding", "gzip"}, want: gonets.CodeBodyTooLarge},
		"headers of 31 KiB":          {body: strings.NewReader("x"), headers: []string{"X-Long", strings.Repeat("x", 31<<10)}},
		"headers over 32 KiB":        {body: strings.NewReader("x"), headers: []string{"X-Long", strings.Repeat("x", gonets.MaxHeadersIn)}, want: gonets.CodeHeadersTooLarge},
		"headers of 47 KiB":          {body: strings.NewReader("x"), headers: []string{"X-Long", strings.Repeat("x", 47<<10)}, want: gonets.CodeHeadersTooLarge},
		"hops at the limit":          {body: strings.NewReader("x"), headers: []string{"Gonets-Hops", "10"}},
		"hops over the limit":        {body: strings.NewReader("x"), headers: []string{"Gonets-Hops", "11"}, want: gonets.CodeHopsExceeded},
		"hops beyond every number":   {body: strings.NewReader("x"), headers: []string{"Gonets-Hops", strings.Repeat("9", 30)}, want: gonets.CodeHopsExceeded},
		"hops that are no number":    {body: strings.NewReader("x"), headers: []string{"Gonets-Hops", "-3"}},
		"the highest of two counts":  {body: strings.NewReader("x"), headers: []string{"Gonets-Hops", "1", "Gonets-Hops", "11"}, want: gonets.CodeHopsExceeded},
		"gzip that is none is kept":  {body: strings.NewReader("x"), headers: []string{"Content-Encoding", "gzip"}},
		"an unknown coding is kept":  {body: strings.NewReader("x"), headers: []string{"Content-Encoding", "br"}},
		"an unknown charset is kept": {body: strings.NewReader("x"), headers: []string{"Content-Type", "text/plain; charset=none-such"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequest(http.MethodPost, b.server.URL+"/in/"+token, tt.body)
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(tt.headers); i += 2 {
				req.Header.Add(tt.headers[i], tt.headers[i+1])
			}
			g := b.send(t, req)
			if g.header.Get("Retry-After") != "" {
				t.Errorf("Retry-After %q would have it sent again", g.header.Get("Retry-After"))
			}
			if tt.want != "" {
				refused(t, g, tt.want)
			} else if g.status != http.StatusOK {
				t.Errorf("got %d %s", g.status, g.text)
			}
		})
	}
	t.Cleanup(func() {
		if n := b.handler.InFlight(); n != 0 {
			t.Errorf("%d bytes were never given back", n)
		}
	})
}

func TestTheSizeOfTheLimitItself(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{})
	refused(t, b.do(t, http.MethodPost, "", strings.Repeat("x", gonets.MaxIngestBody+1)), gonets.CodeBodyTooLarge)
	if n := len(b.store.all()); n != 0 {
		t.Errorf("%d events", n)
	}
}

func TestBodiesInFlightAreBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{}, func(o *Options) { o.MaxInFlight = 64 << 10 })
	// The first request has sent most of what the node can hold and goes on.
	pr, pw := io.Pipe()
	req, err := http.NewRequest(http.MethodPost, b.server.URL+"/in/"+token, pr)
	if err != nil {
		t.Fatal(err)
	}
	first := make(chan got, 1)
	go func() { first <- b.send(t, req) }()
	if _, err := pw.Write(bytes.Repeat([]byte("x"), 40<<10)); err != nil {
		t.Fatal(err)
	}
	// Only what was read counts, so wait until it was.
	for b.handler.InFlight() < 64<<10 {
		if _, err := pw.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	g := b.do(t, http.MethodPost, "", strings.Repeat("y", 40<<10))
	refused(t, g, gonets.CodeBusy)
	if g.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After is %q", g.header.Get("Retry-After"))
	}
	_ = pw.Close()
	if g := <-first; g.status != http.StatusOK {
		t.Errorf("the first request got %d %s", g.status, g.text)
	}
	if g := b.do(t, http.MethodPost, "", "small"); g.status != http.StatusOK {
		t.Errorf("after that a request got %d %s", g.status, g.text)
	}
	if n := b.handler.InFlight(); n != 0 {
		t.Errorf("%d bytes were never given back", n)
	}
}

func TestWhoeverAnnouncesMuchAndSendsNothingHoldsLittle(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{})
	pr, pw := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.server.URL+"/in/"+token, pr)
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = gonets.MaxIngestBody
	done := make(chan struct{})
	go func() {
		defer close(done)
		if res, err := b.client.Do(req); err == nil {
			_ = res.Body.Close()
		}
	}()
	if _, err := pw.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	for b.handler.InFlight() == 0 {
		if _, err := pw.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.handler.InFlight(); n > 1<<20 {
		t.Errorf("a body that has not come holds %d bytes", n)
	}
	cancel()
	_ = pw.Close()
	<-done
}

func TestHostileJSONIsKept(t *testing.T) {
	t.Parallel()
	var keys strings.Builder
	keys.WriteString(`{"a":0`)
	for i := range 1_000_000 {
		keys.WriteString(`,"k` + strconv.Itoa(i) + `":1`)
	}
	keys.WriteString("}")
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	b := newBench(t, gonets.Source{})
	for name, tt := range map[string]struct {
		body string
		mark gonets.Mark
	}{
		"a million keys":            {keys.String(), gonets.MarkUnparsed},
		"as deep as allowed":        {deep(gonets.MaxJSONDepth), ""},
		"too deep":                  {deep(gonets.MaxJSONDepth + 1), gonets.MarkUnparsed},
		"very deep":                 {strings.Repeat("[", 1<<20), gonets.MarkUnparsed},
		"more values than are read": {"[" + strings.Repeat("0,", 100_000) + "0]", gonets.MarkUnparsed},
		"duplicate keys":            {`{"a":1,"a":2}`, gonets.MarkDuplicateKeys},
		"invalid UTF-8":             {"{\"a\":\"\xff\"}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := b.do(t, http.MethodPost, "", tt.body, "Content-Type", "application/json")
			all := b.store.all()
			if g.status != http.StatusOK || len(all) == 0 {
				t.Fatalf("got %d %s", g.status, g.text)
			}
			ev := all[len(all)-1].Event
			if ev.Mark != tt.mark {
				t.Errorf("the mark is %q, want %q", ev.Mark, tt.mark)
			}
			if string(ev.Body) != tt.body {
				t.Error("the body was not kept to the byte")
			}
		})
	}
}

func TestWhatAPackedBodyMayBecomeIsPaidForBefore(t *testing.T) {
	t.Parallel()
	var held int64
	send := func(most int64) got {
		b := newBench(t, gonets.Source{}, func(o *Options) { o.MaxInFlight = most })
		b.store.beforeAccept = func([]gonets.Acceptance) { held = b.handler.InFlight() }
		return b.do(t, http.MethodPost, "", packed(t, 1000), "Content-Encoding", "gzip")
	}
	refused(t, send(2000), gonets.CodeBusy)
	if g := send(8000); g.status != http.StatusOK || held == 0 || held > 1200 {
		t.Errorf("%d bytes are held for a body of 1000: %d %s", held, g.status, g.text)
	}
}

func TestWhatABodyIsTakenApartIntoIsPaidFor(t *testing.T) {
	t.Parallel()
	body := "[" + strings.Repeat("0,", 9_999) + "0]"
	for name, tt := range map[string]struct {
		path, body string
		most       int64
		want       gonets.Code
	}{
		"an event":                   {"", body, 4 << 20, ""},
		"an event without room":      {"", body, 1 << 20, gonets.CodeBusy},
		"a batch, one by one":        {"/batch", "[" + body + "," + body + "]", 4 << 20, ""},
		"a batch without room":       {"/batch", "[" + body + "," + body + "]", 1 << 20, gonets.CodeBusy},
		"one that is not read":       {"", "[" + strings.Repeat("0,", 100_000) + "0]", 1 << 20, ""},
		"a ping that is looked into": {"/ping", body, 1 << 20, gonets.CodeBusy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := gonets.Source{}
			method := http.MethodPost
			if tt.path == "/ping" {
				method = http.MethodGet
				src.Verify = &gonets.Verify{Kind: "token", Secret: "s", Places: []gonets.Place{{In: "body", Name: "key"}}}
			}
			b := newBench(t, src, func(o *Options) { o.MaxInFlight = tt.most })
			b.store.secrets["s"] = "value"
			held := int64(0)
			b.store.beforeAccept = func([]gonets.Acceptance) { held = b.handler.InFlight() }
			g := b.do(t, method, tt.path, tt.body, "Content-Type", "application/json")
			if n := b.handler.InFlight(); n != 0 {
				t.Errorf("%d bytes were never given back", n)
			}
			if tt.want != "" {
				refused(t, g, tt.want)
				if n := len(b.store.all()); n != 0 || g.header.Get("Retry-After") != "1" {
					t.Errorf("%d events, Retry-After %q", n, g.header.Get("Retry-After"))
				}
				return
			}
			if g.status != http.StatusOK {
				t.Fatalf("got %d %s", g.status, g.text)
			}
			if name == "an event" && held < 10_000*300 {
				t.Errorf("ten thousand values hold %d bytes", held)
			}
		})
	}
}

func TestABodyIsHeldAndPaidForUntilItIsLetGo(t *testing.T) {
	t.Parallel()
	b := answerBench(t, gonets.Source{})
	var body weak.Pointer[byte]
	accepted := make(chan gonets.Acceptance, 1)
	b.store.beforeAccept = func(list []gonets.Acceptance) {
		if n := b.handler.InFlight(); n < int64(len(list[0].Event.Body)) {
			t.Errorf("%d bytes are paid for in the commit", n)
		}
		body = weak.Make(&list[0].Event.Body[0])
		accepted <- gonets.Acceptance{Event: gonets.Event{ID: list[0].Event.ID}}
	}
	out := make(chan got, 1)
	go func() { out <- b.do(t, http.MethodPost, "", strings.Repeat("x", 1<<20)) }()
	a := <-accepted
	b.clock.AwaitTimers(2)
	if n := b.handler.InFlight(); n != 0 {
		t.Errorf("%d bytes are held for a caller who waits", n)
	}
	// The store and the engine have bounds of their own.
	b.store.mu.Lock()
	b.store.accepted = nil
	b.store.mu.Unlock()
	b.engine.mu.Lock()
	b.engine.jobs = nil
	b.engine.mu.Unlock()
	runtime.GC()
	if body.Value() != nil {
		t.Error("the body is still in memory, and nobody pays for it")
	}
	b.bus.Publish(gonets.Change{Kind: "run", Event: a.Event.ID, Answer: &gonets.Answer{Status: 200, Body: []byte("done")}})
	if g := <-out; g.text != "done" {
		t.Errorf("got %s", g.text)
	}
}

func TestWhyAPackedBodyIsRefusedIsSaidOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, gonets.Source{})
	g := b.do(t, http.MethodPost, "", packed(t, 1<<20), "Content-Encoding", "gzip")
	refused(t, g, gonets.CodeBodyTooLarge)
	if n := strings.Count(g.text, "times its size"); n != 1 || strings.Contains(g.text, "MiB") {
		t.Errorf("%s", g.text)
	}
}
