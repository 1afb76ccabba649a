package channel

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf16"

	"gonets"
	"gonets/setting"
)

// maxMessage is how long a message of a bot may be, in UTF-16 code units.
const maxMessage = 4096

// botToken is how Telegram writes tokens; anything else would change the
// address that it stands in.
var botToken = regexp.MustCompile(`^[0-9]{1,20}:[A-Za-z0-9_-]{10,100}$`)

// telegram sends a bot's message (core.telegram.org/bots/api#sendmessage).
func (s *Sender) telegram(ctx context.Context, m *Message) (string, error) {
	m.Secret = strings.TrimSpace(m.Secret)
	if !botToken.MatchString(m.Secret) {
		return "", m.refused(gonets.CodeChannelToken, "this is no token of a bot, which looks like 123456:ABC-def", false)
	}
	type preview struct {
		IsDisabled bool `json:"is_disabled"`
	}
	body, err := json.Marshal(struct {
		Chat    string  `json:"chat_id"`
		Text    string  `json:"text"`
		Preview preview `json:"link_preview_options"`
	}{m.Channel.Chat, fit(m.Subject + "\n\n" + m.Text), preview{true}})
	if err != nil {
		return "", err
	}
	base := strings.TrimRight(cmp.Or(m.Channel.URL, setting.TelegramAPI), "/")
	x, err := s.post(ctx, m, &gonets.Request{URL: base + "/bot" + m.Secret + "/sendMessage", Body: body})
	if err != nil {
		return "", err
	}
	var reply struct {
		OK          bool   `json:"ok"`
		Description string `json:"description"`
		Result      struct {
			Chat struct {
				Title    string `json:"title"`
				Username string `json:"username"`
			} `json:"chat"`
		} `json:"result"`
	}
	read := json.Unmarshal(x.ReplyBody, &reply)
	switch said := cmp.Or(reply.Description, answer(x)); {
	case read != nil && x.Status == http.StatusOK:
		return "", m.refused(gonets.CodeChannelRefused, "the answer is none of Telegram's", false)
	case x.Status == http.StatusOK && reply.OK:
		return brief(cmp.Or(reply.Result.Chat.Title, reply.Result.Chat.Username, "ok")), nil
	case x.Status == http.StatusUnauthorized, x.Status == http.StatusNotFound:
		return "", m.refused(gonets.CodeChannelToken, said, true)
	case x.Status == http.StatusForbidden, x.Status == http.StatusBadRequest && strings.Contains(strings.ToLower(said), "chat"):
		return "", m.refused(gonets.CodeChannelChat, said, true)
	default:
		return "", m.refused(gonets.CodeChannelRefused, said, true)
	}
}

// fit cuts a text to what a message may hold, between lines where it can.
func fit(text string) string {
	text = strings.TrimSpace(text)
	units := utf16.Encode([]rune(text))
	if len(units) <= maxMessage {
		return text
	}
	cut := strings.TrimSuffix(string(utf16.Decode(units[:maxMessage-2])), "\uFFFD")
	if line := strings.LastIndexByte(cut, '\n'); line > len(cut)/2 {
		cut = cut[:line]
	}
	return cut + "\n…"
}
