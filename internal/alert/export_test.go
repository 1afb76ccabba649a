package alert

import (
	"context"

	"gonets/internal/news"
	"gonets/setting"
)

// Tick is one look and one go at the letters.
func (s *Service) Tick(ctx context.Context) {
	s.look(ctx)
	s.send(ctx)
	s.loops.Wait()
}

// DecideFor is a round's decision with mail.
func (s *Service) DecideFor(set setting.Settings, r *news.Round) {
	(&decider{set.Notices, set.Quiet(), channels(&set), newWriter("", set, "https://g.example.org", nil).write}).decide(r)
}

// Letter is the text of notices in a language.
func Letter(language string, notices ...*news.Notice) (subject, text string) {
	return letterOf(language, setting.Settings{Title: "Склад", TimeZone: "Europe/Moscow"}, notices)
}

// LetterBy is the English text of notices where rules are set.
func LetterBy(rules map[string]setting.Rule, notices ...*news.Notice) (subject, text string) {
	return letterOf(English, setting.Settings{Notices: &setting.Notices{Rules: rules}}, notices)
}

func letterOf(language string, set setting.Settings, notices []*news.Notice) (subject, text string) {
	w := newWriter(language, set, "https://g.example.org/", map[string]string{"lead": "Заявка → CRM"})
	return w.letter(notices)
}

// Words are a language's own.
func Words(language string) any { return *in(language) }

// Trial is the text of a test letter.
func Trial(language string) (subject, text string) {
	return newWriter(language, setting.Settings{}, "https://g.example.org", nil).test()
}
