package form

import (
	"encoding/json"

	"gonets"
)

func ifKind() Kind {
	return Kind{
		Kind:     gonets.KindIf,
		Title:    Text{"Условие", "Condition"},
		Help:     Text{"Выполнить одни шаги, если условие верно, и другие, если нет.", "Do some steps when the condition holds and others when it does not."},
		Synonyms: []string{"если", "иначе", "ветвление", "фильтр", "развилка", "if", "else", "branch", "filter", "router"},
		Template: json.RawMessage(`{"if":"","then":[],"else":[]}`),
		Fields: []Field{
			{Path: "/if", Control: ControlCondition, Tab: "main", Required: true, Title: Text{"Если", "If"}, Placeholder: "phone != \"\"",
				Help: Text{"Что проверить: значение, знак и с чем сравнить.", "What to check: a value, a sign and what to compare with."}},
			{Path: "/then", Control: ControlSteps, Tab: "main", Title: Text{"То", "Then"},
				Help: Text{"Шаги, когда условие верно. Если их нет, это «Только если»: при неверном условии операция заканчивается как пропущенная.",
					"The steps when the condition holds. Without any it is “Only if”: the run ends as skipped when the condition does not hold."}},
			{Path: "/else", Control: ControlSteps, Tab: "main", Title: Text{"Иначе", "Else"},
				Help: Text{"Шаги, когда условие неверно.", "The steps when the condition does not hold."}},
		},
		Variants: []Variant{{
			ID:       "only-if",
			Title:    Text{"Только если", "Only if"},
			Help:     Text{"Идти дальше только при выполненном условии; иначе операция пропускается.", "Go on only when the condition holds; otherwise the run is skipped."},
			Synonyms: []string{"фильтр", "условие", "filter", "gate"},
			Template: json.RawMessage(`{"if":""}`),
		}},
	}
}

func setKind() Kind {
	return Kind{
		Kind:     gonets.KindSet,
		Title:    Text{"Задать значения", "Set values"},
		Help:     Text{"Посчитать или запомнить значения под своими именами, чтобы использовать дальше.", "Compute values or keep them under names of your own, to use them later."},
		Synonyms: []string{"переменная", "присвоить", "вычислить", "запомнить", "set", "variable", "assign", "compute"},
		Template: json.RawMessage(`{"set":{}}`),
		Fields: []Field{
			{Path: "/set", Control: ControlTemplates, Tab: "main", Required: true, Title: Text{"Значения", "Values"}, Placeholder: "total",
				Help: Text{"Имя (латинские буквы, цифры и _) и значение. Следующая строка видит предыдущие.",
					"A name (Latin letters, digits and _) and a value. Each row sees the rows before it."}},
		},
	}
}

func delayKind() Kind {
	return Kind{
		Kind:     gonets.KindDelay,
		Title:    Text{"Подождать", "Wait"},
		Help:     Text{"Сделать паузу. Ожидание переживает перезапуск сервера.", "Make a pause. It survives a restart of the server."},
		Synonyms: []string{"пауза", "задержка", "таймер", "ожидание", "delay", "sleep", "pause", "timer"},
		Template: json.RawMessage(`{"delay":"5m"}`),
		Fields: []Field{
			{Path: "/delay", Control: ControlDuration, Tab: "main", Required: true, Templated: true, Placeholder: "5m",
				Min: value("0s"), Max: value(gonets.Duration(gonets.MaxWait)), Title: Text{"Сколько ждать", "How long"},
				Help: Text{"Время: 30s — секунды, 5m — минуты, 2h — часы, 7d — дни. Можно взять из переменной: число — это секунды.",
					"A time span: 30s, 5m, 2h or 7d. It may come from a variable: a number means seconds."}},
		},
	}
}

func respondKind() Kind {
	const at = "/respond"
	return Kind{
		Kind:  gonets.KindRespond,
		Title: Text{"Ответить отправителю", "Answer the sender"},
		Help: Text{"Вернуть ответ тому, кто прислал событие и ждёт. Шаги после ответа выполняются как обычно.",
			"Give an answer to whoever sent the event and waits. Steps behind it are done as usual."},
		Synonyms: []string{"webhookResponse", "ответ", "вернуть", "respond", "response", "reply"},
		Template: json.RawMessage(`{"respond":{"json":{"ok":true}}}`),
		Fields: []Field{
			{Path: at + "/status", Control: ControlNumber, Tab: "main", Templated: true, Default: value(200), Min: value(200), Max: value(599), Title: Text{"Статус", "Status"},
				Help: Text{"200 значит «всё хорошо». Другой нужен, только если отправитель ждёт именно его.", "200 means that all is well. Another one is needed only when the sender wants it."}},
			{Path: at, Control: ControlBody, Tab: "main", Title: Text{"Что ответить", "The answer"},
				Help: Text{"Тело ответа.", "The body of the answer."},
				Choices: []Choice{
					{Value: "json", Title: Text{"JSON", "JSON"}, Sets: json.RawMessage(`{"/respond/json":{},"/respond/text":null}`)},
					{Value: "text", Title: Text{"Текст (шаблон, как есть)", "Text (template, as is)"}, Sets: json.RawMessage(`{"/respond/text":"","/respond/json":null}`)},
					{Value: "none", Title: Text{"Без тела", "None"}, Sets: json.RawMessage(`{"/respond/text":null,"/respond/json":null}`)},
				}},
			{Path: at + "/json", Within: at, Control: ControlTemplates, Tab: "main", Title: Text{"Поля JSON", "JSON fields"},
				Help: Text{"Название поля и значение. Вместо полей можно вставить готовый JSON с переменными.", "A field's name and value. Instead of fields, JSON with variables may be pasted."}},
			{Path: at + "/text", Within: at, Control: ControlTemplate, Tab: "main", Title: Text{"Текст", "Text"},
				Help: Text{"Отправляется как есть, переменные заменяются значениями.", "It is sent as it stands; variables become their values."}},
			{Path: at + "/headers", Control: ControlTemplates, Tab: "headers", Title: Text{"Заголовки", "Headers"},
				Help: Text{"Добавляются к ответу. Content-Type ставится сам.", "They are added to the answer. Content-Type is set by itself."}},
		},
	}
}

func stopKind() Kind {
	return Kind{
		Kind:     gonets.KindStop,
		Title:    Text{"Закончить", "Finish"},
		Help:     Text{"Закончить операцию здесь как выполненную. Следующие шаги не выполняются.", "End the run here as done. Later steps are not done."},
		Synonyms: []string{"стоп", "выход", "завершить", "stop", "exit", "end"},
		Template: json.RawMessage(`{"stop":{}}`),
		Fields: []Field{
			{Path: "/stop/reason", Control: ControlTemplate, Tab: "main", Title: Text{"Почему", "Why"},
				Help: Text{"Пояснение для истории.", "A note for the history."}},
		},
	}
}

func failKind() Kind {
	return Kind{
		Kind:     gonets.KindFail,
		Title:    Text{"Завершить ошибкой", "End with an error"},
		Help:     Text{"Закончить операцию здесь как ошибочную. О ней придёт уведомление.", "End the run here as failed. A notice is sent about it."},
		Synonyms: []string{"ошибка", "исключение", "fail", "error", "throw"},
		Template: json.RawMessage(`{"fail":{}}`),
		Fields: []Field{
			{Path: "/fail/message", Control: ControlTemplate, Tab: "main", Title: Text{"Сообщение", "Message"},
				Help: Text{"Что написать в истории.", "What the history says."}},
		},
	}
}
