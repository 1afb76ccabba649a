package outbound_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"

	"gonets"
	"gonets/internal/outbound"
)

func BenchmarkDo(b *testing.B) {
	server := serve(b, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"id":7,"created":true}`)
	})
	request := &gonets.Request{
		Method: "POST", URL: server.URL + "/leads?source=tilda", Body: bytes.Repeat([]byte("x"), 1000),
		Headers: []gonets.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "Idempotency-Key", Value: "run-step"}},
	}
	for name, send := range map[string]func(*outbound.Client, *http.Client) bool{
		"gonets": func(c *outbound.Client, _ *http.Client) bool {
			return c.Do(context.Background(), request).Outcome == gonets.OutcomeOK
		},
		"net/http": func(_ *outbound.Client, c *http.Client) bool {
			resp, err := c.Post(request.URL, "application/json", bytes.NewReader(request.Body))
			if err != nil {
				return false
			}
			defer resp.Body.Close()
			_, err = io.ReadAll(resp.Body)
			return err == nil
		},
	} {
		b.Run(name, func(b *testing.B) {
			ours := newClient(b)
			transport := &http.Transport{MaxIdleConnsPerHost: 16}
			defer transport.CloseIdleConnections()
			theirs := &http.Client{Transport: transport}
			b.ReportAllocs()
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if !send(ours, theirs) {
						b.Error("failed")
					}
				}
			})
		})
	}
}
