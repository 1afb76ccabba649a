package channel_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"gonets"
	"gonets/internal/channel"
	"gonets/internal/outbound"
	"gonets/internal/testkit"
	"gonets/setting"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const (
	// key is the one of the specification's example.
	key   = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	token = "123456:canary-ABCDEF_ghij"
)

// arrived is what a receiver got.
type arrived struct {
	path   string
	header http.Header
	body   string
}

// sending is a sender and a receiver that answers with status and reply.
func sending(t *testing.T, status int, reply string) (*channel.Sender, string, *arrived) {
	t.Helper()
	got := &arrived{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*got = arrived{r.URL.Path, r.Header, string(body)}
		w.WriteHeader(status)
		io.WriteString(w, reply)
	}))
	t.Cleanup(srv.Close)
	client := outbound.New(outbound.Options{Policy: outbound.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}})
	t.Cleanup(client.Close)
	return &channel.Sender{Do: client.Do, Clock: testkit.NewClock()}, srv.URL, got
}

// believes is the check of a receiver, written from the specification.
func believes(header http.Header, body string) bool {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(key, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, raw)
	io.WriteString(mac, header.Get("Webhook-Id")+"."+header.Get("Webhook-Timestamp")+"."+body)
	for one := range strings.FieldsSeq(header.Get("Webhook-Signature")) {
		version, text, _ := strings.Cut(one, ",")
		sent, err := base64.StdEncoding.DecodeString(text)
		if err == nil && version == "v1" && hmac.Equal(sent, mac.Sum(nil)) {
			return true
		}
	}
	return false
}

func TestWebhookIsSignedAsTheReceiverExpects(t *testing.T) {
	t.Parallel()
	s, url, got := sending(t, 204, "")
	m := channel.Message{ID: "msg_1", Subject: "s", Text: `{"type":"gonets.test"}`, Secret: key,
		Channel: setting.Channel{Name: "ops", Kind: setting.ChannelWebhook, URL: url + "/hook"}}
	said, err := s.Send(t.Context(), m)
	if err != nil || !strings.HasPrefix(said, "204") {
		t.Fatalf("%q, %v", said, err)
	}
	if got.path != "/hook" || got.body != m.Text || got.header.Get("Content-Type") != "application/json" || got.header.Get("Webhook-Id") != "msg_1" {
		t.Errorf("%+v", got)
	}
	if at := got.header.Get("Webhook-Timestamp"); at != "1772442000" {
		t.Errorf("the time is %s", at)
	}
	if !believes(got.header, got.body) {
		t.Error("the receiver does not believe it")
	}
	if believes(got.header, got.body+" ") {
		t.Error("the check believes another body")
	}
}

// The example of the specification's own libraries.
func TestSignatureIsThatOfTheSpecification(t *testing.T) {
	t.Parallel()
	s, url, got := sending(t, 200, "")
	s.Clock = fixed(1614265330)
	m := channel.Message{ID: "msg_p5jXN8AQM9LWM0D4loKWxJek", Text: `{"test": 2432232314}`, Secret: key, Channel: setting.Channel{Kind: setting.ChannelWebhook, URL: url}}
	if _, err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if sig := got.header.Get("Webhook-Signature"); sig != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("signature %s", sig)
	}
}

type fixed int64

func (f fixed) Now() time.Time                      { return time.Unix(int64(f), 0) }
func (fixed) NewTimer(d time.Duration) gonets.Timer { return testkit.NewClock().NewTimer(d) }

func TestTelegramGetsAPlainMessage(t *testing.T) {
	t.Parallel()
	s, url, got := sending(t, 200, `{"ok":true,"result":{"message_id":7,"chat":{"id":-100,"title":"Дежурные"}}}`)
	said, err := s.Send(t.Context(), channel.Message{ID: "1", Subject: "crm отвечает 503", Text: strings.Repeat("строка <b>\n", 1000), Secret: token + "\n",
		Channel: setting.Channel{Name: "duty", Kind: setting.ChannelTelegram, URL: url, Chat: "-100"}})
	if err != nil || said != "Дежурные" {
		t.Fatalf("%q, %v", said, err)
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		t.Fatal(err)
	}
	text, _ := body["text"].(string)
	if got.path != "/bot"+token+"/sendMessage" || body["chat_id"] != "-100" || body["parse_mode"] != nil || !strings.HasPrefix(text, "crm отвечает 503\n\nстрока <b>\n") {
		t.Errorf("%s %+v", got.path, body)
	}
	if n := len(utf16.Encode([]rune(text))); n > 4096 || n < 3500 || !strings.HasSuffix(text, "<b>\n…") {
		t.Errorf("%d units, the end is %q", n, text[len(text)-20:])
	}
}

