package texts

import "gonets"

// explainQuery explains what is wrong with a question about runs.
var explainQuery = map[gonets.Code]Explanation{
	gonets.CodeQuery: {
		En: Text{"The search cannot be understood.", "Nothing was looked for: a condition that is left out would show runs that were not meant.",
			"Correct the marked place. Conditions look like state:paused status:5xx after:-24h; what stands in quotes is looked for as it is."},
		Ru: Text{"Поиск записан непонятно.", "Ничего не искали: без одного условия показались бы лишние операции.",
			"Исправьте отмеченное место. Условия пишут так: state:paused status:5xx after:-24h; слова в кавычках ищутся как есть."},
	},
	gonets.CodeQueryKey: {
		En: Text{"There is no such filter.", "Only the named filters may stand before a colon.",
			"Use one of: state, scenario, source, event, status, code, lane, mark, bulk, after, before, received, text. Put a text with a colon in quotes."},
		Ru: Text{"Такого фильтра нет.", "Перед двоеточием может стоять только имя фильтра.",
			"Есть фильтры: state, scenario, source, event, status, code, lane, mark, bulk, after, before, received, text. Текст с двоеточием возьмите в кавычки."},
	},
	gonets.CodeQueryValue: {
		En: Text{"The filter does not take this value.", "State is a run's, status an HTTP status, after and before are times.",
			"Write for example state:paused,failed, status:503 or status:5xx, after:-24h or after:2026-11-14T12:00."},
		Ru: Text{"Фильтр не понимает этого значения.", "state — состояние операции, status — статус HTTP, after и before — время.",
			"Пишите, например, так: state:paused,failed, status:503 или status:5xx, after:-24h или after:2026-11-14T12:00."},
	},
	gonets.CodeQueryQuote: {
		En: Text{"A quote is not closed.", "It is not clear where the text ends.", "Add the closing quote."},
		Ru: Text{"Кавычка не закрыта.", "Непонятно, где кончается текст.", "Добавьте закрывающую кавычку."},
	},
	gonets.CodeQueryTwice: {
		En: Text{"A filter stands here twice.", "All conditions hold together, so two of a kind would find nothing.",
			"Leave one of them. States and statuses are listed with commas: state:paused,failed."},
		Ru: Text{"Фильтр указан дважды.", "Условия действуют все сразу, поэтому два одинаковых ничего не нашли бы.",
			"Оставьте один. Состояния и статусы перечисляют через запятую: state:paused,failed."},
	},
	gonets.CodeQueryLong: {
		En: Text{"The search is too long.", "It may have at most 4096 bytes.", "Make it shorter."},
		Ru: Text{"Поиск слишком длинный.", "В нём может быть не больше 4096 байт.", "Сократите его."},
	},
	gonets.CodeQueryText: {
		En: Text{"Runs that carry a text cannot be counted.", "The search walks back through time and looks into every body, so it only shows what it finds on its way.",
			"Leave out text: here, or look at the list of runs."},
		Ru: Text{"Операции с текстом нельзя посчитать.", "Поиск идёт назад во времени и заглядывает в каждое тело, поэтому лишь показывает найденное по пути.",
			"Уберите здесь text: или смотрите список операций."},
	},
}
