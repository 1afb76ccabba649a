package alert

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gonets"
	"gonets/internal/drift"
	"gonets/internal/news"
	"gonets/internal/texts"
	"gonets/setting"
)

// maxListed is how many pieces of news one letter tells in full.
const maxListed = 30

// Language of letters.
const (
	Russian = "ru"
	English = "en"
)

// words are what letters are made of, in one language. Verbs of fmt stand in
// the same order in all of them; a test proves it.
type words struct {
	status, moved          string
	failed                 string
	recovered, succeeds    string
	rejected               string
	more, others           string
	scenario, step         string
	runs, ended            string
	first                  string
	means, todo, look      string
	last                   string
	again, left            string
	requests               string
	quietNow, quietOnly    string
	footer                 string
	testSubject, testText  string
	date                   string
	rejectedOften, quoting string
	silent, speaks         string
	silentSince, usually   string
	laneClosed, laneOpen   string
	diskLow, diskRoom      string
	diskFree, diskTakes    string
	diskWeek, diskNoWeek   string
	// many, few and so on tell of a scenario's share of errors.
	many, few           string
	manyRuns, manyTries string
	// expires and so on tell of a certificate.
	expires, expired, renewed  string
	goodUntil, goodFor, newOne string
	day                        string
	// valueEnds and so on tell of a secret.
	valueEnds, valueEnded, valueFar, noticed string
	// drifted and so on tell of the fields of events; types are those of values.
	drifted, asBefore     string
	fieldGone, fieldType  string
	fieldNew, fieldUses   string
	fieldMore, fieldHints string
	types                 [6]string
	// done and so on tell of runs that succeeded.
	done, doneSince, doneOften string
	// digest and so on tell of a day or a week.
	digest, digestSpan, digestNothing string
	digestDone, digestBad             string
	digestWaiting, digestPaused       string
	digestOpen, digestOver            string
	since, fromTo                     string
}

