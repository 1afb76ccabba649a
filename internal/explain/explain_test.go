package explain_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"gonets"
	"gonets/internal/charset"
	"gonets/internal/explain"
	"gonets/internal/texts"
)

var now = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// attempt is one that failed with a code.
func attempt(code gonets.Code, outcome gonets.Outcome, status int) *gonets.Attempt {
	return &gonets.Attempt{N: 4, StartedAt: now, Exchange: gonets.Exchange{Outcome: outcome, Code: code, Status: status, Method: "POST",
		URL: "https://crm.test/leads?token=***", RequestHeaders: []gonets.Header{{Name: "Idempotency-Key", Value: "run-deal"}}}}
}

func TestMessagesHoldTheAttemptsValues(t *testing.T) {
	t.Parallel()
	timeout := gonets.Duration(90 * time.Second)
	when := &gonets.HTTPStep{Success: &gonets.Success{When: "body.ok == true"}, Timeout: &timeout, ReplyLimit: 2 << 20}
	zone := time.FixedZone("MSK", 3*3600)
	with := func(a *gonets.Attempt, f func(*gonets.Attempt)) *gonets.Attempt {
		f(a)
		return a
	}
	tests := map[string]struct {
		facts  explain.Facts
		ru, en []string
		not    string
	}{
		"dns": {explain.Facts{Attempt: attempt(gonets.CodeDNS, gonets.OutcomeNetwork, 0), Next: now.Add(30 * time.Minute), Try: 5, Max: 6, Now: now, Zone: zone},
			[]string{"Адрес crm.test не найден.", "нет ли опечатки", "Повторим в 12:30:00, попытка 5 из 6."},
			[]string{"The address crm.test was not found.", "We try again at 12:30:00, attempt 5 of 6."}, ""},
		"without an answer, and it is asked": {explain.Facts{Attempt: attempt(gonets.CodeTimeout, gonets.OutcomeUnknown, 0), Now: now, Step: &gonets.HTTPStep{Retry: &gonets.Retry{Ask: &gonets.Ask{}}}},
			[]string{"Перед повтором мы спросим у сервиса"}, []string{"Before a repeat the service is asked"}, ""},
		"a question without an answer": {explain.Facts{Attempt: with(attempt(gonets.CodeTimeout, gonets.OutcomeUnknown, 0), func(a *gonets.Attempt) { a.Purpose = gonets.PurposeAsk }), Now: now},
			[]string{"crm.test не ответил на вопрос.", "сам запрос не повторяется"}, []string{"gave no answer to the question", "not sent again"}, "may have done"},
		"a question that was answered badly": {explain.Facts{Attempt: with(attempt(gonets.CodeHTTPStatus, gonets.OutcomeHTTP, 403), func(a *gonets.Attempt) { a.Purpose = gonets.PurposeAsk }), Now: now},
			[]string{"исправьте проверочный запрос"}, []string{"correct the check request"}, ""},
		"too old, and done again": {explain.Facts{Attempt: with(attempt(gonets.CodeExpired, gonets.OutcomeHTTP, 401), func(a *gonets.Attempt) { a.Purpose = gonets.PurposeExpired }), Now: now, Step: &gonets.HTTPStep{Renew: &gonets.Renew{Step: "login"}}},
			[]string{"ответил 401: то, что дал шаг «login», устарело", "выполнен заново"}, []string{"answered 401", "“login” was done again"}, ""},
		"too old again": {explain.Facts{Attempt: attempt(gonets.CodeExpired, gonets.OutcomeHTTP, 401), Now: now, Step: &gonets.HTTPStep{Renew: &gonets.Renew{Step: "login"}}},
			[]string{"уже выполнялся заново"}, []string{"did not help"}, ""},
		"refused, nothing follows": {explain.Facts{Attempt: attempt(gonets.CodeRefused, gonets.OutcomeNetwork, 0), Now: now},
			[]string{"crm.test не принимает соединения на порту 443."}, []string{"crm.test refuses connections on port 443."}, "go by themselves"},
		"tls": {explain.Facts{Attempt: with(attempt(gonets.CodeTLS, gonets.OutcomeNetwork, 0), func(a *gonets.Attempt) { a.Error = "the certificate of crm.test is for another name" }), Now: now},
			[]string{"выдан на другое имя"}, []string{"is for another name."}, ""},
		"timeout": {explain.Facts{Attempt: attempt(gonets.CodeTimeout, gonets.OutcomeUnknown, 0), Step: when, Now: now, Next: now.Add(26 * time.Hour), Try: 2, Max: 6},
			[]string{"crm.test не ответил за 90 с", "с тем же ключом run-deal", "02.03.2026 11:00:00 UTC"}, []string{"did not answer in 90 s", "the same key run-deal"}, ""},
		"blocked": {explain.Facts{Attempt: with(attempt(gonets.CodeBlockedAddress, gonets.OutcomeBlocked, 0), func(a *gonets.Attempt) {
			a.Error = "crm.test: 10.0.0.5 is a private address; open its network with --allow-network 10.0.0.5/32 or in Settings"
		}), Now: now}, []string{"10.0.0.5 (crm.test) — внутренний", "`--allow-network 10.0.0.5/32`"}, []string{"10.0.0.5 (crm.test) is an internal address", "`--allow-network 10.0.0.5/32`"}, ""},
		"a metadata address": {explain.Facts{Attempt: with(attempt(gonets.CodeBlockedAddress, gonets.OutcomeBlocked, 0), func(a *gonets.Attempt) { a.Error = "no setting opens it" }), Now: now},
			[]string{"никакая настройка"}, []string{"no setting opens"}, "--allow-network"},
		"moved": {explain.Facts{Attempt: with(attempt(gonets.CodeHTTPMoved, gonets.OutcomeHTTP, 302), func(a *gonets.Attempt) {
			a.ReplyHeaders = []gonets.Header{{Name: "Location", Value: "/v2/leads?token=s3cret"}}
		}), Now: now}, []string{"https://crm.test/v2/leads?token=***", "вкладке «Ещё»"}, []string{"moved to https://crm.test/v2/leads?token=***", "tab “More”"}, "s3cret"},
		"moved to another server, though redirects are followed": {explain.Facts{Attempt: with(attempt(gonets.CodeHTTPMoved, gonets.OutcomeHTTP, 307), func(a *gonets.Attempt) {
			a.ReplyHeaders = []gonets.Header{{Name: "Location", Value: "https://other.test/leads"}}
		}), Step: &gonets.HTTPStep{Redirects: "follow"}, Now: now}, []string{"https://other.test/leads (307)", "на тот же хост, порт и протокол"}, []string{"only to the same host, port and protocol"}, "tab “More”"},
		"choices, though redirects are followed": {explain.Facts{Attempt: with(attempt(gonets.CodeHTTPMoved, gonets.OutcomeHTTP, 300), func(a *gonets.Attempt) {
			a.ReplyHeaders = []gonets.Header{{Name: "Location", Value: "/v2"}}
		}), Step: &gonets.HTTPStep{Redirects: "follow"}, Now: now}, []string{"https://crm.test/v2 (300)", "Если адрес верный"}, []string{"moved to https://crm.test/v2 (300)"}, "only to the same"},
		"moved on after a redirect": {explain.Facts{Attempt: with(attempt(gonets.CodeHTTPMoved, gonets.OutcomeHTTP, 307), func(a *gonets.Attempt) {
			a.Hops = []gonets.Hop{{Status: 302, URL: "https://other.test/a/b"}}
			a.ReplyHeaders = []gonets.Header{{Name: "Location", Value: "c"}}
		}), Now: now}, []string{"https://other.test/a/c (307)"}, []string{"moved to https://other.test/a/c (307)"}, ""},
		"moved to what is no address": {explain.Facts{Attempt: with(attempt(gonets.CodeHTTPMoved, gonets.OutcomeHTTP, 301), func(a *gonets.Attempt) {
			a.ReplyHeaders = []gonets.Header{{Name: "Location", Value: "https://[crm/"}}
		}), Step: &gonets.HTTPStep{Redirects: "follow"}, Now: now}, []string{"нельзя прочитать (301)", "не адрес"}, []string{"cannot be read (301)", "is no address"}, "same host"},
		"redirects without end": {explain.Facts{Attempt: with(attempt(gonets.CodeHTTPMoved, gonets.OutcomeHTTP, 302), func(a *gonets.Attempt) {
			a.ReplyHeaders = []gonets.Header{{Name: "Location", Value: "/a"}}
			for range gonets.MaxRedirects {
				a.Hops = append(a.Hops, gonets.Hop{Status: 302, URL: "https://crm.test/a"})
			}
		}), Step: &gonets.HTTPStep{Redirects: "follow"}, Now: now}, []string{"crm.test гоняет запрос", "10 перенаправлений"}, []string{"10 redirects, and no end", "Remember cookies"}, "has moved"},
		"304": {explain.Facts{Attempt: with(attempt(gonets.CodeHTTPStatus, gonets.OutcomeHTTP, 304), func(a *gonets.Attempt) {
			a.RequestHeaders = []gonets.Header{{Name: "If-None-Match", Value: `"7"`}}
		}), Now: now}, []string{"ничего нового (304)", "Запрос спрашивал", "добавьте 304 в успешные коды"}, []string{"nothing new (304 Not Modified)", "asked for changes only", "add 304"}, "спросите"},
		"304 unasked": {explain.Facts{Attempt: attempt(gonets.CodeHTTPStatus, gonets.OutcomeHTTP, 304), Now: now}, []string{"ничего нового (304)", "В этом запросе их нет", "добавьте 304 в успешные коды"},
			[]string{"This request has none of them", "add 304"}, "asked for changes only"},
		"304 of a request that is not kept": {explain.Facts{Attempt: with(attempt(gonets.CodeHTTPStatus, gonets.OutcomeHTTP, 304), func(a *gonets.Attempt) { a.RequestHeaders = nil }), Now: now},
			[]string{"Так сервисы отвечают"}, []string{"So services answer"}, "has none"},
		"300 without an address": {explain.Facts{Attempt: attempt(gonets.CodeHTTPStatus, gonets.OutcomeHTTP, 300), Now: now}, []string{"но не называет его (300)", "нет заголовка Location"}, []string{"does not name it (300 Multiple Choices)"}, ""},
		"401 with a key": {explain.Facts{Attempt: with(attempt(gonets.CodeHTTPStatus, gonets.OutcomeHTTP, 401), func(a *gonets.Attempt) {
			a.RequestHeaders = []gonets.Header{{Name: "Authorization", Value: "Bearer s3cret"}}
		}), Now: now}, []string{"не принял ключ доступа (401)", "заголовке Authorization: Bearer ***"}, []string{"header Authorization: Bearer ***"}, "s3cret"},
		"401 without one": {explain.Facts{Attempt: attempt(gonets.CodeHTTPStatus, gonets.OutcomeHTTP, 401), Now: now}, []string{"ключа не было"}, []string{"carried no key"}, ""},
		"401 with a contact": {explain.Facts{Attempt: attempt(gonets.CodeHTTPStatus, gonets.OutcomeHTTP, 401), Check: true, Contact: "it@example.ru", Now: now},
			[]string{"один раз. Кому писать: it@example.ru"}, []string{"one attempt. Write to: it@example.ru"}, ""},
		"blocked with a contact": {explain.Facts{Attempt: attempt(gonets.CodeBlockedAddress, gonets.OutcomeBlocked, 0), Contact: "it@example.ru", Now: now},
			[]string{"Кому писать: it@example.ru"}, []string{"Write to: it@example.ru"}, ""},
		"large headers": {explain.Facts{Attempt: with(attempt(gonets.CodeReplyTooLarge, gonets.OutcomeBody, 200), func(a *gonets.Attempt) {
			a.Error = "the reply of crm.test has more than 65536 bytes of headers; the first of them are kept"
		}), Step: when, Now: now}, []string{"Заголовки ответа crm.test больше 64 КБ.", "Первые заголовки сохранены", "cookie"},
			[]string{"The headers of crm.test's reply are larger than 64 KB.", "The first headers are kept"}, "reply_limit"},
		"endless headers": {explain.Facts{Attempt: with(attempt(gonets.CodeReplyTooLarge, gonets.OutcomeUnknown, 0), func(a *gonets.Attempt) {
			a.Error = "the reply of crm.test has more than 65536 bytes of headers"
		}), Now: now}, []string{"из ответа ничего не сохранено", "cookie"}, []string{"nothing of the reply is kept"}, "reply_limit"},
		"large headers as they were told before": {explain.Facts{Attempt: with(attempt(gonets.CodeBadReply, gonets.OutcomeUnknown, 0), func(a *gonets.Attempt) {
			a.Error = "the reply of crm.test has more than 65536 bytes of headers"
		}), Now: now}, []string{"Заголовки ответа crm.test больше 64 КБ.", "cookie"}, []string{"The headers of crm.test's reply are larger than 64 KB."}, "valid HTTP"},
		"damaged packing": {explain.Facts{Attempt: with(attempt(gonets.CodeBadReply, gonets.OutcomeUnknown, 200), func(a *gonets.Attempt) {
			a.Error = "the packed reply of crm.test is damaged or incomplete"
		}), Now: now}, []string{"Сжатый ответ crm.test повреждён.", "identity"}, []string{"The packed reply of crm.test is damaged.", "identity"}, "http or https"},
		"broken off": {explain.Facts{Attempt: with(attempt(gonets.CodeBadReply, gonets.OutcomeUnknown, 200), func(a *gonets.Attempt) {
			a.Error = "the reply of crm.test ended before its announced end"
		}), Now: now}, []string{"оборвался раньше конца"}, []string{"broke off before its end"}, "http or https"},
		"a rule, and a reply in another encoding": {explain.Facts{Attempt: with(attempt(gonets.CodeBodyRule, gonets.OutcomeBody, 200), func(a *gonets.Attempt) {
			a.ReplyHeaders, a.ReplyBody = []gonets.Header{{Name: "Content-Type", Value: "text/plain; charset=windows-1251"}}, []byte("\xcd\xe5\xf2")
		}), Step: when, Now: now}, []string{"В ответе: Нет"}, []string{"The reply says: Нет"}, ""},
		"a rule, and a reply in the step's encoding": {explain.Facts{Attempt: with(attempt(gonets.CodeBodyRule, gonets.OutcomeBody, 200), func(a *gonets.Attempt) {
			a.ReplyBody = []byte("\xcd\xe5\xf2")
		}), Step: &gonets.HTTPStep{ResponseCharset: "cp1251"}, Now: now}, []string{"В ответе: Нет"}, []string{"The reply says: Нет"}, ""},
		"503 with a contact": {explain.Facts{Attempt: attempt(gonets.CodeHTTPStatus, gonets.OutcomeHTTP, 503), Contact: "it@example.ru", Now: now}, nil, nil, "it@"},
		"429":                {explain.Facts{Attempt: attempt(gonets.CodeHTTPStatus, gonets.OutcomeHTTP, 429), Now: now}, []string{"слать реже"}, []string{"send more slowly"}, ""},
		"404":                {explain.Facts{Attempt: attempt(gonets.CodeHTTPStatus, gonets.OutcomeHTTP, 404), Now: now}, []string{"ничего нет для POST"}, []string{"nothing at this address for POST"}, ""},
		"422 in a check":     {explain.Facts{Attempt: attempt(gonets.CodeHTTPStatus, gonets.OutcomeHTTP, 422), Check: true, Now: now}, []string{"отклонил данные (422)", "пробует один раз"}, []string{"rejected the data", "it makes one attempt"}, "resume"},
		"503":                {explain.Facts{Attempt: attempt(gonets.CodeHTTPStatus, gonets.OutcomeHTTP, 503), Now: now, Next: now.Add(time.Second), Try: 2, Max: 6}, []string{"временно недоступен (503", "попытка 2 из 6"}, []string{"is down for now (503"}, ""},
		"204 that is none":   {explain.Facts{Attempt: attempt(gonets.CodeHTTPStatus, gonets.OutcomeHTTP, 204), Now: now}, []string{"среди успешных кодов"}, []string{"not one of the step's success codes"}, ""},
		"body rule": {explain.Facts{Attempt: with(attempt(gonets.CodeBodyRule, gonets.OutcomeBody, 200), func(a *gonets.Attempt) { a.ReplyBody = []byte(`{"ok":false}`) }), Step: when, Now: now},
			[]string{"правило успеха не выполнено: body.ok == true", `В ответе: {"ok":false}`}, []string{"the success rule failed: body.ok == true", `The reply says: {"ok":false}`}, ""},
		"a letter that an encoding lacks": {explain.Facts{Attempt: with(attempt(gonets.CodeBadRequest, gonets.OutcomeTemplate, 0), func(a *gonets.Attempt) {
			_, err := charset.Encode("да 😀", "windows-1251")
			a.Error = err.Error()
		}), Now: now}, []string{"В кодировке windows-1251 нет знака «😀»", "Выберите в шаге UTF-8"}, []string{"The encoding windows-1251 has no letter “😀”", "Choose UTF-8"}, ""},
		"too large": {explain.Facts{Attempt: attempt(gonets.CodeReplyTooLarge, gonets.OutcomeBody, 200), Step: when, Now: now}, []string{"больше 2 МБ"}, []string{"larger than 2 MB"}, ""},
		"not json": {explain.Facts{Attempt: with(attempt(gonets.CodeReplyNotJSON, gonets.OutcomeBody, 200), func(a *gonets.Attempt) {
			a.ReplyHeaders = []gonets.Header{{Name: "Content-Type", Value: "text/html"}}
		}), Now: now}, []string{"не JSON (text/html)", "«Авто»"}, []string{"not JSON (text/html)"}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, ok := explain.Attempt(tt.facts)
			if !ok {
				t.Fatal("no explanation")
			}
			for lang, both := range map[string]struct {
				text texts.Text
				want []string
			}{"ru": {e.Ru, tt.ru}, "en": {e.En, tt.en}} {
				whole := both.text.What + " " + both.text.Meaning + " " + both.text.Todo
				for _, want := range both.want {
					if !strings.Contains(whole, want) {
						t.Errorf("%s: %q is not in %q", lang, want, whole)
					}
				}
				if tt.not != "" && strings.Contains(whole, tt.not) {
					t.Errorf("%s: %q is in %q", lang, tt.not, whole)
				}
			}
		})
	}
}

