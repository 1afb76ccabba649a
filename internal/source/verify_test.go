package source

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/testkit"
)

const key = "made-up-key"

func secrets(name string) (string, error) {
	switch name {
	case "key":
		return key, nil
	case "empty":
		return "", nil
	case "down":
		return "", gonets.Errorf(gonets.CodeStoreFailed, "no disk")
	}
	return "", gonets.Errorf(gonets.CodeNotFound, "no secret %q", name)
}

func sum(text string) []byte {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(text))
	return m.Sum(nil)
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	const body = `{"a":1}`
	good := hex.EncodeToString(sum(body))
	encoded := base64.StdEncoding.EncodeToString(sum(body))
	in := func(sig string) []string { return []string{"X-Signature", sig} }
	for name, tt := range map[string]struct {
		verify  gonets.Verify
		headers []string
		want    gonets.Code
	}{
		"right":                  {gonets.Verify{Prefix: "sha256="}, in("sha256=" + good), ""},
		"right, one of two":      {gonets.Verify{}, append(in(strings.Repeat("0", 64)), in(good)...), ""},
		"changed":                {gonets.Verify{}, in("0" + good[1:]), gonets.CodeSignature},
		"truncated":              {gonets.Verify{}, in(good[:32]), gonets.CodeSignature},
		"with more":              {gonets.Verify{}, in(good + "00"), gonets.CodeSignature},
		"empty":                  {gonets.Verify{}, in(""), gonets.CodeSignature},
		"missing":                {gonets.Verify{}, nil, gonets.CodeSignature},
		"only the prefix":        {gonets.Verify{Prefix: "sha256="}, in("sha256="), gonets.CodeSignature},
		"without the prefix":     {gonets.Verify{Prefix: "sha256="}, in(good), gonets.CodeSignature},
		"the prefix in capitals": {gonets.Verify{Prefix: "sha256="}, in("SHA256=" + good), gonets.CodeSignature},
		"hex in capitals":        {gonets.Verify{}, in(strings.ToUpper(good)), gonets.CodeSignature},
		"hex in any case":        {gonets.Verify{Encoding: "hex-any-case"}, in(strings.ToUpper(good)), ""},
		"no hex":                 {gonets.Verify{}, in(strings.Repeat("z", 64)), gonets.CodeSignature},
		"base64":                 {gonets.Verify{Encoding: "base64"}, in(encoded), ""},
		"base64 in capitals":     {gonets.Verify{Encoding: "base64"}, in(strings.ToUpper(encoded)), gonets.CodeSignature},
		"base64 without padding": {gonets.Verify{Encoding: "base64"}, in(strings.TrimRight(encoded, "=")), gonets.CodeSignature},
		"another algorithm":      {gonets.Verify{Algorithm: "sha512"}, in(good), gonets.CodeSignature},
		"a part is missing":      {gonets.Verify{Signed: "{headers.x-id}{body}"}, in(good), gonets.CodeSignature},
		"a secret that is empty": {gonets.Verify{Secret: "empty"}, in(good), gonets.CodeSecretMissing},
		"no such secret":         {gonets.Verify{Secret: "gone"}, in(good), gonets.CodeSecretMissing},
		"a store that is down":   {gonets.Verify{Secret: "down"}, in(good), gonets.CodeStoreFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := tt.verify
			v.Kind, v.Header = "hmac", "X-Signature"
			v.Secret = first(v.Secret, "key")
			err := bind(t, gonets.Source{Verify: &v}).Verify(request("application/json", body, tt.headers...), secrets)
			if gonets.CodeOf(err) != tt.want {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if err != nil && (strings.Contains(err.Error(), key) || strings.Contains(err.Error(), good)) {
				t.Errorf("the error tells the secret: %v", err)
			}
		})
	}
}

func TestEveryPartOfASignedText(t *testing.T) {
	t.Parallel()
	v := gonets.Verify{Kind: "hmac", Header: "S", Secret: "key", Signed: "v0:{method}:{path}:{raw_query}:{headers.x-id}:{timestamp}:{body}:{secret}",
		Timestamp: &gonets.Timestamp{In: "query", Name: "t", Unit: "ms"}}
	ms := fmt.Sprint(testkit.Start().UnixMilli())
	in := request("", "b", "X-Id", "7", "S", hex.EncodeToString(sum("v0:POST:/p:t="+ms+":7:"+ms+":b:"+key)))
	in.Path, in.RawQuery = "/p", "t="+ms
	b := bind(t, gonets.Source{Verify: &v})
	if err := b.Verify(in, secrets); err != nil {
		t.Error(err)
	}
	in.Path = "/q"
	if err := b.Verify(in, secrets); gonets.CodeOf(err) != gonets.CodeSignature {
		t.Errorf("another path: %v", err)
	}
}

