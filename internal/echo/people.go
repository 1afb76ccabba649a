package echo

import (
	"errors"
	"slices"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/script"
)

// The mistakes of a script: it cannot be read, its delay is none or too long, or
// it asks for what an address of this server cannot do.
const (
	codeScript  gonets.Code = "echo.script"
	codeDelay   gonets.Code = "echo.delay"
	codeRefused gonets.Code = "echo.refused"
)

// errRefused is in the error of a script that asks for a refused connection.
var errRefused = errors.New("a connection cannot be refused")

// words are the kinds of answers as the interface names them.
var words = map[script.Kind]string{
	script.Answer: "answer", script.Delay: "delay", script.Cut: "cut", script.Hang: "hang", script.Slow: "slow", script.Big: "big",
}

// Received is one request that came, with how it was answered.
type Received struct {
	api.EchoAnswer
	// Event is what came; Size is the whole body's, of which Event may hold the
	// beginning.
	Event gonets.Event
	Size  int64
	Cut   bool
}

// Addresses are all that are kept, the one that was used last first.
func (h *Handler) Addresses() []api.EchoAddress {
	h.book.mu.Lock()
	defer h.book.mu.Unlock()
	out := []api.EchoAddress{}
	for e := h.book.order.Front(); e != nil; e = e.Next() {
		out = append(out, e.Value.(*address).shown())
	}
	return out
}

// Address is one of them, with what came, newest first. One to which nothing
// came yet is as good as any other.
func (h *Handler) Address(name string) (api.EchoAddress, []Received) {
	h.book.mu.Lock()
	defer h.book.mu.Unlock()
	a, ok := h.book.ids[name]
	if !ok {
		return api.EchoAddress{Name: name}, nil
	}
	var out []Received
	for _, r := range slices.Backward(a.requests) {
		out = append(out, Received{Event: r.event, Size: r.size, Cut: r.cut(), EchoAnswer: api.EchoAnswer{N: r.id, How: words[r.how], Status: r.status}})
	}
	return a.shown(), out
}

// shown is called under the book's lock.
func (a *address) shown() api.EchoAddress {
	out := api.EchoAddress{Name: a.id, Count: a.count}
	if a.script != nil {
		out.Script = a.script.text
	}
	if n := len(a.requests); n > 0 {
		at := a.requests[n-1].event.ReceivedAt.Round(time.Millisecond)
		out.LastAt = &at
	}
	return out
}

// Forget drops what came to an address; its script stays.
func (h *Handler) Forget(name string) {
	h.book.forget(name)
	h.Tell(name)
}

// ForgetAll drops what came to every address.
func (h *Handler) ForgetAll() {
	for _, a := range h.Addresses() {
		h.Forget(a.Name)
	}
}

// SetScript says how an address answers from now on; an empty text is as usual.
func (h *Handler) SetScript(name, text string) error {
	if text == "" {
		h.setScript(name, nil)
		return nil
	}
	c, err := newCursor(text)
	if err != nil {
		code := codeScript
		switch {
		case errors.Is(err, script.ErrDelay):
			code = codeDelay
		case errors.Is(err, errRefused):
			code = codeRefused
		}
		return &gonets.Error{Code: gonets.CodeInvalid, Message: err.Error(), Problems: []gonets.Problem{gonets.Mistake("/script", code, "%s", err)}}
	}
	h.setScript(name, c)
	return nil
}

func (h *Handler) setScript(name string, c *cursor) {
	h.book.setScript(name, c)
	h.Tell(name)
}
