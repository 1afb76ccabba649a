package blame_test

import (
	"errors"
	"testing"
	"time"

	"gonets"
	"gonets/internal/store/blame"
)

func TestOnlyCookiesAreToldApartAsACause(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cause error
		want  gonets.Code
	}{
		{errors.New("no"), gonets.CodeInternal},
		{gonets.Errorf(gonets.CodeNotFound, "no"), gonets.CodeInternal},
		{gonets.Errorf(gonets.CodeDamaged, "no"), gonets.CodeInternal},
		{gonets.Errorf(gonets.CodeCookies, "no"), gonets.CodeCookies},
	} {
		tr := blame.Unreadable(&gonets.Run{ID: "r"}, c.cause, time.Time{})
		if tr.State != gonets.RunPaused || tr.Reason != c.want || tr.Attempt.Code != c.want {
			t.Errorf("%v: %s %s, want %s", c.cause, tr.Reason, tr.Attempt.Code, c.want)
		}
	}
}
