import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Kind } from '../src/api'
import { fieldName, kindKeys } from '../src/editor/parts/describe'
import { matches } from '../src/app/synonyms'
import { addables, findAddables, paletteWords } from '../src/editor/model/addable'
import { fieldTexts } from '../src/words/texts'
import { languages, setLanguage } from '../src/i18n'
import editorEn from '../src/i18n/editor.en.json'
import editorRu from '../src/i18n/editor.ru.json'
import mainEn from '../src/i18n/en.json'
import mainRu from '../src/i18n/ru.json'
import { code } from './files'

const kinds = JSON.parse(readFileSync('test/kinds.json', 'utf8')) as Kind[]
const paths = new Set(kinds.flatMap((kind) => kind.fields.map((field) => field.path)))
const texts = { ru: { ...mainRu, ...editorRu }, en: { ...mainEn, ...editorEn } } as Record<string, Record<string, string>>

/** Fields that a panel asks the table for, and that the table does not have. */
const strangers = (source: string): string[] => [...source.matchAll(/(?:texts|useTexts\(\))\('(\/[^']+)'\)/g)].map((found) => found[1]!).filter((path) => !paths.has(path))

describe('the table of step kinds names the fields', () => {
  it('that the panels draw by hand', () => {
    const source = code('src/editor').map((file) => file.text).join('\n')
    expect(source.match(/texts\('\//g)?.length).toBeGreaterThan(15)
    expect(strangers(source)).toEqual([])
    expect(strangers("texts('/http/urll')")).toEqual(['/http/urll'])
  })
  it('with a help for each, and so does the list of changes', () => {
    for (const language of languages) {
      setLanguage(language)
      for (const path of paths) {
        const { title, help } = fieldTexts(kinds, path)
        expect([title, help], path).not.toContain('')
        expect(fieldName(path, kinds)).toBe(title)
      }
    }
  })
  it.each([
    ['/http/url', 'Адрес (URL)', 'Address (URL)'],
    ['/http/on_failure', 'Потом', 'Then'],
    ['/http/success/codes', 'Успешные коды статуса', 'Success status codes'],
    ['/http/response', 'Формат ответа', 'Response format'],
    ['/http/timeout', 'Таймаут', 'Timeout'],
    ['/http/tls/verify', 'Проверять сертификат', 'Verify the certificate'],
    ['/http/redirects', 'Разрешить перенаправление', 'Follow redirects'],
    ['/http/retry', 'Повторы', 'Retries'],
    ['/http/own_headers_only', 'Только мои заголовки', 'Only my headers'],
  ])('%s as people call it', (path, ru, en) => {
    setLanguage('ru')
    expect(fieldTexts(kinds, path).title).toBe(ru)
    setLanguage('en')
    expect(fieldTexts(kinds, path).title).toBe(en)
  })
  it('and the kinds themselves as the interface does where it speaks before it has the table', () => {
    for (const language of languages) {
      for (const [kind, key] of Object.entries(kindKeys)) expect(texts[language]![key]).toBe(kinds.find((one) => one.kind === kind)!.title[language])
      for (const name of ['query', 'headers', 'body']) expect(texts[language]![name]).toBe(kinds[0]!.fields.find((field) => field.path === `/http/${name}`)!.title[language])
    }
  })
})

describe('a step that may be added', () => {
  const rows: [string, string][] = [
    ['Отправить через вебхук', 'http'], ['PostJson', 'http'], ['Интеграции', 'http'], ['JSON POST', 'http'], ['post · json', 'http'],
    ['webhookResponse', 'respond'], ['пауза', 'delay'], ['только если', 'only-if'], ['Only if', 'only-if'], ['gate', 'only-if'], ['иначе', 'if'],
    ['вебхук', 'http'], ['post', 'http'], ['если', 'if'], ['if', 'if'], ['подождать', 'delay'], ['wait', 'delay'], ['webhook', 'http'], ['переменная', 'set'], ['variable', 'set'],
  ]
  it.each(rows)('is found by %s: %s', (typed, id) => {
    for (const language of languages) {
      setLanguage(language)
      const found = findAddables(kinds, typed).map((one) => one.id)
      expect(found, language).toContain(id)
    }
  })
  it('by each of its own words, which are shown where the name is another; and nothing by nonsense', () => {
    for (const language of languages) {
      setLanguage(language)
      // Those of both languages, whichever one is read; and by the name, with which the palette is opened at it.
      for (const one of addables(kinds)) {
        expect(one.synonyms.length, one.id).toBeGreaterThan(0)
        for (const word of [one.title, ...one.synonyms]) {
          expect(findAddables(kinds, word).map((each) => each.id), `${language}: ${word}`).toContain(one.id)
          expect(matches(word, paletteWords(one)), `${language}: ${word}`).toBe(true)
        }
      }
    }
    expect(findAddables(kinds, 'PostJson')[0]).toMatchObject({ id: 'http', synonym: 'PostJson' })
    expect(findAddables(kinds, 'qwertz')).toEqual([])
    expect(findAddables(kinds, '').map((one) => one.id)).toEqual(['http', 'request', 'if', 'only-if', 'set', 'delay', 'respond', 'stop', 'fail'])
  })
})
