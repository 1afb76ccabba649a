import { afterEach, expect, it } from 'vitest'
import { addTexts, setLanguage, t } from '@/i18n'
import en from '@/i18n/editor.en.json'
import ru from '@/i18n/editor.ru.json'
import { conditionWords } from './describe'

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
