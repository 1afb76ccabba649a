package pack

import (
	"encoding/json"

	"gonets"
)

// Bare is a transition without what its run carried: that something was sent,
// when, where to and how it ended stays, headers, bodies and values go.
func Bare(t gonets.Transition) gonets.Transition {
	if t.Mark == "" {
		t.Mark = gonets.MarkNotKept
	}
	if t.Attempt != nil {
		a := *t.Attempt
		a.NotKept, a.RequestHeaders, a.ReplyHeaders, a.Cookies = true, nil, nil, nil
		t.Attempt = &a
	}
	results := make([]gonets.StepResult, len(t.Results))
	for i, r := range t.Results {
		r.Value = nil
		results[i] = r
	}
	t.Results = results
	return t
}

// Writer is a transaction.
type Writer interface {
	Reader
	Exec(query string, args ...any) error
}

// Strip takes away what a run carried and stored before.
func Strip(w Writer, run string) error {
	type row struct {
		n      int
		packed []byte
	}
	rows, err := Collect(w, `SELECT n, exchange FROM attempts WHERE run = ? AND exchange IS NOT NULL`, []any{run},
		func(scan func(...any) error) (r row, err error) {
			err = scan(&r.n, &r.packed)
			return r, err
		})
	if err != nil {
		return err
	}
	for _, r := range rows {
		bare, err := bareExchange(r.packed)
		if err != nil || bare == nil {
			continue // what cannot be read is left as it is
		}
		if err := w.Exec(`UPDATE attempts SET exchange = ?, request_ref = NULL, reply_ref = NULL WHERE run = ? AND n = ?`, bare, run, r.n); err != nil {
			return err
		}
	}
	if err := w.Exec(`UPDATE step_results SET value = NULL WHERE run = ? AND value IS NOT NULL`, run); err != nil {
		return err
	}
	return w.Exec(`DELETE FROM bodies WHERE owner = ?`, run)
}

// bareExchange is an exchange without what it carried; nil when it is bare
// already.
func bareExchange(packed []byte) ([]byte, error) {
	x, err := unpackExchange(packed)
	if err != nil {
		return nil, err
	}
	var d attemptDetail
	if err := json.Unmarshal(x.detail, &d); err != nil || d.NotKept {
		return nil, err
	}
	d.NotKept, d.Jar, d.Cookies = true, nil, nil
	detail, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	return packExchange(exchange{line: x.line, status: x.status, detail: detail, sent: Headers(nil), got: Headers(nil)}), nil
}
