package form

import (
	"encoding/json"
	"time"

	"gonets"
	"gonets/api"
)

func httpKind() Kind {
	fields := append(requestFields(), bodyFields("/http/body", "body", "")...)
	fields = append(fields, replyFields()...)
	fields = append(fields, retryFields()...)
	fields = append(fields, askFields("/http/retry/ask")...)
	fields = append(fields, moreFields()...)
	return Kind{
		Kind:  gonets.KindHTTP,
		Title: text("HTTP-запрос", "HTTP request"),
		Help: text("Отправить данные в другой сервис или получить их оттуда. Ответ можно использовать в следующих шагах.",
			"Send data to another service or get data from it. Later steps can use the reply."),
		Synonyms: []string{"Отправить через вебхук", "PostJson", "Интеграции", "JSON POST", "POST · JSON", "вебхук", "webhook", "API", "запрос", "request", "curl"},
		Fields:   fields,
		Template: json.RawMessage(`{"http":{"method":"POST","url":"","body":{"json":{}}}}`),
	}
}

func requestFields() []Field {
	word := func(w string) Text { return Text{Ru: w, En: w} }
	return []Field{
		{Path: "/http/method", Control: api.ControlChoice, Tab: "main", Free: true, Title: text("Метод", "Method"),
			Help: text("Что сделать по этому адресу. Какой метод нужен, написано в описании сервиса. Если не выбрать: POST, когда есть тело, иначе GET.",
				"What to do at this address. The service's documentation says which method it needs. When none is chosen: POST with a body, otherwise GET."),
			Choices: []Choice{
				{Value: "GET", Title: word("GET"), Help: hint("получить данные", "get data")},
				{Value: "POST", Title: word("POST"), Help: hint("передать данные", "send data")},
				{Value: "POST", Title: word("POST · JSON"), Help: hint("передать данные в виде JSON", "send data as JSON"), Sets: json.RawMessage(`{"/http/body":{"json":{}}}`)},
				{Value: "PUT", Title: word("PUT"), Help: hint("заменить целиком", "replace as a whole")},
				{Value: "PATCH", Title: word("PATCH"), Help: hint("изменить часть", "change a part")},
				{Value: "DELETE", Title: word("DELETE"), Help: hint("удалить", "delete")},
			}},
		{Path: "/http/url", Control: api.ControlTemplate, Tab: "main", Required: true, Title: text("Адрес (URL)", "Address (URL)"), Placeholder: "https://api.example.ru/leads",
			Help: text("Куда отправить запрос. Начинается с https:// или http://; внутрь можно вставить переменные.",
				"Where the request goes. It begins with https:// or http://; variables may stand in it.")},
		{Path: "/http/query", Control: api.ControlTemplates, Tab: "query", Title: text("Параметры строки запроса", "Query parameters"),
			Help: text("Добавляются к адресу после знака вопроса. Строка с пустым значением, которого нет в данных, не отправляется.",
				"They are added to the address behind the question mark. A row whose value is not in the data is not sent.")},
		{Path: "/http/lists", Control: api.ControlChoice, Tab: "query", Default: value("repeat"), Title: text("Списки", "Lists"),
			Help: text("Как записать значение, в котором их несколько, — в параметрах и в полях формы. Как ждёт сервис, написано в его описании.",
				"How a value that holds several is written, in the parameters and in a form's fields. The service's documentation says which way it expects."),
			Choices: []Choice{
				{Value: "repeat", Title: text("Повторить имя", "Repeat the name"), Help: hint("a=1&a=2 — понимает большинство сервисов", "a=1&a=2, which most services understand")},
				{Value: "brackets", Title: text("Имя со скобками", "The name with brackets"), Help: hint("a[]=1&a[]=2 — для PHP и Битрикс24", "a[]=1&a[]=2, for PHP and Bitrix24")},
				{Value: "comma", Title: text("Через запятую", "With commas"), Help: hint("a=1,2 — одно имя, значения подряд", "a=1,2: one name, the values in a row")},
			}},
		{Path: "/http/headers", Control: api.ControlTemplates, Tab: "headers", Title: text("Заголовки", "Headers"),
			Help: text("Служебные сведения о запросе, например ключ доступа. Нужные всегда (Content-Type и другие) добавляются сами; свой заголовок их заменяет.",
				"Facts about the request, for example the key of access. Those that are always needed (Content-Type and others) are added by themselves; one of yours replaces them.")},
		{Path: "/http/own_headers_only", Control: api.ControlSwitch, Tab: "headers", Default: value(false), Title: text("Только мои заголовки", "Only my headers"),
			Help: text("Не добавлять ничего от себя, кроме Host и Content-Length: без них запрос не отправить. Нужно редко: для очень старых или придирчивых сервисов.",
				"Add nothing by itself but Host and Content-Length, without which no request can be sent. Seldom needed: for very old or picky services.")},
	}
}

