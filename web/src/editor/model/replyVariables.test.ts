import { expect, test } from 'vitest'
import type { Scenario } from './document'
import { addReplyVariable, fieldOf, fieldsIn, nameTaken, pathOf, removeReplyVariable, renameReplyVariable, replyVariables, returnReplyVariable, valueIn } from './replyVariables'

const base: Scenario = { name: 's', title: 'S', steps: [{ id: 'deal', http: { method: 'POST', url: 'https://x/y' } }, { id: 'wait', delay: '5m' }] }
const add = (document: Scenario, field: string, name?: string) => addReplyVariable(document, { pointer: '/steps/0', id: 'deal', field, title: 'From the reply', ...(name ? { name } : {}) })
const names = (document: Scenario) => replyVariables(document, '/steps/0', 'deal').map((one) => [one.name, one.field])

test('a field of the reply is named as it is called there, and a second one of the same name gets a number', () => {
  const first = add(base, 'result.id')
  const second = add(first.document, 'result.items[0].id')
  const third = add(second.document, 'other.id', 'result_id')
  expect(first.document.steps.map((step) => step.id)).toEqual(['deal', 'deal_vars', 'wait'])
  expect(names(third.document)).toEqual([['result_id', 'result.id'], ['result_items_0_id', 'result.items[0].id'], ['result_id_2', 'other.id']])
  expect(names(add(base, '').document)).toEqual([['value', '']])
})

test('only rows that are one place of this reply are its variables', () => {
  const rows = [['a', '{{ steps.deal.body.x }}'], ['b', 'No. {{ steps.deal.body.x }}'], ['c', '{{ steps.deal.body.x ?? "0" }}'], ['d', '{{ steps.deals.body.x }}'], ['e', '{{ steps.deal.bodyx }}'], ['f', '{{ steps.deal.body["a b"] }}']]
  const document: Scenario = { ...base, steps: [base.steps[0]!, { id: 'v', set: rows.map(([name, value]) => ({ name: name!, value: value! })) }] }
  expect(names(document)).toEqual([['a', 'x'], ['f', '["a b"]']])
  expect([pathOf('deal', '["a b"]'), fieldOf('deal', 'steps.deal.status')]).toEqual(['steps.deal.body["a b"]', undefined])
})

test('another name goes everywhere where the variable is read, and nowhere else', () => {
  const { document } = add(base, 'id', 'deal_id')
  const reading: Scenario = {
    ...document,
    steps: [
      { id: 'early', delay: '{{ deal_id }}' },
      ...document.steps,
      { id: 'ask', if: 'deal_id == "deal_id" and vars.deal_id.x > 1 and event.body.deal_id and deal_id_2', then: [{ id: 'tell', http: { method: 'POST', url: 'https://x/{{ deal_id }}/deal_id', body: { json: [{ name: 'deal_id', value: '{{ upper(vars.deal_id) }}' }] } } }] },
    ],
  }
  const renamed = renameReplyVariable(reading, replyVariables(reading, '/steps/1', 'deal')[0]!.pointer, 'number')
  expect(renamed.steps[0]!.delay).toBe('{{ deal_id }}')
  const ask = renamed.steps[4]!
  expect(ask.if).toBe('number == "deal_id" and vars.number.x > 1 and event.body.deal_id and deal_id_2')
  expect(ask.then![0]!.http).toEqual({ method: 'POST', url: 'https://x/{{ number }}/deal_id', body: { json: [{ name: 'deal_id', value: '{{ upper(vars.number) }}' }] } })
  expect(replyVariables(renamed, '/steps/1', 'deal').map((one) => one.name)).toEqual(['number'])
})

// A variable id of the first step's reply, with what stands behind it.
const behind = (...steps: object[]): Scenario => ({ ...base, steps: [base.steps[0]!, { id: 'kept', set: [{ name: 'id', value: '{{ steps.deal.body.items[0].id }}' }] }, ...(steps as Scenario['steps'])] })
const toDealId = (document: Scenario) => renameReplyVariable(document, '/steps/1/set/0', 'deal_id')

test('the row of a renamed variable still reads the field that it read', () => {
  expect(toDealId(behind()).steps[1]!.set).toEqual([{ name: 'deal_id', value: '{{ steps.deal.body.items[0].id }}' }])
})

test.each(['event.body?.id', 'event.body.list[0].id', 'event.body["list"].id', 'map(x, .id)', 'map(x, #.id)', 'x[id=5].id', 'id("a")', 'id-2', 'x.a-id', '`id`', '"a\\"id"', '1 /* id */', '1 // id', '{id: 1}.id', 'my_id', 'vars2.id'])('another name leaves %s alone', (text) => {
  const document = behind({ id: 'ask', if: text, then: [] }, { id: 'v', set: [{ name: 'x', value: `{{ ${text} }}` }] })
  expect(toDealId(document).steps.slice(2)).toEqual(document.steps.slice(2))
})

test.each([
  ['id', 'deal_id'],
  ['list[id]', 'list[deal_id]'],
  ['-id + 1..id', '-deal_id + 1..deal_id'],
  ['vars["id"].x ?? vars.id', 'vars["deal_id"].x ?? vars.deal_id'],
  ['{id: id, x: a ? id : b}', '{id: deal_id, x: a ? deal_id : b}'],
  ['filter(x, .id == id)', 'filter(x, .id == deal_id)'],
  ['id.a["b"].id', 'deal_id.a["b"].id'],
])('another name goes into %s', (before, after) => {
  expect(toDealId(behind({ id: 'ask', if: before, then: [] })).steps[2]!.if).toBe(after)
})

