package echo

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonets"
	"gonets/api"
)

func TestPeopleSeeWhatCameAndHowItWasAnswered(t *testing.T) {
	t.Parallel()
	s, h := serve(t, &hasty{})
	told := make(chan string, 10)
	h.Tell = func(name string) { told <- name }
	if err := h.SetScript("crm", "503, cut, 201"); err != nil {
		t.Fatal(err)
	}
	do(t, s, http.MethodPost, "/echo/crm/leads?token=s3cret&a=1", `{"name":"Anna"}`, "Authorization", "Bearer s3cret")
	if resp, err := s.Client().Get(s.URL + "/echo/crm"); err == nil {
		_ = resp.Body.Close()
	}
	do(t, s, http.MethodPut, "/echo/crm", strings.Repeat("x", maxBody+3))

	got, received := h.Address("crm")
	if got.LastAt == nil || got.Script != "503, cut, 201" || got.Count != 3 {
		t.Errorf("address %+v", got)
	}
	var answers []api.EchoAnswer
	for _, r := range received {
		answers = append(answers, r.EchoAnswer)
	}
	want := []api.EchoAnswer{{N: 3, How: "answer", Status: 201}, {N: 2, How: "cut"}, {N: 1, How: "answer", Status: 503}}
	if diff := cmp.Diff(want, answers); diff != "" {
		t.Error(diff)
	}
	if newest := received[0]; !newest.Cut || newest.Size != maxBody+3 || len(newest.Event.Body) != maxBody {
		t.Errorf("cut %v, %d of %d bytes", newest.Cut, len(newest.Event.Body), newest.Size)
	}
	// A text is not cut within a character.
	do(t, s, http.MethodPut, "/echo/crm", "x"+strings.Repeat("я", maxBody))
	_, long := h.Address("crm")
	if newest := long[0]; !newest.Cut || newest.Size != 2*maxBody+1 || string(newest.Event.Body) != "x"+strings.Repeat("я", maxBody/2-1) {
		t.Errorf("cut %v, %d of %d bytes", newest.Cut, len(newest.Event.Body), newest.Size)
	}
	first := received[2].Event
	if first.RawQuery != "token=***&a=1" || first.Path != "/echo/crm/leads" || string(first.Body) != `{"name":"Anna"}` {
		t.Errorf("first %+v", first)
	}
	for _, header := range first.Headers {
		if strings.Contains(header.Value, "s3cret") {
			t.Errorf("%s shows the credential", header.Name)
		}
	}
	if len(told) != 5 || <-told != "crm" {
		t.Errorf("%d changes were told", len(told))
	}
}

func TestAddressIsKeptAsLongAsThereIsSomethingToKeep(t *testing.T) {
	t.Parallel()
	s, h := serve(t, &hasty{})
	names := func() (out []string) {
		for _, a := range h.Addresses() {
			out = append(out, a.Name)
		}
		return out
	}
	do(t, s, http.MethodGet, "/echo/first", "")
	do(t, s, http.MethodGet, "/echo/second", "")
	if err := h.SetScript("first", "500"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"first", "second"}, names()); diff != "" {
		t.Error(diff)
	}
	h.Forget("second")
	h.Forget("first")
	if diff := cmp.Diff([]string{"first"}, names()); diff != "" {
		t.Error("an address with a script goes with its requests, or one without stays: ", diff)
	}
	for _, name := range []string{"first", "never"} {
		if err := h.SetScript(name, ""); err != nil {
			t.Fatal(err)
		}
	}
	if got := names(); got != nil {
		t.Errorf("left: %q", got)
	}
	if unknown, received := h.Address("never"); unknown.Name != "never" || unknown.Count != 0 || received != nil {
		t.Errorf("%+v %v", unknown, received)
	}
}

func TestScriptThatCannotBePlayedIsToldAtItsField(t *testing.T) {
	t.Parallel()
	_, h := serve(t, &hasty{})
	for text, code := range map[string]gonets.Code{"5000": codeScript, "200,refused": codeRefused, "delay:3h": codeDelay, "delay:x": codeDelay} {
		err := h.SetScript("crm", text)
		var told *gonets.Error
		if !errors.As(err, &told) || told.Code != gonets.CodeInvalid || len(told.Problems) != 1 || told.Problems[0].Pointer != "/script" || told.Problems[0].Code != code {
			t.Errorf("%s: %+v", text, err)
		}
	}
	if got := h.Addresses(); len(got) != 0 {
		t.Errorf("kept: %+v", got)
	}
}

func TestAllThatCameIsForgottenAndHowItIsAnsweredStays(t *testing.T) {
	t.Parallel()
	s, h := serve(t, &hasty{})
	if err := h.SetScript("first", "500"); err != nil {
		t.Fatal(err)
	}
	do(t, s, http.MethodPost, "/echo/first", "Anna")
	do(t, s, http.MethodPost, "/echo/second", "Anna")
	h.ForgetAll()
	if diff := cmp.Diff([]api.EchoAddress{{Name: "first", Script: "500"}}, h.Addresses()); diff != "" {
		t.Error(diff)
	}
	if _, received := h.Address("first"); received != nil {
		t.Errorf("kept: %+v", received)
	}
}