func replyFields() []Field {
	fields := []Field{
		{Path: "/http/success/codes", Control: api.ControlCodes, Tab: "response", Default: value([]string{"2**"}), Placeholder: "2**", Title: text("Успешные коды статуса", "Success status codes"),
			Help: text("Какие ответы считать успехом: 200, 2**, 200-204, а !404 — всё, кроме 404. Остальные ответы — повод повторить запрос.",
				"Which replies are a success: 200, 2**, 200-204; !404 is all but 404. Other replies are a reason to try again.")},
		{Path: "/http/success/when", Control: api.ControlCondition, Tab: "response", Placeholder: "body.ok == true", Title: text("И только если", "And only if"),
			Help: text("Некоторые сервисы отвечают «200», даже когда не справились. Условие проверяет сам ответ: тело, код, заголовки.",
				"Some services answer 200 even when they failed. The condition looks at the reply itself: body, status, headers.")},
		{Path: "/http/response", Control: api.ControlChoice, Tab: "response", Default: value("auto"), Title: text("Формат ответа", "Response format"),
			Help: text("Как читать ответ. «Авто» подходит почти всегда.", "How to read the reply. “Auto” fits nearly always."),
			Choices: []Choice{
				{Value: "auto", Title: text("Авто", "Auto"), Help: hint("JSON, если это JSON, иначе текст", "JSON if it is JSON, otherwise text")},
				{Value: "by-type", Title: text("По Content-Type", "By Content-Type"), Help: hint("как назвал его сам сервис", "as the service itself calls it")},
				{Value: "json", Title: text("JSON", "JSON"), Help: hint("другой ответ — ошибка", "any other reply is an error")},
				{Value: "text", Title: text("Текст", "Text"), Help: hint("как есть, даже если это JSON", "as it is, even if it is JSON")},
				{Value: "binary", Title: text("Двоичный", "Binary"), Help: hint("файл", "a file")},
			}},
		{Path: "/http/response_charset", Control: api.ControlChoice, Free: true, Tab: "response", Placeholder: "windows-1251", Title: text("Кодировка ответа", "Encoding of the reply"),
			Help: text("Пусто — та, которую называет сам ответ, иначе UTF-8. Выберите, если вместо букв видны знаки вопроса и «кракозябры».",
				"Empty: the one that the reply itself names, otherwise UTF-8. Choose one when you see question marks and odd signs in the place of letters."),
			Choices: encodings()},
	}
	fields = append(fields, saveFields("/http")...)
	return append(fields, Field{Path: "/http/reply_limit", Control: api.ControlNumber, Tab: "response", Default: value(gonets.MaxReplyBody), Min: value(1), Max: value(gonets.MaxReplyLimit), Unit: hint("байт", "bytes"), Title: text("Наибольший ответ", "Largest reply"),
		Help: text("Ответ больше этого размера — ошибка; прочитанное сохраняется в истории.", "A larger reply is an error; what was read is kept in the history.")})
}

// span is a time span as documents write it.
func span(d time.Duration) json.RawMessage { return value(gonets.Duration(d)) }

