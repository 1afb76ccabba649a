package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gonets/internal/config"
	"gonets/internal/document"
)

// BenchmarkEventToDelivery is the whole way of an event: received, stored,
// answered, sent on, its result stored. Callers, server and receiver share the
// process; the store is real and honours fsync.
func BenchmarkEventToDelivery(b *testing.B) {
	delivered := make(chan struct{}, 1<<20)
	var count atomic.Int64
	sink := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			b.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"ok":true}`)
		count.Add(1)
		delivered <- struct{}{}
	}))
	defer sink.Close()
	address := benchServer(b, sink.URL)
	body := []byte(`{"n":1,"text":"` + strings.Repeat("x", 1000) + `"}`)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	b.SetParallelism(32)
	b.ResetTimer()
	began := time.Now()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			res, err := client.Post(address, "application/json", bytes.NewReader(body))
			if err != nil {
				b.Error(err)
				return
			}
			if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
				b.Errorf("answered %d (%v)", res.StatusCode, err)
			}
			res.Body.Close()
		}
	})
	accepted := time.Since(began)
	for range b.N {
		<-delivered
	}
	b.ReportMetric(float64(b.N)/accepted.Seconds(), "accepted/s")
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "delivered/s")
	if n := count.Load(); n != int64(b.N) {
		b.Errorf("%d deliveries of %d events", n, b.N)
	}
}

// benchServer runs a server in this process with one source whose events go to
// target, and gives the source's address.
func benchServer(b *testing.B, target string) string {
	b.Helper()
	cfg, err := config.Load(config.Input{
		Flags:  map[string]string{"data": b.TempDir(), "listen": "127.0.0.1:0"},
		Getenv: func(string) string { return "" }, DecodeFile: document.Flat,
	})
	if err != nil {
		b.Fatal(err)
	}
	cfg.AllowNetworks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	ctx, cancel := context.WithCancel(context.Background())
	s, err := build(ctx, cfg, io.Discard)
	if err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		if err := s.close(); err != nil {
			b.Error(err)
		}
	})
	base := "http://" + s.http.Addr().String()
	call := func(method, path, body string) (raw []byte) {
		req, err := http.NewRequestWithContext(ctx, method, base+path, strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+s.token)
		req.Header.Set("Content-Type", "application/yaml")
		if !await(func() bool {
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				return false
			}
			defer res.Body.Close()
			raw, err = io.ReadAll(res.Body)
			return err == nil && res.StatusCode == http.StatusOK
		}) {
			b.Fatalf("%s %s: %s", method, path, raw)
		}
		return raw
	}
	call("POST", "/api/v1/apply", scenarioYAML("out", `  - id: send
    http: {method: POST, url: "`+target+`/x", body: {json: {n: "{{ event.body.n }}", text: "{{ event.body.text }}"}}}
`))
	var list struct{ Items []struct{ URL string } }
	if err := json.Unmarshal(call("GET", "/api/v1/sources", ""), &list); err != nil || len(list.Items) != 1 {
		b.Fatalf("sources: %+v %v", list, err)
	}
	return list.Items[0].URL
}