// broken is what a text must not hold: what a value that is not there leaves.
var broken = regexp.MustCompile(`%!|%[sdvq]|\{\{|  | \.( |$)|<nil>|\(\)|: \.|,[.,]|\.\.|^ | $`)

func TestNoTextLacksAValue(t *testing.T) {
	t.Parallel()
	if !broken.MatchString("Адрес %!s(MISSING) не найден.") || !broken.MatchString("The address  was") {
		t.Fatal("a planted fault is not found")
	}
	cyrillic := regexp.MustCompile(`\p{Cyrillic}`)
	for _, code := range codes(t) {
		for outcome := range map[gonets.Outcome]bool{gonets.OutcomeHTTP: true, gonets.OutcomeNetwork: true, gonets.OutcomeTemplate: true, "later": true} {
			for _, facts := range []explain.Facts{
				{Attempt: attempt(code, outcome, 0)}, {Attempt: attempt(code, outcome, 302), Check: true},
				{Attempt: &gonets.Attempt{Exchange: gonets.Exchange{Outcome: outcome, Code: code}}, Next: now},
				{Attempt: attempt(code, outcome, 599), Next: now, Try: 2, Max: 3, Step: &gonets.HTTPStep{}},
			} {
				e, ok := explain.Attempt(facts)
				if !ok {
					t.Errorf("%s is not explained", code)
					continue
				}
				for _, text := range []string{e.Ru.What, e.Ru.Meaning, e.Ru.Todo, e.En.What, e.En.Meaning, e.En.Todo} {
					if text == "" || broken.MatchString(text) {
						t.Errorf("%s: %q lacks a value", code, text)
					}
				}
				if !cyrillic.MatchString(e.Ru.What) || !cyrillic.MatchString(e.Ru.Todo) || cyrillic.MatchString(e.En.What+e.En.Meaning+e.En.Todo) {
					t.Errorf("%s: the languages are mixed: %+v", code, e)
				}
			}
		}
	}
	if _, ok := explain.Attempt(explain.Facts{Attempt: attempt("", gonets.OutcomeOK, 200)}); ok {
		t.Error("a success is explained")
	}
	if e, ok := explain.Attempt(explain.Facts{Attempt: attempt("a.new.one", gonets.OutcomeUnknown, 0)}); !ok || e.Ru.What == "" {
		t.Error("an attempt of an unknown code is not explained")
	}
}