func in(language string) *words {
	if language == English {
		return &words{
			status: "answers %d", moved: "has moved (%d)",
			failed:    "%s: %s, runs: %s",
			recovered: "%s works again", succeeds: "%s succeeds again",
			rejected: "%s: rejected requests: %s",
			more:     "%s (and %d more)", others: "… and %d more; all of them: %s",
			scenario: "Scenario: %s", step: "Step: %s",
			runs: "Runs: %s", ended: "Runs: %s, of these failed or waiting for you: %s",
			first: "First failure: %s",
			means: "What it means: %s", todo: "What to do: %s", look: "See: %s",
			last:  "Those that failed or wait for you are not tried again by themselves. Open them and decide: %s",
			again: "It works again since %s.", left: "Runs waiting for you: %s",
			requests:      "%s: requests rejected for a wrong signature or token: %s, since %s.",
			quietNow:      "While this lasts, you get no further message about it. We will write when it is over.",
			quietOnly:     "While this lasts, you get no further message about it.",
			footer:        "Gonets, %s\nWho gets these messages is set here: %s",
			testSubject:   "Test message from Gonets",
			testText:      "This is a test message. If you can read it, messages about errors will reach you too.",
			date:          "2006-01-02 15:04:05",
			rejectedOften: "While it goes on, messages about it become rarer: at most one an hour.",
			quoting:       "“%s”",
			silent:        "%s is silent", speaks: "%s sends data again",
			silentSince: "Its last event came on %s.", usually: "Usually it is silent for no longer than %s.",
			laneClosed: "%s: the queue is closed", laneOpen: "%s: the queue is open again",
			diskLow: "The disk is almost full", diskRoom: "The disk has room again",
			diskFree: "Free: %s of %s; below %s it is low.", diskTakes: "The database takes %s.",
			diskWeek:   "If history were kept for 7 days, about %s would go.",
			diskNoWeek: "There is hardly any history older than 7 days.",
			many:       "%s: %d%% fail", few: "%s: few errors again",
			manyRuns: "Runs that came to a bad end: %d of %d.", manyTries: "Attempts that failed, repeats left out: %d of %d.",
			expires: "%s: the certificate expires on %s", expired: "%s: the certificate expired on %s", renewed: "%s: the certificate is renewed",
			goodUntil: "It is good until %s.", goodFor: "Left: %s.", newOne: "A new certificate was seen on %s.", day: "2006-01-02",
			valueEnds: "%s: the secret expires on %s", valueEnded: "%s: the secret expired on %s", valueFar: "%s: the secret does not expire soon any more", noticed: "Noticed on %s.",
			drifted: "%s: fields have changed", asBefore: "%s: the fields are as before",
			fieldGone: "The field %s does not come any more.", fieldType: "The field %s is now: %s. It used to be: %s.", fieldNew: "A new field %s: %s.",
			fieldUses: "Steps that read it: %s", fieldMore: "… and %d more.", fieldHints: "New fields came up: %s. Perhaps a field was renamed.",
			types: [6]string{"text", "number", "yes or no", "nothing (null)", "list", "object"},
			done:  "%s: done, runs: %s", doneSince: "The first one: %s", doneOften: "While it goes on, messages about it become rarer and tell how many there were.",
			digest: "Digest: done %d, failed %d, waiting for you %s", digestSpan: "From %s to %s.", digestNothing: "No run ended in this time.",
			digestDone: "done %d", digestBad: "failed %d", digestWaiting: "waiting %s", digestPaused: "waiting for you %s",
			digestOpen: "Troubles now:", digestOver: "Troubles that are over:", since: "%s (since %s)", fromTo: "%s (%s – %s)",
		}
	}
	return &words{
		status: "отвечает %d", moved: "переехал (%d)",
		failed:    "%s: %s, операций: %s",
		recovered: "%s снова работает", succeeds: "%s: снова без ошибок",
		rejected: "%s: отвергнуто запросов: %s",
		more:     "%s (и ещё %d)", others: "… и ещё %d; все здесь: %s",
		scenario: "Обработка: %s", step: "Шаг: %s",
		runs: "Операций: %s", ended: "Операций: %s, из них не доведены до конца: %s",
		first: "Первая неудача: %s",
		means: "Что это значит: %s", todo: "Что делать: %s", look: "Посмотреть: %s",
		last:  "Не доведённые до конца сами больше не повторятся. Откройте их и решите, что делать: %s",
		again: "Снова работает с %s.", left: "Операции, которые ждут вас: %s",
		requests:      "%s: отвергнуто запросов с неверной подписью или токеном: %s, начиная с %s.",
		quietNow:      "Пока это продолжается, других сообщений об этом не будет. Когда всё снова заработает, напишем.",
		quietOnly:     "Пока это продолжается, других сообщений об этом не будет.",
		footer:        "Gonets, %s\nКому приходят такие сообщения, задано в настройках: %s",
		testSubject:   "Пробное сообщение от Gonets",
		testText:      "Это пробное сообщение. Если вы его читаете, дойдут и сообщения об ошибках.",
		date:          "02.01.2006 15:04:05",
		rejectedOften: "Пока это продолжается, сообщения об этом приходят всё реже: не чаще раза в час.",
		quoting:       "«%s»",
		silent:        "%s молчит", speaks: "%s снова присылает данные",
		silentSince: "Последнее событие пришло %s.", usually: "Обычно молчит не дольше %s.",
		laneClosed: "%s: очередь закрыта", laneOpen: "%s: очередь снова открыта",
		diskLow: "На диске почти нет места", diskRoom: "На диске снова есть место",
		diskFree: "Свободно %s из %s; мало — это меньше %s.", diskTakes: "База занимает %s.",
		diskWeek:   "Если хранить историю 7 дней, освободится примерно %s.",
		diskNoWeek: "Истории старше 7 дней почти нет.",
		many:       "%s: не удаётся %d%%", few: "%s: ошибок снова мало",
		manyRuns: "Операций не доведено до конца: %d из %d.", manyTries: "Неудачных попыток, не считая повторов: %d из %d.",
		expires: "%s: сертификат истекает %s", expired: "%s: сертификат истёк %s", renewed: "%s: сертификат обновлён",
		goodUntil: "Он действует до %s.", goodFor: "Осталось: %s.", newOne: "Новый сертификат замечен %s.", day: "02.01.2006",
		valueEnds: "%s: секрет истекает %s", valueEnded: "%s: секрет истёк %s", valueFar: "%s: срок секрета больше не подходит к концу", noticed: "Замечено %s.",
		drifted: "%s: изменились поля", asBefore: "%s: поля снова как раньше",
		fieldGone: "Поле %s больше не приходит.", fieldType: "Поле %s теперь: %s. Раньше было: %s.", fieldNew: "Новое поле %s: %s.",
		fieldUses: "Его читают шаги: %s", fieldMore: "… и ещё %d.", fieldHints: "Появились новые поля: %s. Возможно, поле переименовали.",
		types: [6]string{"текст", "число", "да или нет", "пусто (null)", "список", "объект"},
		done:  "%s: выполнено, операций: %s", doneSince: "Первая: %s", doneOften: "Пока это продолжается, сообщения приходят всё реже и говорят, сколько операций выполнено.",
		digest: "Сводка: выполнено %d, не удалось %d, ждут вас %s", digestSpan: "С %s по %s.", digestNothing: "За это время ни одна операция не закончилась.",
		digestDone: "выполнено %d", digestBad: "не удалось %d", digestWaiting: "в работе %s", digestPaused: "ждут вас %s",
		digestOpen: "Неполадки сейчас:", digestOver: "Прошло:", since: "%s (с %s)", fromTo: "%s (%s – %s)",
	}
}

