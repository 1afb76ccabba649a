package alert_test

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"gonets"
	"gonets/internal/alert"
	"gonets/internal/news"
	"gonets/internal/testkit"
	"gonets/setting"
)

// verbs are those of fmt in a text, in their order.
func verbs(text string) string {
	return strings.Join(regexp.MustCompile(`%[a-z]`).FindAllString(text, -1), "")
}

// incomplete finds what a language lacks.
func incomplete(ru, en any) (bad []string) {
	r, e := reflect.ValueOf(ru), reflect.ValueOf(en)
	for i := range r.NumField() {
		name, a, b := r.Type().Field(i).Name, r.Field(i).String(), e.Field(i).String()
		if a == "" || b == "" || verbs(a) != verbs(b) {
			bad = append(bad, name)
		}
	}
	return bad
}

func TestLettersAreCompleteInBothLanguages(t *testing.T) {
	t.Parallel()
	if bad := incomplete(alert.Words(alert.Russian), alert.Words(alert.English)); len(bad) > 0 {
		t.Errorf("not the same in both languages: %q", bad)
	}
	// The rule finds what it looks for.
	type words struct{ same, missing, other string }
	if bad := incomplete(words{"%s", "x", "%s %d"}, words{"%s", "", "%d %s"}); len(bad) != 2 {
		t.Errorf("the planted faults: %q", bad)
	}
	codes := []gonets.Code{gonets.CodeDNS, gonets.CodeTimeout, gonets.CodeHTTPStatus, gonets.CodeHTTPMoved, gonets.CodeBodyRule, gonets.CodeBlockedAddress,
		gonets.CodeTemplateFailed, gonets.CodeStepFailed, gonets.CodePoison, gonets.CodeSecretMissing, gonets.CodeInternal, gonets.CodeErrorShare, gonets.CodeCertificate, gonets.CodeSecretEnds, "nobody.knows"}
	for _, language := range []string{alert.Russian, alert.English} {
		for _, kind := range []news.NoticeKind{news.NoticeFirstFailure, news.NoticeBadEnd, news.NoticeRecovered, news.NoticeRejected, news.NoticeErrorShare, news.NoticeSuccess, news.NoticeCertificate} {
			for _, code := range codes {
				for _, host := range []string{"", "crm.example.ru"} {
					n := &news.Notice{Kind: kind, Cause: gonets.Cause{Scenario: "lead", Source: "form", Host: host, Code: code, Status: 503},
						At: testkit.Start(), Runs: 14, Ended: 3, RunID: "r1", Path: "deal"}
					if kind == news.NoticeRecovered {
						n.RecoveredAt = testkit.Start()
					}
					subject, text := alert.Letter(language, n)
					for _, bad := range []string{"%!", "  ", ": .", "..", ": \n"} {
						if strings.Contains(subject+text, bad) {
							t.Errorf("%s %s %s: %q in %q\n%s", language, kind, code, bad, subject, text)
						}
					}
					if cyrillic := regexp.MustCompile(`[а-яё]`); language == alert.English && cyrillic.MatchString(strings.NewReplacer("Склад", "", "Заявка", "").Replace(subject+text)) {
						t.Errorf("Russian in %q\n%s", subject, text)
					}
				}
			}
		}
	}
}

