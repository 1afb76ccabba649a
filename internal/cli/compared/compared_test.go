package compared_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"gonets/api"
	"gonets/internal/cli/compared"
	"gonets/internal/document"
)

// server compares scenarios by their names.
type server map[string]api.SentComparison

func (s server) Diff(context.Context, []byte) (l api.List[api.Difference], err error) {
	for _, name := range []string{"damaged", "draft", "lead"} {
		l.Items = append(l.Items, api.Difference{Kind: document.KindScenario, Name: name, Change: "updated"})
	}
	return l, nil
}

func (s server) Compare(_ context.Context, name string, _ api.DraftToCompare, _ string) (api.SentComparison, error) {
	return s[name], nil
}

func TestOnlyWhatIsPublishedIsTold(t *testing.T) {
	t.Parallel()
	page := api.SentComparison{Version: 3, Next: "more"}
	for range 9 {
		page.Items = append(page.Items, api.EventPlayed{Outcome: api.PlayedSame})
	}
	got, err := compared.Read(t.Context(), server{"lead": page, "draft": {Items: page.Items, Next: "more"}, "damaged": {Damaged: true, Items: page.Items, Next: "more"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	text := compared.Text(got, time.Time.String)
	want := "Scenario damaged: the published version is damaged and cannot be read, so nothing is compared.\nScenario lead, compared with version 3: 50 the same.\n"
	if text != want || strings.Contains(text, "draft") {
		t.Errorf("%q", text)
	}
}
