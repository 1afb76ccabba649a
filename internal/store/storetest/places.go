package storetest

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"gonets"
	"gonets/internal/bulk"
	"gonets/internal/charset"
	"gonets/internal/compress"
	"gonets/internal/document"
	"gonets/internal/erase"
	"gonets/internal/news"
	"gonets/setting"
)

// packedAs is a body as senders pack it, by the name of the coding.
func (f fixture) packedAs(coding, plain string) []byte {
	f.t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip", "x-gzip":
		w = gzip.NewWriter(&out)
	case "deflate":
		w = zlib.NewWriter(&out)
	case "gzip, gzip":
		return f.packedAs("gzip", string(f.packedAs("gzip", plain)))
	default:
		return compress.Zstd([]byte(plain))
	}
	_, err := io.WriteString(w, plain)
	f.must(err)
	f.must(w.Close())
	return out.Bytes()
}

// noise cannot be packed.
func noise(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + rand.IntN(26)) //nolint:gosec // no secret
	}
	return string(b)
}

// erasedPlaces: whatever holds a person is found and erased, packed or not, each
// place by itself.
func erasedPlaces(f fixture) {
	f.Places.Give(100)
	coded := func(coding string) []gonets.Header {
		return []gonets.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "Content-Encoding", Value: coding}}
	}
	theirs := map[string]string{} // by the run's id
	keep := func(name string, ev gonets.Event) {
		f.t.Helper()
		run := f.accept(gonets.Acceptance{Event: ev})[0].Runs[0]
		f.finish(run, gonets.RunSucceeded)
		theirs[run.ID] = name
	}
	escaped := `{"tel": "\u002b7 (999) 000-11-22"}`
	for _, coding := range []string{"gzip", "x-gzip", "deflate", "zstd", "gzip, gzip"} {
		ev := f.event("")
		ev.Headers, ev.ContentType, ev.Body = coded(coding), "application/json", f.packedAs(coding, escaped)
		keep("an event packed as "+coding, ev)
		ev = f.event("")
		ev.Headers, ev.ContentType, ev.Body = coded(coding), "application/json", f.packedAs(coding, noise(3*gonets.InlineBody)+escaped)
		keep("a long event packed as "+coding, ev)
	}
	cut := f.event("")
	cut.Headers, cut.ContentType = coded("gzip"), "application/json"
	cut.Body = f.packedAs("gzip", escaped+noise(9_000))
	cut.Body = cut.Body[:len(cut.Body)-100]
	keep("a packed event that is cut off", cut)
	for name, change := range map[string]func(*gonets.Event){
		"a path": func(ev *gonets.Event) { ev.Path = "/of/79990001122" }, "a query": func(ev *gonets.Event) { ev.RawQuery = "tel=%2B7%20999%200001122" },
		"a header": func(ev *gonets.Event) { ev.Headers = []gonets.Header{{Name: "X-From", Value: canary}} },
	} {
		ev := f.event("nothing")
		change(&ev)
		keep(name, ev)
	}
	// One request with two elements, packed; the other one's data stay.
	batch := f.packedAs("gzip", `["79990001122", "79995554433"]`)
	var parts []gonets.Acceptance
	for _, item := range []string{`"79990001122"`, `"79995554433"`} {
		ev := f.event("")
		ev.Headers, ev.ContentType, ev.Body, ev.Item = coded("gzip"), "application/json", batch, []byte(item)
		parts = append(parts, gonets.Acceptance{Event: ev})
	}
	split := f.accept(parts...)
	for i := range split {
		f.finish(split[i].Runs[0], gonets.RunSucceeded)
		theirs[split[i].Runs[0].ID] = "a part of a packed request"
	}
	// What was sent and what came back, of events that do not tell of the person.
	for name, change := range map[string]func(*gonets.Attempt){
		"a packed request": func(a *gonets.Attempt) {
			a.RequestHeaders, a.RequestBody = coded("gzip"), f.packedAs("gzip", escaped)
		},
		"a packed reply": func(a *gonets.Attempt) { a.ReplyHeaders, a.ReplyBody = coded("gzip"), f.packedAs("gzip", escaped) },
		"an unpacked reply": func(a *gonets.Attempt) {
			a.ReplyHeaders, a.ReplyBody = coded("gzip"), []byte(escaped+noise(3*gonets.InlineBody))
		},
		"a redirect": func(a *gonets.Attempt) { a.Hops = []gonets.Hop{{Status: 302, URL: crm + "/?tel=79990001122"}} },
		"a cookie":   func(a *gonets.Attempt) { a.Cookies = []gonets.Cookie{{URL: crm, Line: "tel=79990001122"}} },
		"an error":   func(a *gonets.Attempt) { a.Error = "no such client: " + canary },
	} {
		run := f.run("nothing")
		tr := f.transition(run, gonets.RunSucceeded)
		change(tr.Attempt)
		_, err := f.Finish(f.ctx(), tr)
		f.must(err)
		theirs[run.ID] = name
	}
	// Checks and examples.
	made := f.event("")
	made.Mark, made.Headers, made.ContentType, made.Body = gonets.MarkCheck, coded("gzip"), "application/json", f.packedAs("gzip", escaped)
	packed, replied := f.check(made), f.check(f.event("nothing"))
	packed.Attempts, replied.Event.Mark = nil, gonets.MarkCheck
	replied.Attempts[0].ReplyBody = []byte(noise(9_000) + canary)
	other := f.check(replied.Event)
	other.Attempts[0].ReplyBody = []byte("79995554433")
	for _, d := range []gonets.RunDetail{packed, replied, other} {
		f.must(f.SaveCheck(f.ctx(), d))
	}
	for path, d := range map[string]gonets.RunDetail{"send": replied, "other": other} {
		a := d.Attempts[0]
		a.Path = path
		f.must(f.SaveExample(f.ctx(), gonets.Example{Scenario: "x", Attempt: a, SavedAt: f.Clock.Now(), SavedBy: "anna"}))
	}
	f.letterOf("about "+canary, "see the run")
	f.letterOf("about somebody", "тел. 8 (999) 000-11-22")
	f.letterOf("about nobody", "mine")
	leaving, err := f.ClaimLetter(f.ctx(), setting.ChannelMail, f.Clock.Now().Add(time.Minute))
	f.must(err)
	// What people asked for.
	f.must(f.KeepViews(f.ctx(), "anna", []byte(`{"items":[{"name":"Мои","q":"state:paused"},{"name":"Клиент","q":"phone:79990001122"}]}`)))
	paused := f.run("waits for a person")
	f.finish(paused, gonets.RunPaused)
	_, err = f.Act(f.ctx(), gonets.Action{Kind: gonets.ActionSkip, RunID: paused.ID, Actor: "anna-79990001122", Key: "k", Value: []byte(`{"tel":"` + canary + `"}`), At: f.Clock.Now()})
	f.must(err)
	f.act(paused.ID, gonets.ActionCancel)
	theirs[paused.ID] = "a value that a person gave"
	f.Clock.Advance(time.Second)
	asked := f.bulk(bulk.Job{Action: gonets.ActionResume, Filter: gonets.RunFilter{Value: "79990001122"}})

	s := f.eraser("me")
	job, err := s.Begin(f.ctx(), canary, "owner")
	f.must(err)
	f.until(s, job.ID, "found")
	_, err = s.Confirm(f.ctx(), job.ID, canary, "owner", true)
	f.must(err)
	done := f.until(s, job.ID, "finished")

	needle := erase.NewNeedle(canary)
	// So gzip begins (RFC 1952 §2.3): its mark, deflate, and no flags. Two bytes alone stand in what is packed by chance, too.
	gzipHead := []byte{0x1f, 0x8b, 8, 0}
	tells := func(text []byte) bool {
		return needle.In(erase.Text{Data: text}) || bytes.Contains(text, []byte(`"tel"`))
	}
	for id, name := range theirs {
		d := f.detail(id)
		bodies := [][]byte{[]byte(f.everything(id)), d.Event.Body}
		for i := range d.Attempts {
			a := &d.Attempts[i]
			bodies = append(bodies, a.RequestBody, a.ReplyBody)
			for _, h := range a.Hops {
				bodies = append(bodies, []byte(h.URL))
			}
			for _, c := range a.Cookies {
				bodies = append(bodies, []byte(c.Line))
			}
		}
		for _, b := range bodies {
			if r, err := compress.NewReader(bytes.NewReader(b), "gzip"); err == nil {
				plain, _ := io.ReadAll(r)
				bodies = append(bodies[:len(bodies):len(bodies)], plain)
				_ = r.Close()
				if tells(plain) {
					f.t.Errorf("%s: packed it still says %.100q", name, plain)
				}
			}
			if tells(b) || bytes.Contains(b, gzipHead) {
				f.t.Errorf("%s: it still says %.100q", name, b)
			}
		}
	}
	if text := f.everything(split[1].Runs[0].ID); !strings.Contains(text, "79995554433") {
		f.t.Errorf("another part of the request is gone: %q", text)
	}
	for id, want := range map[string]gonets.Code{packed.Run.ID: gonets.CodeNotFound, replied.Run.ID: gonets.CodeNotFound, other.Run.ID: ""} {
		_, err := f.Check(f.ctx(), id)
		f.wantCode(err, want)
	}
	examples, err := f.Examples(f.ctx(), "x")
	f.must(err)
	if len(examples) != 1 || examples[0].Attempt.Path != "other" {
		f.t.Errorf("examples: %+v", examples)
	}
	// The one that was on its way comes back: its server was not reached.
	leaving.State = news.LetterPending
	f.must(f.SettleLetter(f.ctx(), *leaving))
	f.wantLetters("about nobody")
	views, err := f.Views(f.ctx(), "anna")
	f.must(err)
	if tells(views) || !strings.Contains(string(views), "state:paused") {
		f.t.Errorf("views: %s", views)
	}
	if j, err := f.Bulk(f.ctx(), asked.ID); err != nil || j.Filter.Value != "" {
		f.t.Errorf("the mass action: %+v, %v", j, err)
	}
	if !slices.Contains(done.Mentions, "user/anna-79990001122") || slices.ContainsFunc(done.Mentions, func(m string) bool { return m == "settings" }) {
		f.t.Errorf("mentions: %q", done.Mentions)
	}
	// A second walk finds nothing more.
	again, err := s.Begin(f.ctx(), canary, "owner")
	f.must(err)
	if left := f.until(s, again.ID, "found"); len(left.Found) > 0 {
		f.t.Errorf("there is still %+v", left.Found)
	}
}

