package outbound_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gonets"
	"gonets/internal/outbound"
)

// spellings are hosts that are, or could be taken for, addresses which nobody
// may reach; all of them stand in front of the same port.
var spellings = []string{
	"127.0.0.1", "127.0.0.2", "127.1.2.3", "127.255.255.254", "localhost", "LOCALHOST", "localhost.", "127.0.0.1.",
	"127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "0177.0.0.1", "017700000001", "00.0.0.0",
	"127.0.0.01", "127.000.000.001", "0", "0.0.0.0", "0.0.0.1", "0x0", "256.256.256.256", "1.2.3.4.5", "127.0.0.0x1",
	"127。0。0。1", "①②⑦.⓪.⓪.①", "１２７.０.０.１", "127\u200b.0.0.1",
	"[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
	"[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]", "[::7f00:1]", "[::ffff:0:127.0.0.1]", "[::ffff:0.0.0.0]",
	"[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[64:ff9b:1::a9fe:a9fe]",
	"[2002:7f00:1::]", "[2002:7f00:1::1]", "[2002:a9fe:a9fe::]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
	"[2001::1]", "[2001:db8::1]", "[3fff::1]", "[fe80::1]", "[fe80::1%25lo]", "[fec0::1]", "[fc00::1]", "[fd00::1]",
	"[fd00:ec2::254]", "[fd20:ce::254]", "[ff02::1]", "[5f00::1]", "[100::1]", "[2606:4700::5efe:7f00:1]", "[fe80::5efe:7f00:1]",
	"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255", "169.254.0.1",
	"169.254.169.254", "169.254.170.2", "[::ffff:169.254.169.254]", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376",
	"100.64.0.1", "100.100.100.200", "100.127.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1",
	"198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
	"255.255.255.255", "168.63.129.16", "user@127.0.0.1", "127.0.0.1\\@example.com", "example.com\\@127.0.0.1", "127.0.0.1%00",
}

func TestNoSpellingOfAPrivateAddressIsReached(t *testing.T) {
	t.Parallel()
	four := listen(t, "127.0.0.1:0", answers(okReply))
	six := listen(t, fmt.Sprintf("[::1]:%d", four.port()), func(net.Conn, int64) {})
	c := closing(t, outbound.New(outbound.Options{}))
	for _, host := range spellings {
		for _, skip := range []bool{false, true} {
			ex := c.Do(context.Background(), &gonets.Request{
				URL: fmt.Sprintf("http://%s:%d/latest/meta-data/", host, four.port()), SkipVerify: skip, Timeout: time.Minute})
			if ex.Outcome != gonets.OutcomeBlocked && ex.Outcome != gonets.OutcomeTemplate {
				t.Errorf("%s: outcome %s, %s", host, ex.Outcome, ex.Error)
			}
			if ex.Status != 0 {
				t.Errorf("%s answered %d", host, ex.Status)
			}
		}
	}
	if n := four.connections.Load() + six.connections.Load(); n != 0 {
		t.Errorf("%d connections, %d bytes", n, four.received.Load()+six.received.Load())
	}
	// The control: the same listener is reached once loopback is open.
	open := newClient(t)
	if ex := get(open, four.URL); ex.Outcome != gonets.OutcomeOK || four.connections.Load() != 1 {
		t.Errorf("with loopback open: %s, %d connections", ex.Error, four.connections.Load())
	}
}

func TestBlockedTextNamesTheClassAndTheSetting(t *testing.T) {
	t.Parallel()
	c := closing(t, outbound.New(outbound.Options{}))
	for url, want := range map[string][]string{
		"http://10.0.0.5/":        {"10.0.0.5 is a private address", "--allow-network 10.0.0.5/32", `"allow_networks"`},
		"http://[::1]/":           {"::1 is a loopback address", "--allow-network ::1/128"},
		"http://169.254.169.254/": {"a cloud metadata address", "no setting opens it"},
	} {
		ex := get(c, url)
		expect(t, ex, gonets.OutcomeBlocked, gonets.CodeBlockedAddress)
		for _, part := range want {
			if !strings.Contains(ex.Error, part) {
				t.Errorf("%s: %q lacks %q", url, ex.Error, part)
			}
		}
	}
}

