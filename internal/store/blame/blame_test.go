package blame_test

import (
	"errors"
	"testing"
	"time"

	"gonets"
	"gonets/internal/store/blame"
	"gonets/internal/store/pack"
)

// index is that of attempts: whole, or damaged.
type index struct {
	pack.Reader
	damage error
}

func (i index) Row(string, []any, ...any) error { return i.damage }

func TestNoAttemptIsAddedToADamagedIndex(t *testing.T) {
	t.Parallel()
	tr := blame.Unreadable(index{damage: errors.New("malformed")}, &gonets.Run{ID: "r"}, errors.New("no"), time.Time{})
	if tr.State != gonets.RunPaused || tr.Reason != gonets.CodeInternal || tr.Attempt != nil {
		t.Errorf("%+v", tr)
	}
}

func TestPatienceEndsWithTheThirdTry(t *testing.T) {
	t.Parallel()
	var p blame.Patience
	for i, read := range []bool{false, false, true, false, false, false, false, false, false} {
		if read {
			p.Read("r")
			continue
		}
		if ends := p.Ends("r"); ends != (i == 5 || i == 8) || p.Ends("other") != (i == 3 || i == 6) {
			t.Errorf("try %d is the last: %v", i, ends)
		}
	}
}

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
		tr := blame.Unreadable(index{}, &gonets.Run{ID: "r"}, c.cause, time.Time{})
		if tr.State != gonets.RunPaused || tr.Reason != c.want || tr.Attempt.Code != c.want {
			t.Errorf("%v: %s %s, want %s", c.cause, tr.Reason, tr.Attempt.Code, c.want)
		}
	}
}