func TestRefusalSaysWhatIsWrongAndHoldsNoSecret(t *testing.T) {
	t.Parallel()
	hook := setting.Channel{Name: "ops", Kind: setting.ChannelWebhook}
	bot := setting.Channel{Name: "duty", Kind: setting.ChannelTelegram, Chat: "5"}
	for name, c := range map[string]struct {
		status int
		reply  string
		to     setting.Channel
		secret string
		code   gonets.Code
		place  string
		said   string
	}{
		"a webhook that says no":      {500, "x", hook, key, gonets.CodeChannelRefused, "/url", "500 Internal Server Error"},
		"a webhook that has moved":    {301, "", hook, key, gonets.CodeChannelRefused, "/url", "301 Moved Permanently"},
		"a key without its beginning": {200, "", hook, strings.TrimPrefix(key, "whsec_"), gonets.CodeChannelKey, "/key", "the key is no whsec_"},
		"a key that is too short":     {200, "", hook, "whsec_MfKQ", gonets.CodeChannelKey, "/key", "the key is no whsec_"},
		"no token":                    {200, "", bot, "../../x", gonets.CodeChannelToken, "/token", "this is no token"},
		"an unknown bot":              {401, `{"ok":false,"error_code":401,"description":"Unauthorized ` + token + `"}`, bot, token, gonets.CodeChannelToken, "/token", "Unauthorized ***"},
		"an unknown chat":             {400, `{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`, bot, token, gonets.CodeChannelChat, "/chat", "Bad Request: chat not found"},
		"a bot that was put out":      {403, `{"ok":false,"description":"Forbidden: bot was kicked from the group chat"}`, bot, token, gonets.CodeChannelChat, "/chat", "kicked"},
		"too many messages":           {429, `{"ok":false,"description":"Too Many Requests: retry after 5"}`, bot, token, gonets.CodeChannelRefused, "/url", "retry after 5"},
		"somebody else":               {200, `<html>`, bot, token, gonets.CodeChannelRefused, "/url", "none of Telegram's"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, url, _ := sending(t, c.status, c.reply)
			c.to.URL = url
			_, err := s.Send(t.Context(), channel.Message{ID: "1", Subject: "s", Text: "{}", Channel: c.to, Secret: c.secret})
			refused(t, err, c.code, c.place, c.said)
			if err != nil && (strings.Contains(err.Error(), token) || strings.Contains(err.Error(), "MfKQ")) {
				t.Errorf("a secret stands in %s", err)
			}
		})
	}
}

func refused(t *testing.T, err error, code gonets.Code, place, said string) {
	t.Helper()
	var e *gonets.Error
	if !errors.As(err, &e) || e.Code != gonets.CodeChannelRefused || len(e.Problems) != 1 {
		t.Fatalf("%#v", err)
	}
	if p := e.Problems[0]; p.Code != code || p.Pointer != place || !strings.Contains(p.Message, said) {
		t.Errorf("%+v, want %s at %s with %q", p, code, place, said)
	}
}

func TestNobodyThereAndNotAllowedAreUnreachable(t *testing.T) {
	t.Parallel()
	s, url, _ := sending(t, 200, "")
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, to := range []string{closed.URL, "http://10.0.0.1/"} {
		_, err := s.Send(t.Context(), channel.Message{ID: "1", Subject: "s", Text: "t", Secret: token, Channel: setting.Channel{Name: "duty", Kind: setting.ChannelTelegram, URL: to, Chat: "5"}})
		refused(t, err, gonets.CodeChannelUnreachable, "/url", "")
		if strings.Contains(err.Error(), token) {
			t.Errorf("the token stands in %s", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Send(ctx, channel.Message{Secret: key, Channel: setting.Channel{Kind: setting.ChannelWebhook, URL: url}}); err == nil {
		t.Error("sent although it was called off")
	}
}
