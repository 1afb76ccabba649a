// Package explain tells people about one attempt: what happened, what it means
// and what to do, with the names, times and values of that attempt, in Russian
// and English. The codes' general texts are those of package texts.
package explain

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gonets"
	"gonets/internal/charset"
	"gonets/internal/outbound"
	"gonets/internal/texts"
)

// Facts are what is known about an attempt and what follows from it.
type Facts struct {
	Attempt *gonets.Attempt
	// Step is the step's definition; nil when it is not known.
	Step *gonets.HTTPStep
	// Next is when the next try is due; zero when there is none, or no time is known.
	Next time.Time
	// Try is the number of the next try, of Max; zero when there is none.
	Try, Max int
	// Check is true for a check, which tries once.
	Check bool
	// Zone is that of the times; nil is UTC.
	Zone *time.Location
	// Now is the day that needs no date.
	Now time.Time
	// Contact is whom to write to where access is refused or closed; may be empty.
	Contact string
}

// Attempt explains an attempt; ok is false when there is nothing to explain.
func Attempt(f Facts) (e texts.Explanation, ok bool) {
	a := f.Attempt
	if a == nil || a.Outcome == gonets.OutcomeOK || a.Outcome == "" {
		return e, false
	}
	if e, ok = texts.Explain(a.Code); !ok {
		if e, ok = texts.Explain(general[a.Outcome]); !ok {
			return e, false
		}
	}
	w := words{Facts: f, host: "?", port: "?"}
	w.read()
	if fill := byCode[a.Code]; fill != nil {
		fill(&w, &e)
	}
	if a.Purpose.Asks() {
		w.question(&e)
	}
	w.retry(&e)
	w.help(&e)
	return e, true
}

// general are the codes that stand for outcomes of unknown codes.
var general = map[gonets.Outcome]gonets.Code{
	gonets.OutcomeHTTP: gonets.CodeHTTPStatus, gonets.OutcomeBody: gonets.CodeBodyRule, gonets.OutcomeNetwork: gonets.CodeNetwork,
	gonets.OutcomeUnknown: gonets.CodeReset, gonets.OutcomeBlocked: gonets.CodeBlockedAddress,
	gonets.OutcomeTemplate: gonets.CodeBadRequest, gonets.OutcomeCancelled: gonets.CodeCancelled,
}

// words are the values that stand in the texts.
type words struct {
	Facts
	host, port string
}

func (w *words) read() {
	address := w.Attempt.URL
	if n := len(w.Attempt.Hops); n > 0 {
		address = w.Attempt.Hops[n-1].URL
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return
	}
	w.host, w.port = u.Hostname(), u.Port()
	if w.port == "" {
		w.port = "443"
		if u.Scheme == "http" {
			w.port = "80"
		}
	}
}

// both is one part of a text in both languages.
type both struct{ en, ru *string }

func what(e *texts.Explanation) both    { return both{&e.En.What, &e.Ru.What} }
func meaning(e *texts.Explanation) both { return both{&e.En.Meaning, &e.Ru.Meaning} }
func todo(e *texts.Explanation) both    { return both{&e.En.Todo, &e.Ru.Todo} }

// say fills one part of both texts in.
func say(b both, en, ru string, args ...any) {
	*b.en, *b.ru = fmt.Sprintf(en, args...), fmt.Sprintf(ru, args...)
}

