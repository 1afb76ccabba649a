package texts

import "gonets"

// explainCaller explains the codes that the caller of the API or of a source
// can meet.
var explainCaller = map[gonets.Code]Explanation{
	gonets.CodeInternal: {
		En: Text{"Something went wrong inside Gonets.", "The fault is ours, not yours. What had been accepted is kept.",
			"Repeat the action. If it fails again, look into the server's log at the time of the error and send it to the developers."},
		Ru: Text{"Внутри Гонца что-то пошло не так.", "Это наша ошибка, не ваша. Всё, что было принято, сохранено.",
			"Повторите действие. Если ошибка остаётся, найдите её в журнале сервера по времени и пришлите разработчикам."},
	},
	gonets.CodeDamaged: {
		En: Text{"What the database holds of this document cannot be read.", "A damaged disk or a change by hand in the database spoilt it. Everything else goes on, and events of a damaged scenario are kept: their runs wait for you.",
			"Apply the document again from your file (`gonets apply FILE`) or restore an earlier version and publish it, then resume the runs that wait. Look why the disk or the database spoils data."},
		Ru: Text{"То, что хранится в базе об этом документе, не читается.", "Его испортил сбой диска или правка базы вручную. Остальное работает, а события повреждённой обработки сохраняются: её операции ждут вас.",
			"Примените документ ещё раз из файла (`gonets apply ФАЙЛ`) или верните прежнюю версию и опубликуйте её, затем повторите операции, которые ждут. Выясните, почему диск или база портят данные."},
	},
	gonets.CodeInvalid: {
		En: Text{"The document has mistakes.", "Nothing was changed: documents are applied all together or not at all.",
			"Each mistake is listed with its place. Correct them and apply the document again."},
		Ru: Text{"В документе есть ошибки.", "Ничего не изменилось: документы применяются все сразу или никак.",
			"Каждая ошибка указана вместе с местом. Исправьте их и примените документ ещё раз."},
	},
	gonets.CodeUnknownKey: {
		En: Text{"The document has a key that Gonets does not know.", "Most often it is a slip of the pen; an ignored key would be worse than a refused one.",
			"Compare it with the nearest known key named in the error, and correct or remove it."},
		Ru: Text{"В документе есть ключ, которого Гонец не знает.", "Чаще всего это опечатка; молча пропустить такой ключ было бы хуже.",
			"Сравните его с похожим ключом из сообщения, исправьте или уберите."},
	},
	gonets.CodeTemplateSyntax: {
		En: Text{"A template or condition is written with a mistake.", "Gonets cannot tell which value is meant, so the scenario was not saved.",
			"Look at the place named in the error: often a bracket, a quote or a double brace is missing."},
		Ru: Text{"Шаблон или условие записаны с ошибкой.", "Непонятно, какое значение имеется в виду, поэтому обработка не сохранена.",
			"Посмотрите на место из сообщения: чаще всего не хватает скобки, кавычки или двойной фигурной скобки."},
	},
	gonets.CodeTemplateFailed: {
		En: Text{"A value could not be computed.", "The data of this event do not fit the template, for example text stands where a number is needed. Nothing was sent.",
			"Compare the template with the event's data, correct the scenario and resume the run from the failed step."},
		Ru: Text{"Значение не удалось вычислить.", "Данные этого события не подходят к шаблону: например, вместо числа пришёл текст. Ничего не отправлено.",
			"Сравните шаблон с данными события, исправьте обработку и повторите операцию с места ошибки."},
	},
	gonets.CodeTemplateMissing: {
		En: Text{"A variable is not in the data.", "The event or an earlier reply came without this field, or its name is misspelt.",
			"Check the name against the event's data, or give a value for when it is empty: default(name, \"…\")."},
		Ru: Text{"Переменной нет в данных.", "Событие или прежний ответ пришли без этого поля, либо в имени опечатка.",
			"Сверьте имя с данными события или задайте, что подставить, если пусто: default(имя, \"…\")."},
	},
	gonets.CodeTemplateLimit: {
		En: Text{"A template became too large or too slow.", "Templates have limits so that one event cannot stop the server; they are listed in docs/limits.md.",
			"Send less in one request or split the work into several steps."},
		Ru: Text{"Шаблон получился слишком большим или долгим.", "У шаблонов есть пределы, чтобы одно событие не остановило сервер; они перечислены в docs/limits.md.",
			"Отправляйте в одном запросе меньше данных или разделите работу на несколько шагов."},
	},
	gonets.CodeNotFound: {
		En: Text{"Nothing has this name or number.", "It is misspelt, or it was deleted, or it is older than what is kept.",
			"Look it up in the list of scenarios, requests, sources or runs."},
		Ru: Text{"С таким именем или номером ничего нет.", "В нём опечатка, либо это удалено, либо истёк срок хранения.",
			"Найдите нужное в списке обработок, запросов, источников или операций."},
	},
	gonets.CodeAddressUnknown: {
		En: Text{"No source has this address.", "The request was not accepted, and nothing was kept of it.",
			"Copy the address again from the source (`gonets sources list`) into the sending service, whole and without spaces."},
		Ru: Text{"Такого адреса нет ни у одного источника данных.", "Запрос не принят, ничего из него не сохранено.",
			"Скопируйте адрес из источника (`gonets sources list`) в отправляющий сервис ещё раз: целиком и без пробелов."},
	},
	gonets.CodeMethodNotAllowed: {
		En: Text{"The address does not accept this method.", "The request was not accepted. The header Allow names the methods that are.",
			"Choose one of those methods in the sending service, or allow this one in the source: accept.methods."},
		Ru: Text{"Этот адрес не принимает такой метод.", "Запрос не принят. Разрешённые методы названы в заголовке Allow.",
			"Выберите в отправляющем сервисе один из них или разрешите этот метод в источнике: accept.methods."},
	},
	gonets.CodeUnauthorized: {
		En: Text{"The key of access is missing or wrong.", "Gonets does not know who is asking, so nothing was done.",
			"In the browser log in again. A program gives the owner's or its own token: `--token-file`, or the header Authorization: Bearer …."},
		Ru: Text{"Ключ доступа не указан или не подходит.", "Непонятно, кто обращается, поэтому ничего не сделано.",
			"В браузере войдите снова. Программе нужен токен владельца или свой: `--token-file` или заголовок Authorization: Bearer …."},
	},
	gonets.CodeForbidden: {
		En: Text{"This is not allowed to you.", "The key is right, but it does not give this right.",
			"Ask the owner of the installation for the right or to do it for you."},
		Ru: Text{"Вам это не разрешено.", "Ключ верный, но такого права он не даёт.",
			"Попросите владельца дать право или сделать это за вас."},
	},
	gonets.CodeConflict: {
		En: Text{"Somebody else changed this meanwhile.", "Your change was not saved, so that theirs is not lost.",
			"Read the current version, bring your change into it and save again."},
		Ru: Text{"Это тем временем изменил кто-то другой.", "Ваше изменение не сохранено, чтобы не потерять чужое.",
			"Прочитайте текущую версию, внесите своё изменение и сохраните ещё раз."},
	},
	gonets.CodeLanePaused: {
		En: Text{"Somebody paused the queue to this service.", "Nothing is sent there until a person resumes it.",
			"Resume the queue first, on the page “Service queues” or with `gonets lanes resume`."},
		Ru: Text{"Очередь к этому сервису приостановил человек.", "Туда ничего не отправляется, пока её не возобновят.",
			"Сначала возобновите очередь: на странице «Очереди к сервисам» или командой `gonets lanes resume`."},
	},
	gonets.CodeRunState: {
		En: Text{"The run is in a state in which this cannot be done.", "It may have moved on since you looked: for example it is over already, or is being sent right now.",
			"Look at its present state. A run that is over can be run again from the start."},
		Ru: Text{"В своём нынешнем состоянии операция этого не позволяет.", "Возможно, она ушла дальше, пока вы смотрели: уже закончилась или отправляется прямо сейчас.",
			"Посмотрите её нынешнее состояние. Законченную операцию можно повторить с начала."},
	},
	gonets.CodeKeyReused: {
		En: Text{"The same Idempotency-Key came with other data.", "A key stands for one event. The first one is kept, this one was not accepted.",
			"Let the sender make a new key for every new event and keep the old one only for repeats."},
		Ru: Text{"Тот же Idempotency-Key пришёл с другими данными.", "Один ключ означает одно событие. Первое сохранено, это не принято.",
			"Пусть отправитель создаёт новый ключ для каждого нового события, а прежний оставляет только для повторов."},
	},
	gonets.CodeBodyTooLarge: {
		En: Text{"The request's body is too large.", "It was not accepted, and nothing was kept of it.",
			"Send less at once, or send the address of a file instead of the file. The limits are in docs/limits.md."},
		Ru: Text{"Тело запроса слишком большое.", "Запрос не принят, ничего из него не сохранено.",
			"Отправляйте меньше за один раз или вместо файла передавайте его адрес. Пределы указаны в docs/limits.md."},
	},
	gonets.CodeBodyUnreadable: {
		En: Text{"The request's body could not be read to its end.", "The connection broke, or the body is packed in a way that does not unpack. The request was not accepted.",
			"Repeat the request. If it fails again, check how the sender packs the body: gzip or not packed at all."},
		Ru: Text{"Тело запроса не удалось прочитать до конца.", "Оборвалась связь, либо тело сжато и не распаковывается. Запрос не принят.",
			"Повторите запрос. Если ошибка остаётся, проверьте, как отправитель сжимает тело: только gzip или никак."},
	},
	gonets.CodeHeadersTooLarge: {
		En: Text{"The request's headers are too large.", "The request was not accepted. Most often a cookie or a token has grown too long.",
			"Send data in the body and only what is needed in the headers."},
		Ru: Text{"Заголовки запроса слишком большие.", "Запрос не принят. Чаще всего разросся токен или cookie.",
			"Данные передавайте в теле, а в заголовках только необходимое."},
	},
	gonets.CodeSignature: {
		En: Text{"The sender's signature or key is wrong.", "The request may be forged, so it was not accepted.",
			"Enter the same secret in the sending service and in Gonets: `gonets secret set`. If you did not expect this request, do nothing."},
		Ru: Text{"Подпись или ключ отправителя не подходит.", "Запрос может быть подделан, поэтому он не принят.",
			"Укажите один и тот же секрет в отправляющем сервисе и в Гонце: `gonets secret set`. Если вы этого запроса не ждали, ничего не делайте."},
	},
	gonets.CodeSignatureStale: {
		En: Text{"The signature is right, but it is too old or from the future.", "An old request may have been overheard and sent again, so it was not accepted.",
			"Check the clock of the sender and of this server."},
		Ru: Text{"Подпись верная, но устарела или относится к будущему.", "Старый запрос могли подслушать и послать снова, поэтому он не принят.",
			"Проверьте часы у отправителя и на этом сервере."},
	},
	gonets.CodeSecretMissing: {
		En: Text{"A secret that is needed here has not been set.", "Without it the sender cannot be checked or the request cannot be signed, and Gonets does not do it unchecked.",
			"Set the secret that the error names: Settings → Secrets, or `gonets secret set NAME`."},
		Ru: Text{"Не задан секрет, который здесь нужен.", "Без него нельзя проверить отправителя или подписать запрос, а без проверки Гонец этого не делает.",
			"Задайте секрет из сообщения: «Настройки» → «Секреты» или `gonets secret set ИМЯ`."},
	},
	gonets.CodeSchemaRejected: {
		En: Text{"The data are not what this source expects.", "A rule of the source refused them; the event was not accepted.",
			"Correct the data at the sender, or soften the rule in the source: accept."},
		Ru: Text{"Данные не такие, каких ждёт этот источник.", "Их не пропустило правило источника, событие не принято.",
			"Исправьте данные у отправителя или смягчите правило в источнике: accept."},
	},
	gonets.CodeHopsExceeded: {
		En: Text{"The request went round through our own scenarios too often.", "Most likely scenarios call one another in a circle. The circle was cut here.",
			"Find the step that calls the scenario's own source, and remove it or put a condition before it."},
		Ru: Text{"Запрос слишком много раз прошёл через наши же обработки.", "Скорее всего, обработки вызывают друг друга по кругу. Здесь круг разорван.",
			"Найдите шаг, который вызывает источник своей же обработки, и уберите его или поставьте перед ним условие."},
	},
	gonets.CodeBusy: {
		En: Text{"The server is busy.", "It could not promise to keep this event, so it did not accept it. Events accepted before are not affected.",
			"Repeat the request after the time in Retry-After; most services do it by themselves. If it happens often, the disk is too slow."},
		Ru: Text{"Сервер занят.", "Он не мог обещать, что сохранит событие, и потому не принял его. Принятых раньше событий это не касается.",
			"Повторите запрос через время из Retry-After; большинство сервисов делает это само. Если так бывает часто, диск слишком медленный."},
	},
	gonets.CodeChecks: {
		En: Text{"Too many checks are on their way.", "A check that goes on without its editor takes memory of the server, so their number is limited. Nothing was sent.",
			"End one of them or wait for it, then check again."},
		Ru: Text{"Слишком много проверок уже идёт.", "Проверка, которая идёт и без открытого редактора, занимает память сервера, поэтому их число ограничено. Ничего не отправлено.",
			"Остановите одну из них или дождитесь её конца и проверьте ещё раз."},
	},
	gonets.CodeDiskFull: {
		En: Text{"The disk is full.", "New events are not accepted; what was accepted before is safe. Gonets goes on by itself as soon as there is room.",
			"Free some room on the disk or shorten the time for which the history is kept."},
		Ru: Text{"Кончилось место на диске.", "Новые события не принимаются, принятые раньше целы. Как только место появится, работа продолжится сама.",
			"Освободите место на диске или сократите срок хранения истории."},
	},
	gonets.CodeStoreAway: {
		En: Text{"The database does not answer.", "New events are not accepted; what was accepted before is safe. Gonets goes on by itself within seconds after the database is back.",
			"Look whether PostgreSQL runs and can be reached. The sender should repeat the request."},
		Ru: Text{"База данных не отвечает.", "Новые события не принимаются, принятые раньше целы. Как только база вернётся, работа продолжится сама за несколько секунд.",
			"Проверьте, что PostgreSQL запущен и доступен. Отправитель должен повторить запрос."},
	},
	gonets.CodeStoreFailed: {
		En: Text{"The database could not be written.", "The event was not accepted: Gonets says “accepted” only for what is safely on the disk.",
			"Check the disk and the server's log. The sender should repeat the request."},
		Ru: Text{"Не удалось записать в базу данных.", "Событие не принято: Гонец отвечает «принято» только о том, что надёжно лежит на диске.",
			"Проверьте диск и журнал сервера. Отправителю стоит повторить запрос."},
	},
	gonets.CodeStopping: {
		En: Text{"The server is stopping.", "It takes nothing new on; what was accepted goes on after the start.",
			"Repeat the request in a few seconds."},
		Ru: Text{"Сервер останавливается.", "Нового он не берёт, принятое продолжится после запуска.",
			"Повторите запрос через несколько секунд."},
	},
}
