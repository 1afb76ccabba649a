package cli

import "testing"

func TestTerminalsAreNotCommanded(t *testing.T) {
	t.Parallel()
	const nasty = "a\x1b[2J\r\u202eb\u2066\x7f\u0085\xff\n\tc"
	if got, want := safe(nasty), `a\x1b[2J\r\u202eb\u2066\x7f\u0085\ufffd`+"\n\tc"; got != want {
		t.Errorf("safe gives %q", got)
	}
	if got, want := safeLine("a\n\tb"), `a\n\tb`; got != want {
		t.Errorf("safeLine gives %q", got)
	}
	if got := safe("Анна 👩‍👧 ok"); got != "Анна 👩‍👧 ok" {
		t.Errorf("harmless text became %q", got)
	}
}
