package texts

import "gonets"

// explainChannel explains what keeps news from leaving by webhook or Telegram.
var explainChannel = map[gonets.Code]Explanation{
	gonets.CodeSourceSilent: {
		En: Text{"The source is silent for longer than usual.", "Perhaps nothing happens there; perhaps its events go elsewhere and are lost.",
			"Look whether the sending service still calls this source’s address, and send a trial from there."},
		Ru: Text{"Источник молчит дольше обычного.", "Возможно, там просто ничего не происходит; возможно, его события уходят мимо и теряются.",
			"Проверьте, что сервис всё ещё обращается по адресу источника, и отправьте оттуда пробное событие."},
	},
	gonets.CodeFieldDrift: {
		En: Text{"The fields of the source’s events are not as they were.", "The service sends its data in another way. A step that reads a field which does not come gets nothing, or stops.",
			"Look at the newest event on the source’s page and correct the steps that read the field. If it is meant to be so, press “That’s fine” there."},
		Ru: Text{"Поля в событиях источника стали другими.", "Сервис присылает данные по-другому. Шаг, который читает пропавшее поле, ничего не получит или остановится.",
			"Посмотрите последнее событие на странице источника и поправьте шаги, которые читают это поле. Если так и задумано, нажмите там «Так и надо»."},
	},
	gonets.CodeDiskLow: {
		En: Text{"The disk is almost full.", "What succeeded runs sent and received is not kept any more; all else is. When the disk is full, events are not accepted.",
			"Free some room on the server’s disk, or let history be kept for a shorter time in Settings → Retention."},
		Ru: Text{"На диске почти нет места.", "Что отправили и получили успешные операции, больше не сохраняется; всё остальное сохраняется. Когда место кончится совсем, события приниматься не будут.",
			"Освободите место на диске сервера или сократите срок хранения истории: «Настройки» → «Хранение»."},
	},
	gonets.CodeErrorShare: {
		En: Text{"Too many of the scenario’s runs fail.", "Something goes wrong again and again, not by chance: a service, an access or a step.",
			"Look at the failed runs in the history: what they have in common is the cause."},
		Ru: Text{"Слишком много операций обработки не удаётся.", "Что-то ломается раз за разом, а не случайно: сервис, доступ или шаг.",
			"Посмотрите неудавшиеся операции в истории: что у них общего, то и есть причина."},
	},
	gonets.CodeCertificate: {
		En: Text{"The service’s certificate is about to expire, or has expired.", "From then on no request goes there: the service cannot prove that it is itself.",
			"Tell those who run the service that its certificate has to be renewed."},
		Ru: Text{"Сертификат сервиса скоро истечёт или уже истёк.", "После этого запросы туда не уйдут: сервис не сможет доказать, что это он.",
			"Сообщите тем, кто отвечает за сервис: сертификат пора обновить."},
	},
	gonets.CodeSecretEnds: {
		En: Text{"A secret is about to expire, or has expired.", "From then on the service does not accept it: what needs it stops working.",
			"Get a new key or token from the service, and replace the value in Settings → Secrets. If only the date is wrong, correct it there."},
		Ru: Text{"Секрет скоро истечёт или уже истёк.", "После этого сервис его не примет: то, чему он нужен, перестанет работать.",
			"Возьмите у сервиса новый ключ или токен и замените значение: «Настройки» → «Секреты». Если неверна только дата, исправьте её там же."},
	},
	gonets.CodeLaneClosed: {
		En: Text{"The queue to the service is closed.", "The service failed again and again, so it is left alone; no attempts are used up, and a trial request goes from time to time.",
			"Nothing is needed when the service comes back. Otherwise look at what it answers, and open the queue on its page."},
		Ru: Text{"Очередь к сервису закрыта.", "Сервис раз за разом не справлялся, и его оставили в покое: попытки не тратятся, время от времени идёт пробный запрос.",
			"Если сервис вернётся, ничего делать не надо. Иначе посмотрите, что он отвечает, и откройте очередь на её странице."},
	},
	gonets.CodeChannelRefused: {
		En: Text{"The channel did not take the message.", "Through this channel nobody hears of errors until it does; it is tried again for three days.",
			"Look at what was answered, correct the channel, and press its test button."},
		Ru: Text{"Канал не принял сообщение.", "Пока он не примет, по этому каналу об ошибках никто не узнает; попытки идут три дня.",
			"Посмотрите, что он ответил, поправьте канал и нажмите его кнопку проверки."},
	},
	gonets.CodeChannelUnreachable: {
		En: Text{"The channel cannot be reached.", "Nobody answers at its address, or this server may not go there.",
			"Check the address. For a service in your own network open that network with --allow-network or in Settings."},
		Ru: Text{"До канала не достучаться.", "По его адресу никто не отвечает, или этому серверу туда нельзя.",
			"Проверьте адрес. Если сервис в вашей сети, откройте её ключом --allow-network или в настройках."},
	},
	gonets.CodeChannelKey: {
		En: Text{"The key that signs the webhook cannot be used.", "Nothing was sent.",
			"Make a new key in the channel, or paste the whole one, which begins with whsec_."},
		Ru: Text{"Ключ подписи вебхука не годится.", "Ничего не отправлено.",
			"Создайте у канала новый ключ или вставьте его целиком: он начинается с whsec_."},
	},
	gonets.CodeChannelToken: {
		En: Text{"Telegram does not know this bot.", "Nothing was sent.",
			"Ask @BotFather for the bot's token and enter it whole, like 123456:ABC-def."},
		Ru: Text{"Telegram не знает такого бота.", "Ничего не отправлено.",
			"Возьмите токен бота у @BotFather и вставьте его целиком: 123456:ABC-def."},
	},
	gonets.CodeChannelChat: {
		En: Text{"The bot cannot write to this chat.", "Telegram did not take the message.",
			"Write to the bot first or add it to the group, and check the chat's number; a group's begins with a minus."},
		Ru: Text{"Бот не может писать в этот чат.", "Telegram не принял сообщение.",
			"Сначала напишите боту или добавьте его в группу и проверьте номер чата: у группы он начинается с минуса."},
	},
}
