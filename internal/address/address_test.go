package address_test

import (
	"testing"

	"gonets/internal/address"
)

func TestNetworksAndAddressesOfTheServer(t *testing.T) {
	t.Parallel()
	for _, ok := range []string{"10.0.0.0/8", "fd00::/8", "192.168.1.7/32", "0.0.0.0/0"} {
		if p, err := address.ParseNetwork(ok); err != nil || p.String() != ok {
			t.Errorf("%s: %v, %v", ok, p, err)
		}
	}
	for _, bad := range []string{"", "10.0.0.0", "10.0.0.1/8", "10.0.0.0/33", "lan", "::1"} {
		if _, err := address.ParseNetwork(bad); err == nil {
			t.Errorf("%q is taken for a network", bad)
		}
	}
	for text, ok := range map[string]bool{"https://a.test": true, "http://127.0.0.1:7070/base": true,
		"a.test": false, "ftp://a.test": false, "https://": false, "https://u:p@a.test": false, "https://a.test?x": false, "https://a.test#x": false} {
		if err := address.CheckBaseURL(text); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}
