// Package address reads the addresses and networks that a server is told of.
package address

import (
	"fmt"
	"net/netip"
	"net/url"
)

// ParseNetwork reads one CIDR, such as 10.0.0.0/8 or fd00::/8.
func ParseNetwork(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err == nil && p == p.Masked() {
		return p, nil
	}
	if err == nil {
		return p, fmt.Errorf("%q names an address inside a network; write %s", s, p.Masked())
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.Prefix{}, fmt.Errorf("%q is one address; write %s/%d", s, s, a.BitLen())
	}
	return netip.Prefix{}, fmt.Errorf("%q is not a network; write it as 10.0.0.0/8", s)
}

// CheckBaseURL tells whether s can stand before the paths of this server: an
// http or https address without user, query and fragment.
func CheckBaseURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return fmt.Errorf("%q is not an address; write https://gonets.example.org", s)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return fmt.Errorf("%q holds more than scheme, host, port and path", u.Redacted())
	}
	return nil
}