// byCode put the attempt's values into the texts of its code.
var byCode = map[gonets.Code]func(*words, *texts.Explanation){
	gonets.CodeDNS: func(w *words, e *texts.Explanation) {
		say(what(e), "The address %s was not found.", "Адрес %s не найден.", w.host)
	},
	gonets.CodeRefused: func(w *words, e *texts.Explanation) {
		say(what(e), "%s refuses connections on port %s.", "%s не принимает соединения на порту %s.", w.host, w.port)
	},
	gonets.CodeConnectTimeout: func(w *words, e *texts.Explanation) {
		en, ru := seconds(gonets.ConnectTimeout)
		e.En.What = fmt.Sprintf("%s did not take the connection in %s.", w.host, en)
		e.Ru.What = fmt.Sprintf("%s не принял соединение за %s.", w.host, ru)
	},
	gonets.CodeTLS: func(w *words, e *texts.Explanation) {
		en, ru := tlsReason(w.Attempt.Error)
		e.En.What = fmt.Sprintf("No secure connection to %s could be made: %s.", w.host, en)
		e.Ru.What = fmt.Sprintf("Защищённого соединения с %s не получилось: %s.", w.host, ru)
	},
	gonets.CodeNetwork: func(w *words, e *texts.Explanation) {
		say(what(e), "The connection to %s failed.", "Не удалось связаться с %s.", w.host)
	},
	gonets.CodeReset:         unknown,
	gonets.CodeServerDied:    func(*words, *texts.Explanation) {},
	gonets.CodeCutOff:        func(*words, *texts.Explanation) {},
	gonets.CodeNoRoom:        func(*words, *texts.Explanation) {},
	gonets.CodeExpired:       expired,
	gonets.CodeBadReply:      badReply,
	gonets.CodeTimeout:       timedOut,
	gonets.CodeReplyTooLarge: tooLarge,
	gonets.CodeReplyNotJSON: func(w *words, e *texts.Explanation) {
		kind := gonets.HeaderValue(w.Attempt.ReplyHeaders, "Content-Type")
		if kind == "" {
			kind = "—"
		}
		say(what(e), "The reply of %s is not JSON (%s), although the step expects JSON.",
			"Ответ %s — не JSON (%s), хотя шаг ждёт JSON.", w.host, kind)
	},
	gonets.CodeBadRequest: func(w *words, e *texts.Explanation) {
		if m := noLetter.FindStringSubmatch(w.Attempt.Error); m != nil {
			say(what(e), "The encoding %s has no letter “%s”.", "В кодировке %s нет знака «%s».", m[1], m[2])
			say(meaning(e), "Nothing was sent: the service would have got another letter.", "Ничего не отправлено: сервис получил бы не тот знак.")
			say(todo(e), "Choose UTF-8 in the step or leave the letter out, then resume the run.",
				"Выберите в шаге UTF-8 или уберите этот знак и повторите операцию с места ошибки.")
		}
	},
	gonets.CodeHTTPStatus:     status,
	gonets.CodeHTTPMoved:      moved,
	gonets.CodeBodyRule:       rule,
	gonets.CodeBlockedAddress: blocked,
}

// seconds is a time span in both languages.
func seconds(d time.Duration) (en, ru string) {
	switch {
	case d >= time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute), fmt.Sprintf("%d мин", d/time.Minute)
	case d%time.Second == 0:
		return fmt.Sprintf("%d s", d/time.Second), fmt.Sprintf("%d с", d/time.Second)
	}
	text := d.String()
	return text, text
}

func (w *words) timeout() time.Duration {
	if w.Step != nil && w.Step.Timeout != nil && *w.Step.Timeout > 0 {
		return w.Step.Timeout.D()
	}
	return gonets.DefaultHTTPTimeout
}

func timedOut(w *words, e *texts.Explanation) {
	en, ru := seconds(w.timeout())
	unknown(w, e)
	e.En.What = fmt.Sprintf("%s did not answer in %s. The request had left: %s may have done its work.", w.host, en, w.host)
	e.Ru.What = fmt.Sprintf("Сервис %s не ответил за %s. Запрос ушёл: сервис мог его выполнить.", w.host, ru)
}

func unknown(w *words, e *texts.Explanation) {
	if s := w.Step; s != nil && s.Retry != nil && s.Retry.Ask != nil && !w.Check {
		defer func() {
			e.En.Meaning += " Before a repeat the service is asked whether it was done."
			e.Ru.Meaning += " Перед повтором мы спросим у сервиса, выполнен ли запрос."
		}()
	}
	say(what(e), "The request left, no answer came: %s may have done its work.", "Запрос ушёл, ответа нет: %s мог его выполнить.", w.host)
	if key := gonets.HeaderValue(w.Attempt.RequestHeaders, "Idempotency-Key"); key != "" && !w.Check {
		say(meaning(e), "It is unknown whether the service did its work. A repeat carries the same key %s, so that the service can drop it.",
			"Неизвестно, выполнил ли его сервис. Повтор уйдёт с тем же ключом %s, чтобы сервис мог его узнать.", key)
		return
	}
	e.En.Meaning, e.Ru.Meaning = "It is unknown whether the service did its work.", "Неизвестно, выполнил ли его сервис."
}