func retryFields() []Field {
	def := gonets.DefaultRetry()
	usual := value(def.Delays)
	return []Field{
		{Path: "/http/retry", Control: api.ControlChoice, Tab: "more", Default: value("default"), Title: text("Повторы", "Retries"),
			Help: text("Что делать, если сервис не ответил или ответил ошибкой.", "What to do when the service did not answer or answered with an error."),
			Choices: []Choice{
				{Value: "default", Title: text("Как обычно", "As usual"), Help: hint("через 5 с, 30 с, 1 мин, 30 мин и 2 ч — всего 6 попыток", "after 5 s, 30 s, 1 min, 30 min and 2 h: 6 attempts in all"), Sets: json.RawMessage(`{"/http/retry":null}`)},
				{Value: "delays", Title: text("Свои", "Own"), Help: hint("паузы, которые вы зададите", "pauses of your choice"), Sets: value(map[string]any{"/http/retry": map[string]any{"delays": usual}})},
				{Value: "exponential", Title: text("По нарастающей", "Exponential"), Help: hint("каждая пауза длиннее прежней", "each pause is longer than the one before"), Sets: json.RawMessage(`{"/http/retry":{"exponential":{"first":"1s","factor":2,"max":"10m","tries":8}}}`)},
				{Value: "none", Title: text("Нет", "None"), Help: hint("одна попытка", "one attempt"), Sets: json.RawMessage(`{"/http/retry":{"delays":[]}}`)},
			}},
		{Path: "/http/retry/delays", Within: "/http/retry", Control: api.ControlDelays, Tab: "more", Default: usual, Min: span(gonets.MinRetryDelay), Max: span(gonets.MaxWait), Title: text("Паузы", "Pauses"),
			Help: text("Сколько ждать перед второй попыткой, третьей и так далее.", "How long to wait before the second attempt, the third, and so on.")},
		{Path: "/http/retry/exponential/first", Within: "/http/retry", Control: api.ControlDuration, Tab: "more", Placeholder: "1s", Min: span(gonets.MinRetryDelay), Max: span(gonets.MaxWait), Title: text("Первая пауза", "First pause"),
			Help: text("Сколько ждать перед второй попыткой.", "How long to wait before the second attempt.")},
		{Path: "/http/retry/exponential/factor", Within: "/http/retry", Control: api.ControlNumber, Tab: "more", Placeholder: "2", Min: value(1), Max: value(100), Title: text("Во сколько раз дольше", "Times longer"),
			Help: text("Во сколько раз каждая пауза длиннее прежней.", "How many times longer each pause is than the one before.")},
		{Path: "/http/retry/exponential/max", Within: "/http/retry", Control: api.ControlDuration, Tab: "more", Placeholder: "10m", Min: span(gonets.MinRetryDelay), Max: span(gonets.MaxWait), Title: text("Самая долгая пауза", "Longest pause"),
			Help: text("Дольше этого паузы не становятся.", "Pauses do not become longer than this.")},
		{Path: "/http/retry/exponential/tries", Within: "/http/retry", Control: api.ControlNumber, Tab: "more", Placeholder: "8", Min: value(1), Max: value(gonets.MaxRetries + 1), Title: text("Всего попыток", "Attempts in all"),
			Help: text("Считая первую.", "The first one included.")},
		{Path: "/http/retry/on", Within: "/http/retry", Control: api.ControlChoices, Tab: "more", Free: true, Default: value(def.On), Title: text("Повторять, когда", "Retry on"),
			Help: text("Какие неудачи стоит повторять. Можно дописать коды: 409, 500-503, !404.", "Which failures are worth another attempt. Codes may be added: 409, 500-503, !404."),
			Choices: []Choice{
				{Value: "network", Title: text("нет связи", "no connection"), Help: hint("запрос не ушёл", "the request was not sent")},
				{Value: "unknown", Title: text("исход неизвестен", "unknown outcome"), Help: hint("запрос ушёл, ответа нет", "the request was sent and no reply came")},
				{Value: "5xx", Title: text("ошибка сервиса (5xx)", "the service failed (5xx)")},
				{Value: "4xx", Title: text("данные отклонены (4xx)", "the data was rejected (4xx)"), Help: hint("повтор редко помогает", "trying again seldom helps")},
				{Value: "body", Title: text("не выполнено правило успеха", "the success rule failed")},
				{Value: "!410", Title: text("кроме «удалено навсегда» (410)", "but not “gone for good” (410)"), Help: hint("сервис сам сказал, что повторять незачем", "the service itself says that trying again is of no use")},
			}},
		{Path: "/http/retry/deadline", Within: "/http/retry", Control: api.ControlDuration, Tab: "more", Placeholder: "24h", Min: span(gonets.MinRetryDelay), Title: text("Сколько всего повторять", "Retry for at most"),
			Help: text("Когда после первой попытки пройдёт столько времени, повторов больше не будет. Пусто — без срока.", "Once this much time has passed since the first attempt, there are no more retries. Empty: no limit.")},
		{Path: "/http/retry/quiet/from", Within: "/http/retry", Control: api.ControlText, Tab: "more", Placeholder: "22:00", Title: text("Не повторять с", "No retries from"),
			Help: text("С этого часа повторов нет. Первая попытка уходит сразу и ночью.", "From this time on nothing is retried. A first attempt is made at once, at night too.")},
		{Path: "/http/retry/quiet/to", Within: "/http/retry", Control: api.ControlText, Tab: "more", Placeholder: "08:00", Title: text("до", "until"),
			Help: text("В это время уходят повторы, которые ждали конца тихих часов.", "At this time the retries that waited go out.")},
		{Path: "/http/retry/quiet/zone", Within: "/http/retry", Control: api.ControlText, Tab: "more", Placeholder: "Europe/Moscow", Title: text("Часовой пояс", "Time zone"),
			Help: text("Например, Europe/Moscow. Перевод часов учитывается.", "For example, Europe/Moscow. Daylight saving time is taken into account.")},
	}
}

