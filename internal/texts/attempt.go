package texts

import "gonets"

// explainAttempt explains the codes that stand at attempts and runs in the
// history.
var explainAttempt = map[gonets.Code]Explanation{
	gonets.CodeDNS: {
		En: Text{"The service's name was not found.", "Nothing was sent. The address is misspelt, the domain has expired, or the name service is down.",
			"Check the spelling of the address. If it is right, the next attempt may succeed by itself."},
		Ru: Text{"Имя сервиса не найдено.", "Ничего не отправлено. В адресе опечатка, домен не оплачен или не отвечает служба имён.",
			"Проверьте, нет ли опечатки в адресе. Если он верный, следующая попытка может удаться сама."},
	},
	gonets.CodeRefused: {
		En: Text{"The service refuses connections.", "Nothing was sent. The machine answers, but no program listens on this port.",
			"Check the port in the address and whether the service runs. Further attempts are made by themselves."},
		Ru: Text{"Сервис не принимает соединения.", "Ничего не отправлено. Машина отвечает, но на этом порту никто не слушает.",
			"Проверьте порт в адресе и запущен ли сервис. Следующие попытки пойдут сами."},
	},
	gonets.CodeConnectTimeout: {
		En: Text{"The service did not take the connection in time.", "Nothing was sent. It is down, overloaded, or a firewall lies between.",
			"Check the address and the firewall. Further attempts are made by themselves."},
		Ru: Text{"Сервис не успел принять соединение.", "Ничего не отправлено. Он не работает, перегружен или закрыт межсетевым экраном.",
			"Проверьте адрес и межсетевой экран. Следующие попытки пойдут сами."},
	},
	gonets.CodeTLS: {
		En: Text{"No secure connection could be made.", "Nothing was sent. Most often the service's certificate has expired, is for another name, or is not known here.",
			"Ask the owner of the service to renew the certificate. Switch the check off for this step only if the service is your own."},
		Ru: Text{"Не удалось установить защищённое соединение.", "Ничего не отправлено. Чаще всего сертификат сервиса истёк, выдан на другое имя или здесь неизвестен.",
			"Попросите владельца сервиса обновить сертификат. Отключайте проверку у шага, только если сервис ваш собственный."},
	},
	gonets.CodeNetwork: {
		En: Text{"The connection to the service failed.", "Nothing was sent, so the service has not done anything.",
			"Check the server's network. Further attempts are made by themselves."},
		Ru: Text{"Не удалось связаться с сервисом.", "Ничего не отправлено, значит, сервис ничего и не сделал.",
			"Проверьте сеть на сервере. Следующие попытки пойдут сами."},
	},
	gonets.CodeReset: {
		En: Text{"The request left, and the connection broke before the answer.", "It is unknown whether the service did its work. The next attempt carries the same Idempotency-Key, so that the service can drop a repeat.",
			"If the service cannot tell repeats apart, look there before you send again."},
		Ru: Text{"Запрос ушёл, но связь оборвалась до ответа.", "Неизвестно, выполнил ли его сервис. Следующая попытка уйдёт с тем же Idempotency-Key, чтобы сервис мог узнать повтор.",
			"Если сервис не отличает повторы, сначала проверьте у него, потом отправляйте снова."},
	},
	gonets.CodeTimeout: {
		En: Text{"The request left, and no answer came in time.", "It is unknown whether the service did its work. The next attempt carries the same Idempotency-Key, so that the service can drop a repeat.",
			"If the service is always this slow, give the step a longer timeout."},
		Ru: Text{"Запрос ушёл, но ответ вовремя не пришёл.", "Неизвестно, выполнил ли его сервис. Следующая попытка уйдёт с тем же Idempotency-Key, чтобы сервис мог узнать повтор.",
			"Если сервис всегда так медлит, увеличьте таймаут шага."},
	},
	gonets.CodeServerDied: {
		En: Text{"The server that worked on this run was cut off, maybe while the request was on its way.", "The request may have been sent. It is sent again with the same Idempotency-Key, and this attempt is not counted.",
			"If the server was restarted on purpose, nothing needs to be done. Otherwise look into its log."},
		Ru: Text{"Сервер, который вёл эту операцию, остановился; возможно, запрос был уже в пути.", "Запрос мог уйти. Он будет отправлен снова с тем же Idempotency-Key, а эта попытка не в счёт.",
			"Если сервер перезапускали намеренно, делать ничего не нужно. Иначе загляните в его журнал."},
	},
	gonets.CodeCutOff: {
		En: Text{"The server lost touch with its database and cut the request, before another server could make it a second time.", "The request may have been sent. It is sent again with the same Idempotency-Key, and this attempt is not counted.",
			"Look why the database could not be reached for so long: its log, the network between it and this server."},
		Ru: Text{"Сервер потерял связь со своей базой данных и прервал запрос, пока его не повторил другой сервер.", "Запрос мог уйти. Он будет отправлен снова с тем же Idempotency-Key, а эта попытка не в счёт.",
			"Выясните, почему база так долго была недоступна: загляните в её журнал и проверьте сеть между ней и этим сервером."},
	},
	gonets.CodeBadReply: {
		En: Text{"The service's answer is not valid HTTP or could not be unpacked.", "The request was sent, and the service may have done its work.",
			"Check that the address and the port belong to this service and that http or https is chosen rightly."},
		Ru: Text{"Ответ сервиса не похож на HTTP или не распаковывается.", "Запрос отправлен, сервис мог его выполнить.",
			"Проверьте, что адрес и порт принадлежат этому сервису и верно выбраны http или https."},
	},
	gonets.CodeNoRoom: {
		En: Text{"The service answered, but this server's disk has no room for its long answer.", "It is unknown what the whole answer says. The request is sent again with the same Idempotency-Key, so that the service can drop a repeat.",
			"Make room on the disk that holds the server's data folder."},
		Ru: Text{"Сервис ответил, но для длинного ответа нет места на диске этого сервера.", "Неизвестно, что было в ответе целиком. Запрос уйдёт снова с тем же Idempotency-Key, чтобы сервис мог узнать повтор.",
			"Освободите место на диске, где лежит папка данных сервера."},
	},
	gonets.CodeReplyTooLarge: {
		En: Text{"The service's answer is larger than the limit.", "The request was carried out. What was read of the answer is kept.",
			"Ask the service for less, or raise the limit in the step's tab “Response” (reply_limit)."},
		Ru: Text{"Ответ сервиса больше предела.", "Запрос выполнен. Прочитанная часть ответа сохранена.",
			"Запросите у сервиса меньше данных или увеличьте предел во вкладке шага «Ответ» (reply_limit)."},
	},
	gonets.CodeReplyNotJSON: {
		En: Text{"The answer is not JSON, although the step expects JSON.", "The request was carried out, but its answer cannot be taken apart. Often it is an error page.",
			"Read the answer in the history. If text is right, choose the response format “Auto” or “Text”."},
		Ru: Text{"Ответ не JSON, хотя шаг ждёт JSON.", "Запрос выполнен, но его ответ не разобрать. Часто это страница с ошибкой.",
			"Прочитайте ответ в истории. Если так и должно быть, выберите формат ответа «Авто» или «Текст»."},
	},
	gonets.CodeExpired: {
		En: Text{"The service says that what an earlier step gave, such as a token, is too old.", "That step is done again once, and then this request; the attempt is not counted. If the service says so again, it counts as a failure.",
			"Nothing, if it went well afterwards. Otherwise look at what the earlier step gives: a login or a key may have changed."},
		Ru: Text{"Сервис сообщил, что данные предыдущего шага (например, токен) устарели.", "Тот шаг один раз выполняется заново, затем уходит этот запрос; попытка не в счёт. Если сервис ответит так же ещё раз, это ошибка.",
			"Если дальше всё прошло, делать ничего не нужно. Иначе посмотрите, что даёт предыдущий шаг: могли смениться логин или ключ."},
	},
	gonets.CodeAskFailed: {
		En: Text{"It could not be found out whether the request was done.", "The request left and no answer came, and the service did not tell whether it was done. Nothing is sent again meanwhile; the run waits for you.",
			"Look it up in the service. If it was done, skip the step; if not, correct the check request of the step or take it out, then resume the run."},
		Ru: Text{"Не удалось узнать, выполнен ли запрос.", "Запрос ушёл, ответа нет, а на вопрос «выполнен ли он» сервис не ответил. Повтор не отправлен, операция ждёт вас.",
			"Проверьте в самом сервисе. Если выполнен — пропустите шаг; если нет — исправьте или уберите проверочный запрос шага и повторите операцию с места ошибки."},
	},
	gonets.CodeHTTPStatus: {
		En: Text{"The service answered with an error status.", "4xx means that it did not like the request, 5xx that it is down for now. Its answer says more.",
			"For 4xx correct the data, the address or the key, then resume the run. For 5xx wait: further attempts are made by themselves."},
		Ru: Text{"Сервис ответил статусом ошибки.", "4xx значит, что он не принял запрос, 5xx — что он временно не работает. Подробности в его ответе.",
			"При 4xx исправьте данные, адрес или ключ и повторите операцию с места ошибки. При 5xx подождите: следующие попытки пойдут сами."},
	},
	gonets.CodeHTTPMoved: {
		En: Text{"The service says that it has moved.", "The request was not sent to the new address: it could belong to somebody else.",
			"Check the new address in the answer's header Location and put it into the step, or let the step follow redirects."},
		Ru: Text{"Сервис сообщил, что переехал.", "На новый адрес запрос не отправлен: он может быть чужим.",
			"Проверьте новый адрес в заголовке Location ответа и поставьте его в шаг или разрешите шагу перенаправление."},
	},
	gonets.CodeBodyRule: {
		En: Text{"The service answered, but the success rule of the step was not met.", "The status looks good, yet the answer says that the work was not done.",
			"Read the answer in the history, correct the data or the success rule of the step, and resume the run."},
		Ru: Text{"Сервис ответил, но правило успеха шага не выполнено.", "Статус хороший, однако из ответа следует, что дело не сделано.",
			"Прочитайте ответ в истории, исправьте данные или правило успеха шага и повторите операцию с места ошибки."},
	},
	gonets.CodeBlockedAddress: {
		En: Text{"The address is internal, and sending there is closed.", "Nothing was sent there. This keeps strangers' data from reaching the machines of your own network.",
			"If the service is yours, let an administrator start the server with `--allow-network`, then resume the run."},
		Ru: Text{"Адрес внутренний, отправка туда закрыта.", "Туда ничего не отправлено. Так чужие данные не доберутся до машин вашей сети.",
			"Если сервис ваш, попросите администратора запустить сервер с `--allow-network` и повторите операцию с места ошибки."},
	},
	gonets.CodeBlockedURL: {
		En: Text{"Requests may not go to this address.", "Nothing was sent there. The address is not http or https, holds a login, or leads into Gonets itself.",
			"Correct the address in the step, then resume the run."},
		Ru: Text{"На этот адрес запросы отправлять нельзя.", "Туда ничего не отправлено. Адрес не http и не https, содержит логин или ведёт в сам Гонец.",
			"Исправьте адрес в шаге и повторите операцию с места ошибки."},
	},
	gonets.CodeBadRequest: {
		En: Text{"The request could not be built.", "Nothing was sent. After the values were put in, the address, the method or a header is not valid.",
			"Look at the value named in the error, correct the step, then resume the run."},
		Ru: Text{"Запрос не собрался.", "Ничего не отправлено. После подстановки значений адрес, метод или заголовок стал недопустимым.",
			"Посмотрите на значение из сообщения, исправьте шаг и повторите операцию с места ошибки."},
	},
	gonets.CodeCancelled: {
		En: Text{"The attempt was broken off.", "A person cancelled the run, or the server was stopped. The request may have been sent; the attempt is not counted.",
			"Nothing: a run that was not cancelled goes on by itself."},
		Ru: Text{"Попытка прервана.", "Операцию отменил человек, либо сервер останавливали. Запрос мог уйти; попытка не в счёт.",
			"Делать ничего не нужно: если операция не отменена, она продолжится сама."},
	},
	gonets.CodeStepFailed: {
		En: Text{"The run came to a step that ends it with an error.", "The scenario is written so: this step says that the work cannot go on.",
			"Read the step's message. When the cause is gone, run the event again from the start."},
		Ru: Text{"Операция дошла до шага, который завершает её ошибкой.", "Так написана обработка: этот шаг говорит, что продолжать нельзя.",
			"Прочитайте сообщение шага. Когда причина устранена, повторите операцию с начала."},
	},
	gonets.CodeTriesUsedUp: {
		En: Text{"All attempts are used up.", "The run waits for you and is kept without limit. Other runs go on.",
			"Look at the last attempt, remove the cause and resume the run from the failed step."},
		Ru: Text{"Попытки кончились.", "Операция ждёт вас и хранится без срока. Другие операции идут своим чередом.",
			"Посмотрите последнюю попытку, устраните причину и повторите операцию с места ошибки."},
	},
	gonets.CodeDeadline: {
		En: Text{"The time for attempts is over.", "The next attempt would come after the deadline of the step. The run is kept without limit.",
			"Decide whether the request still makes sense: resume the run from the failed step or cancel it."},
		Ru: Text{"Время на попытки вышло.", "Следующая попытка была бы позже крайнего срока шага. Операция хранится без срока.",
			"Решите, нужен ли ещё этот запрос: повторите операцию с места ошибки или отмените её."},
	},
	gonets.CodePoison: {
		En: Text{"The server crashed on this run several times.", "It was set aside so that it does not take the others down. Nothing of it is lost.",
			"Send the server's log to the developers. Resume the run after an update."},
		Ru: Text{"Сервер несколько раз падал на этой операции.", "Она отложена, чтобы не мешать другим. Ничего из неё не потеряно.",
			"Пришлите журнал сервера разработчикам. После обновления повторите операцию с места ошибки."},
	},
	gonets.CodeCookies: {
		En: Text{"The cookies that this run got from a service cannot be opened.", "They were encrypted with another secret.key than the server has now, or the database was damaged. Nothing was sent without them.",
			"Put the earlier key on a line below the present one in secret.key, restart the server and resume the run. If that key is gone, run it again from the start or cancel it."},
		Ru: Text{"Cookies, которые эта операция получила от сервиса, не открываются.", "Они зашифрованы другим ключом secret.key, чем сейчас у сервера, или база повреждена. Без них ничего не отправлено.",
			"Допишите прежний ключ строкой ниже нынешнего в secret.key, перезапустите сервер и повторите операцию с места ошибки. Если того ключа больше нет, выполните операцию заново с начала или отмените её."},
	},
	gonets.CodeCheckGoing: {
		En: Text{"This check is still on its way.", "Its requests are being sent; what came of them stands here when it is over.",
			"Wait for its end or end it in the editor."},
		Ru: Text{"Эта проверка ещё идёт.", "Её запросы отправляются; чем они закончились, будет видно здесь после её конца.",
			"Дождитесь конца или остановите её в редакторе."},
	},
	gonets.CodeCheckLimit: {
		En: Text{"The server ended this check.", "A check may last an hour without its editor and tell 64 MiB. What was sent before is kept; the steps behind it were not tried.",
			"Check single steps, or lower the timeouts of steps that wait long."},
		Ru: Text{"Сервер остановил эту проверку.", "Без открытого редактора проверка идёт не дольше часа и рассказывает не больше 64 МиБ. Отправленное до этого сохранено, следующие шаги не проверены.",
			"Проверьте шаги по одному или сократите время ожидания у долгих шагов."},
	},
	gonets.CodeCheckLost: {
		En: Text{"The server that ran this check has gone.", "What was answered before stands here. The request that it had sent last, and those right before it in a check with large replies, may have been done and not stand here.",
			"Look at the services that it sends to, then check again."},
		Ru: Text{"Сервер, который вёл эту проверку, пропал.", "Здесь видно, что было отвечено до этого. Последний отправленный запрос, а в проверке с большими ответами и те, что прямо перед ним, могли выполниться, но здесь их нет.",
			"Посмотрите в сервисах, куда она отправляет, и проверьте ещё раз."},
	},
	gonets.CodeLimitSteps: {
		En: Text{"The run has taken too many steps or kept too much data.", "Limits keep one run from using up the server; they are listed in docs/limits.md.",
			"Split the scenario into several, or keep less of the replies."},
		Ru: Text{"В операции слишком много шагов или данных.", "Пределы не дают одной операции занять весь сервер; они перечислены в docs/limits.md.",
			"Разделите обработку на несколько или сохраняйте меньше из ответов."},
	},
	gonets.CodeByPerson: {
		En: Text{"A person cancelled the retries.", "The run waits for you and is kept without limit.",
			"Resume the run from the failed step when the time has come, or cancel it."},
		Ru: Text{"Повторы отменил человек.", "Операция ждёт вас и хранится без срока.",
			"Когда придёт время, повторите операцию с места ошибки или отмените её."},
	},
	gonets.CodeScenarioGone: {
		En: Text{"The scenario was deleted.", "What of its runs still waited was cancelled. The history stays, but runs cannot be done again from the start.",
			"If it is needed again, apply its file under the same name (`gonets apply`); then its runs can be done again."},
		Ru: Text{"Обработка удалена.", "Её операции, которые ещё ждали, отменены. История сохранена, но повторить эти операции с начала нельзя.",
			"Если обработка снова нужна, примените её файл с тем же именем (`gonets apply`): после этого операции можно будет повторить."},
	},
	gonets.CodeScenarioHeld: {
		En: Text{"The scenario did not run when the event came.", "The event is kept, and its run waits until a person lets it go on.",
			"Start the scenario and process what is held (`gonets scenarios start NAME --release-held`), or let this run alone go on."},
		Ru: Text{"Обработка не работала, когда пришло событие.", "Событие сохранено, его операция ждёт решения человека.",
			"Запустите обработку и обработайте накопленное (`gonets scenarios start NAME --release-held`) или продолжите только эту операцию."},
	},
}
