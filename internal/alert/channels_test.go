package alert_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"gonets"
	"gonets/internal/news"
	"gonets/internal/testkit"
	"gonets/setting"
)

const (
	signingKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	botToken   = "123456:canary-ABCDEF_ghij"
)

// others is a real server that is a webhook's receiver and Telegram at once.
type others struct {
	*httptest.Server
	mu sync.Mutex
	// status is what is answered; 0 is well, and hangs never answers.
	status int
	hangs  chan struct{}
	hooks  []hook
	texts  []string
}

// hook is a webhook that was believed.
type hook struct {
	id, at string
	body   map[string]any
}

func newOthers(t *testing.T) *others {
	t.Helper()
	o := &others{}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		o.mu.Lock()
		status, hangs := o.status, o.hangs
		o.mu.Unlock()
		if hangs != nil && r.URL.Path == "/hook" {
			<-hangs
			return
		}
		if status != 0 {
			w.WriteHeader(status)
			return
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		if r.URL.Path == "/bot"+botToken+"/sendMessage" {
			var m struct{ Text string }
			json.Unmarshal(body, &m)
			o.texts = append(o.texts, m.Text)
			io.WriteString(w, `{"ok":true,"result":{"chat":{"title":"Дежурные"}}}`)
			return
		}
		raw, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(signingKey, "whsec_"))
		mac := hmac.New(sha256.New, raw)
		h := hook{id: r.Header.Get("webhook-id"), at: r.Header.Get("webhook-timestamp")}
		io.WriteString(mac, h.id+"."+h.at+"."+string(body))
		if r.Header.Get("webhook-signature") != "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
			t.Errorf("a webhook with a wrong signature: %v", r.Header)
		}
		json.Unmarshal(body, &h.body)
		o.hooks = append(o.hooks, h)
	}))
	t.Cleanup(o.Close)
	return o
}

func (o *others) answer(status int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.status = status
}

// got are the webhooks and the messages that came.
func (o *others) got() ([]hook, []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]hook(nil), o.hooks...), append([]string(nil), o.texts...)
}

// with adds both channels to the settings.
func (b *bench) with(o *others) {
	b.Helper()
	b.must(b.store.SetSecret(b.Context(), "notices-key", signingKey, time.Time{}, "test"))
	b.must(b.store.SetSecret(b.Context(), "bot", botToken, time.Time{}, "test"))
	b.set.Notices = &setting.Notices{Channels: []setting.Channel{
		{Name: "ops", Kind: setting.ChannelWebhook, URL: o.URL + "/hook", Key: &setting.SecretName{Secret: "notices-key"}},
		{Name: "duty", Kind: setting.ChannelTelegram, URL: o.URL, Token: &setting.SecretName{Secret: "bot"}, Chat: "-100"},
	}}
}

// states are how the newest notice reaches people.
func (b *bench) states() map[string]news.LetterState {
	b.Helper()
	out := map[string]news.LetterState{}
	for _, d := range b.notices()[0].Deliveries {
		out[d.Channel] = d.State
	}
	return out
}

func TestEveryChannelTells(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		o := newOthers(b.T)
		b.with(o)
		b.scenarios("lead")
		b.attempt(b.runs(1)[0], stalls())
		b.pass(time.Minute)
		b.want("отвечает 400")
		hooks, texts := o.got()
		if len(hooks) != 1 || len(texts) != 1 || !strings.HasPrefix(texts[0], "crm.example: отвечает 400, операций: 1\n\n") {
			b.Fatalf("webhooks %+v, messages %q", hooks, texts)
		}
		data, _ := hooks[0].body["data"].(map[string]any)
		if hooks[0].body["type"] != "gonets.notice" || data["subject"] != "crm.example: отвечает 400, операций: 1" {
			b.Errorf("webhook %+v", hooks[0].body)
		}
		n, _ := data["notices"].([]any)
		if one, _ := n[0].(map[string]any); len(n) != 1 || one["kind"] != "bad_end" || one["scenario"] != "lead" || one["host"] != "crm.example" || one["status"] != 400.0 {
			b.Errorf("notices %+v", n)
		}
		if got := b.notices()[0]; got.State != news.LetterSent || len(got.Deliveries) != 3 {
			b.Errorf("notice %+v", got)
		}
		b.pass(time.Hour)
		if hooks, texts = o.got(); len(hooks) != 1 || len(texts) != 1 {
			b.Errorf("told again: %d webhooks, %d messages", len(hooks), len(texts))
		}
	})
}

