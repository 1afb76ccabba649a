package step_test

import "testing"

// BenchmarkBuild makes the request of a typical step: a few values in the
// address, the headers and a JSON body.
func BenchmarkBuild(b *testing.B) {
	p := compile(b, `[{"id":"send","http":{"method":"POST","url":"https://crm.test/leads/{{ event.body.id }}?utm={{ utm }}",
		"headers":{"X-Name":"{{ event.body.name }}"},
		"body":{"json":{"id":"{{ event.body.id }}","name":"{{ event.body.name }}","price":"{{ event.body.price }}","city":"{{ event.body.address.city }}"}}}}]`)
	s := scope(b, p, event)
	h := p.HTTP("send")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Build("send", s, p); err != nil {
			b.Fatal(err)
		}
	}
}
