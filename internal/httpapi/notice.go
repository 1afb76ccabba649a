package httpapi

import (
	"context"

	"gonets/api"
	"gonets/internal/news"
	"gonets/internal/texts"
)

func (s *server) listNotices(ctx context.Context, in *PageInput) (*list[api.Told], error) {
	found, err := s.Notices.Notices(ctx, in.page())
	if err != nil {
		return nil, err
	}
	return listOf(found, noticeOf), nil
}

func noticeOf(n news.Notice) api.Told {
	out := api.Told{ID: n.ID, At: n.At, Kind: string(n.Kind), Code: n.Code, Status: n.Status, Host: n.Host, Scenario: n.Scenario, Source: n.Source,
		Runs: n.Runs, Ended: n.Ended, State: string(n.State), Tries: n.Tries, LastError: n.LastError}
	out.Cause = string(n.Code)
	if e, ok := texts.Explain(n.Code); ok {
		out.Cause = e.En.What
	}
	if !n.SentAt.IsZero() {
		out.SentAt = &n.SentAt
	}
	if !n.RecoveredAt.IsZero() {
		out.RecoveredAt = &n.RecoveredAt
	}
	return out
}

type mailTestInput struct{ Body api.MailTest }

func (s *server) testMail(ctx context.Context, in *mailTestInput) (*output[api.MailAccepted], error) {
	a, err := s.Notices.TestMail(ctx, news.MailTest{Mail: in.Body.Mail, Password: in.Body.Password})
	if err != nil {
		return nil, err
	}
	return &output[api.MailAccepted]{Body: api.MailAccepted{Accepted: true, Host: a.Host, At: a.At, Said: a.Said}}, nil
}