// question is an attempt that asked whether another one was done.
func (w *words) question(e *texts.Explanation) {
	if w.Attempt.Outcome == gonets.OutcomeUnknown {
		say(what(e), "%s gave no answer to the question.", "%s не ответил на вопрос.", w.host)
	}
	if w.Attempt.Outcome == gonets.OutcomeBody {
		say(what(e), "The answer of %s does not tell whether the request was done.", "Из ответа %s не понять, выполнен ли запрос.", w.host)
	}
	say(meaning(e), "It was asked whether a request without a reply was done. As long as that is not known, the request is not sent again.",
		"Мы спрашивали, выполнен ли запрос, на который не пришло ответа. Пока это неизвестно, сам запрос не повторяется.")
	if w.Attempt.Outcome == gonets.OutcomeBody || w.Attempt.Status >= 400 && w.Attempt.Status < 500 {
		say(todo(e), "Look at the reply and correct the check request of the step: its address, its statuses, its condition.",
			"Посмотрите ответ и исправьте проверочный запрос шага: адрес, статусы, условие.")
	}
}

// badReply tells what of the reply could not be read, as outbound says it.
func badReply(w *words, e *texts.Explanation) {
	has := func(part string) bool { return strings.Contains(w.Attempt.Error, part) }
	switch {
	case has("bytes of headers"): // as attempts say that were made before this had a code of its own
		headersTooLarge(w, e)
	case has("packed reply"):
		say(what(e), "The packed reply of %s is damaged.", "Сжатый ответ %s повреждён.", w.host)
		say(todo(e), "Add the header Accept-Encoding with the value identity to the step: the service then answers unpacked.",
			"Добавьте в шаг заголовок Accept-Encoding со значением identity: тогда сервис ответит без сжатия.")
	case has("announced end"):
		say(what(e), "The reply of %s broke off before its end.", "Ответ %s оборвался раньше конца.", w.host)
		say(todo(e), "If it happens again, ask the service: it announces more than it sends.",
			"Если повторяется, сообщите сервису: он обещает больше, чем присылает.")
	default:
		say(what(e), "The answer of %s is not valid HTTP.", "Ответ %s не похож на HTTP.", w.host)
	}
}

func tooLarge(w *words, e *texts.Explanation) {
	if strings.Contains(w.Attempt.Error, "bytes of headers") {
		headersTooLarge(w, e)
		return
	}
	limit := int64(gonets.MaxReplyBody)
	if w.Step != nil && w.Step.ReplyLimit > 0 {
		limit = w.Step.ReplyLimit
	}
	en, ru := bytesOf(limit)
	e.En.What = fmt.Sprintf("The reply of %s is larger than %s.", w.host, en)
	e.Ru.What = fmt.Sprintf("Ответ %s больше %s.", w.host, ru)
	e.En.Todo = "Ask the service for less, or raise the limit in the step's tab “Response” (reply_limit)."
	e.Ru.Todo = "Запросите у сервиса меньше данных или увеличьте предел во вкладке шага «Ответ» (reply_limit)."
}

// headersTooLarge is a reply whose body was not read at all.
func headersTooLarge(w *words, e *texts.Explanation) {
	en, ru := bytesOf(gonets.MaxHeadersOut)
	e.En.What = fmt.Sprintf("The headers of %s's reply are larger than %s.", w.host, en)
	e.Ru.What = fmt.Sprintf("Заголовки ответа %s больше %s.", w.host, ru)
	say(meaning(e), "%s answered, so it may have done its work. The first headers are kept, the body was not read.",
		"%s ответил, а значит, мог выполнить запрос. Первые заголовки сохранены, тело ответа не прочитано.", w.host)
	if w.Attempt.Status == 0 {
		say(meaning(e), "%s may have done its work. The headers have no end, and nothing of the reply is kept.",
			"%s мог выполнить запрос. Заголовки не кончаются, из ответа ничего не сохранено.", w.host)
	}
	say(todo(e), "Ask the service to send fewer or shorter headers; cookies are often the reason.",
		"Попросите сервис присылать меньше заголовков или короче; часто дело в cookie.")
}

