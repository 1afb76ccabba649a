package outbound

import "net/netip"

// Judge is the guard's decision on one address.
func Judge(p Policy, to netip.AddrPort) error {
	if no := compile(p).judge(to, false); no != nil {
		return no
	}
	return nil
}