// writer writes letters for one owner.
type writer struct {
	language string
	zone     *time.Location
	// url is the server's address for people, without a slash at the end.
	url string
	// installation is its title; it begins subjects.
	installation string
	// titles are the scenarios' by name.
	titles map[string]string
	// tellsEnds is set where people are told that a trouble is over.
	tellsEnds bool
	// now is when it writes.
	now time.Time
}

func newWriter(language string, set setting.Settings, publicURL string, titles map[string]string) *writer {
	return &writer{language: language, zone: set.Zone(), url: strings.TrimSuffix(publicURL, "/"), installation: set.Title, titles: titles,
		tellsEnds: *set.Notices.Rule(setting.RuleRecovered).On}
}

// letter tells of notices, the first of which stands in the subject.
func (w *writer) letter(notices []*news.Notice) (subject, text string) {
	t := in(w.language)
	subject = w.subject(notices[0])
	if n := len(notices) - 1; n > 0 {
		subject = fmt.Sprintf(t.more, subject, n)
	}
	var parts []string
	lasts := false
	for i, n := range notices {
		if i == maxListed {
			parts = append(parts, fmt.Sprintf(t.others, len(notices)-i, w.url+"/settings/notices"))
			break
		}
		parts = append(parts, w.notice(n))
		lasts = lasts || n.RecoveredAt.IsZero() && n.Kind != news.NoticeRejected && n.Kind != news.NoticeSuccess && n.Kind != news.NoticeCertificate
	}
	switch {
	case lasts && w.tellsEnds:
		parts = append(parts, t.quietNow)
	case lasts:
		parts = append(parts, t.quietOnly)
	case notices[0].Kind == news.NoticeRejected:
		parts = append(parts, t.rejectedOften)
	case notices[0].Kind == news.NoticeSuccess:
		parts = append(parts, t.doneOften)
	}
	return w.titled(subject), w.signed(strings.Join(parts, "\n\n"))
}

// write is a letter for a kind of channel.
func (w *writer) write(kind setting.ChannelKind, notices []*news.Notice) (subject, text string) {
	subject, text = w.letter(notices)
	if kind == setting.ChannelWebhook {
		return subject, w.envelope(eventNotice, subject, text, notices)
	}
	return subject, text
}

// trial is a test for a kind of channel.
func (w *writer) trial(kind setting.ChannelKind) (subject, text string) {
	subject, text = w.test()
	if kind == setting.ChannelWebhook {
		return subject, w.envelope(eventTest, subject, text, nil)
	}
	return subject, text
}

// test is a letter that tells of nothing.
func (w *writer) test() (subject, text string) {
	t := in(w.language)
	return w.titled(t.testSubject), w.signed(t.testText)
}

func (w *writer) titled(subject string) string {
	if w.installation != "" {
		subject = "[" + w.installation + "] " + subject
	}
	// Nothing in a subject may begin a header of its own.
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, subject)
}

func (w *writer) signed(text string) string {
	return text + "\n\n" + fmt.Sprintf(in(w.language).footer, w.url, w.url+"/settings/notices") + "\n"
}

