/** Our things, and the words by which people of other systems look for them. Both languages find. */
export type Thing = 'httpRequest' | 'step' | 'respond' | 'postJson' | 'scenario' | 'requests' | 'source' | 'runs' | 'check' | 'paused' | 'receiver' | 'audit'

export const synonyms: Record<Thing, readonly string[]> = {
  httpRequest: ['Отправить через вебхук', 'PostJson', 'Интеграции', 'HTTP-запрос', 'HTTP request'],
  step: ['Реакции', 'Действие', 'Блок', 'Нода', 'Node', 'Action', 'Шаг', 'Step'],
  respond: ['webhookResponse', 'Ответить отправителю', 'Answer the sender'],
  postJson: ['JSON POST', 'POST · JSON'],
  scenario: ['Обработка', 'Сценарий', 'Схема', 'Воркфлоу', 'Workflow', 'Zap', 'Zapier', 'Flow', 'Scenario'],
  source: ['Источник данных', 'Data source', 'Триггер', 'Trigger', 'Вебхук', 'Webhook'],
  runs: ['История операций', 'Run history', 'Журнал', 'Логи', 'Logs', 'Executions', 'Zap runs'],
  check: ['Проверить', 'Check', 'Тестовый запрос', 'Test request', 'Тестовый запуск', 'Test run', 'Отладка', 'Debug'],
  requests: ['Http-запросы', 'Запросы', 'Requests'],
  receiver: ['echo', 'эхо', 'тест', 'Тестовый запрос', 'Test request', 'Пробный получатель', 'Test receiver', 'httpbin', 'RequestBin'],
  audit: ['Audit log', 'Аудит', 'Лог действий', 'Кто что сделал', 'Кто изменил', 'Who did what', 'Activity log', 'Входы', 'Logins'],
  paused: ['Приостановлена', 'Ждёт вас', 'Waiting for you'],
}

const plain = (text: string) => text.toLocaleLowerCase('ru').replaceAll('ё', 'е').trim()

/** Whether what was typed is in any of the words: each typed word somewhere in one of them. */
export function matches(typed: string, words: readonly string[]): boolean {
  const parts = plain(typed).split(/\s+/).filter(Boolean)
  return words.some((word) => {
    const text = plain(word)
    return parts.every((part) => text.includes(part))
  })
}

/** The synonym that made a thing appear, to be shown in grey beside its own name; undefined when its name did. */
export function foundBy(typed: string, label: string, thing: Thing | undefined): string | undefined {
  if (!thing || matches(typed, [label])) return undefined
  return synonyms[thing].find((word) => matches(typed, [word]))
}
