import { describe, expect, it } from 'vitest'
import editorEn from '../src/i18n/editor.en.json'
import editorRu from '../src/i18n/editor.ru.json'
import historyEn from '../src/i18n/history.en.json'
import historyRu from '../src/i18n/history.ru.json'
import mainEn from '../src/i18n/en.json'
import mainRu from '../src/i18n/ru.json'
import { differentPlaces, missing, missingForms, oneSided, unused, usedBy, wrongLetters, type Texts } from './catalogue'
import { code } from './files'

const ru: Texts = { ...mainRu, ...editorRu, ...historyRu }
const en: Texts = { ...mainEn, ...editorEn, ...historyEn }
const used = usedBy(code().map((file) => file.text))

describe('the catalogues', () => {
  it('have every key in both languages', () => expect(oneSided(ru, en)).toEqual([]))
  it('say the same where the main one and one that comes later share a key', () => {
    const differ = (main: Texts, later: Texts) => Object.keys(main).filter((key) => key in later && later[key] !== main[key])
    expect([...differ(mainRu, { ...editorRu, ...historyRu }), ...differ(mainEn, { ...editorEn, ...historyEn })]).toEqual([])
  })
  it('have every plural form', () => expect([...missingForms(ru, 'ru'), ...missingForms(en, 'en')]).toEqual([]))
  it('have the same {{…}} in both languages', () => expect(differentPlaces(ru, en)).toEqual([]))
  it('have no word of two alphabets', () => expect([...wrongLetters(ru, 'ru'), ...wrongLetters(en, 'en')]).toEqual([]))
  it('have no key that nothing uses', () => expect(unused(ru, used)).toEqual([]))
  it('have every key that the code asks for', () => expect(missing(ru, used)).toEqual([]))
})

describe('a planted fault is found', () => {
  it('a key in one language', () => {
    expect(oneSided({ a: 'а' }, {})).toHaveLength(1)
    expect(oneSided({}, { a: 'a' })).toHaveLength(1)
  })
  it('a plural without few or many', () => {
    expect(missingForms({ a_one: '1', a_other: '2', a_many: '5' }, 'ru')).toEqual(['a_few: missing in ru'])
    expect(missingForms({ a_one: '1', a_other: '2', a_few: '2' }, 'ru')).toEqual(['a_many: missing in ru'])
    expect(missingForms({ a_one: '1' }, 'en')).toEqual(['a_other: missing in en'])
  })
  it('a value that one language forgets', () => {
    expect(differentPlaces({ a: '{{x}}' }, { a: 'none' })).toHaveLength(1)
    expect(differentPlaces({ a_one: '{{n}}', a_other: '{{m}}' }, { a_one: '{{n}}', a_other: '{{n}}' })).toHaveLength(1)
  })
  it('a Latin letter in a Russian word', () => {
    // The c of «cервер» is Latin here.
    expect(wrongLetters({ a: 'cервер' }, 'ru')).toHaveLength(1)
    expect(wrongLetters({ a: 'Сервер' }, 'en')).toHaveLength(1)
    expect(wrongLetters({ a: 'адрес HTTP, {{url}} и `--public-url`' }, 'ru')).toEqual([])
  })
  it('a key that nothing uses, and one that is not there', () => {
    const planted = usedBy(["t('there'); t('gone'); const k: Key = 'table'; t(`made.${x}` as 'made.a')"])
    expect(unused({ there: '', table: '', 'made.a': '', idle: '', idle_one: '' }, planted)).toEqual(['idle'])
    expect(missing({ there: '' }, planted)).toEqual(['gone'])
  })
})
