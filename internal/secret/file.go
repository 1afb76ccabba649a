package secret

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// tokenPrefix lets secret scanners recognise a token of ours.
const tokenPrefix = "gnt_"

// Open reads the key file at path and creates it with a new key when it is
// missing. A file that other users of the machine can read is refused.
func Open(path string) (*Keyring, error) {
	text, err := readOrCreate(path, NewKey)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	k, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w; put the right file back: without it stored secrets cannot be read", path, err)
	}
	return k, nil
}

// OwnerToken reads the owner's token in dir/owner.token and creates it when it
// is missing. It is 256 random bits after the prefix gnt_.
func OwnerToken(dir string) (string, error) {
	path := filepath.Join(dir, "owner.token")
	text, err := readOrCreate(path, NewToken)
	if err != nil {
		return "", fmt.Errorf("owner's token: %w", err)
	}
	token := strings.TrimSpace(text)
	if !strings.HasPrefix(token, tokenPrefix) || len(token) < len(tokenPrefix)+43 {
		return "", fmt.Errorf("owner's token: %s holds no token; remove the file and a new one is made", path)
	}
	return token, nil
}

// NewToken makes a random token of 256 bits.
func NewToken() string {
	raw := make([]byte, 32)
	rand.Read(raw)
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(raw)
}

func readOrCreate(path string, generate func() string) (string, error) {
	text, err := readPrivate(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return text, err
	}
	if err := createPrivate(path, generate()+"\n"); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	// Read again also when another process was quicker: its key is the key.
	return readPrivate(path)
}

// readPrivate reads a file that its owner alone may read.
func readPrivate(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	// Windows keeps rights in access lists that the mode does not show.
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return "", fmt.Errorf("%s can be read by other users (mode %04o); run: chmod 600 %s", path, mode, path)
	}
	data, err := io.ReadAll(io.LimitReader(f, 64<<10))
	return string(data), err
}

// createPrivate makes the file whole or not at all, and durable: a key that
// sealed something must not vanish in a power cut.
func createPrivate(path, text string) error {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return err
	}
	// After a rename there is nothing to remove; otherwise a name is left over
	// that nobody reads.
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.WriteString(text)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	// A link, unlike a rename, never replaces a file that appeared meanwhile.
	if err := os.Link(tmp.Name(), path); errors.Is(err, fs.ErrExist) {
		return err
	} else if err != nil {
		// Some file systems have no hard links.
		if err := os.Rename(tmp.Name(), path); err != nil {
			return err
		}
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // directories cannot be synced there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
