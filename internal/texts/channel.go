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
