package loadgen

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"

	"gonets"
)

// relayQueue is how many events a relay holds before its callers wait.
const relayQueue = 1_000

// Relay answers each POST at an address and sends its body on to target until
// ctx ends or a delivery fails. It keeps nothing and does what anybody would
// write first, net/http on both sides and a pool of workers between: figures of
// machines can be compared by it. It sends as many requests at once as a server
// does to one destination.
func Relay(ctx context.Context, listen, target string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	// What a delivery fails with is told after a stop too: the queue is emptied
	// then.
	var (
		first   sync.Once
		failure error
	)
	fail := func(err error) { first.Do(func() { failure = err }); stop() }
	queue := make(chan []byte, relayQueue)
	transport := &http.Transport{MaxIdleConnsPerHost: gonets.LaneConcurrency}
	client := &http.Client{Transport: transport, Timeout: answerLimit}
	var workers sync.WaitGroup
	for range gonets.LaneConcurrency {
		workers.Go(func() {
			for body := range queue {
				if err := forward(client, target, body); err != nil {
					fail(err)
				}
			}
		})
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /in/", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		queue <- body
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"success":true}`)
	})
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: answerLimit}
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
		defer cancel()
		stopped <- server.Shutdown(within)
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		fail(err)
	}
	err = <-stopped
	close(queue)
	workers.Wait()
	transport.CloseIdleConnections()
	return errors.Join(err, failure)
}

// forward makes one delivery.
func forward(client *http.Client, target string, body []byte) error {
	resp, err := client.Post(target, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("a delivery was answered %d", resp.StatusCode)
	}
	return nil
}