func bytesOf(n int64) (en, ru string) {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MB", n>>20), fmt.Sprintf("%d МБ", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KB", n>>10), fmt.Sprintf("%d КБ", n>>10)
	}
	return fmt.Sprintf("%d bytes", n), fmt.Sprintf("%d байт", n)
}

// noLetter is the end of a text that an encoding cannot write, as charset tells it.
var noLetter = regexp.MustCompile(`the encoding (\S+) has no letter "(.+?)";`)

// tlsReasons are the endings of the client's own texts.
var tlsReasons = []struct{ part, ru string }{
	{"not signed by an authority", "сертификат подписан центром, которому этот сервер не доверяет (самоподписанный или без звена цепочки)"},
	{"which the step asks for", "сертификат выдан не на то имя, которое указано в шаге"},
	{"is for another name", "сертификат выдан на другое имя"},
	{"has expired", "срок действия сертификата истёк или ещё не наступил"},
	{"does not speak TLS", "по этому адресу не отвечают по TLS; возможно, он должен начинаться с http://"},
	{"took longer", "сервис слишком долго устанавливал соединение"},
	{"did not end in time", "сервис слишком долго устанавливал соединение"},
	{"ended the TLS handshake", "сервис сам прервал установку соединения"},
	{"is not valid", "сертификат недействителен"},
}

func tlsReason(text string) (en, ru string) {
	en, ru = strings.TrimSuffix(strings.TrimSpace(text), "."), "не удалась установка соединения"
	if en == "" {
		en = "the handshake failed"
	}
	for _, r := range tlsReasons {
		if strings.Contains(text, r.part) {
			ru = r.ru
			break
		}
	}
	return en, ru
}

func status(w *words, e *texts.Explanation) {
	a := w.Attempt
	en := fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status))
	en = strings.TrimSpace(en)
	// When it is tried again is told below, with its time.
	*e = texts.ExplainStatus(a.Status).Last()
	switch {
	case a.Status == http.StatusUnauthorized:
		key(w, e)
	case a.Status == http.StatusForbidden:
		say(what(e), "%s refused the request (%s).", "%s отказал в доступе (%s).", w.host, en)
	case a.Status == http.StatusNotFound, a.Status == http.StatusMethodNotAllowed:
		say(what(e), "%s has nothing at this address for %s (%s).", "У %s по этому адресу ничего нет для %s (%s).", w.host, a.Method, en)
	case a.Status == http.StatusTooManyRequests:
		say(what(e), "%s asks to send more slowly (%s).", "%s просит слать реже (%s).", w.host, en)
	case a.Status == http.StatusNotModified:
		say(what(e), "%s has nothing new (%s): the data are the same as last time.", "У %s ничего нового (%s): данные те же, что в прошлый раз.", w.host, en)
		if gonets.HeaderValue(a.RequestHeaders, "If-None-Match")+gonets.HeaderValue(a.RequestHeaders, "If-Modified-Since") == "" {
			e.En.Meaning, e.Ru.Meaning = "The reply holds no data. So services answer a request for changes only, with the header If-None-Match or If-Modified-Since.",
				"Данных в ответе нет. Так сервисы отвечают на запрос одних изменений, с заголовком If-None-Match или If-Modified-Since."
			if len(a.RequestHeaders) > 0 {
				e.En.Meaning += " This request has none of them."
				e.Ru.Meaning += " В этом запросе их нет."
			}
			e.En.Todo, e.Ru.Todo = "If no data are needed then, add 304 to the step's success codes. If they are needed, ask the service why it answers so.",
				"Если данные тогда не нужны, добавьте 304 в успешные коды шага. Если нужны, спросите у сервиса, почему он так отвечает."
			break
		}
		e.En.Meaning, e.Ru.Meaning = "The request asked for changes only, by the header If-None-Match or If-Modified-Since. That is no failure, but the reply holds no data.",
			"Запрос спрашивал только об изменениях: заголовком If-None-Match или If-Modified-Since. Это не сбой, но данных в ответе нет."
		e.En.Todo, e.Ru.Todo = "If no data are needed then, add 304 to the step's success codes. If they are needed always, take these headers out of the step.",
			"Если данные тогда не нужны, добавьте 304 в успешные коды шага. Если нужны всегда, уберите из шага эти заголовки."
	case a.Status >= 300 && a.Status < 400:
		say(what(e), "%s refers to another address and does not name it (%s).", "%s отправляет по другому адресу, но не называет его (%s).", w.host, en)
		e.En.Meaning, e.Ru.Meaning = "The reply has no header Location, so nothing was sent on.", "В ответе нет заголовка Location, поэтому дальше ничего не отправлено."
		e.En.Todo, e.Ru.Todo = "Find the right address in the reply or in the service's documentation and put it into the step, then resume the run.",
			"Найдите верный адрес в ответе или в описании сервиса, поставьте его в шаг и повторите операцию с места ошибки."
	case a.Status >= 500:
		say(what(e), "%s is down for now (%s).", "Сервис %s временно недоступен (%s).", w.host, en)
	case a.Status >= 400:
		say(what(e), "%s rejected the data (%s).", "%s отклонил данные (%s).", w.host, en)
	default:
		say(what(e), "%s answered %s, which is not one of the step's success codes.", "%s ответил %s, а этого статуса нет среди успешных кодов шага.", w.host, en)
	}
	// The words of HTTP are English.
	e.Ru.What = strings.Replace(e.Ru.What, en, strconv.Itoa(a.Status), 1)
}

