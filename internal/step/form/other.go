package form

import (
	"encoding/json"

	"gonets"
	"gonets/api"
)

func ifKind() Kind {
	return Kind{
		Kind:     gonets.KindIf,
		Title:    text("Условие", "Condition"),
		Help:     text("Выполнить одни шаги, если условие верно, и другие, если нет.", "Do some steps when the condition holds and others when it does not."),
		Synonyms: []string{"если", "иначе", "ветвление", "фильтр", "развилка", "if", "else", "branch", "filter", "router"},
		Template: json.RawMessage(`{"if":"","then":[],"else":[]}`),
		Fields: []Field{
			{Path: "/if", Control: api.ControlCondition, Tab: "main", Required: true, Title: text("Если", "If"), Placeholder: "phone != \"\"",
				Help: text("Что проверить: значение, знак и с чем сравнить.", "What to check: a value, a sign and what to compare with.")},
			{Path: "/then", Control: api.ControlSteps, Tab: "main", Title: text("То", "Then"),
				Help: text("Шаги, когда условие верно. Если их нет, это «Только если»: при неверном условии операция заканчивается как пропущенная.",
					"The steps when the condition holds. Without any it is “Only if”: the run ends as skipped when the condition does not hold.")},
			{Path: "/else", Control: api.ControlSteps, Tab: "main", Title: text("Иначе", "Else"),
				Help: text("Шаги, когда условие неверно.", "The steps when the condition does not hold.")},
		},
		Variants: []Variant{{
			ID:       "only-if",
			Title:    text("Только если", "Only if"),
			Help:     text("Идти дальше только при выполненном условии; иначе операция пропускается.", "Go on only when the condition holds; otherwise the run is skipped."),
			Synonyms: []string{"фильтр", "условие", "filter", "gate"},
			Template: json.RawMessage(`{"if":""}`),
		}},
	}
}

func setKind() Kind {
	return Kind{
		Kind:     gonets.KindSet,
		Title:    text("Задать значения", "Set values"),
		Help:     text("Посчитать или запомнить значения под своими именами, чтобы использовать дальше.", "Compute values or keep them under names of your own, to use them later."),
		Synonyms: []string{"переменная", "присвоить", "вычислить", "запомнить", "set", "variable", "assign", "compute"},
		Template: json.RawMessage(`{"set":{}}`),
		Fields: []Field{
			{Path: "/set", Control: api.ControlTemplates, Tab: "main", Required: true, Title: text("Значения", "Values"), Placeholder: "total",
				Help: text("Имя (латинские буквы, цифры и _) и значение. Следующая строка видит предыдущие.",
					"A name (Latin letters, digits and _) and a value. Each row sees the rows before it.")},
		},
	}
}

func delayKind() Kind {
	return Kind{
		Kind:     gonets.KindDelay,
		Title:    text("Подождать", "Wait"),
		Help:     text("Сделать паузу. Ожидание переживает перезапуск сервера.", "Make a pause. It survives a restart of the server."),
		Synonyms: []string{"пауза", "задержка", "таймер", "ожидание", "delay", "sleep", "pause", "timer"},
		Template: json.RawMessage(`{"delay":"5m"}`),
		Fields: []Field{
			{Path: "/delay", Control: api.ControlDuration, Tab: "main", Required: true, Templated: true, Placeholder: "5m",
				Min: value("0s"), Max: value(gonets.Duration(gonets.MaxWait)), Title: text("Сколько ждать", "How long"),
				Help: text("Время: 30s — секунды, 5m — минуты, 2h — часы, 7d — дни. Можно взять из переменной: число — это секунды.",
					"A time span: 30s, 5m, 2h or 7d. It may come from a variable: a number means seconds.")},
		},
	}
}

func respondKind() Kind {
	const at = "/respond"
	return Kind{
		Kind:  gonets.KindRespond,
		Title: text("Ответить отправителю", "Answer the sender"),
		Help: text("Вернуть ответ тому, кто прислал событие и ждёт. Шаги после ответа выполняются как обычно.",
			"Give an answer to whoever sent the event and waits. Steps behind it are done as usual."),
		Synonyms: []string{"webhookResponse", "ответ", "вернуть", "respond", "response", "reply"},
		Template: json.RawMessage(`{"respond":{"json":{"ok":true}}}`),
		Fields: []Field{
			{Path: at + "/status", Control: api.ControlNumber, Tab: "main", Templated: true, Default: value(200), Min: value(200), Max: value(599), Title: text("Статус", "Status"),
				Help: text("200 значит «всё хорошо». Другой нужен, только если отправитель ждёт именно его.", "200 means that all is well. Another one is needed only when the sender wants it.")},
			{Path: at, Control: api.ControlBody, Tab: "main", Title: text("Что ответить", "The answer"),
				Help: text("Тело ответа.", "The body of the answer."),
				Choices: []Choice{
					{Value: "json", Title: text("JSON", "JSON"), Sets: json.RawMessage(`{"/respond/json":{},"/respond/text":null}`)},
					{Value: "text", Title: text("Текст (шаблон, как есть)", "Text (template, as is)"), Sets: json.RawMessage(`{"/respond/text":"","/respond/json":null}`)},
					{Value: "none", Title: text("Без тела", "None"), Sets: json.RawMessage(`{"/respond/text":null,"/respond/json":null}`)},
				}},
			{Path: at + "/json", Within: at, Control: api.ControlTemplates, Tab: "main", Title: text("Поля JSON", "JSON fields"),
				Help: text("Название поля и значение. Вместо полей можно вставить готовый JSON с переменными.", "A field's name and value. Instead of fields, JSON with variables may be pasted.")},
			{Path: at + "/text", Within: at, Control: api.ControlTemplate, Tab: "main", Title: text("Текст", "Text"),
				Help: text("Отправляется как есть, переменные заменяются значениями.", "It is sent as it stands; variables become their values.")},
			{Path: at + "/headers", Control: api.ControlTemplates, Tab: "headers", Title: text("Заголовки", "Headers"),
				Help: text("Добавляются к ответу. Content-Type ставится сам.", "They are added to the answer. Content-Type is set by itself.")},
		},
	}
}

func stopKind() Kind {
	return Kind{
		Kind:     gonets.KindStop,
		Title:    text("Закончить", "Finish"),
		Help:     text("Закончить операцию здесь как выполненную. Следующие шаги не выполняются.", "End the run here as done. Later steps are not done."),
		Synonyms: []string{"стоп", "выход", "завершить", "stop", "exit", "end"},
		Template: json.RawMessage(`{"stop":{}}`),
		Fields: []Field{
			{Path: "/stop/reason", Control: api.ControlTemplate, Tab: "main", Title: text("Почему", "Why"),
				Help: text("Пояснение для истории.", "A note for the history.")},
		},
	}
}

func failKind() Kind {
	return Kind{
		Kind:     gonets.KindFail,
		Title:    text("Завершить ошибкой", "End with an error"),
		Help:     text("Закончить операцию здесь как ошибочную. О ней придёт уведомление.", "End the run here as failed. A notice is sent about it."),
		Synonyms: []string{"ошибка", "исключение", "fail", "error", "throw"},
		Template: json.RawMessage(`{"fail":{}}`),
		Fields: []Field{
			{Path: "/fail/message", Control: api.ControlTemplate, Tab: "main", Title: text("Сообщение", "Message"),
				Help: text("Что написать в истории.", "What the history says.")},
		},
	}
}