func TestSignedTimes(t *testing.T) {
	t.Parallel()
	v := gonets.Verify{Kind: "hmac", Header: "S", Secret: "key", Signed: "{timestamp}.{body}",
		Timestamp: &gonets.Timestamp{In: "header", Name: "T", Tolerance: gonets.Duration(time.Minute)}}
	at := func(d time.Duration) string { return fmt.Sprint(testkit.Start().Add(d).Unix()) }
	for stamp, want := range map[string]gonets.Code{
		at(0): "", at(-time.Minute): "", at(time.Minute): "",
		at(-time.Minute - time.Second): gonets.CodeSignatureStale, at(time.Minute + time.Second): gonets.CodeSignatureStale,
		"": gonets.CodeSignature, "now": gonets.CodeSignature, "9223372036854775807": gonets.CodeSignature, "0": gonets.CodeSignatureStale,
	} {
		in := request("", "b", "T", stamp, "S", hex.EncodeToString(sum(stamp+".b")))
		if err := bind(t, gonets.Source{Verify: &v}).Verify(in, secrets); gonets.CodeOf(err) != want {
			t.Errorf("%q: %v, want %q", stamp, err, want)
		}
	}
	// A wrong signature says nothing about its time.
	in := request("", "b", "T", "0", "S", hex.EncodeToString(sum("0.c")))
	if err := bind(t, gonets.Source{Verify: &v}).Verify(in, secrets); gonets.CodeOf(err) != gonets.CodeSignature {
		t.Errorf("got %v", err)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	basic := func(s string) []string {
		return []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(s))}
	}
	token := gonets.Verify{Kind: "token", Secret: "key"}
	login := gonets.Verify{Kind: "basic", Secret: "key", User: "Обмен"}
	for name, tt := range map[string]struct {
		verify      gonets.Verify
		query, body string
		headers     []string
		want        gonets.Code
	}{
		"bearer":               {verify: token, headers: []string{"authorization", "bEARER  " + key}},
		"header":               {verify: token, headers: []string{"X-API-KEY", key}},
		"query":                {verify: token, query: "a=b&token=made%2Dup-key"},
		"wrong and right":      {verify: token, query: "token=x&token=" + key},
		"wrong":                {verify: token, headers: []string{"X-Api-Key", key + "x"}, want: gonets.CodeSignature},
		"truncated":            {verify: token, headers: []string{"X-Api-Key", key[:5]}, want: gonets.CodeSignature},
		"empty":                {verify: token, headers: []string{"X-Api-Key", ""}, want: gonets.CodeSignature},
		"missing":              {verify: token, want: gonets.CodeSignature},
		"bearer without it":    {verify: token, headers: []string{"Authorization", key}, want: gonets.CodeSignature},
		"only the scheme":      {verify: token, headers: []string{"Authorization", "Bearer"}, want: gonets.CodeSignature},
		"body":                 {verify: gonets.Verify{Kind: "token", Secret: "key", Places: []gonets.Place{{In: "body", Name: "a.b"}}}, body: `{"a":{"b":"` + key + `"}}`},
		"body, an object":      {verify: gonets.Verify{Kind: "token", Secret: "key", Places: []gonets.Place{{In: "body", Name: "a"}}}, body: `{"a":{"b":1}}`, want: gonets.CodeSignature},
		"a header of his own":  {verify: gonets.Verify{Kind: "token", Secret: "key", Header: "X-Own"}, headers: []string{"x-own", key}},
		"not the other header": {verify: gonets.Verify{Kind: "token", Secret: "key", Header: "X-Own"}, headers: []string{"X-Api-Key", key}, want: gonets.CodeSignature},
		"login":                {verify: login, headers: basic("Обмен:" + key)},
		"another login":        {verify: login, headers: basic("Обман:" + key), want: gonets.CodeSignature},
		"any login":            {verify: gonets.Verify{Kind: "basic", Secret: "key"}, headers: basic("x:" + key)},
		"wrong password":       {verify: login, headers: basic("Обмен:x"), want: gonets.CodeSignature},
		"no colon":             {verify: login, headers: basic(key), want: gonets.CodeSignature},
		"no base64":            {verify: login, headers: []string{"Authorization", "Basic %%%"}, want: gonets.CodeSignature},
		"digest":               {verify: login, headers: []string{"Authorization", "Digest " + key}, want: gonets.CodeSignature},
		"off":                  {verify: gonets.Verify{Kind: "none"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := request("application/json", tt.body, tt.headers...)
			in.RawQuery = tt.query
			err := bind(t, gonets.Source{Verify: &tt.verify}).Verify(in, secrets)
			if gonets.CodeOf(err) != tt.want {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestWhenAPresetVerifies(t *testing.T) {
	t.Parallel()
	must := strings.Replace(minimal, `{"kind": "none"}`, `{"kind": "hmac", "in": "header", "name": "S"}`, 1)
	for name, tt := range map[string]struct {
		preset string
		verify *gonets.Verify
		want   gonets.Code
	}{
		"a preset that must, no secret":  {must, nil, gonets.CodeSecretMissing},
		"a preset that must, switched":   {must, &gonets.Verify{Kind: "none"}, ""},
		"a preset that must, its secret": {must, &gonets.Verify{Kind: "hmac", Secret: "key"}, gonets.CodeSignature},
		"its secret, its own kind":       {must, &gonets.Verify{Secret: "key"}, gonets.CodeSignature},
		"a preset that need not":         {minimal, nil, ""},
		"a kind without a secret":        {minimal, &gonets.Verify{Kind: "token"}, gonets.CodeSecretMissing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := ParsePreset([]byte(strings.Replace(tt.preset, "%s", "", 1)))
			if err != nil {
				t.Fatal(err)
			}
			b, err := Bind(gonets.Source{Verify: tt.verify}, p)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Verify(request("", "x"), secrets); gonets.CodeOf(err) != tt.want {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestAnErrorOfTheStoreIsNoMissingSecret(t *testing.T) {
	t.Parallel()
	b := bind(t, gonets.Source{Verify: &gonets.Verify{Kind: "token", Secret: "x"}})
	broken := errors.New("broken")
	err := b.Verify(request("", ""), func(string) (string, error) { return "", broken })
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
