package texts_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"gonets"
	"gonets/internal/texts"
)

var update = flag.Bool("update", false, "write the interface's catalogue of codes anew")

// cataloguePath is where the interface reads the texts of codes from.
const cataloguePath = "../../web/src/i18n/codes.json"

// catalogue writes the texts of codes as the interface reads them: by code, by
// language, in the order of codes.
func catalogue(all []gonets.Code, explain func(gonets.Code) (texts.Explanation, bool)) ([]byte, error) {
	type text struct {
		What    string `json:"what"`
		Meaning string `json:"meaning"`
		Todo    string `json:"todo"`
	}
	texts := map[gonets.Code]map[string]text{}
	for _, c := range all {
		e, ok := explain(c)
		if !ok {
			return nil, fmt.Errorf("the code %s has no text", c)
		}
		texts[c] = map[string]text{"en": text(e.En), "ru": text(e.Ru)}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(texts); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func TestTheInterfaceHasTheTextOfEveryCode(t *testing.T) {
	t.Parallel()
	want, err := catalogue(codes(t), texts.InBrowser)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(cataloguePath, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(cataloguePath)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is old: run make generate", cataloguePath)
	}
}

// offersCommands are the codes whose text in the browser names a command.
func offersCommands(all []gonets.Code, explain func(gonets.Code) (texts.Explanation, bool)) []gonets.Code {
	var found []gonets.Code
	for _, c := range all {
		if e, _ := explain(c); strings.Contains(fmt.Sprint(e), "`gonets ") {
			found = append(found, c)
		}
	}
	return found
}

func TestInTheBrowserPeopleAreSentToWhatTheyCanClick(t *testing.T) {
	t.Parallel()
	// Whoever cannot log in has nothing to click: only the server's terminal helps.
	want := []gonets.Code{gonets.CodeLoginFailed, gonets.CodeSetupCode, gonets.CodeSetupDone}
	got := offersCommands(codes(t), texts.InBrowser)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("commands are offered for %q, want %q", got, want)
	}
	if len(offersCommands(codes(t), texts.Explain)) <= len(want) {
		t.Error("the texts for the terminal offer no commands: nothing is tried here")
	}
	for _, gap := range gaps(codes(t), texts.InBrowser) {
		t.Error(gap)
	}
}

func TestACodeWithoutATextIsFound(t *testing.T) {
	t.Parallel()
	if _, err := catalogue([]gonets.Code{gonets.CodeInternal, "planted"}, texts.Explain); err == nil {
		t.Error("a code without a text went into the catalogue unseen")
	}
}
