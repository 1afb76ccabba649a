package secret

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func keyring(t *testing.T, keys ...string) *Keyring {
	t.Helper()
	if len(keys) == 0 {
		keys = []string{NewKey()}
	}
	k, err := Parse(strings.Join(keys, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSealedValueOpensOnlyWhereItWasSealed(t *testing.T) {
	t.Parallel()
	k := keyring(t)
	plain := []byte("s3cret пароль")
	sealed, err := k.Seal(plain, "crm/1")
	if err != nil {
		t.Fatal(err)
	}
	got, err := k.Open(sealed, "crm/1")
	if err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("Open = %q, %v", got, err)
	}
	if bytes.Contains(sealed, plain) {
		t.Error("the plain text stands in the sealed value")
	}
	if again, _ := k.Seal(plain, "crm/1"); bytes.Equal(again, sealed) {
		t.Error("two seals are equal")
	}
	for _, ad := range []string{"crm/2", "", "crm/1 "} {
		if _, err := k.Open(sealed, ad); !errors.Is(err, ErrSealed) {
			t.Errorf("with associated data %q: %v, want ErrSealed", ad, err)
		}
	}
	if _, err := keyring(t).Open(sealed, "crm/1"); !errors.Is(err, ErrKey) {
		t.Errorf("with another key: %v, want ErrKey", err)
	}
}

func TestDamagedValueDoesNotOpen(t *testing.T) {
	t.Parallel()
	k := keyring(t)
	sealed, err := k.Seal([]byte("value"), "a")
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := k.Open(bad, "a"); err == nil {
			t.Errorf("opens with byte %d flipped", i)
		}
		if _, err := k.Open(sealed[:i], "a"); err == nil {
			t.Errorf("opens cut to %d bytes", i)
		}
	}
	if _, err := k.Open(append(bytes.Clone(sealed), 0), "a"); err == nil {
		t.Error("opens with a byte more")
	}
}

func TestReplacedKeyStillOpensWhatItSealed(t *testing.T) {
	t.Parallel()
	before, after := NewKey(), NewKey()
	old := keyring(t, before)
	sealed, err := old.Seal([]byte("v"), "a")
	if err != nil {
		t.Fatal(err)
	}
	both := keyring(t, after, before)
	if got, err := both.Open(sealed, "a"); err != nil || string(got) != "v" {
		t.Errorf("Open = %q, %v", got, err)
	}
	if both.KeyID() == old.KeyID() || both.KeyID() != keyring(t, after).KeyID() {
		t.Error("the first key does not seal")
	}
}

func TestBadKeyIsRefusedWithoutShowingIt(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " \n", "gnk_tooshort", strings.TrimPrefix(NewKey(), keyPrefix), NewKey() + "A", NewKey() + " garbage"} {
		_, err := Parse(text)
		if err == nil {
			t.Errorf("%q is taken for a key", text)
			continue
		}
		for _, word := range strings.Fields(text) {
			if strings.Contains(err.Error(), word) {
				t.Errorf("the error shows the key: %v", err)
			}
		}
	}
}

func TestKeyFileIsMadeOnceAndPrivate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	ids := make([]string, 8)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			k, err := Open(path)
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = k.KeyID()
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] || len(id) != 16 {
			t.Fatalf("key ids differ: %v", ids)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	entries, _ := os.ReadDir(filepath.Dir(path))
	if len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestFilesThatOthersCanReadAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := filepath.Join(dir, "secret.key")
	if _, err := Open(key); err != nil {
		t.Fatal(err)
	}
	if _, err := OwnerToken(dir); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660} {
		for _, path := range []string{key, filepath.Join(dir, "owner.token")} {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
		}
		_, keyErr := Open(key)
		_, tokenErr := OwnerToken(dir)
		for _, err := range []error{keyErr, tokenErr} {
			if err == nil || !strings.Contains(err.Error(), "chmod 600 "+dir) {
				t.Errorf("mode %04o: %v", mode, err)
			}
		}
	}
}

func TestEmptyKeyFileIsNotReplaced(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("Open = %v", err)
	}
	if data, _ := os.ReadFile(path); len(data) != 0 {
		t.Error("the file was replaced")
	}
}

func TestOwnerTokenStays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := OwnerToken(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := OwnerToken(dir)
	if err != nil || first != second || !strings.HasPrefix(first, "gnt_") || len(first) != 47 {
		t.Errorf("%q, %q, %v", first, second, err)
	}
	if other, _ := OwnerToken(t.TempDir()); Equal(first, other) || !Equal(first, second) {
		t.Error("Equal is wrong")
	}
}

func TestMACDependsOnTheKeyAndTheLabelAlone(t *testing.T) {
	t.Parallel()
	key, other := NewKey(), NewKey()
	want := keyring(t, key).MAC("a")
	if !bytes.Equal(want, keyring(t, key, other).MAC("a")) || len(want) != 32 {
		t.Error("the same key and label give another code")
	}
	if bytes.Equal(want, keyring(t, key).MAC("b")) || bytes.Equal(want, keyring(t, other, key).MAC("a")) {
		t.Error("another key or label gives the same code")
	}
	if all := keyring(t, other, key).MACs("a"); len(all) != 2 || !bytes.Equal(want, all[1]) || !bytes.Equal(all[0], keyring(t, other).MAC("a")) {
		t.Errorf("the codes of the present and the former key: %x", all)
	}
}

func TestValueNeverPrints(t *testing.T) {
	t.Parallel()
	const canary = "canary-7f3a"
	v := New(canary)
	holder := struct {
		Public  Value
		private Value
		list    []Value
	}{v, v, []Value{v}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
		for _, x := range []any{v, &v, holder, &holder, []Value{v}, map[string]Value{"k": v}, map[Value]int{v: 1}, fmt.Errorf("%w: "+verb, os.ErrExist, v)} {
			fmt.Fprintf(&out, verb+"\n", x)
		}
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info(v.String(), "v", v, "p", &v, "h", holder, slog.Group("g", "v", v))
	}
	data, err := json.Marshal(map[string]any{"v": v, "p": &v, "h": holder})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(data)
	hexed := fmt.Sprintf("%x", canary)
	if s := out.String(); strings.Contains(s, canary) || strings.Contains(s, hexed) {
		t.Errorf("the secret was printed:\n%s", s)
	}
	if !strings.Contains(out.String(), Mask) || v.Reveal() != canary || !(Value{}).Empty() || v.Empty() {
		t.Error("Mask, Reveal or Empty is wrong")
	}
}
