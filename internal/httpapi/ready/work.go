package ready

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/news"
	"gonets/setting"
)

// errors: every request is tried again, or stops its run for all to see.
func (l *look) errors(context.Context) (api.ReadyPoint, error) {
	p := api.ReadyPoint{Point: "errors", Fact: "unpublished", At: seen(l.published)}
	if l.info.Version == 0 {
		return p, nil
	}
	facts := map[string]string{"": "pauses", gonets.OnFailurePause: "pauses", gonets.OnFailureFail: "fails", gonets.OnFailureContinue: "goes_on"}
	p.OK, p.Fact = true, "nothing_sent"
	gonets.WalkSteps(l.info.Steps, func(path string, st *gonets.Step) {
		if st.HTTP == nil || p.Fact == "ignored" {
			return
		}
		policy, n := st.HTTP.Retry.OrDefault(), 1
		for _, more := policy.Delay(n); more; _, more = policy.Delay(n) {
			n++
		}
		fact := facts[st.HTTP.OnFailure]
		switch {
		case n == 1 && fact == "goes_on":
			p.OK, p.Fact, p.Step, p.Count = false, "ignored", path, 0
			return
		case p.Fact == "nothing_sent":
			p.Fact, p.Count = fact, n
		case p.Fact != fact:
			p.Fact = "mixed"
		}
		p.Count = min(p.Count, n)
	})
	return p, nil
}

// history: there are runs to look at, and they are kept whole.
func (l *look) history(ctx context.Context) (api.ReadyPoint, error) {
	p := api.ReadyPoint{Point: "history", Fact: "none"}
	newest, err := l.History.Runs(ctx, gonets.RunFilter{Scenario: l.info.Name, Page: gonets.Page{Limit: 1}})
	if err != nil || len(newest.Items) == 0 {
		return p, err
	}
	count, err := l.History.CountRuns(ctx, gonets.RunFilter{Scenario: l.info.Name})
	if err != nil {
		return p, err
	}
	set, at := l.Settings(), newest.Items[0].CreatedAt
	age := cmp.Or(set.Retention.Age.D(), gonets.RetentionAge)
	p.At, p.Count, p.More, p.KeptSeconds = seen(at), count.N, count.More, int64(age/time.Second)
	switch {
	case !l.fresh(at):
		p.Fact = "quiet"
	case l.Disk().Level != "ok":
		p.Fact = "low_disk"
	default:
		p.OK, p.Fact = true, "kept"
	}
	return p, nil
}

// tried is among how many of the last checks and runs one is looked for that went
// through the steps as they are.
const tried = 20

// checked: the steps, as they are published, went well once, in a run or in a check.
func (l *look) checked(ctx context.Context) (api.ReadyPoint, error) {
	p := api.ReadyPoint{Point: "checked", Fact: "unpublished"}
	if l.info.Version == 0 {
		return p, nil
	}
	p.Fact = "never"
	f := gonets.RunFilter{Scenario: l.info.Name, States: []gonets.RunState{gonets.RunSucceeded}, Page: gonets.Page{Limit: tried}}
	runs, err := l.History.Runs(ctx, f)
	if err != nil {
		return p, err
	}
	f.Mark = gonets.MarkCheck
	checks, err := l.History.Runs(ctx, f)
	if err != nil {
		return p, err
	}
	all := append(runs.Items, checks.Items...)
	slices.SortStableFunc(all, func(a, b gonets.RunSummary) int { return b.FinishedAt.Compare(a.FinishedAt) })
	for i := range all {
		fits, err := l.fits(ctx, &all[i])
		if err != nil {
			return p, err
		}
		if fits {
			p.OK, p.Fact, p.RunID, p.Status, p.At = true, "succeeded", all[i].ID, all[i].LastStatus, seen(all[i].FinishedAt)
			return p, nil
		}
	}
	if len(all) > 0 {
		p.Fact, p.At = "stale", seen(all[0].FinishedAt)
	}
	return p, nil
}

