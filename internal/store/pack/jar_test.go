package pack

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"gonets"
	"gonets/internal/secret"
)

// keys is a reader that opens what was sealed, and reads nothing.
type keys struct {
	Reader
	*secret.Keyring
}

func (k keys) Open(sealed []byte, ad string) ([]byte, error) { return k.Keyring.Open(sealed, ad) }

// stored is an attempt as it comes back of a row that holds an exchange.
func stored(t *testing.T, packed []byte) storedAttempt {
	t.Helper()
	a := scanned(t, packed)
	if a.damage != nil {
		t.Fatal(a.damage)
	}
	return a
}

// scanned is one that may be damaged.
func scanned(t *testing.T, packed []byte) storedAttempt {
	t.Helper()
	const place = 21 // of the exchange among the columns
	a, err := scanAttempt(func(dest ...any) error {
		*dest[place].(*[]byte) = packed //nolint:forcetypeassert // it is as the columns say
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestCookiesStandSealedInTheDatabase(t *testing.T) {
	t.Parallel()
	ring, err := secret.Parse(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	cookies := []gonets.Cookie{{URL: "http://crm.test/", Line: "sid=s3ss10n; Path=/", At: time.UnixMilli(1).UTC()}}
	made, err := NewAttempt(&gonets.Attempt{RunID: "r1", N: 2, Exchange: gonets.Exchange{Cookies: cookies}}, ring.Seal)
	if err != nil {
		t.Fatal(err)
	}
	x, err := unpackExchange(made.exchange)
	if err != nil || bytes.Contains(x.detail, []byte("s3ss10n")) || bytes.Contains(x.detail, []byte("sid")) {
		t.Fatalf("%v: a session can be read: %s", err, x.detail)
	}
	for _, c := range []struct {
		run  string
		n    int
		want string
	}{{"r1", 2, ""}, {"r2", 2, "damaged or was moved"}, {"r1", 1, "damaged or was moved"}} {
		a := stored(t, made.exchange)
		a.RunID, a.N = c.run, c.n
		a.openJar(keys{Keyring: ring})
		switch {
		case c.want == "" && (a.damage != nil || len(a.Cookies) != 1 || a.Cookies[0] != cookies[0]):
			t.Errorf("%v %+v", a.damage, a.Cookies)
		case c.want != "" && (!errors.Is(a.damage, secret.ErrSealed) || gonets.CodeOf(a.damage) != gonets.CodeCookies || !a.Sealed || a.Cookies != nil):
			t.Errorf("in attempt %d of %s: %v %+v", c.n, c.run, a.damage, a.Cookies)
		}
	}
	bare, err := bareExchange(made.exchange)
	if err != nil || stored(t, bare).jar != nil {
		t.Errorf("%v: what is not kept has cookies", err)
	}
}

// TestWhereDamageIsCookiesMayHaveBeen: nobody knows their values, so what may hold them is
// hidden.
func TestWhereDamageIsCookiesMayHaveBeen(t *testing.T) {
	t.Parallel()
	for name, packed := range map[string][]byte{"the exchange": []byte("damaged"), "the detail": packExchange(exchange{detail: []byte(`{"jar":"`)})} {
		if a := scanned(t, packed); !a.Sealed || a.damage == nil {
			t.Errorf("%s is damaged: %+v", name, a)
		}
	}
	if a := scanned(t, packExchange(exchange{sent: []byte("damaged"), detail: []byte(`{}`)})); a.Sealed || a.damage == nil {
		t.Errorf("only headers are damaged: %+v", a)
	}
}

// TestCookiesOfAnOlderVersionAreRead: it stored them as they came.
func TestCookiesOfAnOlderVersionAreRead(t *testing.T) {
	t.Parallel()
	a := stored(t, packExchange(exchange{detail: []byte(`{"cookies":[{"url":"http://crm.test/","line":"sid=1"}]}`)}))
	if a.openJar(keys{}); a.damage != nil || len(a.Cookies) != 1 || a.Cookies[0].Line != "sid=1" {
		t.Errorf("%v %+v", a.damage, a.Cookies)
	}
}
