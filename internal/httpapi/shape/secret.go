package shape

import (
	"time"

	"gonets"
	"gonets/api"
	"gonets/internal/news"
)

// Secrets shows what may be shown of secrets, at a time.
func Secrets(now time.Time) func(gonets.SecretInfo) api.Secret {
	return func(i gonets.SecretInfo) api.Secret {
		out := api.Secret{Name: i.Name, UpdatedAt: i.UpdatedAt, Actor: i.Actor, SecretEnd: api.SecretEnd{ValidUntil: instant(i.Until)}}
		switch level := news.ExpiryOf(i.From, i.Until, now).Level; {
		case level == news.Expired:
			out.Ending = api.EndingPast
		case level > 0:
			out.Ending = api.EndingSoon
		}
		return out
	}
}

// Until is the end that was given; zero when there is none.
func Until(e *api.SecretEnd) (until time.Time) {
	if e.ValidUntil != nil {
		until = *e.ValidUntil
	}
	return until
}