// key is a refused credential: the header that carried it, masked.
func key(w *words, e *texts.Explanation) {
	say(what(e), "%s did not accept the key (401).", "%s не принял ключ доступа (401).", w.host)
	sent := gonets.HeaderValue(w.Attempt.RequestHeaders, "Authorization")
	name := "Authorization"
	if sent == "" {
		for _, h := range outbound.MaskHeaders(w.Attempt.RequestHeaders) {
			if strings.Contains(h.Value, "***") {
				name, sent = h.Name, h.Value
				break
			}
		}
	}
	if sent == "" {
		e.En.Meaning, e.Ru.Meaning = "The request carried no key in its headers.", "В заголовках запроса ключа не было."
		e.En.Todo, e.Ru.Todo = "Add the header that the service asks for, usually Authorization, then resume the run.",
			"Добавьте заголовок, которого ждёт сервис (обычно Authorization), и повторите операцию с места ошибки."
		return
	}
	sent = outbound.MaskHeaders([]gonets.Header{{Name: name, Value: sent}})[0].Value
	say(meaning(e), "The key was sent in the header %s: %s.", "Ключ ушёл в заголовке %s: %s.", name, sent)
	e.En.Todo, e.Ru.Todo = "Get a valid key from the service and put it into this header, then resume the run.",
		"Возьмите у сервиса действующий ключ, поставьте его в этот заголовок и повторите операцию с места ошибки."
}

func moved(w *words, e *texts.Explanation) {
	a := w.Attempt
	to, from := gonets.HeaderValue(a.ReplyHeaders, "Location"), a.URL
	if n := len(a.Hops); n > 0 {
		from = a.Hops[n-1].URL
	}
	where, err := url.Parse(to)
	if at, failed := url.Parse(from); failed == nil && err == nil {
		to = at.ResolveReference(where).String()
	}
	if to == "" {
		to = "?"
	}
	to = outbound.MaskURL(to)
	if err != nil {
		say(what(e), "%s refers to an address that cannot be read (%d): %s.", "%s отправляет по адресу, который нельзя прочитать (%d): %s.", w.host, a.Status, to)
		e.En.Meaning, e.Ru.Meaning = "The reply's header Location is no address, so nothing was sent on.", "В заголовке Location не адрес, поэтому дальше ничего не отправлено."
		e.En.Todo, e.Ru.Todo = "Find the right address in the reply or in the service's documentation and put it into the step, then resume the run.",
			"Найдите верный адрес в ответе или в описании сервиса, поставьте его в шаг и повторите операцию с места ошибки."
		return
	}
	say(what(e), "The service has moved to %s (%d).", "Сервис переехал на %s (%d).", to, a.Status)
	e.En.Meaning, e.Ru.Meaning = "The request was not sent there: the new address may belong to somebody else.", "Запрос туда не отправлен: новый адрес может быть чужим."
	e.En.Todo, e.Ru.Todo = "If the address is right, put it into the step.", "Если адрес верный, поставьте его в шаг."
	follows := w.Step != nil && w.Step.Redirects == "follow"
	switch a.Status {
	case http.StatusMovedPermanently, http.StatusPermanentRedirect:
		if follows {
			w.strayed(e)
		}
	case http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect:
		if follows {
			w.strayed(e)
			return
		}
		e.En.Todo += " The move is temporary: redirects can be allowed in the tab “More”."
		e.Ru.Todo += " Переезд временный: можно разрешить перенаправление во вкладке «Ещё»."
	}
}