// fits tells whether a run or a check that succeeded went through all of the steps
// as they are published, and sent what they send.
func (l *look) fits(ctx context.Context, run *gonets.RunSummary) (bool, error) {
	if run.Mark != gonets.MarkCheck {
		return l.unchanged(ctx, run.Version)
	}
	d, err := l.History.Run(ctx, run.ID)
	if code := gonets.CodeOf(err); code == gonets.CodeNotFound || err == nil && d.Version == nil {
		return false, nil // it was removed since
	}
	if err != nil {
		return false, err
	}
	same, err := l.same(d.Version.Scenario.Steps)
	return same && whole(l.info.Steps, &d), err
}

// unchanged tells whether a version has the steps of the one that is published now.
func (l *look) unchanged(ctx context.Context, version int) (same bool, err error) {
	if version == l.info.Version {
		return true, nil
	}
	same, known := l.versions[version]
	if known {
		return same, nil
	}
	v, err := l.Documents.Version(ctx, l.info.Name, version)
	if code := gonets.CodeOf(err); code != gonets.CodeNotFound && code != gonets.CodeDamaged {
		if err != nil {
			return false, err
		}
		same, err = l.same(v.Scenario.Steps)
	}
	l.versions[version] = same
	return same, err
}

func (l *look) same(steps []gonets.Step) (bool, error) {
	then, err := json.Marshal(steps)
	if err != nil {
		return false, err
	}
	now, err := json.Marshal(l.info.Steps)
	return bytes.Equal(then, now), err
}

// whole tells whether a check did every step, up to one that ends it, and sent every
// request that it came to.
func whole(steps []gonets.Step, d *gonets.RunDetail) bool {
	done := map[string]gonets.StepResult{}
	for _, r := range d.Results {
		done[r.Path] = r
	}
	sent, ended := true, false
	gonets.WalkSteps(steps, func(path string, st *gonets.Step) {
		r, reached := done[path]
		// One that is only shown is skipped, and so is one whose condition said no.
		sent = sent && !(reached && st.HTTP != nil && st.When == "" && r.Attempt == 0)
		ended = ended || reached && st.Stop != nil && r.State == gonets.StepDone
	})
	return sent && (ended || !slices.ContainsFunc(steps, func(st gonets.Step) bool { _, reached := done[st.ID]; return !reached }))
}

// watched: people hear of this scenario's errors.
func (l *look) watched(ctx context.Context) (api.ReadyPoint, error) {
	p := api.ReadyPoint{Point: "watched", Fact: "unset"}
	set := l.Settings()
	var names []string
	if set.Mail != nil {
		names = append(names, setting.ChannelMail)
	}
	if set.Notices != nil {
		for i := range set.Notices.Channels {
			names = append(names, set.Notices.Channels[i].Name)
		}
	}
	if len(names) == 0 {
		return p, nil
	}
	told := func(name string) bool {
		rule := set.Notices.Rule(name)
		return *rule.On && news.Fits(rule.Scenarios, l.info.Name)
	}
	if !told(setting.RuleFirstFailure) && !told(setting.RuleBadEnd) {
		p.Fact = "off"
		return p, nil
	}
	p.Fact = "untried"
	if heard, err := l.Heard(ctx); err != nil || !heard {
		return p, err
	}
	letters, err := l.Witness.LastLetters(ctx)
	if err != nil {
		return p, err
	}
	l.heard(&p, names, letters)
	return p, nil
}

// heard judges the channels by their newest letters: one that works is enough.
func (l *look) heard(p *api.ReadyPoint, names []string, letters map[string]news.Delivery) {
	p.Fact = "quiet"
	for _, name := range names {
		letter, known := letters[name]
		if !known {
			continue
		}
		switch works := letter.State == news.LetterSent; {
		case works && l.fresh(letter.SentAt):
			p.OK, p.Fact, p.Channel, p.At = true, "told", name, seen(letter.SentAt)
			return
		case works:
			p.At = seen(letter.SentAt)
		default:
			p.Fact, p.Channel = "failing", name
		}
	}
}

// documented: whoever comes later reads what the scenario is for.
func (l *look) documented(context.Context) (api.ReadyPoint, error) {
	p := api.ReadyPoint{Point: "documented", Fact: "unpublished", At: seen(l.published)}
	if l.info.Version == 0 {
		return p, nil
	}
	p.Fact = "bare"
	if text := strings.TrimSpace(l.info.Description); text != "" {
		p.OK, p.Fact, p.Count = true, "described", 1+strings.Count(text, "\n")
	}
	return p, nil
}
