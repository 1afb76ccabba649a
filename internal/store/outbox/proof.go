package outbox

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"

	"gonets/internal/store/floor"
	"gonets/setting"
)

// ProveMail remembers that a mail server took a test letter with these
// settings. What it keeps of them is sealed.
func (o *Outbox) ProveMail(ctx context.Context, set setting.Mail, password string) error {
	return o.prove(ctx, setting.ChannelMail, mailPrint(set, password))
}

// MailProven tells whether a test letter was taken with these settings.
func (o *Outbox) MailProven(ctx context.Context, set setting.Mail, password string) (bool, error) {
	return o.proven(ctx, setting.ChannelMail, mailPrint(set, password))
}

// ProveChannel remembers that a channel took a test, and sends what waits for
// it at once.
func (o *Outbox) ProveChannel(ctx context.Context, c setting.Channel, secret string) error {
	return o.prove(ctx, c.Name, channelPrint(c, secret))
}

// ChannelProven tells whether the channel took a test as it is now.
func (o *Outbox) ChannelProven(ctx context.Context, c setting.Channel, secret string) (bool, error) {
	return o.proven(ctx, c.Name, channelPrint(c, secret))
}

// mailPrint and channelPrint are fingerprints of what makes a letter leave: a
// secret's value counts, whatever its name.
func mailPrint(set setting.Mail, password string) []byte {
	set.Password = nil
	return fingerprint(struct { //nolint:gosec // G117: only its hash leaves
		setting.Mail
		Secret string
	}{set, password})
}

func channelPrint(c setting.Channel, secret string) []byte {
	c.Key, c.Token = nil, nil
	return fingerprint(struct { //nolint:gosec // G117: only its hash leaves
		setting.Channel
		Secret string
	}{c, secret})
}

func fingerprint(of any) []byte {
	text, err := json.Marshal(of)
	if err != nil {
		panic("outbox: settings are no JSON: " + err.Error()) // they came as JSON
	}
	sum := sha256.Sum256(text)
	return sum[:]
}

// proofName is where a channel's proof is kept; proofPlace binds the sealed
// proof to its place.
func proofName(channel string) string {
	if channel == setting.ChannelMail {
		return "mail_proof"
	}
	return "channel_proof/" + channel
}

func proofPlace(channel string) string {
	if channel == setting.ChannelMail {
		return "mail/proof"
	}
	return "channel/proof/" + channel
}

func (o *Outbox) prove(ctx context.Context, channel string, sum []byte) error {
	sealed, err := o.base.Sealer.Seal(sum, proofPlace(channel))
	if err != nil {
		return err
	}
	text := base64.StdEncoding.EncodeToString(sealed)
	return o.base.Change(ctx, func(t floor.Txn) error {
		// What waits for a channel that works need not wait any longer.
		now := t.Now().UnixMilli()
		if err := t.Exec(`UPDATE letters SET due_at = ? WHERE state = 'pending' AND channel = ? AND due_at > ?`, now, channel, now); err != nil {
			return err
		}
		return t.Exec(`INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, proofName(channel), text)
	})
}

func (o *Outbox) proven(ctx context.Context, channel string, sum []byte) (bool, error) {
	var text string
	err := o.base.Read(ctx).Row(`SELECT value FROM meta WHERE name = ?`, []any{proofName(channel)}, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, o.base.Wrap(err)
	}
	sealed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return false, err
	}
	kept, err := o.base.Sealer.Open(sealed, proofPlace(channel))
	if err != nil {
		return false, nil //nolint:nilerr // another key: it was proved elsewhere
	}
	return string(sum) == string(kept), nil
}
