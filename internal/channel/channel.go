// Package channel hands news to others than mail servers: to webhooks, signed
// as Standard Webhooks describes (standardwebhooks.com), and to Telegram bots.
// It sends once; who tries again, and when, is not its matter. Nothing that it
// says holds a secret.
package channel

import (
	"context"
	"strings"
	"time"

	"gonets"
	"gonets/internal/texts"
	"gonets/setting"
)

const (
	// timeout bounds one delivery.
	timeout = 20 * time.Second
	// maxReply is how much of an answer is read.
	maxReply = 64 << 10
	// maxSaid is how much of what was answered is shown, in letters.
	maxSaid = 200
)

// Message is news for one channel.
type Message struct {
	// ID is the same for every try, so that the receiver recognises a repeat.
	ID string
	// Subject and Text are for people; a webhook's Text is its JSON body.
	Subject string
	Text    string
	Channel setting.Channel
	// Secret is the key that signs, or the bot's token.
	Secret string
}

// Sender sends. Both members are required.
type Sender struct {
	Do    func(ctx context.Context, r *gonets.Request) *gonets.Exchange
	Clock gonets.Clock
}

// Send hands a message over and returns what was answered, in a few words. The
// error is a [gonets.Error] channel.refused; its problem names the kind of
// failure and the member of the channel that it concerns.
func (s *Sender) Send(ctx context.Context, m Message) (said string, err error) {
	if m.Channel.Kind == setting.ChannelTelegram {
		return s.telegram(ctx, &m)
	}
	return s.webhook(ctx, &m)
}

// post sends one request; an answer of any status is an answer.
func (s *Sender) post(ctx context.Context, m *Message, r *gonets.Request) (*gonets.Exchange, error) {
	r.Method, r.Timeout, r.ReplyLimit = "POST", timeout, maxReply
	r.Headers = append(r.Headers, gonets.Header{Name: "Content-Type", Value: "application/json"})
	x := s.Do(ctx, r)
	if x.Status == 0 {
		return nil, m.refused(gonets.CodeChannelUnreachable, x.Error, false)
	}
	return x, nil
}

// places are the members of a channel that codes speak of.
var places = map[gonets.Code]string{gonets.CodeChannelUnreachable: "/url", gonets.CodeChannelKey: "/key", gonets.CodeChannelToken: "/token",
	gonets.CodeChannelChat: "/chat", gonets.CodeChannelRefused: "/url"}

// refused is a failure in words. theirs is true when said are the other
// server's own words.
func (m *Message) refused(kind gonets.Code, said string, theirs bool) error {
	if m.Secret != "" {
		said = strings.ReplaceAll(said, m.Secret, "***")
	}
	said = strings.TrimRight(brief(said), ". ")
	e, _ := texts.Explain(kind)
	problem := gonets.Problem{Pointer: places[kind], Code: kind, Message: said}
	if theirs {
		problem.Values = []any{said}
	}
	return &gonets.Error{Code: gonets.CodeChannelRefused, Problems: []gonets.Problem{problem},
		Message: m.Channel.Name + " did not take the message: " + said + ". " + e.En.Todo}
}

// brief keeps a line of what a server said.
func brief(said string) string {
	said = strings.Join(strings.Fields(strings.ToValidUTF8(said, "")), " ")
	if letters := []rune(said); len(letters) > maxSaid {
		return string(letters[:maxSaid]) + "…"
	}
	return said
}