func TestChannelThatFailsHoldsNoOtherUp(t *testing.T) {
	onOne(t, secure(), func(b *bench) {
		o := newOthers(b.T)
		b.with(o)
		o.answer(500)
		b.scenarios("lead")
		b.attempt(b.runs(1)[0], stalls())
		b.pass(time.Minute)
		b.want("отвечает 400")
		if got := b.states(); got["mail"] != news.LetterSent || got["ops"] != news.LetterPending || got["duty"] != news.LetterPending {
			b.Errorf("states %v", got)
		}
		n := b.notices()[0]
		if n.State != news.LetterPending || !strings.Contains(n.Deliveries[2].LastError, "500 Internal Server Error") {
			b.Errorf("notice %+v", n)
		}
		// The next try is known, of the letter that was taken there is none.
		now := b.clock.Now()
		if next := n.Deliveries[2].NextAt; !next.After(now) || next.Sub(now) > time.Minute || !n.NextAt.Equal(next) || !n.Deliveries[1].NextAt.IsZero() {
			b.Errorf("at %s, the next try: %+v", now, n)
		}
		o.answer(0)
		b.pass(10 * time.Minute)
		hooks, texts := o.got()
		if len(hooks) != 1 || len(texts) != 1 || b.notices()[0].State != news.LetterSent || !b.notices()[0].NextAt.IsZero() {
			b.Errorf("%d webhooks, %d messages, %+v", len(hooks), len(texts), b.notices()[0])
		}
		if strings.Contains(b.log.String(), botToken) || strings.Contains(b.log.String(), signingKey) {
			b.Error("a secret stands in the log")
		}
	})
}

// A receiver that never answers keeps its own channel waiting and no other.
func TestChannelThatHangsHoldsNoOtherUp(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock()
	b := newBench(t, testkit.Store(t, clock, nil), clock, testkit.Mail(t, secure()))
	o := newOthers(t)
	o.hangs = make(chan struct{})
	b.with(o)
	b.scenarios("lead")
	b.attempt(b.runs(1)[0], stalls())
	clock.Advance(30 * time.Second)
	b.look()
	b.must(b.Start(t.Context()))
	clock.AwaitTimers(2)
	clock.Advance(5 * time.Second)
	b.mail.Await(1)
	// The webhook hangs still, and a further letter leaves by mail.
	b.attempt(b.runs(1)[0], stalls().at("other.example"))
	for len(b.mail.Letters()) < 2 {
		clock.AwaitTimers(2)
		clock.Advance(5 * time.Second)
	}
	close(o.hangs)
	b.must(b.Stop(t.Context()))
}

// A server that died between the sending and its record sends again, under the
// same id, so that the receiver knows the repeat.
func TestKilledBetweenSendingAndRecordingIsNotLost(t *testing.T) {
	t.Parallel()
	clock, dir, server := testkit.NewClock(), t.TempDir(), testkit.Mail(t, secure())
	first := testkit.StoreIn(t, dir, clock, nil)
	b := newBench(t, forgetful{first}, clock, server)
	o := newOthers(t)
	b.with(o)
	b.scenarios("lead")
	b.attempt(b.runs(1)[0], stalls())
	b.pass(time.Minute)
	b.must(first.Close(context.Background()))
	set := b.set
	b = newBench(t, testkit.StoreIn(t, dir, clock, nil), clock, server)
	b.set = set
	if got := b.states(); got["ops"] != news.LetterPending || got["duty"] != news.LetterPending {
		t.Fatalf("states %v", got)
	}
	b.pass(10 * time.Minute)
	hooks, texts := o.got()
	if len(hooks) != 2 || hooks[0].id != hooks[1].id || hooks[0].at == hooks[1].at || len(texts) != 2 || b.notices()[0].State != news.LetterSent {
		t.Errorf("webhooks %+v, %d messages, %+v", hooks, len(texts), b.notices())
	}
}

// forgetful is a store of a server that dies before it can record.
type forgetful struct{ keeper }

func (forgetful) SettleLetter(context.Context, news.Letter) error { return nil }

func TestChannelsAreTriedAndThenPeopleAreTold(t *testing.T) {
	onBoth(t, secure(), func(b *bench) {
		o := newOthers(b.T)
		b.with(o)
		b.set.Mail = nil
		ready := func(want bool) {
			b.Helper()
			if got, err := b.Ready(b.Context()); err != nil || got != want {
				b.Errorf("ready is %v (%v), want %v", got, err, want)
			}
		}
		ready(false)
		o.answer(500)
		if _, err := b.TestChannel(b.Context(), "ops"); gonets.CodeOf(err) != gonets.CodeChannelRefused {
			b.Errorf("a webhook that fails: %v", err)
		}
		if _, err := b.TestChannel(b.Context(), "nobody"); gonets.CodeOf(err) != gonets.CodeNotFound {
			b.Errorf("no such channel: %v", err)
		}
		o.answer(0)
		got, err := b.TestChannel(b.Context(), "duty")
		if err != nil || got.Said != "Дежурные" {
			b.Errorf("%+v, %v", got, err)
		}
		ready(true)
		b.must1(b.TestChannel(b.Context(), "ops"))
		hooks, _ := o.got()
		if len(hooks) != 1 || hooks[0].body["type"] != "gonets.test" {
			b.Errorf("webhooks %+v", hooks)
		}
		b.must(b.store.SetSecret(b.Context(), "bot", botToken+"x", time.Time{}, "test"))
		ready(true)
		b.must(b.store.DeleteSecret(b.Context(), "notices-key", "test"))
		ready(false)
		if _, err := b.TestChannel(b.Context(), "ops"); gonets.CodeOf(err) != gonets.CodeChannelRefused || !strings.Contains(err.Error(), "notices-key") {
			b.Errorf("without its key: %v", err)
		}
	})
}
