package ingest

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"gonets"
	"gonets/internal/source"
	"gonets/internal/texts"
)

// errorBody is the answer to everything that was not accepted.
type errorBody struct {
	Success bool        `json:"success"`
	Error   string      `json:"error"`
	Code    gonets.Code `json:"error_code"`
}

// ownTexts are for codes whose catalogue text speaks to people at the server;
// here the reader is a program's user at the other end.
var ownTexts = map[gonets.Code]texts.Explanation{
	gonets.CodeInvalid: {
		Ru: texts.Text{What: "Запрос составлен неверно, событие не принято."},
		En: texts.Text{What: "The request is not built as it should be; no event was accepted."},
	},
	gonets.CodeNotFound: {
		Ru: texts.Text{What: "У источника нет такого события.", Todo: "Проверьте идентификатор или ключ."},
		En: texts.Text{What: "The source has no such event.", Todo: "Check the id or key."},
	},
	gonets.CodeRunState: {
		Ru: texts.Text{What: "Повторять нечего: ни одна операция этого события не ждёт повтора."},
		En: texts.Text{What: "There is nothing to try again: no run of this event waits for it."},
	},
}

// retryAfter are the seconds after which a 503 may be tried again. They are
// never 0: some callers fail on that.
var retryAfter = map[gonets.Code]int{
	gonets.CodeBusy: 1, gonets.CodeStopping: 5, gonets.CodeStoreFailed: 5, gonets.CodeStoreAway: 2, gonets.CodeDiskFull: 30,
	gonets.CodeSecretMissing: 60,
}

// text is the message of a code in both languages, short and with the whole
// sense first: callers cut it after 500 characters. err adds its own words
// where they come from the check of the request itself.
func text(code gonets.Code, err error) string {
	e, ok := ownTexts[code]
	if !ok {
		e = texts.Explained(code)
	}
	out := e.Ru.What + " / " + e.En.What
	var own *gonets.Error
	switch code {
	case gonets.CodeSignature, gonets.CodeSignatureStale, gonets.CodeBodyTooLarge, gonets.CodeHeadersTooLarge,
		gonets.CodeMethodNotAllowed, gonets.CodeInvalid, gonets.CodeSecretMissing:
		if errors.As(err, &own) && own.Message != "" {
			out += " (" + own.Message + ")"
		}
	}
	if e.Ru.Todo != "" {
		out += " " + e.Ru.Todo + " / " + e.En.Todo
	}
	return out
}

// fail answers an error.
func (x *exchange) fail(err error) {
	code := gonets.CodeOf(err)
	status := code.Status()
	if code == gonets.CodeBodyUnreadable && x.r.Context().Err() != nil {
		// The caller has gone; nobody reads the answer.
		x.h.o.Log.Debug("a caller left while sending", "error", err)
	}
	if (code == gonets.CodeSignature || code == gonets.CodeSignatureStale) && x.b != nil && x.h.o.Rejected != nil {
		x.h.o.Rejected(x.b.Source.Name, x.h.o.Clock.Now())
	}
	name := ""
	if x.b != nil {
		name = x.b.Source.Name
	}
	if status < http.StatusInternalServerError && x.r.Context().Err() == nil {
		x.h.few.Log(slog.LevelWarn, name+" "+string(code), "a request was refused", "source", name, "code", code, "status", status)
	}
	// That the disk is full is logged once by who watches it: a line for each event
	// would fill it further.
	if status >= http.StatusInternalServerError && code != gonets.CodeBusy && code != gonets.CodeStopping && code != gonets.CodeDiskFull {
		x.h.o.Log.Error("an event was not accepted", "source", name, "code", code, "error", err, "cause", errors.Unwrap(err))
	}
	if status == http.StatusServiceUnavailable {
		x.w.Header().Set("Retry-After", strconv.Itoa(max(retryAfter[code], 1)))
	}
	x.writeJSON(status, errorBody{Error: text(code, err), Code: code})
}

func (x *exchange) writeJSON(status int, v any) {
	// Structs of texts and numbers always have a JSON form.
	body, _ := json.Marshal(v)
	x.write(source.Reply{
		Status: status, Body: body,
		Headers: []gonets.Header{{Name: "Content-Type", Value: "application/json; charset=utf-8"}},
	})
}

// answerHead tells whether a scenario gave the answer: respond or none.
const answerHead = "Gonets-Answer"

// writeDefault sends what an accepted event is answered when no scenario did.
func (x *exchange) writeDefault(r source.Reply) {
	x.w.Header().Set(answerHead, "none")
	x.write(r)
}

// sandbox keeps an answer that a browser opens as a page from acting for the
// person who is logged in on the same address.
const sandbox = "sandbox; default-src 'none'"

// write sends the answer, with what all answers have.
func (x *exchange) write(r source.Reply) {
	head := x.w.Header()
	// One array for all values, where Header.Set would make one for each.
	values := make([]string, 0, 6+len(r.Headers))
	set := func(name, value string) {
		values = append(values, value)
		head[name] = values[len(values)-1 : len(values) : len(values)]
	}
	origin := "*"
	if x.b != nil && x.b.Source.CORS != "" {
		origin = x.b.Source.CORS
	}
	set("Access-Control-Allow-Origin", origin)
	if origin != "*" {
		head.Add("Vary", "Origin")
	}
	set("Cache-Control", "no-store")
	set("X-Content-Type-Options", "nosniff")
	set("Content-Security-Policy", sandbox)
	if len(r.Headers) == 0 {
		// Else net/http would guess a type.
		head["Content-Type"] = nil
	}
	for _, h := range r.Headers {
		set(http.CanonicalHeaderKey(h.Name), h.Value)
	}
	if r.Status != http.StatusNoContent {
		set("Content-Length", strconv.Itoa(len(r.Body)))
	}
	x.w.WriteHeader(r.Status)
	if r.Status == http.StatusNoContent || x.method == http.MethodHead {
		return
	}
	if _, err := x.w.Write(r.Body); err != nil {
		x.h.o.Log.Debug("an answer did not reach its caller", "error", err)
	}
}