func TestLetterSaysWhatHappenedWhereAndWhatToDo(t *testing.T) {
	t.Parallel()
	n := &news.Notice{Kind: news.NoticeBadEnd, Cause: gonets.Cause{Scenario: "lead", Host: "crm.example.ru", Code: gonets.CodeHTTPStatus, Status: 503},
		At: testkit.Start(), Runs: 14, Ended: 3, RunID: "r1", Path: "deal"}
	subject, text := alert.Letter(alert.Russian, n)
	if want := "[Склад] crm.example.ru: отвечает 503, операций: 14"; subject != want {
		t.Errorf("subject %q, want %q", subject, want)
	}
	for _, want := range []string{"crm.example.ru: отвечает 503.", "Обработка: «Заявка → CRM»", "Шаг: deal", "Операций: 14, из них не доведены до конца: 3",
		"02.03.2026 12:00:00 MSK", "https://g.example.org/runs?scenario=lead&state=paused,failed", "https://g.example.org/settings/notices",
		"Пока это продолжается"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	// What a stranger can choose begins no header and stays in its line.
	n.Host = "a\r\nBcc: x@y.z"
	if subject, _ := alert.Letter(alert.English, n); strings.ContainsAny(subject, "\r\n") {
		t.Errorf("subject %q", subject)
	}
	many := make([]*news.Notice, 500)
	for i := range many {
		many[i] = n
	}
	if subject, text := alert.Letter(alert.English, many...); !strings.Contains(subject, "(and 499 more)") || len(text) > 64<<10 || !strings.Contains(text, "… and 470 more") {
		t.Errorf("subject %q, %d bytes", subject, len(text))
	}
	for _, language := range []string{alert.Russian, alert.English} {
		if subject, text := alert.Trial(language); subject == "" || !strings.Contains(text, "https://g.example.org/settings/notices") {
			t.Errorf("the test letter: %q\n%s", subject, text)
		}
	}
}

func TestALetterTellsOfTheStatusThatCame(t *testing.T) {
	t.Parallel()
	letter := func(status, runs, ended int) string {
		n := &news.Notice{Kind: news.NoticeFirstFailure, Cause: gonets.Cause{Scenario: "lead", Host: "crm.example.ru", Code: gonets.CodeHTTPStatus, Status: status},
			At: testkit.Start(), Runs: runs, Ended: ended, RunID: "r1", Path: "deal"}
		_, text := alert.Letter(alert.Russian, n)
		return text
	}
	const goesOn, left = "Следующие попытки пойдут сами", "Не доведённые до конца сами больше не повторятся"
	for _, c := range []struct {
		name              string
		status, runs, end int
		with, without     []string
	}{
		{"a service that is down", 503, 2, 0, []string{"Ошибка на его стороне", goesOn, "Посмотреть:"}, []string{"4xx", left}},
		{"all runs wait for a person", 503, 2, 2, []string{"Ошибка на его стороне", left}, []string{"4xx", goesOn, "Посмотреть:"}},
		{"some of them do", 503, 3, 1, []string{goesOn, left}, nil},
		{"a key that has ended", 401, 1, 1, []string{"Возьмите у сервиса действующий ключ", left}, []string{"5xx", goesOn}},
		{"data that are not right", 422, 1, 0, []string{"Исправьте данные"}, []string{"5xx", "ключ"}},
		{"a status that nobody expected", 204, 1, 1, []string{"успешные коды шага"}, []string{"4xx"}},
	} {
		text := letter(c.status, c.runs, c.end)
		for _, want := range c.with {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not in\n%s", c.name, want, text)
			}
		}
		for _, no := range c.without {
			if strings.Contains(text, no) {
				t.Errorf("%s: %q is in\n%s", c.name, no, text)
			}
		}
	}
}

func TestALetterPromisesOnlyWhatComes(t *testing.T) {
	t.Parallel()
	off := false
	n := &news.Notice{Kind: news.NoticeBadEnd, Cause: gonets.Cause{Scenario: "lead", Code: gonets.CodeStepFailed}, At: testkit.Start(), Runs: 1, Ended: 1, RunID: "r1"}
	const promise, quiet = "We will write when it is over", "you get no further message"
	if _, text := alert.Letter(alert.English, n); !strings.Contains(text, promise) {
		t.Errorf("no promise in\n%s", text)
	}
	if _, text := alert.LetterBy(map[string]setting.Rule{setting.RuleRecovered: {On: &off}}, n); strings.Contains(text, promise) || !strings.Contains(text, quiet) {
		t.Errorf("a promise that is not kept:\n%s", text)
	}
	n.Kind, n.Cause = news.NoticeRejected, gonets.Cause{Source: "form", Code: gonets.CodeSignature}
	if _, text := alert.Letter(alert.English, n); !strings.Contains(text, "See: https://g.example.org/sources/form\n") {
		t.Errorf("nowhere to look:\n%s", text)
	}
}
