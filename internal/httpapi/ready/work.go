package ready

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
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
		h := st.Sends()
		if h == nil || p.Fact == "ignored" {
			return
		}
		n, fact := attempts(h.Retry), facts[h.OnFailure]
		switch {
		case n == 1 && fact == "goes_on":
			p.OK, p.Fact, p.Step, p.StepTitle, p.Count = false, "ignored", path, cmp.Or(st.Title, path), 0
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

// attempts is how many times a request is made while its service is away.
func attempts(r *gonets.Retry) int {
	policy, n := r.OrDefault(), 1
	if !policy.Covers(gonets.OutcomeNetwork, 0) || !policy.Covers(gonets.OutcomeHTTP, http.StatusServiceUnavailable) {
		return n
	}
	for _, more := policy.Delay(n); more; _, more = policy.Delay(n) {
		n++
	}
	return n
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
	case set.Retention.Size > 0:
		p.OK, p.Fact = true, "kept_bounded"
	default:
		p.OK, p.Fact = true, "kept"
	}
	return p, nil
}

// tried is among how many of the last checks and runs one is looked for that went
// through the steps as they are, and triedPages how many pages they are looked for on:
// one may be empty.
const (
	tried      = 20
	triedPages = 5
)

// checked: the steps, as they are published, went well once, in a run or in a check.
func (l *look) checked(ctx context.Context) (api.ReadyPoint, error) {
	p := api.ReadyPoint{Point: "checked", Fact: "unpublished"}
	if l.info.Version == 0 {
		return p, nil
	}
	p.Fact = "never"
	f := gonets.RunFilter{Scenario: l.info.Name, States: []gonets.RunState{gonets.RunSucceeded}, Page: gonets.Page{Limit: tried}}
	all, err := l.succeeded(ctx, f)
	if err != nil {
		return p, err
	}
	f.Mark = gonets.MarkCheck
	checks, err := l.succeeded(ctx, f)
	if err != nil {
		return p, err
	}
	all = append(all, checks...)
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

// succeeded are the last runs, or checks, that did.
func (l *look) succeeded(ctx context.Context, f gonets.RunFilter) (out []gonets.RunSummary, err error) {
	for range triedPages {
		page, err := l.History.Runs(ctx, f)
		if err != nil {
			return nil, err
		}
		out = append(out, page.Items...)
		if f.Page.Cursor = page.Next; f.Page.Cursor == "" || len(out) >= tried {
			break
		}
	}
	return out[:min(len(out), tried)], nil
}

// fits tells whether a run or a check that succeeded went through all of the steps
// as they are published, and sent what they send.
func (l *look) fits(ctx context.Context, run *gonets.RunSummary) (bool, error) {
	if run.Mark != gonets.MarkCheck {
		if same, err := l.unchanged(ctx, run.Version); err != nil || !same {
			return false, err
		}
	}
	d, err := l.History.Run(ctx, run.ID)
	if code := gonets.CodeOf(err); code == gonets.CodeNotFound || err == nil && d.Version == nil {
		return false, nil // it was removed since
	}
	if err != nil {
		return false, err
	}
	if run.Mark != gonets.MarkCheck {
		return whole(l.info.Steps, &d), nil
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

// whole tells whether every step was done, up to one that ends the run, and every
// request that was come to was sent and went well.
func whole(steps []gonets.Step, d *gonets.RunDetail) bool {
	if slices.ContainsFunc(d.Acts, func(a gonets.RunAct) bool { return a.Kind == gonets.ActionSkip }) {
		return false // a person did what a step should have
	}
	done := map[string]gonets.StepResult{}
	for _, r := range d.Results {
		done[r.Path] = r
	}
	sent, ended := true, false
	gonets.WalkSteps(steps, func(path string, st *gonets.Step) {
		r, reached := done[path]
		// One that is only shown is skipped, and so is one whose condition said no.
		sent = sent && !(reached && (r.State == gonets.StepFailed || st.IsRequest() && st.When == "" && r.Attempt == 0))
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
	if names = l.told(&set, names); len(names) == 0 {
		p.Fact = "off"
		return p, nil
	}
	letters, err := l.Witness.LastLetters(ctx)
	if err != nil {
		return p, err
	}
	// One that works is enough; else the one of which the most is known.
	p.Fact = "untried"
	known := []string{"untried", "quiet", "failing"}
	for _, name := range names {
		of, err := l.heard(ctx, name, letters)
		if err != nil || of.OK {
			return of, err
		}
		if slices.Index(known, of.Fact) > slices.Index(known, p.Fact) {
			p = of
		}
	}
	return p, nil
}

// told are those of the channels by which the rules tell of this scenario's errors.
func (l *look) told(set *setting.Settings, names []string) []string {
	return slices.DeleteFunc(names, func(channel string) bool {
		return !slices.ContainsFunc([]string{setting.RuleFirstFailure, setting.RuleBadEnd}, func(name string) bool {
			rule := set.Notices.Rule(name)
			return *rule.On && news.Fits(rule.Scenarios, l.info.Name) && (len(rule.Channels) == 0 || slices.Contains(rule.Channels, channel))
		})
	})
}

// heard judges a channel: it took a test with the present settings, and its newest
// letter arrived.
func (l *look) heard(ctx context.Context, channel string, letters map[string]news.Delivery) (api.ReadyPoint, error) {
	p := api.ReadyPoint{Point: "watched", Fact: "untried", Channel: channel}
	if heard, err := l.Heard(ctx, channel); err != nil || !heard {
		return p, err
	}
	letter, known := letters[channel]
	switch {
	case !known:
		p.Fact = "quiet"
	case letter.State != news.LetterSent:
		p.Fact = "failing"
	case !l.fresh(letter.SentAt):
		p.Fact, p.At = "quiet", seen(letter.SentAt)
	default:
		p.OK, p.Fact, p.At = true, "told", seen(letter.SentAt)
	}
	return p, nil
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