func TestSomeAddressesNoSettingOpens(t *testing.T) {
	t.Parallel()
	c := closing(t, outbound.New(outbound.Options{Policy: outbound.Policy{
		Allow: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}}}))
	hosts := []string{"[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]", "[::169.254.169.254]", "[::ffff:100.100.100.200]"}
	for _, r := range outbound.Reserved() {
		if r.Always {
			hosts = append(hosts, "["+r.Prefix.Addr().String()+"]")
			if r.Prefix.Addr().Is4() {
				hosts[len(hosts)-1] = r.Prefix.Addr().String()
			}
		}
	}
	for _, host := range hosts {
		ex := c.Do(context.Background(), &gonets.Request{URL: "http://" + host + ":9/", Timeout: time.Minute})
		if ex.Outcome != gonets.OutcomeBlocked {
			t.Errorf("%s: %s %s", host, ex.Outcome, ex.Error)
		}
	}
}

// TestTransitionFormsOfPrivateAddresses holds that no private IPv4 address can
// be written as an IPv6 address that passes, even where the wrapping is open.
func TestTransitionFormsOfPrivateAddresses(t *testing.T) {
	t.Parallel()
	var private []netip.Prefix
	for _, r := range outbound.Reserved() {
		if r.Prefix.Addr().Is4() {
			private = append(private, r.Prefix)
		}
	}
	closed := outbound.Policy{}
	opened := outbound.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("::/0")}}
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom(private).Draw(t, "prefix")
		v4 := prefix.Addr().As4()
		host := rapid.Uint32().Draw(t, "host")
		if prefix.Bits() < 32 {
			host &= 1<<(32-prefix.Bits()) - 1
		} else {
			host = 0
		}
		binary.BigEndian.PutUint32(v4[:], binary.BigEndian.Uint32(v4[:])|host)
		for form, b := range embed(v4) {
			a := netip.AddrFrom16(b)
			if a == netip.IPv6Loopback() {
				continue // 0.0.0.1 written as compatible is ::1 itself
			}
			if outbound.Judge(closed, netip.AddrPortFrom(a, 80)) == nil {
				t.Errorf("%s %s passes", form, a)
			}
			if outbound.Judge(opened, netip.AddrPortFrom(a, 80)) == nil {
				t.Errorf("%s %s passes where IPv6 is open", form, a)
			}
		}
	})
	if err := outbound.Judge(closed, netip.MustParseAddrPort("[2606:4700::1111]:443")); err != nil {
		t.Errorf("a public address is refused: %v", err)
	}
	if err := outbound.Judge(closed, netip.MustParseAddrPort("93.184.216.34:443")); err != nil {
		t.Errorf("a public address is refused: %v", err)
	}
}

// embed writes an IPv4 address in every IPv6 form that carries one.
func embed(v4 [4]byte) map[string][16]byte {
	at := func(prefix string, i int, invert byte) [16]byte {
		b := netip.MustParseAddr(prefix).As16()
		for k := range v4 {
			b[i+k] = v4[k] ^ invert
		}
		return b
	}
	return map[string][16]byte{
		"mapped": at("::ffff:0:0", 12, 0), "compatible": at("::", 12, 0), "nat64": at("64:ff9b::", 12, 0),
		"local nat64": at("64:ff9b:1::", 12, 0), "6to4": at("2002::", 2, 0), "teredo": at("2001::", 12, 0xff),
		"isatap": at("2606:4700::5efe:0:0", 12, 0),
	}
}

func TestProxiesOfTheEnvironmentAreIgnored(t *testing.T) {
	proxy := listen(t, "127.0.0.1:0", func(net.Conn, int64) {})
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
		t.Setenv(name, proxy.URL)
	}
	t.Setenv("NO_PROXY", "")
	c := newClient(t)
	for _, url := range []string{"http://10.0.0.1/", "https://10.0.0.1/"} {
		expect(t, get(c, url), gonets.OutcomeBlocked, gonets.CodeBlockedAddress)
	}
	if n := proxy.connections.Load(); n != 0 {
		t.Errorf("the proxy got %d connections", n)
	}
}
