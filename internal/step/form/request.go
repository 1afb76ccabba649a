package form

import (
	"encoding/json"

	"gonets"
	"gonets/api"
)

func requestKind() Kind {
	return Kind{
		Kind:     gonets.KindRequest,
		Title:    text("Сохранённый запрос", "Saved request"),
		Help:     text("Отправить запрос, который хранится под своим именем и нужен нескольким обработкам.", "Send a request that is kept under a name and that several scenarios need."),
		Synonyms: []string{"запрос", "шаблон запроса", "библиотека", "общий запрос", "saved", "shared", "reusable", "library"},
		Template: json.RawMessage(`{"request":"","with":{}}`),
		Fields: append([]Field{
			{Path: "/request", Control: api.ControlRequest, Tab: "main", Required: true, Title: text("Какой запрос", "Which request"), Placeholder: "telegram-notice",
				Help: text("Запрос из раздела «Запросы». Если его изменить, эта обработка отправит новый, когда примените изменения.", "A request of the page “Requests”. If it is changed, this scenario sends the new one once its changes are applied.")},
			{Path: "/with", Control: api.ControlParams, Tab: "main", Title: text("Параметры", "Parameters"), Placeholder: "{{ name }}",
				Help: text("Значения, которые подставляются в запрос. Не заданный параметр берёт своё обычное значение.", "The values that are put into the request. A parameter without one takes its usual value.")},
			{Path: "/method", Control: api.ControlText, Tab: "more", Placeholder: "POST", Title: text("Метод", "Method"),
				Help: text("Только если здесь нужен другой метод, чем в самом запросе.", "Only if another method than the request's own is needed here.")},
			reactionField(""),
		}, append(renewFields(""), saveFields("")...)...),
	}
}

// saveFields are the variables that keep a reply; at is where the step says them.
func saveFields(at string) []Field {
	return []Field{
		{Path: at + "/save/body", Control: api.ControlVariable, Tab: "response", Placeholder: "deal", Title: text("Сохранить результат в", "Save result as"),
			Help: text("Имя переменной для ответа: дальше её поля можно вставлять в любые шаги.", "A variable's name for the reply; its fields may be used in all later steps.")},
		{Path: at + "/save/status", Control: api.ControlVariable, Tab: "response", Placeholder: "deal_status", Title: text("Сохранить статус в", "Save the status as"),
			Help: text("Имя переменной для кода ответа, например 200.", "A variable's name for the code of the reply, for example 200.")},
		{Path: at + "/save/headers", Control: api.ControlVariable, Tab: "response", Placeholder: "deal_headers", Title: text("Сохранить заголовки в", "Save the headers as"),
			Help: text("Имя переменной для заголовков ответа.", "A variable's name for the headers of the reply.")},
	}
}

// renewFields say which answers have an earlier step done again.
func renewFields(at string) []Field {
	return []Field{
		{Path: at + "/renew/when", Control: api.ControlCondition, Tab: "more", Placeholder: "status == 401", Title: text("Доступ устарел, если", "Access is too old if"),
			Help: text("Условие по ответу: body, status, headers. Если оно верно, предыдущий шаг выполняется заново, и запрос уходит ещё раз — один раз и не в счёт попыток. Помогает и с «200 с кодом ошибки».",
				"A condition on the reply: body, status, headers. If it is true, the earlier step is done again and the request is sent once more, once and without counting. It helps with “200 and an error code” too.")},
		{Path: at + "/renew/step", Control: api.ControlStep, Tab: "more", Placeholder: "login", Title: text("Тогда заново выполнить шаг", "Then do this step again"),
			Help: text("Шаг выше по обработке, который получает доступ, например вход.", "A step further up that gets the access, for example a login.")},
	}
}

// reactionField is what follows when the attempts are used up.
func reactionField(at string) Field {
	return Field{Path: at + "/on_failure", Control: api.ControlChoice, Tab: "more", Default: value(gonets.OnFailurePause), Title: text("Потом", "Then"),
		Help: text("Что делать, когда попытки кончились.", "What to do when the attempts are used up."),
		Choices: []Choice{
			{Value: gonets.OnFailurePause, Title: text("Ждать меня", "Wait for me"), Help: hint("операция хранится без срока: исправьте причину и повторите её с этого места", "the run is kept without limit: fix the cause and resume it from here")},
			{Value: gonets.OnFailureContinue, Title: text("Идти дальше при любом ответе", "Go on with any reply"), Help: hint("следующий шаг сам проверит статус", "the next step checks the status itself")},
			{Value: gonets.OnFailureFail, Title: text("Завершить ошибкой", "End with an error"), Help: hint("операция закончится, ждать вас не будет", "the run ends and does not wait for you")},
		}}
}
