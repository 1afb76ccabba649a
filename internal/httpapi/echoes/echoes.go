// Package echoes is the test receiver's room of the interface: which addresses
// there are, what came to them, how they answer.
package echoes

import (
	"context"

	"gonets"
	"gonets/api"
	"gonets/internal/echo"
	"gonets/internal/mask"
)

// Receiver is the test receiver of this server.
type Receiver interface {
	Addresses() []api.EchoAddress
	Address(name string) (api.EchoAddress, []echo.Received)
	Forget(name string)
	SetScript(name, text string) error
}

// Room is what the operations need.
type Room struct {
	Receiver  Receiver
	PublicURL func() (url, reach string)
	// Rules are the fields that people are not shown.
	Rules func() *mask.Rules
	// Shape is an event as the API says it.
	Shape func(gonets.Event) api.Event
	// Note writes into the audit.
	Note func(ctx context.Context, actor, action, object, detail string) error

	actor string
	// trusted may change what is hidden.
	trusted bool
}

// For is the room as one caller finds it; trusted may change what is hidden.
func (r Room) For(actor string, trusted bool) Room {
	r.actor, r.trusted = actor, trusted
	return r
}

// Name is an address of the receiver.
type Name struct {
	Name string `path:"name" pattern:"^[A-Za-z0-9._-]+$" maxLength:"64"`
}

// Number is a request that came to an address.
type Number struct {
	Name
	N int64 `path:"n" minimum:"1" doc:"Which one it was"`
}

type (
	// Output is an address with what came to it.
	Output struct{ Body api.Echo }
	// Request is one of what came, whole.
	Request struct{ Body api.EchoRequest }
	// List are all addresses.
	List struct{ Body api.List[api.EchoAddress] }
	// Script is how an address is to answer.
	Script struct {
		Name
		Body api.EchoScript
	}
)

func (r Room) named(a api.EchoAddress) api.EchoAddress {
	base, _ := r.PublicURL()
	a.URL = base + "/echo/" + a.Name
	return a
}

// List lists the addresses to which something came or that have a script.
func (r Room) List(context.Context, *struct{}) (*List, error) {
	out := &List{Body: api.List[api.EchoAddress]{Items: []api.EchoAddress{}}}
	for _, a := range r.Receiver.Addresses() {
		out.Body.Items = append(out.Body.Items, r.named(a))
	}
	return out, nil
}

// Get reads one address, without the contents of what came.
func (r Room) Get(_ context.Context, in *Name) (*Output, error) {
	a, received := r.Receiver.Address(in.Name)
	out := &Output{Body: api.Echo{EchoAddress: r.named(a), Requests: []api.EchoSummary{}}}
	for i := range received {
		one := &received[i]
		one.Event.Headers, one.Event.Body = nil, nil
		out.Body.Requests = append(out.Body.Requests, r.shown(in.Name, one).EchoSummary)
	}
	return out, nil
}

// Request reads one of what came to an address.
func (r Room) Request(_ context.Context, in *Number) (*Request, error) {
	_, received := r.Receiver.Address(in.Name.Name)
	for i := range received {
		if received[i].N == in.N {
			return &Request{Body: r.shown(in.Name.Name, &received[i])}, nil
		}
	}
	return nil, gonets.Errorf(gonets.CodeNotFound, "this request is not kept; the address keeps its last ones")
}

// shown is a request as the caller may see it. Of the run that sent it nothing is
// known here, so a value that is hidden there would be shown under its new name:
// while fields are hidden only those who may change that see what came.
func (r Room) shown(name string, one *echo.Received) api.EchoRequest {
	rules := r.Rules()
	ev := one.Event
	withheld := !rules.Empty() && !r.trusted
	if withheld {
		ev = gonets.Event{ReceivedAt: ev.ReceivedAt, Method: ev.Method, Path: "/echo/" + name}
	}
	out := r.Shape(rules.Event(ev))
	return api.EchoRequest{
		EchoSummary: api.EchoSummary{
			EchoAnswer: one.EchoAnswer, ReceivedAt: out.ReceivedAt, Method: out.Method, Path: out.Path, Query: out.Query,
			Size: one.Size, Cut: one.Cut, Withheld: withheld,
		},
		Headers: out.Headers, ContentType: out.ContentType, Content: out.Content,
	}
}

// Forget drops what came to an address.
func (r Room) Forget(ctx context.Context, in *Name) (*struct{}, error) {
	r.Receiver.Forget(in.Name)
	return nil, r.Note(ctx, r.actor, "echo.forget", "Echo/"+in.Name, "")
}

// Put says how an address answers.
func (r Room) Put(ctx context.Context, in *Script) (*Output, error) {
	if err := r.Receiver.SetScript(in.Name.Name, in.Body.Script); err != nil {
		return nil, err
	}
	if err := r.Note(ctx, r.actor, "echo.script", "Echo/"+in.Name.Name, in.Body.Script); err != nil {
		return nil, err
	}
	return r.Get(ctx, &in.Name)
}
