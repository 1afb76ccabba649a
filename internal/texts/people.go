package texts

import "gonets"

// explainPeople explains the codes that a person meets who logs in.
var explainPeople = map[gonets.Code]Explanation{
	gonets.CodeLoginFailed: {
		En: Text{"The login or the password is wrong.", "Which of the two is not said, so that nobody can find out who has an account here.",
			"Check the keyboard's language and Caps Lock. A forgotten password is replaced on the server: `gonets user password`."},
		Ru: Text{"Логин или пароль не подходит.", "Что именно, не говорится, чтобы никто не узнал, у кого здесь есть учётная запись.",
			"Проверьте раскладку и Caps Lock. Забытый пароль меняют на сервере: `gonets user password`."},
	},
	gonets.CodeLoginThrottled: {
		En: Text{"There were too many wrong attempts.", "Whoever guesses passwords is slowed down. The password may be right, it was not looked at.",
			"Wait a little, then log in again."},
		Ru: Text{"Слишком много неверных попыток.", "Подбор паролей замедляется. Пароль мог быть верным, его не проверяли.",
			"Подождите немного и войдите снова."},
	},
	gonets.CodeSetupCode: {
		En: Text{"The set-up code is wrong.", "Only who sees the server's first lines may become its owner, so nothing was created.",
			"Open the whole link that the server printed at its start, or create the owner there: `gonets user create --owner`."},
		Ru: Text{"Код первой настройки не подходит.", "Владельцем может стать только тот, кто видит первые строки сервера, поэтому ничего не создано.",
			"Откройте целиком ссылку, которую сервер вывел при запуске, или создайте владельца там же: `gonets user create --owner`."},
	},
	gonets.CodeSetupDone: {
		En: Text{"This server has an owner already.", "There is one owner, so nothing was created or changed.",
			"Log in. If the password is forgotten, set a new one on the server: `gonets user password`."},
		Ru: Text{"У этого сервера уже есть владелец.", "Владелец один, поэтому ничего не создано и не изменено.",
			"Войдите. Если пароль забыт, задайте новый на сервере: `gonets user password`."},
	},
}