// askFields are those of the request that asks whether the step's own one was done.
func askFields(at string) []Field {
	fields := []Field{
		{Path: at + "/url", Within: "/http/retry", Control: api.ControlTemplate, Tab: "more", Placeholder: "https://api.example.ru/leads", Title: text("Проверочный запрос: адрес", "Check request: address"),
			Help: text("Если ответа на запрос не пришло, перед повтором здесь спрашивают, выполнен ли он. Номер, по которому его найти, передайте и в самом запросе: {{ run.idempotency_key }} один и тот же у всех попыток.",
				"When no reply to the request came, this is asked before it is sent again. Send the number by which it can be found with the request itself too: {{ run.idempotency_key }} is the same in all attempts.")},
		{Path: at + "/method", Within: "/http/retry", Control: api.ControlText, Tab: "more", Placeholder: "GET", Title: text("Метод", "Method"),
			Help: text("Обычно GET: запрос ничего не меняет, только спрашивает. Если не выбрать: POST, когда есть тело, иначе GET.",
				"Usually GET: the request changes nothing and only asks. When none is chosen: POST with a body, otherwise GET.")},
		{Path: at + "/query", Within: "/http/retry", Control: api.ControlTemplates, Tab: "more", Title: text("Параметры строки запроса", "Query parameters"),
			Help: text("Что искать, например external_id = {{ run.idempotency_key }}. Если значения нет в данных, вопрос не отправляется и операция ждёт вас.",
				"What to look for, for example external_id = {{ run.idempotency_key }}. When a value is not in the data, nothing is asked and the run waits for you.")},
		{Path: at + "/headers", Within: "/http/retry", Control: api.ControlTemplates, Tab: "more", Title: text("Заголовки", "Headers"),
			Help: text("Например, тот же ключ доступа, что и у самого запроса.", "For example the same key of access as the request's own.")},
	}
	fields = append(fields, bodyFields(at+"/body", "more", "/http/retry")...)
	return append(fields, []Field{
		{Path: at + "/done", Within: "/http/retry", Control: api.ControlCondition, Tab: "more", Placeholder: "body.total > 0", Title: text("Выполнен, если", "It was done if"),
			Help: text("Условие по ответу на вопрос: body, status, headers. Верно — шаг выполнен, повтора не будет; неверно — запрос уходит ещё раз.",
				"A condition on the answer: body, status, headers. If it is true, the step is done and nothing is sent again; if not, the request is sent once more.")},
		{Path: at + "/result", Within: "/http/retry", Control: api.ControlPath, Tab: "more", Placeholder: "body.items[0]", Title: text("Результат шага — это", "The step's result is"),
			Help: text("Какая часть ответа на вопрос заменит ответ самого запроса. Пусто — весь ответ.", "Which part of the answer takes the place of the request's own reply. Empty: all of it.")},
		{Path: at + "/codes", Within: "/http/retry", Control: api.ControlCodes, Tab: "more", Default: value([]string{"2**", "404"}), Placeholder: "2**", Title: text("Статусы ответа на вопрос", "Statuses that are an answer"),
			Help: text("Другой статус — не ответ: спросим ещё раз с теми же паузами, а когда попытки кончатся, операция ждёт вас.",
				"Any other status is no answer: it is asked again after the same pauses, and when the attempts are used up, the run waits for you.")},
	}...)
}

