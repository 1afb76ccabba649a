package peer

import "testing"

func TestReach(t *testing.T) {
	t.Parallel()
	for public, want := range map[string]string{
		"https://gonets.example.org":       ReachOpen,
		"https://gonets.example.org.:8443": ReachOpen,
		"https://93.184.216.34":            ReachOpen,
		"https://[2606:2800:220:1::1]":     ReachOpen,
		"http://gonets.example.org":        ReachHTTP,
		"http://93.184.216.34:7070":        ReachHTTP,
		"http://127.0.0.1:7070":            ReachPrivate,
		"https://localhost":                ReachPrivate,
		"https://app.localhost":            ReachPrivate,
		"https://gonets":                   ReachPrivate,
		"https://gonets.LOCAL":             ReachPrivate,
		"https://gonets.corp.internal":     ReachPrivate,
		"https://router.home.arpa":         ReachPrivate,
		"https://10.1.2.3":                 ReachPrivate,
		"https://172.20.0.1":               ReachPrivate,
		"https://192.168.1.1":              ReachPrivate,
		"https://100.64.0.1":               ReachPrivate,
		"https://169.254.1.1":              ReachPrivate,
		"https://0.0.0.0":                  ReachPrivate,
		"https://[::1]":                    ReachPrivate,
		"https://[fd00::1]":                ReachPrivate,
		"https://[::ffff:10.0.0.1]":        ReachPrivate,
		"":                                 ReachPrivate,
	} {
		if got := Reach(public, true); got != want {
			t.Errorf("Reach(%q) = %s, want %s", public, got, want)
		}
		if got := Reach(public, false); got != ReachUnset {
			t.Errorf("Reach(%q), which nobody has set = %s", public, got)
		}
	}
}

func TestPublic(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]bool{
		"93.184.216.34": true, "93.184.216.34:4711": true, "[2606:2800:220:1::1]:80": true, "2606:2800:220:1::1": true,
		"127.0.0.1": false, "10.0.0.1:1": false, "::1": false, "fe80::1": false, "224.0.0.1": false, "": false, "gonets.example.org": false,
	} {
		if got := Public(remote); got != want {
			t.Errorf("Public(%q) = %t", remote, got)
		}
	}
}