// strayed is a redirect that was not followed, although the step follows them.
func (w *words) strayed(e *texts.Explanation) {
	if n := len(w.Attempt.Hops); n >= gonets.MaxRedirects {
		say(what(e), "%s sends the request from one address to the next: %d redirects, and no end.", "%s гоняет запрос с адреса на адрес: %d перенаправлений, и конца нет.", w.host, n)
		e.En.Meaning, e.Ru.Meaning = "Often two addresses refer to each other, or the service expects a login or a cookie.",
			"Обычно два адреса отсылают друг к другу, или сервис ждёт вход либо куки."
		e.En.Todo, e.Ru.Todo = "Look at the redirects in the tab “Request” and put the right address into the step; if the service expects cookies, switch on “Remember cookies” in the tab “More”.",
			"Посмотрите перенаправления во вкладке «Запрос» и поставьте в шаг верный адрес; если сервис ждёт куки, включите «Помнить куки» во вкладке «Ещё»."
		return
	}
	e.En.Meaning, e.Ru.Meaning = "The step follows redirects, but its data go on only to the same host, port and protocol (http or https).",
		"Шаг следует перенаправлениям, но его данные уходят дальше только на тот же хост, порт и протокол (http или https)."
}

// maxExcerpt bounds the reply's text in a message, in characters.
const maxExcerpt = 120

func rule(w *words, e *texts.Explanation) {
	when := "success.when"
	if w.Step != nil && w.Step.Success != nil && w.Step.Success.When != "" {
		when = w.Step.Success.When
	}
	say(what(e), "%s answered %d, but the success rule failed: %s.", "%s ответил %d, но правило успеха не выполнено: %s.", w.host, w.Attempt.Status, when)
	if text := w.excerpt(); text != "" {
		say(meaning(e), "The work was not done. The reply says: %s", "Дело не сделано. В ответе: %s", text)
	}
}

// expired is an answer that an earlier step's result is too old.
func expired(w *words, e *texts.Explanation) {
	if w.Step == nil || w.Step.Renew == nil {
		return
	}
	id := w.Step.Renew.Step
	say(what(e), "%s answered %d: what the step “%s” gave is too old.", "%s ответил %d: то, что дал шаг «%s», устарело.", w.host, w.Attempt.Status, id)
	if w.Attempt.Purpose == gonets.PurposeExpired {
		say(meaning(e), "The step “%s” was done again, and then this request once more. This attempt is not counted.",
			"Шаг «%s» выполнен заново, затем этот запрос отправлен ещё раз. Эта попытка не в счёт.", id)
		e.En.Todo, e.Ru.Todo = "Nothing, if the next attempt went well.", "Если следующая попытка удалась, делать ничего не нужно."
		return
	}
	say(meaning(e), "The step “%s” was done again already, and that did not help.", "Шаг «%s» уже выполнялся заново, это не помогло.", id)
}

// excerpt is the beginning of a reply in one line.
func (w *words) excerpt() string {
	const enough = 4 * maxExcerpt
	a := w.Attempt
	_, kind := charset.Types(w.Step, a.Purpose, &a.Exchange)
	text, _, ok := charset.Read(a.ReplyBody, kind)
	if !ok {
		text = string(a.ReplyBody[:min(len(a.ReplyBody), enough)])
	}
	if text = text[:min(len(text), enough)]; strings.ContainsRune(text, 0) {
		return ""
	}
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	if runes := []rune(text); len(runes) > maxExcerpt {
		text = string(runes[:maxExcerpt]) + "…"
	}
	return text
}

