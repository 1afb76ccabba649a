package texts

import (
	"net/http"
	"strings"
)

// ExplainStatus is what an answer's status says by itself, where nothing else of the
// answer may be told.
func ExplainStatus(status int) Explanation {
	switch {
	case status == http.StatusUnauthorized:
		return Explanation{
			En: Text{"The service did not accept the key.", "The key, the login or the token of the request is missing, wrong or has ended.",
				"Get a valid key from the service and put it where the step takes it from, then resume the run."},
			Ru: Text{"Сервис не принял ключ доступа.", "Ключа, логина или токена в запросе нет, он неверен или его срок вышел.",
				"Возьмите у сервиса действующий ключ, поставьте его туда, откуда его берёт шаг, и повторите операцию с места ошибки."},
		}
	case status == http.StatusForbidden:
		return Explanation{
			En: Text{"The service refused the request.", "Most often the key is right but lacks permission.",
				"Give the key the right that it lacks in the service's own settings, then resume the run."},
			Ru: Text{"Сервис отказал в доступе.", "Чаще всего ключ принят, но прав не хватает.",
				"Выдайте ключу нужные права в настройках самого сервиса и повторите операцию с места ошибки."},
		}
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return Explanation{
			En: Text{"The service has nothing at this address.", "The path or the method is wrong, or what it names was removed.",
				"Check the path and the method, then resume the run."},
			Ru: Text{"У сервиса по этому адресу ничего нет.", "Неверен путь или метод, либо то, что он называет, удалено.",
				"Проверьте путь и метод и повторите операцию с места ошибки."},
		}
	case status == http.StatusTooManyRequests:
		return Explanation{
			En: Text{"The service asks to send more slowly.", "The service counts how often it is called; the request was not carried out.",
				"If it happens often, ask the service for a higher limit. Further attempts are made by themselves."},
			Ru: Text{"Сервис просит слать реже.", "Сервис считает, как часто к нему обращаются; запрос не выполнен.",
				"Если так бывает часто, попросите у сервиса больший предел. Следующие попытки пойдут сами."},
		}
	case status >= 500:
		return Explanation{
			En: Text{"The service is down for now.", "The fault is on its side; your data are in order and kept.",
				"Wait, or ask the service whether it has a failure. Further attempts are made by themselves."},
			Ru: Text{"Сервис временно недоступен.", "Ошибка на его стороне; ваши данные в порядке и сохранены.",
				"Подождите или спросите у сервиса, нет ли сбоя. Следующие попытки пойдут сами."},
		}
	case status >= 400:
		return Explanation{
			En: Text{"The service rejected the data.", "Its answer says why. Sending the same again seldom helps.",
				"Correct the data or the step, then resume the run."},
			Ru: Text{"Сервис отклонил данные.", "Что именно не так — в его ответе. Повтор без правки помогает редко.",
				"Исправьте данные или шаг и повторите операцию с места ошибки."},
		}
	}
	return Explanation{
		En: Text{"The service answered with a status that is no success here.", "It answered, yet this status is not one of the step's success codes.",
			"Read its answer. If the status is right, add it to the success codes of the step, then resume the run."},
		Ru: Text{"Сервис ответил статусом, который здесь не успех.", "Ответ пришёл, но этого статуса нет среди успешных кодов шага.",
			"Прочитайте ответ. Если статус верный, добавьте его в успешные коды шага и повторите операцию с места ошибки."},
	}
}

// Last is the explanation where no tries are left: without what is said of further ones.
func (e Explanation) Last() Explanation {
	left := strings.NewReplacer(" Further attempts are made by themselves.", "", " Следующие попытки пойдут сами.", "",
		" If it is right, the next attempt may succeed by itself.", "", " Если он верный, следующая попытка может удаться сама.", "",
		" For 5xx wait: further attempts are made by themselves.", "", " При 5xx подождите: следующие попытки пойдут сами.", "")
	e.En.Todo, e.Ru.Todo = left.Replace(e.En.Todo), left.Replace(e.Ru.Todo)
	return e
}
