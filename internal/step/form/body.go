package form

import (
	"gonets"
	"gonets/api"
)

// bodyFields are those of a request's body at a place, in a tab; within is the field that shows them, if any.
func bodyFields(at, tab, within string) []Field {
	return []Field{
		{Path: at, Within: within, Control: api.ControlBody, Tab: tab, Title: text("Тело", "Body"),
			Help: text("Сами данные, которые получит сервис.", "The data that the service receives."),
			Choices: []Choice{
				{Value: gonets.BodyJSON, Title: text("JSON", "JSON"), Help: hint("то, что ждёт большинство сервисов", "what most services expect"), Sets: value(map[string]any{at: map[string]any{"json": map[string]any{}}})},
				{Value: gonets.BodyForm, Title: text("Форма", "Form"), Help: hint("как отправляет форма на сайте", "as a form on a site sends it"), Sets: value(map[string]any{at: map[string]any{"form": map[string]any{}}})},
				{Value: gonets.BodyMultipart, Title: text("Форма с файлами", "Multipart"), Help: hint("поля и файлы, как форма на сайте с кнопкой «Выбрать файл»", "fields and files, as a form on a site with a button to choose a file"), Sets: value(map[string]any{at: map[string]any{"multipart": map[string]any{}}})},
				{Value: gonets.BodyText, Title: text("Текст (шаблон, как есть)", "Text (template, as is)"), Help: hint("любой текст, знаки в значениях не меняются", "any text; characters of values stay as they are"), Sets: value(map[string]any{at: map[string]any{"text": ""}})},
				{Value: gonets.BodyXML, Title: text("XML", "XML"), Help: hint("шаблон XML, например SOAP; значения вставляются безопасно", "a template of XML, for example SOAP; values are inserted safely"), Sets: value(map[string]any{at: map[string]any{"xml": ""}})},
				{Value: gonets.BodyPath, Title: text("Путь к значению", "Value path"), Help: hint("одно значение целиком, например всё событие", "one value as a whole, for example the event"), Sets: value(map[string]any{at: map[string]any{"path": ""}})},
				{Value: gonets.BodyFile, Title: text("Файл", "File"), Help: hint("тело — это сам файл и больше ничего", "the body is the file itself and nothing else"), Sets: value(map[string]any{at: map[string]any{"file": ""}})},
				{Value: gonets.BodyNone, Title: text("Без тела", "None"), Sets: value(map[string]any{at: nil})},
			}},
		{Path: at + "/json", Within: at, Control: api.ControlTemplates, Tab: tab, Title: text("Поля JSON", "JSON fields"), Placeholder: "lead.price",
			Help: text("Название поля и значение. Точка в названии вкладывает поле: lead.price. Вместо полей можно вставить готовый JSON с переменными.",
				"A field's name and value. A dot in the name nests it: lead.price. Instead of fields, JSON with variables may be pasted.")},
		{Path: at + "/form", Within: at, Control: api.ControlTemplates, Tab: tab, Title: text("Поля формы", "Form fields"),
			Help: text("Название поля и значение, как в форме на сайте.", "A field's name and value, as in a form on a site.")},
		{Path: at + "/multipart/fields", Within: at, Control: api.ControlTemplates, Tab: tab, Title: text("Поля формы", "Form fields"),
			Help: text("Название поля и значение. Поля уходят перед файлами.", "A field's name and value. The fields go before the files.")},
		{Path: at + "/multipart/files", Within: at, Control: api.ControlFiles, Tab: tab, Title: text("Файлы", "Files"),
			Help: text("Файлы, которые уйдут с формой. Файл, которого нет в данных, не отправляется; список файлов уходит целиком.",
				"The files that go with the form. One that is not in the data is not sent; of a list all are.")},
		{Path: at + "/multipart/files/name", Within: at, Control: api.ControlTemplate, Tab: tab, Required: true, Placeholder: "photo", Title: text("Название поля", "Field's name"),
			Help: text("Как это поле формы называется в описании сервиса.", "How the service's documentation calls this field of the form.")},
		{Path: at + "/multipart/files/path", Within: at, Control: api.ControlPath, Tab: tab, Required: true, Placeholder: "event.body.photo", Title: text("Где лежит файл", "Where the file is"),
			Help: text("Файл, который пришёл с событием, ответ в формате «Двоичный» или текст. Файл в base64 — from_base64(event.body.file).",
				"A file that came with the event, a reply in the format “Binary”, or a text. A file in base64: from_base64(event.body.file).")},
		{Path: at + "/multipart/files/filename", Within: at, Control: api.ControlTemplate, Tab: tab, Placeholder: "{{ event.id }}.pdf", Title: text("Имя файла", "File name"),
			Help: text("Пусто — имя, с которым файл пришёл.", "Empty: the name that the file came with.")},
		{Path: at + "/multipart/files/type", Within: at, Control: api.ControlTemplate, Tab: tab, Placeholder: "image/png", Title: text("Тип файла", "File type"),
			Help: text("Пусто — тип, с которым файл пришёл; у текста — text/plain.", "Empty: the type that the file came with; text/plain for a text.")},
		{Path: at + "/text", Within: at, Control: api.ControlTemplate, Tab: tab, Title: text("Текст", "Text"),
			Help: text("Отправляется как есть, переменные заменяются значениями. Заголовок Content-Type ставится, только если выбрана кодировка (text/plain): другой добавьте в «Заголовки», если сервис его ждёт.",
				"Sent as it is; variables are replaced by their values. A Content-Type is set only when an encoding is chosen (text/plain): add another one to “Headers” if the service expects it.")},
		{Path: at + "/xml", Within: at, Control: api.ControlTemplate, Tab: tab, Title: text("XML", "XML"), Placeholder: "<order><name>{{ name }}</name></order>",
			Help: text("Переменные стоят между тегами или в кавычках у атрибута: знаки <, > и & в них не сломают XML. Готовый кусок XML вставляйте так: {{ raw(путь) }}. Отправляется с типом application/xml.",
				"Variables stand between tags or in the quotes of an attribute: <, > and & in them do not break the XML. A piece that is XML already is inserted as {{ raw(path) }}. It is sent as application/xml.")},
		{Path: at + "/path", Within: at, Control: api.ControlPath, Tab: tab, Title: text("Путь к значению", "Value path"), Placeholder: "event.body",
			Help: text("Какое значение отправить целиком: объект уйдёт как JSON, текст — как есть. Например, event.body — всё, что пришло.",
				"Which value to send as a whole: an object goes as JSON, a text as it is. For example event.body, all that came.")},
		{Path: at + "/file", Within: at, Control: api.ControlPath, Tab: tab, Title: text("Где лежит файл", "Where the file is"), Placeholder: "event.body.photo",
			Help: text("Файл, который пришёл с событием, ответ в формате «Двоичный» или текст. Уходит байт в байт, с типом, с которым пришёл.",
				"A file that came with the event, a reply in the format “Binary”, or a text. It goes byte for byte, with the type that it came with.")},
		{Path: at + "/none", Within: at, Control: api.ControlSwitch, Tab: tab, Default: value(false), Title: text("Без тела", "None"),
			Help: text("Отправить запрос совсем без тела.", "Send the request without any body.")},
		{Path: at + "/force", Within: at, Control: api.ControlSwitch, Tab: tab, Default: value(false), Title: text("Тело и при GET", "Body with GET too"),
			Help: text("У GET и DELETE поля уходят в адрес. Включите, если сервис ждёт их в теле.",
				"With GET and DELETE, fields go into the address. Switch this on when the service wants them in the body.")},
		{Path: at + "/nested", Within: at, Control: api.ControlSwitch, Tab: tab, Default: value(false), Title: text("Вложенные имена в скобках", "Nested names in brackets"),
			Help: text("Точка в имени и поля объектов вкладывают имена, как в PHP: lead.name уйдёт как lead[name]. Без этого объект уходит одним полем в виде JSON.",
				"A dot in a name and the members of objects nest names as in PHP: lead.name is sent as lead[name]. Without it an object is sent as one field, in JSON.")},
		{Path: at + "/charset", Within: at, Control: api.ControlChoice, Free: true, Tab: tab, Default: value("utf-8"), Title: text("Кодировка", "Encoding"),
			Help: text("В какой кодировке отправить форму или текст; она названа и в Content-Type. Буква, которой в ней нет, — ошибка до отправки.",
				"The encoding in which a form or a text is sent; Content-Type names it too. A letter that it lacks is an error before anything is sent."),
			Choices: encodings()},
		{Path: at + "/gzip", Within: at, Control: api.ControlSwitch, Tab: tab, Default: value(false), Title: text("Сжать тело", "Pack the body"),
			Help: text("Отправить тело сжатым (Content-Encoding: gzip), если сервис это понимает. В истории видно несжатое.",
				"Send the body packed (Content-Encoding: gzip) when the service understands that. The history shows it unpacked.")},
	}
}

// encodings are those that are offered; any other may be written.
func encodings() []Choice {
	return []Choice{
		{Value: "utf-8", Title: text("UTF-8, любые буквы", "UTF-8, all letters"), Help: hint("так пишут почти все", "nearly all write this way")},
		{Value: "windows-1251", Title: text("Windows-1251, кириллица", "Windows-1251"), Help: hint("старые сервисы и 1С", "old Russian services")},
		{Value: "koi8-r", Title: text("KOI8-R, кириллица", "KOI8-R"), Help: hint("старые серверы Unix", "old Russian Unix servers")},
		{Value: "ibm866", Title: text("CP866, кириллица", "CP866"), Help: hint("программы DOS", "Russian programs of DOS")},
	}
}