// Sentences are put together of parts: none may leave half of its punctuation.
func TestNoCombinationBreaksASentence(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{"Добавьте заголовок (обычно Authorization),. Это была", "Wait.. Then", "a,, b"} {
		if !broken.MatchString(fault) {
			t.Fatalf("the planted fault is not found: %q", fault)
		}
	}
	steps := []*gonets.HTTPStep{nil, {}, {Retry: &gonets.Retry{Ask: &gonets.Ask{}}}, {Renew: &gonets.Renew{Step: "login"}}}
	headers := [][]gonets.Header{nil, {{Name: "Authorization", Value: "Bearer s3cret"}}, {{Name: "X-Api-Key", Value: "s3cret"}}}
	every := func(code gonets.Code, status int, f func(explain.Facts)) {
		for _, purpose := range []gonets.Purpose{"", gonets.PurposeAsk, gonets.PurposeAskDone, gonets.PurposeAskNot, gonets.PurposeRenew, gonets.PurposeExpired} {
			for _, step := range steps {
				for _, sent := range headers {
					a := attempt(code, gonets.OutcomeHTTP, status)
					a.Purpose, a.RequestHeaders = purpose, sent
					facts := explain.Facts{Attempt: a, Step: step, Now: now}
					for _, contact := range []string{"", "it@example.ru"} {
						facts.Contact, facts.Check, facts.Next, facts.Try, facts.Max = contact, false, time.Time{}, 0, 0
						f(facts)
						facts.Check = true
						f(facts)
						facts.Check, facts.Next = false, now.Add(time.Minute)
						f(facts)
						facts.Try, facts.Max = 2, 6
						f(facts)
					}
				}
			}
		}
	}
	seen := map[string]bool{}
	for _, code := range codes(t) {
		for _, status := range []int{0, 300, 302, 304, 401, 404, 429, 503} {
			every(code, status, func(facts explain.Facts) {
				e, _ := explain.Attempt(facts)
				for _, text := range []string{e.Ru.What, e.Ru.Meaning, e.Ru.Todo, e.En.What, e.En.Meaning, e.En.Todo} {
					if seen[text] {
						continue
					}
					seen[text] = true
					if found := broken.FindString(text); found != "" {
						t.Errorf("%s, %d, a check: %v: %q is in %q", code, status, facts.Check, found, text)
					}
				}
			})
		}
	}
}

// codes are those that stand at attempts, as error.go declares them.
func codes(t *testing.T) (out []gonets.Code) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "../../error.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Code" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			// Mistakes in documents never end an attempt.
			if !strings.HasPrefix(text, "invalid.") {
				out = append(out, gonets.Code(text))
			}
		}
		return true
	})
	if len(out) < 40 {
		t.Fatalf("only %d codes were found", len(out))
	}
	return out
}
