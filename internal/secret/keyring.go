// Package secret keeps secrets: it encrypts them for the database, holds the
// installation's key and the owner's token in files, and has a Value that
// never prints.
//
// A sealed value is an envelope. A random data key encrypts the value; the
// installation's key encryption key (KEK), derived from secret.key by
// HKDF-SHA256 (RFC 5869), encrypts the data key. Both use AES-256-GCM with the
// caller's associated data, so a sealed value that is moved to another row, or
// changed in one bit, does not open.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// The envelope: version, key id, nonce and wrapped data key, nonce and value.
// Everything before the wrapped key is authenticated as associated data.
const (
	envelopeVersion = 1
	keySize         = 32
	keyIDSize       = 8
	nonceSize       = 12
	tagSize         = 16
	headerSize      = 1 + keyIDSize
	wrappedSize     = nonceSize + keySize + tagSize
	minEnvelope     = headerSize + wrappedSize + nonceSize + tagSize
)

// keyPrefix lets people and secret scanners recognise an installation's key.
const keyPrefix = "gnk_"

// The errors of [Keyring.Open]. None of them holds any part of the value.
var (
	// ErrKey means that the value was sealed with a key that is not here.
	ErrKey = errors.New("the value was encrypted with another secret.key; put that file back or enter the secret again")
	// ErrSealed means that the value, or the place that it stands in, is not
	// what was sealed.
	ErrSealed = errors.New("the encrypted value is damaged or was moved; enter the secret again")
)

// Keyring seals and opens values. It is safe for concurrent use.
type Keyring struct {
	current [keyIDSize]byte
	keks    map[[keyIDSize]byte]cipher.AEAD
	// macs are derived of the keys, the current one's first; see [Keyring.MACs].
	macs [][]byte
}

// Parse makes a Keyring of an encoded key, such as secret.key holds or an
// environment variable gives. With several keys, one a line, the first seals
// and all of them open: that is how a key is replaced.
func Parse(encoded string) (*Keyring, error) {
	k := &Keyring{keks: make(map[[keyIDSize]byte]cipher.AEAD)}
	for i, line := range strings.Fields(encoded) {
		raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(line, keyPrefix))
		if err != nil || len(raw) != keySize || !strings.HasPrefix(line, keyPrefix) {
			// The text itself stays out of the message: it may be a key.
			return nil, fmt.Errorf("key %d is not %s and 43 letters, digits, - or _", i+1, keyPrefix)
		}
		if err := k.add(raw, i == 0); err != nil {
			return nil, err
		}
	}
	if len(k.keks) == 0 {
		return nil, errors.New("there is no key")
	}
	return k, nil
}

func (k *Keyring) add(raw []byte, current bool) error {
	kek, err := hkdf.Key(sha256.New, raw, nil, "gonets secrets v1", keySize)
	if err != nil {
		return fmt.Errorf("derive the key: %w", err)
	}
	// The id is derived apart from the key, so that showing it shows nothing.
	idBytes, err := hkdf.Key(sha256.New, raw, nil, "gonets key id v1", keyIDSize)
	if err != nil {
		return fmt.Errorf("derive the key id: %w", err)
	}
	aead, err := gcm(kek)
	if err != nil {
		return err
	}
	id := [keyIDSize]byte(idBytes)
	k.keks[id] = aead
	if current {
		k.current = id
	}
	mac, err := hkdf.Key(sha256.New, raw, nil, "gonets codes v1", keySize)
	k.macs = append(k.macs, mac)
	return err
}

// NewKey makes a random key in the form that [Parse] reads.
func NewKey() string {
	raw := make([]byte, keySize)
	rand.Read(raw)
	return keyPrefix + base64.RawURLEncoding.EncodeToString(raw)
}

// KeyID names the key that seals, in 16 hexadecimal digits. It is not secret:
// nodes that share a database compare it.
func (k *Keyring) KeyID() string { return hex.EncodeToString(k.current[:]) }

// Knows tells whether the key of a [Keyring.KeyID] is here.
func (k *Keyring) Knows(id string) bool {
	raw, err := hex.DecodeString(id)
	if err != nil || len(raw) != keyIDSize {
		return false
	}
	_, ok := k.keks[[keyIDSize]byte(raw)]
	return ok
}

// MAC is 32 bytes that only those who have the key can compute for a label
// (HMAC-SHA256, RFC 2104). All nodes of an installation get the same ones.
func (k *Keyring) MAC(label string) []byte { return k.MACs(label)[0] }

// MACs are that of [Keyring.MAC], and those that it was with the keys of before.
func (k *Keyring) MACs(label string) [][]byte {
	out := make([][]byte, len(k.macs))
	for i, mac := range k.macs {
		h := hmac.New(sha256.New, mac)
		h.Write([]byte(label)) // a hash never fails
		out[i] = h.Sum(nil)
	}
	return out
}

// Seal encrypts plain for the place that ad names. Two calls never give the
// same bytes.
func (k *Keyring) Seal(plain []byte, ad string) ([]byte, error) {
	dataKey := make([]byte, keySize)
	rand.Read(dataKey)
	data, err := gcm(dataKey)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, minEnvelope+len(plain))
	out = append(out, envelopeVersion)
	out = append(out, k.current[:]...)
	bound := associated(out, ad)
	out = sealTo(out, k.keks[k.current], dataKey, bound)
	return sealTo(out, data, plain, bound), nil
}

// Open decrypts what Seal made for the same place. Its error is [ErrKey] or
// [ErrSealed].
func (k *Keyring) Open(sealed []byte, ad string) ([]byte, error) {
	if len(sealed) < minEnvelope || sealed[0] != envelopeVersion {
		return nil, ErrSealed
	}
	kek, ok := k.keks[[keyIDSize]byte(sealed[1:headerSize])]
	if !ok {
		return nil, ErrKey
	}
	bound := associated(sealed[:headerSize], ad)
	dataKey, err := openFrom(kek, sealed[headerSize:headerSize+wrappedSize], bound)
	if err != nil {
		return nil, ErrSealed
	}
	data, err := gcm(dataKey)
	if err != nil {
		return nil, err
	}
	plain, err := openFrom(data, sealed[headerSize+wrappedSize:], bound)
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

func associated(header []byte, ad string) []byte {
	return append(append(make([]byte, 0, len(header)+len(ad)), header...), ad...)
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("set up AES: %w", err)
	}
	return cipher.NewGCM(block)
}

// sealTo appends a random nonce and the sealed text. 96 random bits are safe
// for 2³² values under one key (NIST SP 800-38D §8.3).
func sealTo(out []byte, a cipher.AEAD, plain, ad []byte) []byte {
	nonce := make([]byte, nonceSize)
	rand.Read(nonce)
	out = append(out, nonce...)
	return a.Seal(out, nonce, plain, ad)
}

func openFrom(a cipher.AEAD, sealed, ad []byte) ([]byte, error) {
	return a.Open(nil, sealed[:nonceSize], sealed[nonceSize:], ad)
}
