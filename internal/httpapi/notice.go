package httpapi

import (
	"context"

	"gonets/api"
	"gonets/internal/httpapi/shape"
	"gonets/internal/news"
)

func (s *server) listNotices(ctx context.Context, in *PageInput) (*list[api.Told], error) {
	found, err := s.Notices.Notices(ctx, in.page())
	if err != nil {
		return nil, err
	}
	set := s.Settings()
	return listOf(found, func(n news.Told) api.Told { return shape.Notice(&n, &set) }), nil
}

type mailTestInput struct{ Body api.MailTest }

func (s *server) testMail(ctx context.Context, in *mailTestInput) (*output[api.MailAccepted], error) {
	a, err := s.Notices.TestMail(ctx, news.MailTest{Mail: in.Body.Mail, Password: in.Body.Password})
	if err != nil {
		return nil, err
	}
	return &output[api.MailAccepted]{Body: api.MailAccepted{Accepted: true, Host: a.Host, At: a.At, Said: a.Said}}, nil
}

type channelTestInput struct{ Body api.ChannelTest }

func (s *server) testChannel(ctx context.Context, in *channelTestInput) (*output[api.ChannelAccepted], error) {
	a, err := s.Notices.TestChannel(ctx, in.Body.Channel)
	if err != nil {
		return nil, err
	}
	return &output[api.ChannelAccepted]{Body: api.ChannelAccepted{Accepted: true, Channel: in.Body.Channel, At: a.At, Said: a.Said}}, nil
}
