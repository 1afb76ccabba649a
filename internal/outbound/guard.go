package outbound

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// Range is one row of the table of addresses that requests do not reach.
type Range struct {
	Prefix netip.Prefix
	// Class is the kind of address in words, as error texts name it.
	Class string
	// Always means that no setting opens it.
	Always bool
}

// reserved is the IANA special-purpose registries (RFC 6890 and its updates)
// and the metadata services of the big clouds. The first row that matches
// names the class, so the narrow rows stand before the wide ones. The standard
// library's predicates are not enough: they let 100.64.0.0/10, 198.18.0.0/15,
// 240.0.0.0/4, NAT64, 6to4 and Teredo through.
var reserved = []Range{
	{netip.MustParsePrefix("169.254.169.254/32"), "a cloud metadata address", true},
	{netip.MustParsePrefix("169.254.170.2/31"), "a cloud metadata address", true},
	{netip.MustParsePrefix("100.100.100.200/32"), "a cloud metadata address", true},
	{netip.MustParsePrefix("192.0.0.192/32"), "a cloud metadata address", true},
	{netip.MustParsePrefix("168.63.129.16/32"), "a cloud metadata address", true},
	{netip.MustParsePrefix("fd00:ec2::/32"), "a cloud metadata address", true},
	{netip.MustParsePrefix("fd20:ce::254/128"), "a cloud metadata address", true},
	{netip.MustParsePrefix("169.254.0.0/16"), "a link-local address", true},
	{netip.MustParsePrefix("fe80::/10"), "a link-local address", true},
	{netip.MustParsePrefix("0.0.0.0/8"), "an unspecified address", true},
	{netip.MustParsePrefix("::/128"), "an unspecified address", true},
	{netip.MustParsePrefix("224.0.0.0/4"), "a multicast address", true},
	{netip.MustParsePrefix("ff00::/8"), "a multicast address", true},
	{netip.MustParsePrefix("255.255.255.255/32"), "the broadcast address", true},

	{netip.MustParsePrefix("127.0.0.0/8"), "a loopback address", false},
	{netip.MustParsePrefix("::1/128"), "a loopback address", false},
	{netip.MustParsePrefix("10.0.0.0/8"), "a private address", false},
	{netip.MustParsePrefix("172.16.0.0/12"), "a private address", false},
	{netip.MustParsePrefix("192.168.0.0/16"), "a private address", false},
	{netip.MustParsePrefix("fc00::/7"), "a private address", false},
	{netip.MustParsePrefix("100.64.0.0/10"), "an address of a provider's inner network", false},
	{netip.MustParsePrefix("192.0.0.0/24"), "a reserved address", false},
	{netip.MustParsePrefix("192.0.2.0/24"), "an address for documentation", false},
	{netip.MustParsePrefix("192.88.99.0/24"), "a 6to4 relay address", false},
	{netip.MustParsePrefix("198.18.0.0/15"), "an address for benchmarks", false},
	{netip.MustParsePrefix("198.51.100.0/24"), "an address for documentation", false},
	{netip.MustParsePrefix("203.0.113.0/24"), "an address for documentation", false},
	{netip.MustParsePrefix("240.0.0.0/4"), "a reserved address", false},
	{netip.MustParsePrefix("64:ff9b::/96"), "a NAT64 address", false},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "a NAT64 address", false},
	{netip.MustParsePrefix("2002::/16"), "a 6to4 address", false},
	{netip.MustParsePrefix("2001::/32"), "a Teredo address", false},
	{netip.MustParsePrefix("2001::/23"), "a reserved address", false},
	{netip.MustParsePrefix("2001:db8::/32"), "an address for documentation", false},
	{netip.MustParsePrefix("3fff::/20"), "an address for documentation", false},
}

// globalUnicast is the only part of IPv6 that is handed out; all else is
// denied without being listed.
var globalUnicast = netip.MustParsePrefix("2000::/3")

// Reserved is a copy of the guard's table. IPv6 addresses outside 2000::/3 are
// denied too, listed or not.
func Reserved() []Range { return append([]Range(nil), reserved...) }

// classify finds the class of a canonical address; ok means a public one.
func classify(a netip.Addr) (r Range, ok bool) {
	for _, r := range reserved {
		if r.Prefix.Contains(a) {
			return r, false
		}
	}
	if a.Is6() && !globalUnicast.Contains(a) {
		return Range{Prefix: netip.PrefixFrom(a, 128), Class: "a reserved address"}, false
	}
	return Range{}, true
}

// inner is the IPv4 address that an IPv6 transition form carries: compatible
// (RFC 4291), NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056), Teredo (RFC 4380)
// and ISATAP (RFC 5214).
func inner(a netip.Addr) (netip.Addr, bool) {
	if !a.Is6() {
		return netip.Addr{}, false
	}
	b := a.As16()
	low := netip.AddrFrom4([4]byte(b[12:]))
	switch {
	case binary.BigEndian.Uint16(b[:]) == 0x2002:
		return netip.AddrFrom4([4]byte(b[2:6])), true
	case binary.BigEndian.Uint32(b[:]) == 0x20010000:
		return netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]}), true
	case binary.BigEndian.Uint32(b[:]) == 0x0064ff9b:
		return low, true
	case binary.BigEndian.Uint32(b[8:])&^0x02000000 == 0x00005efe:
		return low, true
	case [12]byte(b[:12]) == [12]byte{} && binary.BigEndian.Uint32(b[12:]) > 1:
		return low, true
	}
	return netip.Addr{}, false
}

// canonical drops the IPv4-mapped wrapping and the zone, by which one address
// has several spellings.
func canonical(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// denial says why an address may not be dialled.
type denial struct {
	addr  netip.Addr
	class string
	// always means that no setting opens the address.
	always bool
	own    bool
}

func (d *denial) Error() string {
	switch {
	case d.own:
		return fmt.Sprintf("%s is an address of this Gonets itself; only its own /in/ and /echo/ addresses can be called, and only by the address that it is set up with", d.addr)
	case d.always:
		return fmt.Sprintf("%s is %s; requests never go there, and no setting opens it", d.addr, d.class)
	}
	return fmt.Sprintf("%s is %s, and requests reach only public addresses; if this service is yours, open its network with --allow-network %s or in Settings, \"allow_networks\"",
		d.addr, d.class, netip.PrefixFrom(d.addr, d.addr.BitLen()))
}

// judge decides on one address that is about to be dialled; nil lets it pass.
// own tells that the request's URL is one of our own addresses.
func (p *policy) judge(to netip.AddrPort, own bool) *denial {
	a := canonical(to.Addr())
	if !a.IsValid() {
		return &denial{addr: a, class: "not a valid address", always: true}
	}
	row, public := classify(a)
	if row.Always {
		return &denial{addr: a, class: row.Class, always: true}
	}
	if p.listens(netip.AddrPortFrom(a, to.Port())) {
		if own {
			return nil
		}
		return &denial{addr: a, own: true}
	}
	if !public && !p.allows(a) {
		return &denial{addr: a, class: row.Class}
	}
	// An opened transition network must not open what is behind it, and an
	// ISATAP address can stand in a public prefix.
	if v4, ok := inner(a); ok {
		return p.judge(netip.AddrPortFrom(v4, to.Port()), false)
	}
	return nil
}

func (p *policy) allows(a netip.Addr) bool {
	for _, prefix := range p.allow {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}