// letterOf keeps a letter that waits to be sent.
func (f fixture) letterOf(subject, text string) {
	f.t.Helper()
	_, err := f.AlertRound(f.ctx(), func(r *news.Round) {
		n := &news.Notice{Trouble: "t", Kind: news.NoticeBadEnd, Cause: gonets.Cause{Scenario: "x"}, At: r.Now, DueAt: r.Now}
		r.Notices = append(r.Notices, n)
		r.Bundles = append(r.Bundles, news.Bundle{Notices: []*news.Notice{n}, Letters: []news.Letter{{Channel: setting.ChannelMail, CreatedAt: r.Now, DueAt: r.Now,
			State: news.LetterPending, Subject: subject, Text: text}}})
	})
	f.must(err)
}

// wantLetters wants these and no other letters to be sent.
func (f fixture) wantLetters(subjects ...string) {
	f.t.Helper()
	var got []string
	for {
		l, err := f.ClaimLetter(f.ctx(), setting.ChannelMail, f.Clock.Now().Add(time.Minute))
		f.must(err)
		if l == nil {
			break
		}
		got = append(got, l.Subject)
	}
	if !slices.Equal(got, subjects) {
		f.t.Errorf("letters to be sent: %q, want %q", got, subjects)
	}
}

// erasedEncodings: a reply is read in the encoding that only its step names, in runs as
// in checks; a version that is gone keeps nobody from the rest.
func erasedEncodings(f fixture) {
	const name = "Анна Петрова"
	koi, err := charset.Encode(name, "koi8-r")
	f.must(err)
	sc := Scenario("x", "s")
	sc.Steps[0].HTTP.ResponseCharset = "koi8-r"
	f.apply(document.Apply{Scenarios: []gonets.Scenario{sc}})
	f.Places.Give(3)
	theirs, other := f.carrier("a", "b", string(koi)), f.carrier("a", "b", "mine")
	// One reply names its encoding itself, and its step another one.
	named := f.run("a")
	tr := f.transition(named, gonets.RunSucceeded)
	windows, err := charset.Encode(name, "windows-1251")
	f.must(err)
	tr.Attempt.ReplyHeaders, tr.Attempt.ReplyBody = []gonets.Header{{Name: "Content-Type", Value: "text/plain; charset=windows-1251"}}, windows
	_, err = f.Finish(f.ctx(), tr)
	f.must(err)
	check := f.check(f.event("c"))
	check.Version = &gonets.Version{Scenario: sc}
	check.Attempts[0].Path, check.Attempts[0].ReplyBody = "send", koi
	f.must(f.SaveCheck(f.ctx(), check))
	saved := f.check(f.event("d"))
	saved.Version = &gonets.Version{Scenario: Scenario("x", "s"), Requests: []gonets.SavedRequest{{Name: "list", HTTP: *sc.Steps[0].HTTP}}}
	saved.Version.Scenario.Steps = []gonets.Step{{ID: "send", Request: "list"}}
	saved.Attempts[0].Path, saved.Attempts[0].ReplyBody = "send", koi
	f.must(f.SaveCheck(f.ctx(), saved))
	s := f.eraser("me")
	job, err := s.Begin(f.ctx(), "анна петрова", "owner")
	f.must(err)
	f.until(s, job.ID, "found")
	_, err = s.Confirm(f.ctx(), job.ID, "анна петрова", "owner", false)
	f.must(err)
	f.until(s, job.ID, "finished")
	if text := f.everything(theirs.ID); strings.Contains(text, string(koi)) {
		f.t.Errorf("the reply is as it came: %q", text)
	}
	if text := f.everything(other.ID); !strings.Contains(text, "mine") {
		f.t.Errorf("another reply is gone: %q", text)
	}
	if text := f.everything(named.ID); strings.Contains(text, string(windows)) {
		f.t.Errorf("the reply that names its encoding is as it came: %q", text)
	}
	for _, id := range []string{check.Run.ID, saved.Run.ID} {
		_, err = f.Check(f.ctx(), id)
		f.wantCode(err, gonets.CodeNotFound)
	}
}