func (w *writer) subject(n *news.Notice) string {
	t := in(w.language)
	over := n.Kind == news.NoticeRecovered
	switch {
	case n.Code == gonets.CodeSourceSilent && over:
		return fmt.Sprintf(t.speaks, n.Source)
	case n.Code == gonets.CodeSourceSilent:
		return fmt.Sprintf(t.silent, n.Source)
	case n.Code == gonets.CodeFieldDrift && over:
		return fmt.Sprintf(t.asBefore, n.Source)
	case n.Code == gonets.CodeFieldDrift:
		return fmt.Sprintf(t.drifted, n.Source)
	case n.Code == gonets.CodeLaneClosed && over:
		return fmt.Sprintf(t.laneOpen, n.Host)
	case n.Code == gonets.CodeLaneClosed:
		return fmt.Sprintf(t.laneClosed, n.Host)
	case n.Kind == news.NoticeSuccess:
		return fmt.Sprintf(t.done, w.scenario(n.Scenario), count(n.Runs))
	case n.Code == gonets.CodeDiskLow && over:
		return w.of(n.Host, t.diskRoom)
	case n.Code == gonets.CodeDiskLow:
		return w.of(n.Host, t.diskLow)
	case n.Code == gonets.CodeCertificate && over:
		return fmt.Sprintf(t.renewed, n.Host)
	case n.Code == gonets.CodeCertificate:
		return w.expiry(n, t.expires, t.expired)
	case n.Code == gonets.CodeSecretEnds && over:
		return fmt.Sprintf(t.valueFar, n.Host)
	case n.Code == gonets.CodeSecretEnds:
		return w.expiry(n, t.valueEnds, t.valueEnded)
	case n.Code == gonets.CodeErrorShare && over:
		return fmt.Sprintf(t.few, w.scenario(n.Scenario))
	case n.Code == gonets.CodeErrorShare:
		return fmt.Sprintf(t.many, w.scenario(n.Scenario), news.ParseShare(n.Path).Percent())
	case n.Kind == news.NoticeRejected:
		return fmt.Sprintf(t.rejected, n.Source, count(n.Runs))
	case n.Kind == news.NoticeRecovered && n.Host == "":
		return fmt.Sprintf(t.succeeds, w.scenario(n.Scenario))
	case n.Kind == news.NoticeRecovered:
		return fmt.Sprintf(t.recovered, n.Host)
	}
	return fmt.Sprintf(t.failed, w.where(n), w.cause(&n.Cause), count(n.Runs))
}

// expiry names what expires, or has expired, and its day.
func (w *writer) expiry(n *news.Notice, ends, ended string) string {
	e := news.ParseExpiry(n.Path)
	if e.Level == news.Expired {
		ends = ended
	}
	return fmt.Sprintf(ends, n.Host, e.End.In(w.zone).Format(in(w.language).day))
}

// notice is one piece of news in full.
func (w *writer) notice(n *news.Notice) string {
	t := in(w.language)
	e := w.why(n)
	if news.IsCondition(n.Code) {
		return w.state(n)
	}
	if n.Kind == news.NoticeSuccess {
		return strings.Join([]string{w.subject(n) + ".", fmt.Sprintf(t.doneSince, w.date(n.At)), fmt.Sprintf(t.look, w.link(n))}, "\n")
	}
	if n.Kind == news.NoticeRejected {
		return fmt.Sprintf(t.requests, n.Source, count(n.Runs), w.date(n.At)) + "\n" +
			fmt.Sprintf(t.means, e.Meaning) + "\n" + fmt.Sprintf(t.todo, e.Todo) + "\n" + fmt.Sprintf(t.look, w.page(n))
	}
	if n.Kind == news.NoticeRecovered {
		return strings.Join(append([]string{w.subject(n) + ".", fmt.Sprintf(t.scenario, w.scenario(n.Scenario)), fmt.Sprintf(t.again, w.date(n.RecoveredAt))},
			w.waiting(n)...), "\n")
	}
	lines := []string{w.where(n) + ": " + w.cause(&n.Cause) + ".", fmt.Sprintf(t.scenario, w.scenario(n.Scenario))}
	if n.Path != "" {
		lines = append(lines, fmt.Sprintf(t.step, n.Path))
	}
	if n.Ended > 0 {
		lines = append(lines, fmt.Sprintf(t.ended, count(n.Runs), count(n.Ended)))
	} else {
		lines = append(lines, fmt.Sprintf(t.runs, count(n.Runs)))
	}
	lines = append(lines, fmt.Sprintf(t.first, w.date(n.At)))
	if !n.RecoveredAt.IsZero() {
		lines = append(lines, fmt.Sprintf(t.again, w.date(n.RecoveredAt)))
		return strings.Join(append(lines, w.waiting(n)...), "\n")
	}
	look := t.look
	if n.Ended > 0 {
		look = t.last
	}
	return strings.Join(append(lines, fmt.Sprintf(t.means, e.Meaning), fmt.Sprintf(t.todo, e.Todo), fmt.Sprintf(look, w.link(n))), "\n")
}

