package outbound_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gonets"
	"gonets/internal/outbound"
)

// names is a DNS server in process; lookup gives the IPv4 addresses of a name
// on its n-th question, nil for a name that does not exist.
func names(t testing.TB, lookup func(name string, n int64) []string) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var questions int64
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			_, _ = pc.WriteTo(answer(buf[:n], lookup, &questions), from)
		}
	}()
	t.Cleanup(func() { pc.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

// answer makes a DNS reply (RFC 1035 §4) to a question.
func answer(query []byte, lookup func(string, int64) []string, questions *int64) []byte {
	var labels []string
	at := 12
	for query[at] != 0 {
		labels = append(labels, string(query[at+1:at+1+int(query[at])]))
		at += 1 + int(query[at])
	}
	kind := binary.BigEndian.Uint16(query[at+1:])
	reply := append([]byte(nil), query[:at+5]...)
	binary.BigEndian.PutUint16(reply[2:], 0x8180)
	clear(reply[6:12])
	var addrs []string
	if kind == 1 {
		*questions++
		if addrs = lookup(strings.Join(labels, "."), *questions); addrs == nil {
			reply[3] |= 3
		}
	}
	binary.BigEndian.PutUint16(reply[6:], uint16(len(addrs)))
	for _, a := range addrs {
		reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
		reply = append(reply, netip.MustParseAddr(a).AsSlice()...)
	}
	return reply
}

const okReply = "HTTP/1.1 200 OK\nContent-Length: 2\nConnection: close\n\nok"

func TestRebindingHasNoWindow(t *testing.T) {
	t.Parallel()
	// 127.0.0.2 plays the public address, 127.0.0.1 the private one.
	public := listen(t, "127.0.0.2:0", answers(okReply))
	private := listen(t, fmt.Sprintf("127.0.0.1:%d", public.port()), func(net.Conn, int64) {})
	var n atomic.Int64
	resolver := names(t, func(string, int64) []string {
		return [][]string{{"127.0.0.2"}, {"127.0.0.1"}, nil, {"127.0.0.1", "127.0.0.2"}, {}, {"127.0.0.2", "127.0.0.1"}}[n.Load()%6]
	})
	c := closing(t, outbound.New(outbound.Options{Resolver: resolver,
		Policy: outbound.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}}}))
	seen := map[gonets.Outcome]int{}
	for range 300 {
		ex := get(c, fmt.Sprintf("http://rebind.test:%d/", public.port()))
		seen[ex.Outcome]++
		if ex.Outcome == gonets.OutcomeNetwork && ex.Code != gonets.CodeDNS {
			t.Errorf("%s: %s", ex.Code, ex.Error)
		}
		n.Add(1)
	}
	if got := private.connections.Load(); got != 0 {
		t.Errorf("the private listener got %d connections", got)
	}
	if seen[gonets.OutcomeOK] < 50 || seen[gonets.OutcomeBlocked] < 100 || seen[gonets.OutcomeNetwork] != 100 {
		t.Errorf("%v", seen)
	}
}

func TestNarrowerPolicyDoesNotUseOldConnections(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { requests.Add(1) })
	c := newClient(t)
	expect(t, get(c, server.URL), gonets.OutcomeOK, "")
	c.SetPolicy(outbound.Policy{})
	expect(t, get(c, server.URL), gonets.OutcomeBlocked, gonets.CodeBlockedAddress)
	if n := requests.Load(); n != 1 {
		t.Errorf("the server got %d requests", n)
	}
	c.SetPolicy(outbound.Policy{Allow: loopback})
	ex := get(c, server.URL)
	expect(t, ex, gonets.OutcomeOK, "")
	if ex.Timings.Connect == 0 {
		t.Error("the old connection was used")
	}
	c.SetPolicy(outbound.Policy{Allow: loopback})
	if ex := get(c, server.URL); ex.Timings.Connect != 0 {
		t.Error("an equal policy threw the connections away")
	}
	c.Close()
	expect(t, get(c, server.URL), gonets.OutcomeCancelled, gonets.CodeCancelled)
}

