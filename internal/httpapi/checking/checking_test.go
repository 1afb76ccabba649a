package checking_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"gonets"
	"gonets/api"
	"gonets/internal/hint"
	"gonets/internal/httpapi/checking"
	"gonets/internal/rehearse"
)

// trial is a check that goes on until it is ended: it tells a line with an id, then
// one of each size that comes, and why it ended.
type trial struct {
	mu    sync.Mutex
	n     int
	sizes chan int
	ended []error
}

func (tr *trial) Check(ctx context.Context, _ rehearse.Order, emit func(rehearse.Line) error) error {
	tr.mu.Lock()
	tr.n++
	id := "c" + strconv.Itoa(tr.n)
	tr.mu.Unlock()
	err := emit(rehearse.Line{CheckLine: api.CheckLine{Type: api.CheckStarted, RunID: id}})
	for err == nil && ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case size := <-tr.sizes:
			err = emit(rehearse.Line{CheckLine: api.CheckLine{Type: api.CheckStep, Error: strings.Repeat("x", size)}})
		}
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.ended = append(tr.ended, errors.Join(err, context.Cause(ctx)))
	return err
}

func (tr *trial) ends() []error {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.ended
}

// writer is a reader's connection. One who is stuck takes nothing any more, and a write
// ends only by its deadline.
type writer struct {
	*httptest.ResponseRecorder
	stuck bool
	until time.Time
}

func (w *writer) SetWriteDeadline(t time.Time) error {
	w.until = t
	return nil
}

func (w *writer) Write(b []byte) (int, error) {
	if !w.stuck {
		return w.ResponseRecorder.Write(b)
	}
	if w.until.IsZero() {
		select {} // the bubble tells that nobody wakes it
	}
	time.Sleep(time.Until(w.until))
	return 0, os.ErrDeadlineExceeded
}

func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseRecorder }

func stream(body *huma.StreamResponse, w http.ResponseWriter) {
	body.Body(humago.NewContext(&huma.Operation{}, httptest.NewRequest(http.MethodPost, "/", nil), w))
}

func wish(goesOn bool) checking.Wish {
	order := rehearse.Order{Ask: rehearse.Ask{Scenario: &gonets.Scenario{Name: "lead"}}}
	if goesOn {
		order.Going = &gonets.GoingCheck{Title: "Lead", By: "anna"}
	}
	return checking.Wish{Order: order, Show: func(l rehearse.Line) api.CheckLine { return l.CheckLine },
		Refuse: func(w http.ResponseWriter, err error) { w.WriteHeader(gonets.CodeOf(err).Status()) }}
}

// in is a room in a bubble where time is not waited for.
func in(t *testing.T, f func(r *checking.Room, tr *trial)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stopping := make(chan struct{})
		tr := &trial{sizes: make(chan int)}
		f(checking.New(checking.Options{Rehearsal: tr, Book: &book{}, Node: "here", Tell: func(hint.Hint) {}, Judges: func() bool { return true }, Stopping: stopping, Clock: gonets.SystemClock{}}), tr)
		close(stopping)
		synctest.Wait()
	})
}

func begin(r *checking.Room, w wishes) *writer {
	out := &writer{ResponseRecorder: httptest.NewRecorder(), stuck: w.stuck}
	go stream(r.Stream(wish(w.goesOn)), out)
	synctest.Wait()
	return out
}

type wishes struct{ goesOn, stuck bool }

func TestOnlySoManyChecksGoOn(t *testing.T) {
	in(t, func(r *checking.Room, _ *trial) {
		for range 32 {
			begin(r, wishes{goesOn: true})
		}
		if got := begin(r, wishes{goesOn: true}); got.Code != http.StatusTooManyRequests {
			t.Errorf("one too many: %d %s", got.Code, got.Body)
		}
		if got := begin(r, wishes{}); got.Code != http.StatusOK || got.Body.Len() == 0 {
			t.Errorf("one with a reader: %d %s", got.Code, got.Body)
		}
		r.End("c1")
		synctest.Wait()
		if got := begin(r, wishes{goesOn: true}); got.Code != http.StatusOK || got.Body.Len() == 0 {
			t.Errorf("after the end of another: %d %s", got.Code, got.Body)
		}
	})
}

func TestAReaderWhoTakesNothingHoldsNothingUp(t *testing.T) {
	in(t, func(r *checking.Room, tr *trial) {
		begin(r, wishes{stuck: true})
		begin(r, wishes{goesOn: true, stuck: true})
		lines, err := r.Follow(t.Context(), &checking.ID{ID: "c2"})
		if err != nil {
			t.Fatal(err)
		}
		left := make(chan struct{})
		go func() {
			stream(lines, &writer{ResponseRecorder: httptest.NewRecorder(), stuck: true})
			close(left)
		}()
		<-left // else nobody could be woken any more, and the bubble tells it
		synctest.Wait()
		going, err := r.List(t.Context(), nil)
		if err != nil || len(going.Body.Items) != 1 || going.Body.Items[0].RunID != "c2" {
			t.Errorf("%v %+v", err, going)
		}
		if ends := tr.ends(); len(ends) != 1 || !errors.Is(ends[0], os.ErrDeadlineExceeded) {
			t.Errorf("the one that needs its reader: %v", ends)
		}
	})
}

func TestACheckThatGoesOnEnds(t *testing.T) {
	for name, end := range map[string]func(tr *trial){
		"after an hour": func(*trial) { time.Sleep(time.Hour + time.Second) },
		"when it tells too much": func(tr *trial) {
			for range 4 {
				tr.sizes <- 16 << 20
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(r *checking.Room, tr *trial) {
				begin(r, wishes{goesOn: true})
				end(tr)
				synctest.Wait()
				if ends := tr.ends(); len(ends) != 1 || gonets.CodeOf(ends[0]) != gonets.CodeCheckLimit {
					t.Errorf("%v", ends)
				}
			})
		})
	}
}

func TestAnErasureEndsAllChecks(t *testing.T) {
	in(t, func(r *checking.Room, tr *trial) {
		begin(r, wishes{})
		begin(r, wishes{goesOn: true})
		r.EndAll()()
		if ends := tr.ends(); len(ends) != 2 || gonets.CodeOf(ends[0]) != gonets.CodeCancelled || gonets.CodeOf(ends[1]) != gonets.CodeCancelled {
			t.Errorf("%v", ends)
		}
	})
}
