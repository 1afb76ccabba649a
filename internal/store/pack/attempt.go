package pack

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"gonets"
	"gonets/internal/store/dialect"
)

// attemptDetail is what nobody searches for.
type attemptDetail struct {
	HTTPVersion string         `json:"http_version,omitempty"`
	TLSVersion  string         `json:"tls_version,omitempty"`
	Remote      string         `json:"remote,omitempty"`
	ReplyCut    bool           `json:"reply_cut,omitempty"`
	Timings     gonets.Timings `json:"timings,omitzero"`
	Hops        []gonets.Hop   `json:"hops,omitempty"`
	NotKept     bool           `json:"not_kept,omitempty"`
	Erased      bool           `json:"erased,omitempty"`
	// Gzip is as in [gonets.Exchange].
	Gzip bool `json:"gzip,omitempty"`
	// Jar are the cookies, sealed; Cookies those that an older version stored as they
	// came.
	Jar     []byte          `json:"jar,omitempty"`
	Cookies []gonets.Cookie `json:"cookies,omitempty"`
}

// jarPlace binds sealed cookies to the attempt that they came with.
func jarPlace(run string, n int) string { return fmt.Sprintf("cookies %s %d", run, n) }

// sealJar makes cookies unreadable for whoever reads the database; nil when there are
// none.
func sealJar(a *gonets.Attempt, seal Seal) ([]byte, error) {
	if len(a.Cookies) == 0 {
		return nil, nil
	}
	plain, err := json.Marshal(a.Cookies)
	if err != nil {
		return nil, err
	}
	return seal(plain, jarPlace(a.RunID, a.N))
}

// openJar gives an attempt its cookies back.
func (a *storedAttempt) openJar(q Reader) {
	if a.jar == nil {
		return
	}
	plain, err := q.Open(a.jar, jarPlace(a.RunID, a.N))
	if err == nil {
		err = json.Unmarshal(plain, &a.Cookies)
	}
	if err != nil {
		a.Sealed = true
		a.damage = errors.Join(a.damage, &gonets.Error{Code: gonets.CodeCookies, Err: err,
			Message: "its cookies were encrypted with another secret.key, or they are damaged; put the earlier key on a line below the present one"})
	}
}

// Seal encrypts what must not stand in the database as it is; ad binds it to its place.
type Seal = func(plain []byte, ad string) ([]byte, error)

// Attempt is an attempt made ready for the transaction.
type Attempt struct {
	*gonets.Attempt
	request, reply Body
	exchange       []byte
}

// NewAttempt does the dear part in the caller's goroutine. Only cookies are sealed: for
// an attempt without any, seal may be nil.
func NewAttempt(a *gonets.Attempt, seal Seal) (*Attempt, error) {
	jar, err := sealJar(a, seal)
	if err != nil {
		return nil, err
	}
	detail, err := json.Marshal(attemptDetail{a.HTTPVersion, a.TLSVersion, a.Remote, a.ReplyCut, a.Timings, a.Hops, a.NotKept, a.Erased, a.Gzip, jar, nil})
	if err != nil {
		return nil, err
	}
	out := &Attempt{Attempt: a, request: plainBody(a.RequestBody), reply: plainBody(a.ReplyBody)}
	if a.NotKept {
		out.request, out.reply = Body{Size: out.request.Size}, Body{Size: out.reply.Size}
	}
	out.exchange = packExchange(exchange{
		line: []byte(a.Method + " " + a.URL), sent: Headers(a.RequestHeaders), request: out.request.Inline,
		status: []byte(a.StatusLine), got: Headers(a.ReplyHeaders), reply: out.reply.Inline, detail: detail})
	return out, nil
}

// Weight is how many bytes it holds until it is stored.
func (a *Attempt) Weight() int64 { return a.request.Weight() + a.reply.Weight() }

// Attempts adds attempts; the first one of a number stays.
var Attempts = dialect.Insert("attempts", dialect.Columns{
	dialect.Text("run"), dialect.Int("n"), dialect.Text("path"), dialect.Int("started_at"), dialect.Int("duration"),
	dialect.Text("outcome"), dialect.Text("code").Usually(""), dialect.Bytes("error").Usually(nil), dialect.Int("status"), dialect.Int("charged").Usually(1),
	dialect.Int("fenced").Usually(0), dialect.Bytes("request_line"), dialect.Int("request_size"), dialect.Bytes("request_ref").Usually(nil),
	dialect.Int("reply_size"), dialect.Bytes("reply_ref").Usually(nil), dialect.Bytes("exchange"),
	dialect.Text("purpose").Usually(""),
}, "ON CONFLICT (run, n) DO NOTHING", "")

// Row is the row of [Attempts].
func (a *Attempt) Row(run string, fenced bool) []any {
	return []any{run, a.N, a.Path, a.StartedAt.UnixMilli(), a.Duration.Microseconds(), string(a.Outcome), string(a.Code),
		Blob(a.Error), a.Status, flag(a.Charged), flag(fenced || a.Fenced), []byte{},
		a.request.size(), a.request.Ref, a.reply.size(), a.reply.Ref, a.exchange, string(a.Purpose)}
}

