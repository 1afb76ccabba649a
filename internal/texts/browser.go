package texts

import "gonets"

// InBrowser is the text of a code for somebody who has pages before him and no
// terminal: what to do there is what he can click.
func InBrowser(c gonets.Code) (Explanation, bool) {
	e, ok := Explain(c)
	if todo, other := clicks[c]; ok && other {
		e.En.Todo, e.Ru.Todo = todo.En, todo.Ru
	}
	return e, ok
}

// clicks are the ways out whose general text offers commands.
var clicks = map[gonets.Code]Words{
	gonets.CodeNotFound: {
		"Look it up in the list: “Scenarios”, “Requests”, “Data sources” or “Run history” in the menu.",
		"Найдите нужное в списке: «Обработки», «Запросы», «Источники данных» или «История операций» в меню."},
	gonets.CodeDamaged: {
		"Open the scenario, choose “Versions”, restore an earlier one and publish it, or import its file again; then start the runs that wait for you once more. Of a source, import the file again. Tell the administrator: the disk or the database spoils data.",
		"Откройте обработку, выберите «Версии», верните прежнюю и опубликуйте её или снова импортируйте её файл; затем повторите операции, которые ждут вас. Файл источника импортируйте снова. Сообщите администратору: диск или база портят данные."},
	gonets.CodeAddressUnknown: {
		"Copy the address again from its page in “Data sources” into the sending service, whole and without spaces.",
		"Скопируйте адрес со страницы источника в разделе «Источники данных» в отправляющий сервис ещё раз: целиком и без пробелов."},
	gonets.CodeLanePaused: {
		"Resume the queue first: “Connections”, “Service queues”.",
		"Сначала возобновите очередь: «Подключения», «Очереди к сервисам»."},
	gonets.CodeRunState: {
		"Look at the run's state on its page. A run that is over can be run again from the start.",
		"Посмотрите состояние на странице операции. Законченную операцию можно повторить с начала."},
	gonets.CodeSignature: {
		"Enter the same secret in the sending service and on the source's page, under “Protection”. If you did not expect this request, do nothing.",
		"Укажите один и тот же секрет в отправляющем сервисе и на странице источника, в разделе «Защита». Если вы этого запроса не ждали, ничего не делайте."},
	gonets.CodeSecretMissing: {
		"Set the secret named in the error: “Settings”, “Secrets”.",
		"Задайте секрет из сообщения: «Настройки», «Секреты»."},
	gonets.CodeTriesUsedUp: {
		"Look at the last attempt, remove the cause and press “Resume from the failed step”.",
		"Посмотрите последнюю попытку, устраните причину и нажмите «Повторить с места ошибки»."},
	gonets.CodeScenarioGone: {
		"If it is needed again, import its file with the same name: “Scenarios”, “Import”; then its runs can be done again.",
		"Если обработка снова нужна, импортируйте её файл с тем же именем: «Обработки», «Импорт»; после этого операции можно будет повторить."},
	gonets.CodeScenarioHeld: {
		"Start the scenario and choose “Process what is held”, or press “Process it now” on the page of this one run.",
		"Запустите обработку и выберите «Обработать накопленное» или на странице одной этой операции нажмите «Обработать сейчас»."},
}
