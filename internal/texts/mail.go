package texts

import "gonets"

// explainMail explains what keeps letters from leaving.
var explainMail = map[gonets.Code]Explanation{
	gonets.CodeMailRefused: {
		En: Text{"The mail server did not take the letter.", "Until it does, you will not hear of errors. What the server said stands beside.",
			"Follow what the server says, correct the mail settings, and send a test letter again."},
		Ru: Text{"Почтовый сервер не принял письмо.", "Пока он не примет, об ошибках вы не узнаете. Рядом написано, что ответил сервер.",
			"Сделайте, что говорит сервер, поправьте настройки почты и отправьте пробное письмо ещё раз."},
	},
	gonets.CodeMailUnset: {
		En: Text{"Mail is not set up.", "You will not hear of errors.",
			"Open Settings → Notices, fill in the mail server and your address, and send a test e-mail."},
		Ru: Text{"Почта не настроена.", "Об ошибках вы не узнаете.",
			"Откройте «Настройки» → «Уведомления», укажите почтовый сервер и свой адрес и отправьте пробное письмо."},
	},
	gonets.CodeMailUnreachable: {
		En: Text{"The mail server cannot be reached.", "Nobody answers at this name and port, or this server may not go there.",
			"Check host and port: 465 is usual for TLS, 587 for STARTTLS. For a server in your own network open that network with --allow-network or in Settings."},
		Ru: Text{"Почтовый сервер недоступен.", "По этому имени и порту никто не отвечает, или этому серверу туда нельзя.",
			"Проверьте сервер и порт: для TLS обычно 465, для STARTTLS — 587. Если почтовый сервер в вашей сети, откройте её ключом --allow-network или в настройках."},
	},
	gonets.CodeMailSecurity: {
		En: Text{"No protected connection to the mail server could be made.", "Nothing was sent, neither the password nor the letter.",
			"Check that the protection fits the port: TLS for 465, STARTTLS for 587."},
		Ru: Text{"Не удалось защитить соединение с почтовым сервером.", "Ничего не отправлено: ни пароль, ни письмо.",
			"Проверьте, что защита подходит порту: TLS для 465, STARTTLS для 587."},
	},
	gonets.CodeMailSelfSigned: {
		En: Text{"The mail server’s certificate is self-signed.", "Nobody confirms that it is the right server, so nothing was sent: neither the password nor the letter.",
			"Have a certificate of a known authority put on the mail server. If it is your own, add its certificate to those that the system of Gonets trusts and restart Gonets."},
		Ru: Text{"Сертификат почтового сервера самоподписанный.", "Никто не подтверждает, что это нужный сервер, поэтому ничего не отправлено: ни пароль, ни письмо.",
			"Попросите установить на почтовый сервер сертификат известного центра. Если сервер ваш, добавьте его сертификат в доверенные на машине, где работает Гонец, и перезапустите Гонец."},
	},
	gonets.CodeMailAuthority: {
		En: Text{"The mail server’s certificate is signed by an authority that is not known here.", "Either this server does not trust the authority, or the mail server does not show the whole chain. Nothing was sent: neither the password nor the letter.",
			"Ask those who run the mail server to install the whole chain. If the authority is your company’s own, add its certificate to those that the system of Gonets trusts and restart Gonets."},
		Ru: Text{"Сертификат почтового сервера подписан центром, который здесь неизвестен.", "Или этот сервер не доверяет центру, или почтовый сервер показывает не всю цепочку. Ничего не отправлено: ни пароль, ни письмо.",
			"Попросите тех, кто отвечает за почтовый сервер, установить всю цепочку. Если центр принадлежит вашей компании, добавьте его сертификат в доверенные на машине, где работает Гонец, и перезапустите Гонец."},
	},
	gonets.CodeMailExpired: {
		En: Text{"The mail server’s certificate has expired or is not valid yet.", "Such a certificate proves nothing, so nothing was sent: neither the password nor the letter.",
			"Ask those who run the mail server to renew the certificate. If it is good, set the clock of the machine on which Gonets works."},
		Ru: Text{"Срок действия сертификата почтового сервера истёк или ещё не наступил.", "Такой сертификат ничего не подтверждает, поэтому ничего не отправлено: ни пароль, ни письмо.",
			"Попросите тех, кто отвечает за почтовый сервер, обновить сертификат. Если он действует, проверьте часы машины, где работает Гонец."},
	},
	gonets.CodeMailName: {
		En: Text{"The mail server’s certificate is for another name.", "It may be another server, so nothing was sent: neither the password nor the letter.",
			"Put into the field of the mail server the name for which the certificate is made; your mail service tells it. An address of numbers is seldom in a certificate."},
		Ru: Text{"Сертификат почтового сервера выдан на другое имя.", "Это может быть другой сервер, поэтому ничего не отправлено: ни пароль, ни письмо.",
			"Укажите в поле почтового сервера имя, на которое выдан сертификат: его сообщает почтовый сервис. На адрес из цифр сертификаты выдают редко."},
	},
	gonets.CodeMailLogin: {
		En: Text{"The mail server did not accept the login.", "No letter was sent.",
			"Check login and password. Gmail, Yandex, Mail.ru and others want a separate password for programs, made in the settings of the mailbox."},
		Ru: Text{"Почтовый сервер не принял логин или пароль.", "Письмо не отправлено.",
			"Проверьте логин и пароль. Яндекс, Mail.ru, Gmail и другие требуют отдельный пароль для программ: его создают в настройках ящика."},
	},
	gonets.CodeMailSender: {
		En: Text{"The mail server does not let this sender write.", "No letter was sent.",
			"Put into From the address of the mailbox whose login you use."},
		Ru: Text{"Почтовый сервер не разрешает писать от этого адреса.", "Письмо не отправлено.",
			"Укажите в «От кого» адрес того ящика, логином которого входите."},
	},
	gonets.CodeMailRecipient: {
		En: Text{"The mail server does not take letters for this address.", "The letter did not reach this person.",
			"Check the address in To. If the server says to come later, nothing is needed: the letter is tried again."},
		Ru: Text{"Почтовый сервер не принимает письма для этого адреса.", "До этого человека письмо не дошло.",
			"Проверьте адрес в «Кому». Если сервер просит повторить позже, ничего делать не надо: письмо уйдёт снова само."},
	},
}