// state tells of what is so, or is over.
func (w *writer) state(n *news.Notice) string {
	t, e := in(w.language), w.explain(n.Code)
	lines := []string{w.subject(n) + "."}
	if s := news.ParseSilence(n.Path); n.Code == gonets.CodeSourceSilent && n.Kind != news.NoticeRecovered && !s.Since.IsZero() {
		lines = append(lines, fmt.Sprintf(t.silentSince, w.date(s.Since)))
		if s.Usual > 0 {
			lines = append(lines, fmt.Sprintf(t.usually, w.span(s.Usual)))
		}
	}
	if d, ok := news.ParseDisk(n.Path); ok && n.Code == gonets.CodeDiskLow && n.Kind != news.NoticeRecovered {
		lines = append(lines, w.disk(d)...)
	}
	if s := news.ParseShare(n.Path); n.Code == gonets.CodeErrorShare && n.Kind != news.NoticeRecovered {
		counted := t.manyRuns
		if s.Attempts {
			counted = t.manyTries
		}
		lines = append(lines, fmt.Sprintf(counted, s.Bad, s.Of))
	}
	if n.Code == gonets.CodeFieldDrift && n.Kind != news.NoticeRecovered {
		lines = append(lines, w.fields(drift.Told(n.Path))...)
	}
	again := t.again
	if n.Code == gonets.CodeCertificate || n.Code == gonets.CodeSecretEnds {
		if again = t.newOne; n.Code == gonets.CodeSecretEnds {
			again = t.noticed
		}
		if e := news.ParseExpiry(n.Path); n.Kind != news.NoticeRecovered && e.Level < news.Expired {
			lines = append(lines, fmt.Sprintf(t.goodUntil, w.date(e.End)), fmt.Sprintf(t.goodFor, w.span(e.End.Sub(n.At))))
		}
	}
	if !n.RecoveredAt.IsZero() {
		return strings.Join(append(lines, fmt.Sprintf(again, w.date(n.RecoveredAt))), "\n")
	}
	return strings.Join(append(lines, fmt.Sprintf(t.means, e.Meaning), fmt.Sprintf(t.todo, e.Todo), fmt.Sprintf(t.look, w.page(n))), "\n")
}

// span is a length of time in the largest unit that says it well.
func (w *writer) span(d time.Duration) string {
	units := [3]string{"d", "h", "min"}
	if w.language != English {
		units = [3]string{"д", "ч", "мин"}
	}
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d %s", (d+12*time.Hour)/(24*time.Hour), units[0])
	case d >= time.Hour:
		return fmt.Sprintf("%d %s", (d+30*time.Minute)/time.Hour, units[1])
	}
	return fmt.Sprintf("%d %s", max(1, d/time.Minute), units[2])
}

// disk is how it stands with a disk.
func (w *writer) disk(d news.Disk) []string {
	t := in(w.language)
	lines := []string{fmt.Sprintf(t.diskFree, w.size(d.Free), w.size(d.Whole), w.size(d.LowBelow))}
	if d.Database > 0 {
		lines = append(lines, fmt.Sprintf(t.diskTakes, w.size(d.Database)))
		if d.Week > d.Database/100 {
			lines = append(lines, fmt.Sprintf(t.diskWeek, w.size(d.Week)))
		} else {
			lines = append(lines, t.diskNoWeek)
		}
	}
	return lines
}

// of names the server that something is about, where there are several.
func (w *writer) of(server, text string) string {
	if server == "" {
		return text
	}
	return server + ": " + text
}