// Bodies are the rows of [Bodies].
func (a *Attempt) Bodies(run string) [][]any {
	var out [][]any
	for _, b := range []*Body{&a.request, &a.reply} {
		if b.Ref != nil {
			out = append(out, b.Row(run))
		}
	}
	return out
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

const (
	attemptColumns = `n, path, started_at, duration, outcome, code, error, status, charged, fenced,
		request_line, request_headers, request_size, request_body, request_ref,
		status_line, reply_headers, reply_size, reply_body, reply_ref, detail, exchange, purpose`
	attemptSelect = `SELECT ` + attemptColumns + ` FROM attempts WHERE run = ? `
)

// storedAttempt is an attempt as it was read, large bodies still elsewhere.
type storedAttempt struct {
	gonets.Attempt
	request, reply Body
	// jar are its cookies, sealed.
	jar []byte
	// damage is why a part of it cannot be read.
	damage error
}

func scanAttempt(scan func(...any) error) (a storedAttempt, err error) {
	var started sql.NullInt64
	var micros int64
	var text, packed []byte
	var x exchange
	err = scan(&a.N, &a.Path, &started, &micros, &a.Outcome, &a.Code, &text, &a.Status, &a.Charged, &a.Fenced,
		&x.line, &x.sent, &a.request.Size, &x.request, &a.request.Ref,
		&x.status, &x.got, &a.reply.Size, &x.reply, &a.reply.Ref, &x.detail, &packed, &a.Purpose)
	if err != nil {
		return a, err
	}
	a.StartedAt, a.Duration, a.Error = FromMS(started), time.Duration(micros)*time.Microsecond, string(text)
	if packed != nil {
		if x, err = unpackExchange(packed); err != nil {
			a.damage, a.Sealed = err, true // nobody knows whether it got cookies
			return a, nil                  //nolint:nilerr // what is damaged is told with the attempt, not instead of it
		}
	}
	a.request.Inline, a.reply.Inline, a.StatusLine = x.request, x.reply, string(x.status)
	a.Method, a.URL, _ = strings.Cut(string(x.line), " ")
	var sentErr, gotErr error
	a.RequestHeaders, sentErr = Unpack(x.sent)
	a.ReplyHeaders, gotErr = Unpack(x.got)
	var d attemptDetail
	detailErr := json.Unmarshal(x.detail, &d)
	a.damage, a.Sealed = errors.Join(sentErr, gotErr, detailErr), detailErr != nil
	a.HTTPVersion, a.TLSVersion, a.Remote = d.HTTPVersion, d.TLSVersion, d.Remote
	a.ReplyCut, a.Timings, a.Hops, a.NotKept, a.Erased = d.ReplyCut, d.Timings, d.Hops, d.NotKept, d.Erased
	a.Gzip, a.jar, a.Cookies = d.Gzip, d.Jar, d.Cookies
	if a.NotKept { // their lengths are all that is known of them
		a.request, a.reply = Body{}, Body{}
	}
	return a, nil
}

// LoadAttempts reads a run's attempts by number with their bodies; only those
// of the given numbers when there are any, and then without what was sent. What
// can be read of damaged attempts comes along with the error.
func LoadAttempts(q Reader, run string, numbers []int) ([]gonets.Attempt, error) {
	return loadAttempts(q, run, numbers, len(numbers) == 0)
}

// loadAttempts reads what was sent only when that is wanted.
func loadAttempts(q Reader, run string, numbers []int, sent bool) ([]gonets.Attempt, error) {
	cond := `ORDER BY n`
	if len(numbers) > 0 {
		cond = `AND n IN (` + In(len(numbers)) + `) ORDER BY n`
	}
	stored, err := Collect(q, attemptSelect+cond, append([]any{run}, Args(numbers)...), scanAttempt)
	if err != nil {
		return nil, err
	}
	out := make([]gonets.Attempt, len(stored))
	for i := range stored {
		a := &stored[i]
		a.RunID = run
		a.openJar(q)
		err = errors.Join(err, a.loadBodies(q, sent))
		out[i] = a.Attempt
	}
	return out, err
}

// loadBodies reads its bodies, what was sent only when that is wanted. The error is all
// its damage.
func (a *storedAttempt) loadBodies(q Reader, sent bool) error {
	var sentErr, gotErr error
	if sent {
		a.RequestBody, sentErr = a.request.Load(q, a.RunID)
	}
	a.ReplyBody, gotErr = a.reply.Load(q, a.RunID)
	if damage := errors.Join(a.damage, sentErr, gotErr); damage != nil {
		return fmt.Errorf("attempt %d of the run: %w", a.N, damage)
	}
	return nil
}

// HeadsSQL reads the attempts of so many runs.
func HeadsSQL(runs int) string {
	return `SELECT run, ` + attemptColumns + ` FROM attempts WHERE run IN (` + In(runs) + `) ORDER BY run, n`
}

// scanHead reads a row of [HeadsSQL].
func scanHead(q Reader, scan func(...any) error) (storedAttempt, error) {
	var run string
	a, err := scanAttempt(func(dest ...any) error { return scan(append([]any{&run}, dest...)...) })
	a.RunID = run
	a.openJar(q)
	return a, err
}

// LoadHeads reads the attempts of runs without their bodies, as far as they can be
// read.
func LoadHeads(q Reader, runs []string) (map[string][]gonets.Attempt, error) {
	attempts, err := collectEach(q, HeadsSQL, runs, func(scan func(...any) error) (gonets.Attempt, error) {
		a, err := scanHead(q, scan)
		return a.Attempt, err
	})
	out := make(map[string][]gonets.Attempt, len(runs))
	for i := range attempts {
		out[attempts[i].RunID] = append(out[attempts[i].RunID], attempts[i])
	}
	return out, err
}

// LoadReplies reads the attempts that results refer to.
func LoadReplies(q Reader, run string, results []gonets.StepResult) (map[int]*gonets.Attempt, error) {
	var numbers []int
	for _, r := range results {
		if r.Attempt > 0 {
			numbers = append(numbers, r.Attempt)
		}
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	attempts, err := LoadAttempts(q, run, numbers)
	if err != nil {
		return nil, err
	}
	out := make(map[int]*gonets.Attempt, len(attempts))
	for i := range attempts {
		out[attempts[i].N] = &attempts[i]
	}
	return out, nil
}
