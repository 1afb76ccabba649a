package words

import (
	"fmt"
	"strings"

	"gonets"
	"gonets/api"
)

// LeftAlone says how many runs a mass action left alone, and why.
func LeftAlone(b *api.Bulk) string {
	if b.Refused == 0 {
		return ""
	}
	var why []string
	for _, r := range b.Refusals {
		why = append(why, fmt.Sprintf("%s: %d", refusal(r.Code), r.Runs))
	}
	out := fmt.Sprintf(", %d left alone", b.Refused)
	if len(why) > 0 {
		out += " (" + strings.Join(why, "; ") + ")"
	}
	return out
}

func refusal(code string) string {
	switch gonets.Code(code) {
	case gonets.CodeRunState:
		return "their state did not allow it"
	case gonets.CodeNotFound:
		return "their data or that version are gone"
	case gonets.CodeConflict:
		return "the scenario is not published"
	case gonets.CodeScenarioGone:
		return "the scenario was deleted"
	case gonets.CodeDamaged:
		return "what the database holds of the scenario is damaged"
	case gonets.CodeInternal:
		return "the server could not work on them, its log says why"
	}
	return "for the reason " + code
}
