package main

import (
	"context"
	"net/url"

	"gonets"
	"gonets/internal/alert"
	"gonets/internal/channel"
	"gonets/internal/mail"
	"gonets/internal/news"
	"gonets/internal/notify"
)

// alerts tell people of what goes wrong.
func (s *server) alerts(config *live, bus *notify.Bus, kept storage, ways usual) *alert.Service {
	post := &mail.Sender{Dial: s.client.Dial, Clock: gonets.SystemClock{}, Hello: func() string {
		u, err := url.Parse(config.PublicURL())
		if err != nil {
			return ""
		}
		return u.Hostname()
	}}
	others := &channel.Sender{Do: s.client.Do, Clock: gonets.SystemClock{}}
	server := ""
	if s.cfg.PostgresURL() != "" {
		server = s.store.Node()
	}
	return alert.New(alert.Options{
		Disk: kept.Low, Server: server,
		Book: s.store, Letters: s.store, Settings: config.Settings, Secret: s.store.Secret, PublicURL: config.PublicURL,
		Titles: s.titles, Language: s.ownersLanguage, Owner: s.ownersEmail, Bus: bus, Clock: s.clock, Log: s.log,
		Send: func(ctx context.Context, o alert.Outgoing) (string, error) {
			return post.Send(ctx, o.Mail, o.Password, mail.Letter{ID: o.ID, Date: o.Date, To: o.To, Subject: o.Subject, Text: o.Text})
		},
		States: s.store, Digests: s.store, ClosedLanes: s.closedLanes, Certificates: s.certificates, Secrets: s.store.Secrets, Servers: s.store.Servers,
		Drifts: ways.watch.Look,
		Hand: func(ctx context.Context, p alert.Parcel) (string, error) {
			return others.Send(ctx, channel.Message{ID: p.ID, Subject: p.Subject, Text: p.Text, Channel: p.Channel, Secret: p.Secret})
		},
	})
}

// closedLanes are the queues to services that failed until they were left
// alone.
func (s *server) closedLanes(ctx context.Context) ([]string, error) {
	records, err := s.store.LaneRecords(ctx)
	var out []string
	for i := range records {
		if records[i].Closed() {
			out = append(out, records[i].Name)
		}
	}
	return out, err
}

// certificates are those that hosts showed since the last call.
func (s *server) certificates() []news.Certificate {
	var out []news.Certificate
	for host, c := range s.client.Certificates() {
		out = append(out, news.Certificate{Host: host, From: c.From, End: c.End})
	}
	return out
}

// titles are the scenarios' by name.
func (s *server) titles(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	for page := (gonets.Page{Limit: gonets.MaxPageSize}); ; {
		list, err := s.store.Scenarios(ctx, page)
		if err != nil {
			return nil, err
		}
		for i := range list.Items {
			out[list.Items[i].Name] = list.Items[i].Title
		}
		if page.Cursor = list.Next; page.Cursor == "" {
			return out, nil
		}
	}
}

// ownersLanguage is the one that the owner chose; a browser's own is not known
// to letters.
func (s *server) ownersLanguage(ctx context.Context) (string, error) {
	users, err := s.store.Users(ctx)
	for i := range users {
		if users[i].Role == gonets.RoleOwner && users[i].Language != "" {
			return users[i].Language, nil
		}
	}
	return gonets.LanguageRussian, err
}

// ownersEmail is the address that the owner gave at the set-up or later.
func (s *server) ownersEmail(ctx context.Context) (string, error) {
	users, err := s.store.Users(ctx)
	for i := range users {
		if users[i].Role == gonets.RoleOwner && users[i].Email != "" {
			return users[i].Email, nil
		}
	}
	return "", err
}

// mailWorks tells whether people hear of errors.
func (s *server) mailWorks(ctx context.Context) bool {
	ready, err := s.notices.Ready(ctx)
	if err != nil {
		s.log.Warn("it is not known whether people are told of errors", "error", err)
	}
	return ready
}
