import { beforeAll, describe, expect, it } from 'vitest'
import { setLanguage, t } from '../src/i18n'
import { loadCodes } from '../src/i18n/codes'
import problems from '../src/i18n/problems.json'
import { fill, problemWords } from '../src/i18n/problem'
import { code, type File } from './files'

beforeAll(loadCodes)
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')

describe('a mistake in words', () => {
  it.each([
    ['ru', { code: 'invalid.too_long', values: [1] }, 'Слишком длинно: можно не больше 1 знака'],
    ['ru', { code: 'invalid.too_long', values: [200] }, 'Слишком длинно: можно не больше 200 знаков'],
    ['en', { code: 'invalid.too_long', values: [1] }, 'Too long: at most 1 character'],
    ['ru', { code: 'invalid.span', values: ['timeout', '1h30m', '1s', '5m'] }, '1 ч 30 мин не подходит: можно от 1 с до 5 мин'],
    ['ru', { code: 'invalid.choice', values: ['kind', 'x', ['a', 'b', 'c']] }, '«x» сюда не подходит; подойдёт a, b или c'],
    ['ru', { code: 'template.not_yes_no', values: ['text'] }, 'Условие должно быть «да» или «нет», а здесь текст; сравните его с чем-нибудь'],
    ['ru', { code: 'unknown_key', values: ['urll'], suggestion: 'url', line: 3 }, 'Строка 3: Ключ «urll» здесь не знаком. Может быть, «url»?'],
    ['ru', { code: 'login.failed' }, 'Логин или пароль не подходит'],
    ['ru', { code: 'planted', message: 'a message in English' }, 'Здесь ошибка (planted)'],
    ['en', { code: 'planted', message: 'a message in English' }, 'a message in English'],
  ] as const)('%s %j', (language, problem, want) => {
    setLanguage(language)
    expect(plain(problemWords(problem))).toBe(want)
  })
  it('never shows a place without its value', () => {
    for (const [name, texts] of Object.entries(problems)) for (const text of Object.values(texts)) expect(fill(text, Array(9).fill('1')), name).not.toMatch(/\{\{\d/)
  })
})

it.each([
  ['ru', 1, '1 операция'],
  ['ru', 2, '2 операции'],
  ['ru', 5, '5 операций'],
  ['ru', 21, '21 операция'],
  ['ru', 112, '112 операций'],
  ['en', 1, '1 run'],
  ['en', 2, '2 runs'],
] as const)('%s counts %i', (language, count, want) => {
  setLanguage(language)
  expect(plain(t('runs.count', { count }))).toBe(want)
})

/** Where the server's own English comes to a screen without the function that turns it into words. */
function raw(files: readonly File[]): string[] {
  const out: string[] = []
  for (const { path, text } of files) {
    if (/^src\/(i18n\/problem|api\/error)\.ts$/.test(path)) continue
    const bare = text
      .replace(/\/\/.*$/gm, '')
      .replace(/\/\*[\s\S]*?\*\//g, '')
      // The three ways of saying it in words, a person's own words, and what goes on inside of an error.
      .replace(/problemWords\(\{[^}]*\}\)|englishDetail\([^)]*\)( && <(p|span)[^>]*>\{[\w.]+\}<\/(p|span)>| \? <span[^>]*>\{[\w.]+\}<\/span>)?|step\.fail\.message|css\.detail|one\.last_error &&|super\([^)]*\)/g, '')
      .replace(/detail: \w+(\.\w+)*( \?\? \w+(\.\w+)*)*/g, '')
      .replace(/'[^'\n]*'/g, "''")
    for (const match of bare.matchAll(/[\w\])]\??\.(message|detail|last_error|cause)\b/g)) out.push(`${path}: ${match[0]}`)
  }
  return out
}

describe('what the server says in English', () => {
  it('comes to no screen as it is', () => expect(raw(code())).toEqual([]))
  it.each(['<p>{problem.message}</p>', '{problems[0]?.message ?? t("x")}', 'title={run.last_error}', 'const x = `${one.cause}`', '{warning.detail}'])('%s is found', (text) =>
    expect(raw([{ path: 'src/screens/planted.tsx', text }])).toHaveLength(1),
  )
})
