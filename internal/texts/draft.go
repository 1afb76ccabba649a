package texts

import "gonets"

// explainDraft explains the codes of those who edit documents.
var explainDraft = map[gonets.Code]Explanation{
	gonets.CodeMissing: {
		En: Text{"Something has to be filled in here.", "The draft is saved as it is, but it cannot be published yet.",
			"Fill in the place that the error names, then publish again."},
		Ru: Text{"Здесь нужно что-то заполнить.", "Черновик сохранён как есть, но применить его пока нельзя.",
			"Заполните место, которое названо в ошибке, и примените изменения ещё раз."},
	},
	gonets.CodeDraftConflict: {
		En: Text{"Somebody else has changed this meanwhile.", "Your change was not saved, so that theirs is not lost.",
			"Compare both versions, bring your change into the newer one and save again."},
		Ru: Text{"Это тем временем изменил кто-то другой.", "Ваша правка не сохранена, чтобы не потерять чужую.",
			"Сравните обе версии, внесите свою правку в новую и сохраните ещё раз."},
	},
	gonets.CodeRequestChanged: {
		En: Text{"What this scenario sends through saved requests is not what was looked at.", "Nothing was applied, so that nothing goes live that nobody has looked at.",
			"Look at the changes once more, then apply them."},
		Ru: Text{"Обработка отправляет через сохранённые запросы уже не то, что было показано.", "Ничего не применено: иначе заработало бы то, чего никто не видел.",
			"Посмотрите изменения ещё раз и примените их."},
	},
	gonets.CodeIfMatch: {
		En: Text{"The request does not say which state it changes.", "Without that, what somebody else saved meanwhile would be lost.",
			"Read the document and send its ETag as If-Match, or \"*\" to replace whatever is there."},
		Ru: Text{"В запросе не сказано, какое состояние он меняет.", "Без этого можно потерять то, что тем временем сохранил кто-то другой.",
			"Прочитайте документ и пришлите его ETag в заголовке If-Match либо \"*\", чтобы заменить любой."},
	},
	gonets.CodeScenarioRunning: {
		En: Text{"The scenario works right now.", "A scenario that works cannot be deleted: events would be lost.",
			"Stop it first, then delete it."},
		Ru: Text{"Обработка сейчас работает.", "Удалить работающую обработку нельзя: события потерялись бы.",
			"Сначала остановите её, потом удалите."},
	},
	gonets.CodeSourceUsed: {
		En: Text{"A scenario takes its data from this source.", "Without the source it would get nothing, so nothing was deleted.",
			"Choose another source in the scenario or delete the scenario first."},
		Ru: Text{"Из этого источника берёт данные обработка.", "Без источника она ничего не получит, поэтому ничего не удалено.",
			"Выберите в обработке другой источник или сначала удалите обработку."},
	},
	gonets.CodeRequestUsed: {
		En: Text{"Scenarios send this saved request.", "Without it their steps would have nothing to send, so nothing was deleted.",
			"Take the request out of the steps that are named, or delete those scenarios first."},
		Ru: Text{"Этот запрос отправляют обработки.", "Без него их шагам нечего было бы отправить, поэтому ничего не удалено.",
			"Уберите запрос из названных шагов или сначала удалите эти обработки."},
	},
}
