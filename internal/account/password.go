package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"gonets"
)

// The codes of what is wrong with a password, the old or the new one.
const (
	codeNotText  gonets.Code = "password.not_text"
	codeShort    gonets.Code = "password.too_short"
	codeIsLogin  gonets.Code = "password.is_login"
	codeNotYours gonets.Code = "password.not_yours"
)

// checkPassword says what is wrong with a new password; nil is fine. Only its
// length counts, as NIST SP 800-63B says.
func checkPassword(password, login string) *gonets.Problem {
	var p gonets.Problem
	bad := func(code gonets.Code, format string, args ...any) {
		p = gonets.Mistake("/password", code, format, args...)
	}
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		bad(codeNotText, "the password is no text in UTF-8")
	case n < gonets.MinPassword:
		bad(codeShort, "the password is shorter than %d characters", gonets.MinPassword)
	case len(password) > gonets.MaxPassword:
		bad(gonets.CodeTooBig, "the password is longer than %d bytes", gonets.MaxPassword)
	case gonets.LoginKey(password) == gonets.LoginKey(login):
		bad(codeIsLogin, "the password is the login; choose another one")
	default:
		return nil
	}
	return &p
}

// params are the costs of argon2id (RFC 9106).
type params struct {
	// memory is in KiB.
	memory, time uint32
	threads      uint8
}

// ours are what OWASP's cheat sheet recommends: 19 MiB, two passes.
func ours() params { return params{memory: 19 << 10, time: 2, threads: 1} }

const (
	saltSize = 16
	hashSize = 32
	// hashesAtOnce bounds the memory that guessers can make the server take,
	// and leaves a core to its work.
	hashesAtOnce = 2
	// hashesWaiting bounds how many wait for their turn; more are refused.
	hashesWaiting = 16
)

// hasher hashes passwords, a few at once.
type hasher struct {
	params params
	turns  chan struct{}
	queue  chan struct{}
	// dummy is what the password of an unknown login is compared with, so that
	// the answer takes as long as for a known one.
	dummy string
}

func newHasher(p params) *hasher {
	h := &hasher{params: p, turns: make(chan struct{}, hashesAtOnce), queue: make(chan struct{}, hashesAtOnce+hashesWaiting)}
	salt, sum := make([]byte, saltSize), make([]byte, hashSize)
	rand.Read(salt)
	rand.Read(sum)
	h.dummy = encode(p, salt, sum)
	return h
}

var errCrowded = errors.New("too many passwords are being looked at")

// turn waits until a hash may be computed; the caller calls done.
func (h *hasher) turn(ctx context.Context) (done func(), err error) {
	select {
	case h.queue <- struct{}{}:
	default:
		return nil, errCrowded
	}
	select {
	case h.turns <- struct{}{}:
		return func() { <-h.turns; <-h.queue }, nil
	case <-ctx.Done():
		<-h.queue
		return nil, ctx.Err()
	}
}

// hash makes a password's hash in PHC form.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	done, err := h.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	salt := make([]byte, saltSize)
	rand.Read(salt)
	return encode(h.params, salt, h.params.key(password, salt, hashSize)), nil
}

// matches compares a password with a hash; an empty hash matches nothing and
// takes as long.
func (h *hasher) matches(ctx context.Context, password, phc string) (bool, error) {
	known := phc != ""
	if !known {
		phc = h.dummy
	}
	p, salt, want, err := decode(phc)
	if err != nil {
		return false, err
	}
	done, err := h.turn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	return subtle.ConstantTimeCompare(p.key(password, salt, uint32(len(want))), want) == 1 && known, nil
}

// stale tells whether a hash was made with other costs than today's.
func (h *hasher) stale(phc string) bool {
	p, _, _, err := decode(phc)
	return err == nil && p != h.params
}

func (p params) key(password string, salt []byte, size uint32) []byte {
	return argon2.IDKey([]byte(password), salt, p.time, p.memory, p.threads, size)
}

// encode writes the PHC string format.
func encode(p params, salt, sum []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.time, p.threads,
		b64.EncodeToString(salt), b64.EncodeToString(sum))
}

var errHash = errors.New("the stored password is no argon2id hash")

func decode(phc string) (p params, salt, sum []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return p, nil, nil, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads); err != nil {
		return p, nil, nil, errHash
	}
	// A row that somebody changed by hand must not take the server's memory.
	if p.memory < 8 || p.memory > 1<<20 || p.time < 1 || p.time > 64 || p.threads < 1 {
		return p, nil, nil, errHash
	}
	salt, err = base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return p, nil, nil, errHash
	}
	sum, err = base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(sum) < 16 {
		return p, nil, nil, errHash
	}
	return p, salt, sum, nil
}
