package drill

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gonets/internal/ledger"
)

// producer sends events at a rate, whatever happens to the server, and writes
// down what it means to send and what was acknowledged.
type producer struct {
	opts *Options
	file *ledger.File
	// urls are where the source receives, on each server.
	urls   []string
	client *http.Client
	// next is the number of the next event.
	next  int64
	acked atomic.Int64

	wg       sync.WaitGroup
	stopLoad context.CancelFunc
	drop     context.CancelFunc

	mu  sync.Mutex
	err error
}

// retryPause is the pause before an event with a key is sent again.
const retryPause = 20 * time.Millisecond

// startProducer begins the load. Events are numbered from first on.
func startProducer(ctx context.Context, o *Options, urls []string, first int64) (*producer, error) {
	file, err := ledger.Open(o.sentFile())
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: o.Connections, MaxConnsPerHost: o.Connections, IdleConnTimeout: 5 * time.Second}
	p := &producer{
		opts: o, file: file, urls: urls, next: first,
		client: &http.Client{Transport: transport, Timeout: 10 * time.Second},
	}
	hard, drop := context.WithCancel(ctx)
	load, stopLoad := context.WithCancel(hard)
	p.drop, p.stopLoad = drop, stopLoad
	jobs := make(chan int64)
	p.wg.Go(func() {
		defer close(jobs)
		p.pace(load, jobs)
	})
	for range o.Connections {
		p.wg.Go(func() {
			for n := range jobs {
				p.one(hard, n)
			}
		})
	}
	return p, nil
}

// pace hands out numbers at the rate; what no caller is free for is skipped.
func (p *producer) pace(ctx context.Context, jobs chan<- int64) {
	const tick = 5 * time.Millisecond
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	due := 0.0
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for due += float64(p.opts.Rate) * tick.Seconds(); due >= 1; due-- {
			select {
			case jobs <- p.next:
				p.next++
			default:
			}
		}
	}
}

// one sends one event. Half of the events have a key and are sent again until
// the answer is clear; the others are sent once.
func (p *producer) one(ctx context.Context, n int64) {
	s := sent{Kind: kindIntent, ID: fmt.Sprintf("%x-%d", p.opts.Seed, n), At: time.Now().UnixMilli()}
	if chance(p.opts.Seed, "key", int(n)).IntN(2) == 0 {
		s.Key = "drill-" + s.ID
	}
	if !p.note(s) {
		return
	}
	for try := int(n); ; try++ {
		event, clear, err := p.post(ctx, p.urls[try%len(p.urls)], s)
		if err == nil {
			p.ack(s.ID, event)
			return
		}
		if s.Key == "" || clear {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(retryPause):
		}
	}
}

func (p *producer) ack(id, event string) {
	ok := p.note(sent{Kind: kindAck, ID: id, Event: event, At: time.Now().UnixMilli()})
	if ok && p.failed(p.file.Sync()) == nil {
		p.acked.Add(1)
	}
}

func (p *producer) note(s sent) bool { return p.failed(p.file.Append(s)) == nil }

func (p *producer) failed(err error) error {
	if err != nil {
		p.mu.Lock()
		p.err = errors.Join(p.err, err)
		p.mu.Unlock()
		p.stopLoad()
	}
	return err
}

// post sends an event; clear tells of a failure that it is the server's last
// word.
func (p *producer) post(ctx context.Context, url string, s sent) (event string, clear bool, err error) {
	body := fmt.Sprintf(`{"id":%q,"fill":%q}`, s.ID, strings.Repeat("x", 200))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return "", true, err
	}
	req.Header.Set("Content-Type", "application/json")
	if s.Key != "" {
		req.Header.Set("Idempotency-Key", s.Key)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return "", false, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, readErr := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return "", resp.StatusCode < 500, fmt.Errorf("answered %d", resp.StatusCode)
	}
	if readErr != nil {
		// The status came, the event's id did not: not clear.
		return "", false, readErr
	}
	var out struct {
		EventID string `json:"event_id"`
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		return "", true, p.failed(fmt.Errorf("the server's answer to an event is not JSON: %w", err))
	}
	return out.EventID, false, nil
}

// stop ends the load, gives events with a key some time for a clear answer
// and completes the ledger. nextNumber is the number of the next event.
func (p *producer) stop(within time.Duration) (nextNumber int64, err error) {
	p.stopLoad()
	timer := time.AfterFunc(within, p.drop)
	p.wg.Wait()
	timer.Stop()
	p.drop()
	p.client.CloseIdleConnections()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.next, errors.Join(p.err, p.file.Close())
}