test('another name goes wherever an expression stands without braces, and into no plain data', () => {
  const http = { url: 'https://x', body: { path: 'id' }, success: { when: 'id == 1' }, renew: { when: 'id == 2', step: 'id' }, retry: { ask: { url: 'https://x/{{ id }}', done: 'body.id == id', result: 'id' } } }
  const done = toDealId(behind({ id: 'id', title: 'id {{ id }}', when: 'id', http }, { id: 'b', if: 'id', then: [{ id: 'c', when: 'id', http: { url: '', body: { json: { when: 'id card', if: 'id', done: ['id'] } } } }] }))
  expect(done.steps[2]).toEqual({ id: 'id', title: 'id {{ id }}', when: 'deal_id', http: { url: 'https://x', body: { path: 'deal_id' }, success: { when: 'deal_id == 1' }, renew: { when: 'deal_id == 2', step: 'id' }, retry: { ask: { url: 'https://x/{{ deal_id }}', done: 'body.id == deal_id', result: 'deal_id' } } } })
  expect(done.steps[3]).toEqual({ id: 'b', if: 'deal_id', then: [{ id: 'c', when: 'deal_id', http: { url: '', body: { json: { when: 'id card', if: 'id', done: ['id'] } } } }] })
})

test('what is searched by is of the event: a variable of that name is not meant', () => {
  const document = { ...behind(), search: ['id', 'event.body.id'], data: ['id'] }
  expect(toDealId(document)).toMatchObject({ search: ['id', 'event.body.id'], data: ['id'] })
})

test('rows above the renamed one, and the condition of their step, read something else by that name', () => {
  const set = [{ name: 'a', value: '{{ id }}' }, { name: 'id', value: '{{ steps.deal.body.id }}' }, { name: 'b', value: ['{{ id }}', { when: 'id' }] }]
  const done = renameReplyVariable({ ...base, steps: [base.steps[0]!, { id: 'kept', when: 'id', set }] }, '/steps/1/set/1', 'deal_id').steps[1]!
  expect([done.when, done.set!.map((row) => row.value)]).toEqual(['id', ['{{ id }}', '{{ steps.deal.body.id }}', ['{{ deal_id }}', { when: 'id' }]]])
})

test('a name that a row of any set step has is taken, in branches and further up, too', () => {
  const more: Scenario = { ...behind({ id: 'if', if: 'x', then: [{ id: 'in', set: [{ name: 'inner', value: 1 }] }] }) }
  const document: Scenario = { ...more, steps: [{ id: 'early', set: [{ name: 'first', value: 1 }] }, ...more.steps] }
  const row = '/steps/2/set/0'
  expect(['id', 'inner', 'first', 'free'].map((name) => nameTaken(document, name, row))).toEqual([false, true, true, false])
  expect(addReplyVariable(document, { pointer: '/steps/1', id: 'deal', field: 'x', name: 'inner', title: '' }).name).toBe('inner_2')
})

test('a step whose last variable is taken away goes with it', () => {
  const two = add(add(base, 'id').document, 'code').document
  const one = removeReplyVariable(two, replyVariables(two, '/steps/0', 'deal')[0]!.pointer)
  expect(names(one)).toEqual([['code', 'code']])
  expect(removeReplyVariable(one, replyVariables(one, '/steps/0', 'deal')[0]!.pointer).steps).toEqual(base.steps)
})

test('the fields of a reply are offered with their values, digits and all', () => {
  expect([...fieldsIn('{"id":12345678901234567890,"items":[{"sku":"A"},{"sku":"B"}],"a b":null}')]).toEqual([
    ['id', '12345678901234567890'],
    ['items', '[{"sku":"A"},{"sku":"B"}]'],
    ['items[0]', '{"sku":"A"}'],
    ['items[0].sku', 'A'],
    ['["a b"]', 'null'],
  ])
  expect(fieldsIn('<html>').size).toBe(0)
})

test('a variable whose branch is gone meanwhile comes back nowhere', () => {
  const before: Scenario = { name: 's', steps: [{ id: 'if', if: 'x', then: [{ id: 'deal', http: { url: '' } }, { id: 'v', set: [{ name: 'id', value: '{{ steps.deal.body.id }}' }] }] }] }
  for (const now of [{ name: 's', steps: [] }, { name: 's', steps: [{ id: 'wait', delay: '5m' }] }] as Scenario[]) expect(returnReplyVariable(now, before, '/steps/0/then/1/set/0')).toBe(now)
})

test.each([
  ['id', { text: '12345678901234567890' }],
  ['items[1].sku', { text: 'B' }],
  ['items[-1].sku', { text: 'B' }],
  ['["a b"]', { text: 'null' }],
  ['items', { text: '[{"sku":"A"},{"sku":"B"}]' }],
  ['items[2].sku', 'absent'],
  ['items.sku', 'absent'],
  ['id.deep', 'absent'],
  ['toString', 'absent'],
  ['items[*].sku', undefined],
  ['items[sku=B]', undefined],
] as const)('a reply has of %s %o', (field, value) => expect(valueIn('{"id":12345678901234567890,"items":[{"sku":"A"},{"sku":"B"}],"a b":null}', field)).toEqual(value))

test('a reply that is no JSON has no fields', () => expect(valueIn('<html>', 'id')).toBe('absent'))
