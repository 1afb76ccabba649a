// Package webui serves the interface for people: one page for all its
// addresses, and the files that the page loads. The files are packed when they
// are built, so that serving them costs a copy.
package webui

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

const (
	// noncePlace stands in the page wherever the answer's nonce belongs.
	noncePlace = "__CSP_NONCE__"
	indexFile  = "index.html"
	// hashed files have their contents' hash in their names.
	hashed = "assets/"
)

// policy is the page's and its files' Content-Security-Policy; %s is more
// sources for scripts and styles.
const policy = "default-src 'none'; script-src 'self'%[1]s; style-src 'self'%[1]s; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// file is one file in the forms in which it can be sent.
type file struct {
	contentType string
	etag        string
	// forms are by Content-Encoding; "" is the file itself.
	forms map[string][]byte
}

// Handler serves an interface. It is safe for concurrent use.
type Handler struct {
	// index is the page, cut where the nonce belongs.
	index [][]byte
	files map[string]*file
}

// New reads all files of a built interface: index.html, assets/ and what else
// there is. A twin x.br or x.gz of a file x is x packed.
func New(files fs.FS) (*Handler, error) {
	h := &Handler{files: map[string]*file{}}
	twins := map[string][]byte{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if ext := path.Ext(name); ext == ".br" || ext == ".gz" {
			twins[name] = data
			return nil
		}
		sum := sha256.Sum256(data)
		h.files[name] = &file{
			contentType: contentType(name), etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`,
			forms: map[string][]byte{"": data},
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the interface: %w", err)
	}
	for name, data := range twins {
		ext := path.Ext(name)
		if f := h.files[strings.TrimSuffix(name, ext)]; f != nil && len(data) < len(f.forms[""]) {
			f.forms[map[string]string{".br": "br", ".gz": "gzip"}[ext]] = data
		}
	}
	page := h.files[indexFile]
	if page == nil {
		return nil, errors.New("read the interface: there is no index.html")
	}
	h.index = bytes.Split(page.forms[""], []byte(noncePlace))
	delete(h.files, indexFile)
	return h, nil
}

// notPages are the addresses of programs: nothing of the interface is there.
// Each stands for itself and all below it.
func notPages() []string {
	return []string{"/api", "/in", "/echo", "/healthz", "/readyz", "/metrics", "/.well-known"}
}

// Handles tells whether a request is for the interface: a file of it, or a
// page that somebody looks at.
func (h *Handler) Handles(r *http.Request) bool {
	p := r.URL.Path
	if slices.ContainsFunc(notPages(), func(prefix string) bool { return p == prefix || strings.HasPrefix(p, prefix+"/") }) {
		return false
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	name := strings.TrimPrefix(p, "/")
	return h.files[name] != nil || strings.HasPrefix(name, hashed) || p == "/" || clean(p) && wantsPage(r)
}

// clean tells whether a path has one spelling only.
func clean(p string) bool { return path.Clean(p) == p || path.Clean(p)+"/" == p }

func wantsPage(r *http.Request) bool {
	return strings.Contains(strings.ToLower(strings.Join(r.Header["Accept"], ",")), "text/html")
}

// ServeHTTP implements [http.Handler] for what Handles takes.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("X-Content-Type-Options", "nosniff")
	// Not no-referrer: some browsers would then send "Origin: null" with a
	// change, which is refused.
	head.Set("Referrer-Policy", "same-origin")
	name := strings.TrimPrefix(r.URL.Path, "/")
	f := h.files[name]
	switch {
	case f != nil:
		serveFile(w, r, f, strings.HasPrefix(name, hashed))
	case strings.HasPrefix(name, hashed):
		// A page here would be taken for a script, and be kept.
		head.Set("Cache-Control", "no-store")
		http.Error(w, "there is no such file; load the page again", http.StatusNotFound)
	default:
		h.servePage(w, r)
	}
}

func (h *Handler) servePage(w http.ResponseWriter, r *http.Request) {
	raw := make([]byte, 16)
	rand.Read(raw)
	nonce := base64.RawURLEncoding.EncodeToString(raw)
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	head.Set("Cache-Control", "no-store")
	head.Set("Content-Security-Policy", fmt.Sprintf(policy, " 'nonce-"+nonce+"'"))
	send(w, r, bytes.Join(h.index, []byte(nonce)))
}

func serveFile(w http.ResponseWriter, r *http.Request, f *file, forever bool) {
	head := w.Header()
	head.Set("Content-Type", f.contentType)
	// It counts where a file is opened as a page, and for workers.
	head.Set("Content-Security-Policy", fmt.Sprintf(policy, ""))
	if forever {
		head.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		head.Set("Cache-Control", "no-cache")
	}
	encoding := ""
	if len(f.forms) > 1 {
		head.Set("Vary", "Accept-Encoding")
		encoding = choose(r.Header["Accept-Encoding"], f.forms)
	}
	etag := f.etag
	if encoding != "" {
		head.Set("Content-Encoding", encoding)
		// Two forms are two representations (RFC 9110 §8.8.3).
		etag = strings.TrimSuffix(etag, `"`) + "-" + encoding + `"`
	}
	head.Set("ETag", etag)
	if same(r.Header["If-None-Match"], etag) {
		head.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	send(w, r, f.forms[encoding])
}

func send(w http.ResponseWriter, r *http.Request, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		// The reader may be gone; there is nobody left to tell.
		_, _ = w.Write(body)
	}
}

// choose is the smallest form that the caller takes (RFC 9110 §12.5.3).
func choose(accept []string, forms map[string][]byte) string {
	taken := map[string]bool{}
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		name, params, _ := strings.Cut(part, ";")
		key, q, weighted := strings.Cut(strings.ReplaceAll(params, " ", ""), "=")
		weight, err := strconv.ParseFloat(q, 64)
		refused := weighted && strings.EqualFold(key, "q") && (err != nil || weight <= 0)
		taken[strings.ToLower(strings.TrimSpace(name))] = !refused
	}
	best := ""
	for _, name := range []string{"br", "gzip"} {
		ok, named := taken[name]
		if data := forms[name]; data != nil && (ok || !named && taken["*"]) && len(data) < len(forms[best]) {
			best = name
		}
	}
	return best
}

func same(ifNoneMatch []string, etag string) bool {
	for candidate := range strings.SplitSeq(strings.Join(ifNoneMatch, ","), ",") {
		if c := strings.TrimSpace(candidate); c == "*" || strings.TrimPrefix(c, "W/") == etag {
			return true
		}
	}
	return false
}

// contentType is by the name's end; the machine's own table may lack or change
// what a browser insists on.
func contentType(name string) string {
	known := map[string]string{
		".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
		".css": "text/css; charset=utf-8", ".json": "application/json", ".map": "application/json",
		".webmanifest": "application/manifest+json", ".txt": "text/plain; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
		".jpg": "image/jpeg", ".webp": "image/webp", ".ico": "image/x-icon", ".woff2": "font/woff2", ".woff": "font/woff", ".wasm": "application/wasm",
	}
	if t, ok := known[strings.ToLower(path.Ext(name))]; ok {
		return t
	}
	return "application/octet-stream"
}