func TestOwnAddressesAreOpenForEventsOnly(t *testing.T) {
	t.Parallel()
	var hops atomic.Value
	var requests atomic.Int64
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		hops.Store(r.Header.Get("Gonets-Hops"))
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
		}
	})
	addr := netip.MustParseAddrPort(server.Listener.Addr().String())
	outside := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, server.URL+"/in/token", http.StatusFound)
	})
	host := func(name string) string { return fmt.Sprintf("http://%s:%d", name, addr.Port()) }
	resolver := names(t, func(name string, _ int64) []string {
		if name == "nine.test" {
			return []string{"127.0.0.9"}
		}
		return []string{"127.0.0.1"}
	})
	unspecified := netip.AddrPortFrom(netip.IPv4Unspecified(), addr.Port())
	for _, listen := range []netip.AddrPort{addr, unspecified} {
		for _, allow := range [][]netip.Prefix{nil, loopback} {
			c := closing(t, outbound.New(outbound.Options{Resolver: resolver, Policy: outbound.Policy{Allow: allow, Own: []outbound.OwnAddress{
				{BaseURL: host("gonets.test"), Listen: listen},
				{BaseURL: "https://site.test/hooks/"},
			}}}))
			for url, want := range map[string]gonets.Outcome{
				server.URL + "/in/token":                 gonets.OutcomeOK,
				server.URL + "/echo/1":                   gonets.OutcomeOK,
				host("gonets.test") + "/in/t":            gonets.OutcomeOK,
				host("GONETS.test.") + "/in/t":           gonets.OutcomeOK,
				host("localhost") + "/in/t":              gonets.OutcomeOK,
				host("[::ffff:127.0.0.1]") + "/in/t":     gonets.OutcomeOK,
				server.URL:                               gonets.OutcomeBlocked,
				server.URL + "/api/v1/runs":              gonets.OutcomeBlocked,
				server.URL + "/inside":                   gonets.OutcomeBlocked,
				server.URL + "/IN/t":                     gonets.OutcomeBlocked,
				server.URL + "/in/../api":                gonets.OutcomeBlocked,
				server.URL + "/in/%2e%2e/api":            gonets.OutcomeBlocked,
				server.URL + "/x/in/t":                   gonets.OutcomeBlocked,
				host("gonets.test") + "/api":             gonets.OutcomeBlocked,
				host("localhost") + "/metrics":           gonets.OutcomeBlocked,
				host("other.test") + "/in/t":             gonets.OutcomeBlocked, // a name that only resolves to us
				host("other.test") + "/api":              gonets.OutcomeBlocked,
				"http://site.test/hooks/api":             gonets.OutcomeBlocked,
				"https://site.test/hooks":                gonets.OutcomeBlocked,
				"https://site.test/x/../hooks/api":       gonets.OutcomeBlocked,
				server.URL + "/in/t?to=/api/v1/runs":     gonets.OutcomeBlocked,
				server.URL + "/echo/t?to=/in/u":          gonets.OutcomeOK,
				server.URL + "/in/t?to=http://10.0.0.1/": gonets.OutcomeBlocked,
			} {
				before := requests.Load()
				ex := c.Do(context.Background(), &gonets.Request{URL: url, Timeout: time.Minute, FollowRedirects: true, Hops: 3})
				if ex.Outcome != want {
					t.Errorf("listening on %s, %s: %s %s", listen, url, ex.Outcome, ex.Error)
				}
				if sent := requests.Load() - before; want == gonets.OutcomeBlocked && sent > 0 && !strings.Contains(url, "to=") {
					t.Errorf("%s reached the server", url)
				}
				if want == gonets.OutcomeOK && hops.Load() != "4" {
					t.Errorf("%s: hops %v", url, hops.Load())
				}
			}
			ex := c.Do(context.Background(), &gonets.Request{URL: server.URL + "/in/t", Hops: gonets.MaxHops})
			expect(t, ex, gonets.OutcomeBlocked, gonets.CodeHopsExceeded)
			if listen == unspecified {
				expect(t, get(c, host("nine.test")+"/in/t"), gonets.OutcomeBlocked, gonets.CodeBlockedAddress)
			}
			if allow != nil {
				before := requests.Load()
				ex := c.Do(context.Background(), &gonets.Request{URL: outside.URL, FollowRedirects: true, Hops: gonets.MaxHops})
				expect(t, ex, gonets.OutcomeBlocked, gonets.CodeBlockedAddress)
				if requests.Load() != before {
					t.Error("a redirect from elsewhere reached our own address")
				}
			}
		}
	}
}

func TestIsOwn(t *testing.T) {
	t.Parallel()
	c := newClient(t, outbound.OwnAddress{BaseURL: "https://gonets.test/hooks", Listen: netip.MustParseAddrPort("0.0.0.0:8080")})
	for url, want := range map[string]bool{
		"https://gonets.test/hooks/in/x": true, "http://GONETS.test/hooks": true, "https://gonets.test/shop": false,
		"https://gonets.test/hooksshop": false, "https://gonets.test:8443/hooks/in/x": false,
		"http://127.0.0.1:8080/anything": true, "http://[::1]:8080/": true, "http://127.0.0.1:8081/": false,
		"http://192.0.2.9:8080/": false, "ftp://gonets.test/hooks": false, "": false,
	} {
		if got := c.IsOwn(url); got != want {
			t.Errorf("%s: %v", url, got)
		}
	}
}

func TestHopsAreToldToOwnAddressesOnly(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Header.Get("Gonets-Hops")) })
	ex := newClient(t).Do(context.Background(), &gonets.Request{URL: server.URL, Hops: gonets.MaxHops})
	expect(t, ex, gonets.OutcomeOK, "")
	if len(ex.ReplyBody) != 0 {
		t.Errorf("a stranger was told %q", ex.ReplyBody)
	}
}
