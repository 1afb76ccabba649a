import { expect, test } from 'vitest'
import type { Scenario } from './document'
import { standIn } from './standIn'

const of = (value: string): Scenario => ({ name: 'a', steps: [{ id: 'deal', http: { url: '', body: { form: [{ name: 'sum', value }] } } }] })
const row = '/steps/0/http/body/form/0'

const lacks = (pointer: string) => ({ code: 'template.missing', pointer, expression: 'event.body.sum' })

test.each([
  ['a variable', '{{ event.body.sum }}', '{{ default(event.body.sum, "0") }}'],
  ['a function stays around it', '{{ number(event.body.sum) }}', '{{ number(default(event.body.sum, "0")) }}'],
  ['every one of a text, and no other', '{{ event.body.sum }} of {{ event.body.all }}, {{event.body.sum}}', '{{ default(event.body.sum, "0") }} of {{ event.body.all }}, {{ default(event.body.sum, "0") }}'],
])('%s', (_, value, want) => {
  for (const pointer of [row, `${row}/value`]) {
    const found = standIn(of(value), lacks(pointer))
    expect(found?.pointer).toBe(`${row}/value`)
    expect(found?.path).toBe('event.body.sum')
    expect(found?.text('0')).toBe(want)
  }
})

test('a member of a JSON body is named, and held as a row', () => {
  const json = [
    { name: 'name', value: '{{ event.body.name }}' },
    { name: 'price', value: '{{ event.body.sum }}' },
  ]
  const document: Scenario = { name: 'a', steps: [{ id: 'deal', http: { url: '', body: { json } } }] }
  expect(standIn(document, lacks('/steps/0/http/body/json/price'))?.pointer).toBe('/steps/0/http/body/json/1/value')
})

test('a function that got nothing is told by its whole expression', () => {
  const document = of('{{ number(event.body.sum) }}')
  const problem = { code: 'template.not_number', pointer: row, expression: 'number(event.body.sum)' }
  expect(standIn(document, { ...problem, values: ['missing'] })?.text('0')).toBe('{{ number(default(event.body.sum, "0")) }}')
  expect(standIn(document, { ...problem, values: ['null'] })?.path).toBe('event.body.sum')
  expect(standIn(document, { ...problem, values: ['list'] })).toBeUndefined()
})

test.each([
  ['something stands in already', '{{ default(event.body.sum, "1") }}'],
  ['it is required', '{{ required(event.body.sum) }}'],
  ['another expression', '{{ event.body.sum + 1 }}'],
  ['no variable', 'event.body.sum'],
])('nothing where %s', (_, value) => expect(standIn(of(value), lacks(row))).toBeUndefined())