var networkFlag = regexp.MustCompile(`--allow-network ([0-9a-fA-F.:]+/\d+)`)

func blocked(w *words, e *texts.Explanation) {
	m := networkFlag.FindStringSubmatch(w.Attempt.Error)
	if m == nil {
		if strings.Contains(w.Attempt.Error, "this Gonets itself") {
			say(what(e), "%s leads into Gonets itself, and this part of it cannot be called.", "%s ведёт в сам Гонец, и эту его часть вызывать нельзя.", w.host)
			e.En.Todo, e.Ru.Todo = "Only the addresses /in/ and /echo/ of this server can be called. Correct the address in the step.",
				"Из своих адресов можно вызывать только /in/ и /echo/. Исправьте адрес в шаге."
			return
		}
		say(what(e), "%s is an address to which requests never go.", "%s — адрес, куда запросы не уходят никогда.", w.host)
		e.En.Todo, e.Ru.Todo = "Correct the address in the step; no setting opens this one.", "Исправьте адрес в шаге: никакая настройка этот не откроет."
		return
	}
	ip := m[1]
	if p, err := netip.ParsePrefix(ip); err == nil {
		ip = p.Addr().String()
	}
	shown := ip
	if w.host != ip && w.host != "?" {
		shown = ip + " (" + w.host + ")"
	}
	say(what(e), "%s is an internal address; sending there is closed.", "Адрес %s — внутренний, отправка туда закрыта.", shown)
	say(todo(e), "To allow it: Settings → Security → Networks (`--allow-network %s`), then resume the run.",
		"Разрешить: Настройки → Безопасность → Сети (`--allow-network %s`), затем повторите операцию с места ошибки.", m[1])
}

// later are sentences of the general texts that speak of a run which a check has not.
var later = strings.NewReplacer(", then resume the run", "", ", and resume the run", "", ", и повторите операцию с места ошибки", "", " и повторите операцию с места ошибки", "",
	", затем повторите операцию с места ошибки", "", " then resume the run", "")

// retry says when it goes on by itself, or that it does not.
func (w *words) retry(e *texts.Explanation) {
	if w.Next.IsZero() && w.Try == 0 {
		*e = e.Last()
	}
	switch {
	case w.Check:
		e.En.Todo = later.Replace(e.En.Todo) + " This was a check: it makes one attempt."
		e.Ru.Todo = later.Replace(e.Ru.Todo) + " Это была проверка: она пробует один раз."
	case w.Next.IsZero():
	case w.Max > 0:
		e.En.Todo += fmt.Sprintf(" We try again at %s, attempt %d of %d.", w.clock(dayEn), w.Try, w.Max)
		e.Ru.Todo += fmt.Sprintf(" Повторим в %s, попытка %d из %d.", w.clock(dayRu), w.Try, w.Max)
	default:
		e.En.Todo += fmt.Sprintf(" We try again at %s.", w.clock(dayEn))
		e.Ru.Todo += fmt.Sprintf(" Повторим в %s.", w.clock(dayRu))
	}
}

// help names whom to write to where a person's own work ends: at a key that is
// not accepted and at an address that is closed.
func (w *words) help(e *texts.Explanation) {
	if w.Contact == "" || w.Attempt.Status != http.StatusUnauthorized && w.Attempt.Outcome != gonets.OutcomeBlocked {
		return
	}
	e.En.Todo += " Write to: " + w.Contact
	e.Ru.Todo += " Кому писать: " + w.Contact
}

// How a day is written.
const (
	dayEn = "2 Jan 2006"
	dayRu = "02.01.2006"
)

func (w *words) clock(day string) string {
	zone := w.Zone
	if zone == nil {
		zone = time.UTC
	}
	at, layout := w.Next.In(zone), "15:04:05"
	if now := w.Now.In(zone); now.YearDay() != at.YearDay() || now.Year() != at.Year() {
		layout = day + " 15:04:05"
	}
	text := at.Format(layout)
	if zone == time.UTC {
		text += " UTC"
	}
	return text
}
