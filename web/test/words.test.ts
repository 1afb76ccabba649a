import { describe, expect, it } from 'vitest'
import { foundBy, matches, synonyms, type Thing } from '../src/app/synonyms'
import { memberPath, parseJson } from '../src/ui'
import { staleAfter } from '../src/api/queries'
import { freeName } from '../src/api/actions'
import { isId, questionOf } from '../src/screens/runs/filter'
import { change, format, mistake, parse, typed } from '../src/words/query'
import { safeTarget } from '../src/screens/entry/LoginPage'
import { strength } from '../src/screens/entry/strength'
import { daysOf } from '../src/screens/settings/RetentionSection'
import { curlOf } from '../src/screens/run/words'

describe('words of other systems find ours', () => {
  it.each<[string, Thing]>([
    ['Отправить через вебхук', 'httpRequest'],
    ['PostJson', 'httpRequest'],
    ['интеграции', 'httpRequest'],
    ['реакции', 'step'],
    ['Действие', 'step'],
    ['блок', 'step'],
    ['webhookResponse', 'respond'],
    ['json post', 'postJson'],
    ['обработка', 'scenario'],
    ['Сценарий', 'scenario'],
    ['схема', 'scenario'],
    ['Http-запросы', 'requests'],
    ['приостановлена', 'paused'],
    ['тестовый запрос', 'check'],
    ['workflow', 'scenario'],
    ['zap', 'scenario'],
    ['trigger', 'source'],
    ['executions', 'runs'],
  ])('%s', (typed, thing) => expect(matches(typed, synonyms[thing])).toBe(true))
  it('shows the word that was meant, but not where the own name was typed', () => {
    expect(foundBy('реакц', 'Шаг', 'step')).toBe('Реакции')
    expect(foundBy('шаг', 'Шаг', 'step')).toBeUndefined()
  })
  it('does not find everything', () => expect(matches('почта', synonyms.step)).toBe(false))
})

describe('the filter in the address', () => {
  it('of old links becomes a question', () => {
    expect(questionOf({ state: 'failed,paused', since: '-24h', value: '+7 999', tab: 'x' })).toBe('state:failed,paused after:-24h "+7 999"')
    expect(questionOf({ q: 'state:held Anna', state: 'paused' })).toBe('state:paused Anna')
    expect(questionOf({ q: 'status:5xx' })).toBe('status:5xx')
  })
  it('knows an id when one is pasted', () => {
    expect(isId(' 01a201e4-4ea9-7000-a762-672e4e7e57a9 ')).toBe(true)
    expect(isId('+79990001122')).toBe(false)
  })
})

describe('a question', () => {
  it.each([
    ['state:paused Анна', [['state', 'paused'], ['', 'Анна']]],
    ['text:"a \\"b\\" c" x', [['text', 'a "b" c'], ['', 'x']]],
    ['"state:paused"', [['', 'state:paused']]],
    ['lane:https://crm.example 12:30', [['lane', 'https://crm.example'], ['', '12:30']]],
  ])('%s is taken apart and put together', (q, want) => {
    expect(parse(q).map((term) => [term.key, term.value])).toEqual(want)
    expect(format(parse(q))).toBe(q)
  })
  it.each([
    ['Анна stat:paused', 'query.key', 6],
    ['text:"Анна', 'query.quote', 6],
    ['state:', 'query.value', 7],
    ['state:held state:paused', 'query.twice', 12],
  ])('%s has its mistake told with its place', (q, code, column) => expect(mistake(q)).toMatchObject({ code, column }))
  it('without a mistake has none', () => expect(mistake('state:paused status:5xx "a: b" +7 999')).toBeUndefined())
  it('changes a condition in its place and keeps the rest', () => {
    expect(change('state:paused scenario:crm Anna', { state: 'failed', after: '-1h' })).toBe('state:failed scenario:crm after:-1h Anna')
    expect(change('state:paused Anna', { state: '' })).toBe('Anna')
  })
  it('takes what is typed: conditions replace those of their key, words the words', () => {
    expect(typed('state:paused scenario:crm Anna', 'state:failed Peter')).toBe('scenario:crm state:failed Peter')
    expect(typed('state:paused Anna', '')).toBe('state:paused')
  })
})

it('JSON keeps the digits of numbers that are too long, and shows them', () => {
  expect(parseJson('{"id":12345678901234567890,"n":1.50}')?.pretty).toBe('{\n  "id": 12345678901234567890,\n  "n": 1.5\n}')
  expect(parseJson('{')).toBeUndefined()
})
it.each([
  ['body', 'name', 'body.name'],
  ['body', 'Имя', 'body.Имя'],
  ['body', 'x-y', 'body["x-y"]'],
  ['body.items', 0, 'body.items[0]'],
])('the path of %s and %s is %s', (path, key, want) => expect(memberPath(path, key)).toBe(want))

it('hints say what is old, and a reconnect says all', () => {
  expect(staleAfter([{ kind: 'run', id: 'r' }])).toEqual([['run', 'r'], ['stats'], ['scenarios']])
  expect(staleAfter([{ kind: 'run', id: 'r' }, { kind: 'reconnect' }])).toEqual([[]])
})
it('a free name is the wish or a numbered one', () => {
  expect(freeName('a', [])).toBe('a')
  expect(freeName('a', ['a', 'a-2'])).toBe('a-3')
})
it.each([
  ['/runs?state=paused', '/runs?state=paused'],
  ['https://evil.example', '/scenarios'],
  ['//evil.example', '/scenarios'],
  ['/\\evil.example', '/scenarios'],
  ['/login', '/scenarios'],
  [undefined, '/scenarios'],
])('after the log-in %s leads to %s', (to, want) => expect(safeTarget(to)).toBe(want))
it.each([
  ['', 0],
  ['short', 1],
  ['aaaaaaaaaaaa', 1],
  ['qwertyuiop12', 1],
  ['correct horse battery', 4],
])('the password %j has strength %i', (password, want) => expect(strength(password)).toBe(want))
it.each([
  ['30d', 30],
  ['720h', 30],
  ['', undefined],
])('%j is %s days', (age, want) => expect(daysOf(age)).toBe(want))
it('a request becomes a command that a shell cannot misread', () => {
  const text = curlOf({ method: 'POST', url: "https://a.example/x?y='$(id)'", headers: [{ name: 'X', value: 'a b' }, { name: 'Content-Length', value: '3' }], body: "it's" })
  expect(text).toBe(`curl -X POST 'https://a.example/x?y='\\''$(id)'\\''' \\\n  -H 'X: a b' \\\n  --data-binary 'it'\\''s'`)
})
