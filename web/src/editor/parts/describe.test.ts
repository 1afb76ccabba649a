import { afterEach, expect, it } from 'vitest'
import { addTexts, setLanguage, t } from '@/i18n'
import en from '@/i18n/editor.en.json'
import ru from '@/i18n/editor.ru.json'
import type { Kind } from '@/api'
import kinds from '../../../test/kinds.json'
import { conditionWords, hostOf, readable, scenarioField, titleOf } from './describe'

addTexts({ ru, en })
afterEach(() => setLanguage('ru'))

it.each([
  ['ru', 'total != ""', 'total не пусто'],
  ['ru', 'total == "" or total == "x"', 'total пусто или total равно «x»'],
  ['ru', 'total != " "', 'total не равно « »'],
  ['en', 'total != ""', 'total is not empty'],
  ['en', 'total == "" and total != other', 'total is empty and total is not other'],
] as const)('a condition in words, %s: %s', (language, expression, words) => {
  setLanguage(language)
  expect(conditionWords(expression, t)).toBe(words)
})

it.each([
  ['{{ event.body.sum }}', '{Источник · Сумма}'],
  ['{{ number(event.body.sum) }}', '{Источник · Сумма → число}'],
  ["{{ event.body.sum ?? '' }}", '{Источник · Сумма ?? ""}'],
])('texts that differ read differently: %s', (text, words) => {
  expect(readable(text, t)).toBe(words)
})

it.each([
  ['{{ env.crm }}/leads', 'crm.example.ru'],
  ['https://{{ env.host }}:8443/x', 'api.example.ru:8443'],
  ['{{ env.other }}/leads', '{Система · other}'],
  ['{{ env.empty }}.example.ru/x', '{Система · empty}.example.ru'],
  ['https://{{ number(env.host) }}/x', '{Система · host → число}'],
])('the host of %s is known where a constant says it', (url, words) => {
  expect(hostOf(url, { crm: 'https://crm.example.ru/api', host: 'api.example.ru', empty: '' }, t)).toBe(words)
})

it.each([
  ['/missing', 'Если переменной нет в данных'],
  ['/tags/0', 'Метки'],
  ['/syntax', '/syntax'],
])('a place of the scenario itself: %s', (field, words) => {
  expect(scenarioField(field, t)).toBe(words)
})

it.each([
  [{ id: 'a', if: '' }, 'Только если'],
  [{ id: 'a', if: '', then: [] }, 'Условие'],
  [{ id: 'a', if: '', title: 'Есть телефон' }, 'Есть телефон'],
])('a step is called as the palette offered it: %o', (step, name) => {
  expect(titleOf(step, t, kinds as unknown as Kind[])).toBe(name)
})