// size is a number of bytes in the largest unit that says it well.
func (w *writer) size(n int64) string {
	units := [...]string{"KB", "MB", "GB", "TB"}
	if w.language != English {
		units = [...]string{"КБ", "МБ", "ГБ", "ТБ"}
	}
	x, unit := float64(n)/1024, 0
	for x >= 1000 && unit < len(units)-1 {
		x, unit = x/1024, unit+1
	}
	digits := 0
	if x < 10 && unit > 0 {
		digits = 1
	}
	text := strconv.FormatFloat(x, 'f', digits, 64)
	if w.language != English {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text + " " + units[unit]
}

// page is where more can be seen of a state, or of requests that were rejected.
func (w *writer) page(n *news.Notice) string {
	switch n.Code {
	case gonets.CodeDiskLow:
		return w.url + "/settings/retention"
	case gonets.CodeLaneClosed, gonets.CodeCertificate:
		return w.url + "/lanes"
	case gonets.CodeSecretEnds:
		return w.url + "/settings/secrets"
	case gonets.CodeErrorShare:
		return w.list(n.Scenario, gonets.RunPaused, gonets.RunFailed, gonets.RunWaiting)
	}
	return w.url + "/sources/" + url.PathEscape(n.Source)
}

// waiting points to what still waits for a person.
func (w *writer) waiting(n *news.Notice) []string {
	if n.Ended == 0 {
		return nil
	}
	return []string{fmt.Sprintf(in(w.language).left, w.list(n.Scenario, gonets.RunPaused))}
}

// link leads to the one run or to the list of them.
func (w *writer) link(n *news.Notice) string {
	switch {
	case n.Runs == 1 && n.RunID != "":
		return w.url + "/runs/" + url.PathEscape(n.RunID)
	case n.Kind == news.NoticeSuccess:
		return w.list(n.Scenario, gonets.RunSucceeded)
	case n.Ended > 0:
		return w.list(n.Scenario, gonets.RunPaused, gonets.RunFailed)
	}
	return w.list(n.Scenario, gonets.RunWaiting, gonets.RunPaused)
}

func (w *writer) list(scenario string, states ...gonets.RunState) string {
	names := make([]string, len(states))
	for i, s := range states {
		names[i] = string(s)
	}
	return w.url + "/runs?scenario=" + url.QueryEscape(scenario) + "&state=" + strings.Join(names, ",")
}

// where is what the cause is about: the service, or the scenario itself.
func (w *writer) where(n *news.Notice) string {
	if n.Host != "" {
		return n.Host
	}
	return w.scenario(n.Scenario)
}

func (w *writer) scenario(name string) string {
	if title := w.titles[name]; title != "" {
		return fmt.Sprintf(in(w.language).quoting, title)
	}
	return name
}

// cause is what happened, as a part of a sentence.
func (w *writer) cause(c *gonets.Cause) string {
	t := in(w.language)
	switch {
	case c.Code == gonets.CodeHTTPStatus && c.Status > 0:
		return fmt.Sprintf(t.status, c.Status)
	case c.Code == gonets.CodeHTTPMoved && c.Status > 0:
		return fmt.Sprintf(t.moved, c.Status)
	}
	return strings.TrimSuffix(w.explain(c.Code).What, ".")
}

// why explains what a notice tells of: a status by itself, and where all runs came
// to a bad end without a word of further attempts.
func (w *writer) why(n *news.Notice) texts.Text {
	e := texts.Explained(n.Code)
	if n.Code == gonets.CodeHTTPStatus && n.Status > 0 {
		e = texts.ExplainStatus(n.Status)
	}
	if n.Ended > 0 && n.Ended >= n.Runs {
		e = e.Last()
	}
	return w.in(e)
}

func (w *writer) explain(c gonets.Code) texts.Text { return w.in(texts.Explained(c)) }

func (w *writer) in(e texts.Explanation) texts.Text {
	if w.language == English {
		return e.En
	}
	return e.Ru
}

func (w *writer) date(t time.Time) string {
	return t.In(w.zone).Format(in(w.language).date + " MST")
}

// maxCount is up to where counts are told.
const maxCount = 10_000

func count(n int) string {
	if n > maxCount {
		return fmt.Sprintf("%d+", maxCount)
	}
	return fmt.Sprint(n)
}