func moreFields() []Field {
	return append(renewFields("/http"), []Field{
		reactionField("/http"),
		{Path: "/http/timeout", Control: api.ControlDuration, Tab: "more", Default: span(gonets.DefaultHTTPTimeout), Min: span(gonets.MinHTTPTimeout), Max: span(gonets.MaxHTTPTimeout), Title: text("Таймаут", "Timeout"),
			Help: text("Сколько ждать ответа. Потом попытка считается неудачной.", "How long to wait for the reply. After that the attempt counts as failed.")},
		{Path: "/http/redirects", Control: api.ControlChoice, Tab: "more", Default: value("none"), Title: text("Разрешить перенаправление", "Follow redirects"),
			Help: text("Если сервис отвечает «переехал», идти ли по новому адресу.", "Whether to go to the new address if the service answers that it has moved."),
			Choices: []Choice{
				{Value: "none", Title: text("Нет", "No"), Help: hint("считать ошибкой и показать новый адрес", "treat it as an error and show the new address")},
				{Value: "follow", Title: text("Да", "Yes"), Help: hint("до 10 раз; ключи доступа на чужой адрес не передаются", "up to 10 times; keys of access are not sent to another address")},
			}},
		{Path: "/http/tls/verify", Control: api.ControlSwitch, Tab: "more", Default: value(true), Title: text("Проверять сертификат", "Verify the certificate"),
			Help: text("Выключайте только для своего сервера с самоподписанным сертификатом: без проверки данные может прочитать посторонний.",
				"Turn it off only for your own server with a self-signed certificate: without it strangers may read the data.")},
		{Path: "/http/tls/server_name", Control: api.ControlText, Tab: "more", Placeholder: "api.example.ru", Title: text("Имя в сертификате", "Name in the certificate"),
			Help: text("Если сервер вызывают по одному имени или IP, а сертификат у него на другое имя, впишите имя из сертификата. Пусто — имя из адреса. Куда уйдёт запрос, это не меняет.",
				"When a server is called by one name or by its IP and its certificate is for another name, write the certificate's name. Empty: the name in the address. It does not change where the request goes.")},
		{Path: "/http/cookies", Control: api.ControlSwitch, Tab: "more", Default: value(false), Title: text("Помнить куки", "Remember cookies"),
			Help: text("Куки из ответа запомнятся до конца этой операции: следующие шаги с этой же настройкой отправят их тому же сервису. Нужно, когда сервис пускает после входа по кукам. Другим операциям они не достаются.",
				"The reply's cookies are kept until the end of this run: later steps with the same setting send them to the same service. Needed when a service knows who logged in by cookies. Other runs do not get them.")},
	}...)
}
