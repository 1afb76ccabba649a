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
		Help:     text("Выполнить одни шаги, если условие верно, и другие, если нет.", "Do some steps if the condition is true, and others if it is not."),
		Synonyms: []string{"если", "иначе", "ветвление", "фильтр", "развилка", "if", "else", "branch", "filter", "router"},
		Template: json.RawMessage(`{"if":"","then":[],"else":[]}`),
		Fields: []Field{
			{Path: "/if", Control: api.ControlCondition, Tab: "main", Required: true, Title: text("Если", "If"), Placeholder: "phone != \"\"",
				Help: text("Что проверить: значение, сравнение и с чем сравнить.", "What to check: a value, a comparison and what to compare it with.")},
			{Path: "/then", Control: api.ControlSteps, Tab: "main", Title: text("То", "Then"),
				Help: text("Шаги, когда условие верно. Если их нет, это «Только если»: при неверном условии операция заканчивается как пропущенная.",
					"The steps to do if the condition is true. Without any it is “Only if”: the run ends as skipped if the condition is not true.")},
			{Path: "/else", Control: api.ControlSteps, Tab: "main", Title: text("Иначе", "Else"),
				Help: text("Шаги, когда условие неверно.", "The steps to do if the condition is not true.")},
		},
		Variants: []Variant{{
			ID:       "only-if",
			Title:    text("Только если", "Only if"),
			Help:     text("Идти дальше только при выполненном условии; иначе операция пропускается.", "Go on only if the condition is true; otherwise the run is skipped."),
			Synonyms: []string{"фильтр", "условие", "filter", "gate"},
			Template: json.RawMessage(`{"if":""}`),
		}},
	}
}

func setKind() Kind {
	return Kind{
		Kind:     gonets.KindSet,
		Title:    text("Задать значения", "Set values"),
		Help:     text("Посчитать или запомнить значения под своими именами, чтобы использовать дальше.", "Compute or keep values under names of your own and use them later."),
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
		Help:     text("Сделать паузу. Ожидание переживает перезапуск сервера.", "Pause the run. The wait survives a restart of the server."),
		Synonyms: []string{"пауза", "задержка", "таймер", "ожидание", "delay", "sleep", "pause", "timer"},
		Template: json.RawMessage(`{"delay":"5m"}`),
		Fields: []Field{
			{Path: "/delay", Control: api.ControlDuration, Tab: "main", Required: true, Templated: true, Placeholder: "5m",
				Min: value("0s"), Max: value(gonets.Duration(gonets.MaxWait)), Title: text("Сколько ждать", "How long"),
				Help: text("Срок можно взять и из переменной: число в ней — секунды, а единицу задают буквой: 5m — минуты, 2h — часы, 7d — дни.",
					"The time may also come from a variable: a plain number means seconds, a letter gives the unit, as in 5m, 2h or 7d.")},
		},
	}
}

func respondKind() Kind {
	const at = "/respond"
	return Kind{
		Kind:  gonets.KindRespond,
		Title: text("Ответить отправителю", "Answer the sender"),
		Help: text("Вернуть ответ тому, кто прислал событие и ждёт. Шаги после ответа выполняются как обычно.",
			"Reply to the sender of the event, who is waiting. The steps after it are done as usual."),
		Synonyms: []string{"webhookResponse", "ответ", "вернуть", "respond", "response", "reply"},
		Template: json.RawMessage(`{"respond":{"json":{"ok":true}}}`),
		Fields: []Field{
			{Path: at + "/status", Control: api.ControlNumber, Tab: "main", Templated: true, Default: value(200), Min: value(200), Max: value(599), Title: text("Статус", "Status"),
				Help: text("200 значит «всё хорошо». Другой нужен, только если отправитель ждёт именно его.", "200 means “all is well”. Use another one only if the sender expects it.")},
			{Path: at, Control: api.ControlBody, Tab: "main", Title: text("Что ответить", "The answer"),
				Help: text("Это получит отправитель.", "This is what the sender gets."),
				Choices: []Choice{
					{Value: "json", Title: text("JSON", "JSON"), Sets: json.RawMessage(`{"/respond/json":{},"/respond/text":null}`)},
					{Value: "text", Title: text("Текст (шаблон, как есть)", "Text (template, as is)"), Sets: json.RawMessage(`{"/respond/text":"","/respond/json":null}`)},
					{Value: "none", Title: text("Без тела", "None"), Sets: json.RawMessage(`{"/respond/text":null,"/respond/json":null}`)},
				}},
			{Path: at + "/json", Within: at, Control: api.ControlTemplates, Tab: "main", Title: text("Поля JSON", "JSON fields"),
				Help: text("Название поля и значение. Вместо полей можно вставить готовый JSON с переменными.", "A field's name and value. Instead of fields, JSON with variables may be pasted.")},
			{Path: at + "/text", Within: at, Control: api.ControlTemplate, Tab: "main", Title: text("Текст", "Text"),
				Help: text("Отправляется как есть, переменные заменяются значениями.", "Sent as it is; variables are replaced by their values.")},
			{Path: at + "/headers", Control: api.ControlTemplates, Tab: "headers", Title: text("Заголовки", "Headers"),
				Help: text("Добавляются к ответу. Content-Type ставится сам.", "Added to the answer. Content-Type is set automatically.")},
		},
	}
}

func stopKind() Kind {
	return Kind{
		Kind:     gonets.KindStop,
		Title:    text("Закончить", "Finish"),
		Help:     text("Закончить операцию здесь как выполненную. Следующие шаги не выполняются.", "End the run here as done. The steps after it are not done."),
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
		Help:     text("Закончить операцию здесь как ошибочную. О ней придёт уведомление.", "End the run here as failed. You get a notice about it."),
		Synonyms: []string{"ошибка", "исключение", "fail", "error", "throw"},
		Template: json.RawMessage(`{"fail":{}}`),
		Fields: []Field{
			{Path: "/fail/message", Control: api.ControlTemplate, Tab: "main", Title: text("Сообщение", "Message"),
				Help: text("Что написать в истории.", "What to show in the history.")},
		},
	}
}
