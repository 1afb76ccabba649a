// Package echoes is the test receiver's room of the interface: which addresses
// there are, what came to them, how they answer.
package echoes

import (
	"context"

	"gonets"
	"gonets/api"
	"gonets/internal/echo"
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
	// Show is what readers may see of a request.
	Show func(gonets.Event) api.Event
}

// Name is an address of the receiver.
type Name struct {
	Name string `path:"name" pattern:"^[A-Za-z0-9._-]+$" maxLength:"64"`
}

type (
	// Output is an address with what came to it.
	Output struct{ Body api.Echo }
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

// Get reads one address.
func (r Room) Get(_ context.Context, in *Name) (*Output, error) {
	a, received := r.Receiver.Address(in.Name)
	out := &Output{Body: api.Echo{EchoAddress: r.named(a), Requests: []api.EchoRequest{}}}
	for i := range received {
		one := &received[i]
		ev := r.Show(one.Event)
		out.Body.Requests = append(out.Body.Requests, api.EchoRequest{
			EchoAnswer: one.EchoAnswer, ReceivedAt: ev.ReceivedAt, Method: ev.Method, Path: ev.Path, Query: ev.Query,
			Headers: ev.Headers, ContentType: ev.ContentType, Content: ev.Content, Size: one.Size, Cut: one.Cut,
		})
	}
	return out, nil
}

// Forget drops what came to an address.
func (r Room) Forget(_ context.Context, in *Name) (*struct{}, error) {
	r.Receiver.Forget(in.Name)
	return nil, nil
}

// Put says how an address answers.
func (r Room) Put(ctx context.Context, in *Script) (*Output, error) {
	if err := r.Receiver.SetScript(in.Name.Name, in.Body.Script); err != nil {
		return nil, err
	}
	return r.Get(ctx, &in.Name)
}
