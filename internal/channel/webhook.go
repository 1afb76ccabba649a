package channel

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"gonets"
)

// The lengths of a key that Standard Webhooks allows, in bytes.
const (
	minKey = 24
	maxKey = 64
)

// keyPrefix begins a whole key.
const keyPrefix = "whsec_"

// key is the value of a webhook's secret as bytes.
func key(secret string) ([]byte, error) {
	text, ok := strings.CutPrefix(strings.TrimSpace(secret), keyPrefix)
	raw, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(raw) < minKey || len(raw) > maxKey {
		return nil, errors.New("the key is no " + keyPrefix + "… with " + strconv.Itoa(minKey) + " to " + strconv.Itoa(maxKey) + " bytes in base64")
	}
	return raw, nil
}

// sign is a signature of the first version: over id, time and body.
func sign(key []byte, id, timestamp, body string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "." + body))
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (s *Sender) webhook(ctx context.Context, m *Message) (string, error) {
	k, err := key(m.Secret)
	if err != nil {
		return "", m.refused(gonets.CodeChannelKey, err.Error(), false)
	}
	// The time is that of the try: receivers refuse old ones.
	at := strconv.FormatInt(s.Clock.Now().Unix(), 10)
	x, err := s.post(ctx, m, &gonets.Request{URL: m.Channel.URL, Body: []byte(m.Text), Headers: []gonets.Header{
		{Name: "webhook-id", Value: m.ID}, {Name: "webhook-timestamp", Value: at},
		{Name: "webhook-signature", Value: sign(k, m.ID, at, m.Text)},
	}})
	if err != nil {
		return "", err
	}
	if x.Status < 200 || x.Status > 299 {
		return "", m.refused(gonets.CodeChannelRefused, answer(x), true)
	}
	return answer(x), nil
}

// answer is the first line of an answer without its version; a body may hold
// anything.
func answer(x *gonets.Exchange) string {
	if _, status, ok := strings.Cut(x.StatusLine, " "); ok {
		return brief(status)
	}
	return strconv.Itoa(x.Status)
}
