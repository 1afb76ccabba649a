import { describe, expect, it } from 'vitest'
import { normalise, type Scenario } from './document'
import { parseJson } from './json'
import { rename, wrongId } from './rename'
import { copyStep, freeId } from './steps'

const scenario = (steps: unknown, more: object = {}): Scenario => normalise({ name: 'n', steps, ...more })
const first = { id: 'deal', title: 'deal', http: { url: 'https://crm.example/deal' } }

describe('a step’s other short name', () => {
  it.each([
    ['{{ steps.deal.body.id }}', '{{ steps.order.body.id }}'],
    ['{{steps.deal}} and {{ phone(steps.deal.body.phone) ?? "steps.deal" }}', '{{steps.order}} and {{ phone(steps.order.body.phone) ?? "steps.deal" }}'],
    ['{{ steps["deal"].body }} {{ steps[\'deal\'].status }}', '{{ steps["order"].body }} {{ steps[\'order\'].status }}'],
    ['{{ items[steps.deal.body.n] }}', '{{ items[steps.order.body.n] }}'],
    ['{{ 2 -steps.deal.n }} {{ steps . deal }} {{ 1..steps.deal.n }}', '{{ 2 -steps.order.n }} {{ steps . order }} {{ 1..steps.order.n }}'],
  ])('follows into %s', (before, after) => {
    const done = rename(scenario([first, { id: 'tell', http: { url: before, body: { json: { a: { b: [before] } } } } }]), '/steps/0', 'order')
    expect(done.document.steps[1]?.http?.url).toBe(after)
    expect(JSON.stringify(done.document.steps[1]?.http?.body?.json)).toContain(JSON.stringify(after))
    expect(done.document.steps[0]).toEqual({ ...scenario([first]).steps[0], id: 'order' })
    expect(done.places).toBe(2)
  })
  it.each(['steps.deal', '{{ steps.deals.body }}', '{{ steps.deal_2.id }}', '{{ steps.deal-old }}', '{{ event.steps.deal }}', '{{ my_steps.deal }}', '{{ "steps.deal" }}', '{{ steps.other["deal"] }}', '{{ deal }}', '{{ 1 /* steps.deal */ }}', '{{ {steps: 1} }}', '{{ map(x, .steps.deal) }}', '{{ items[steps=steps.deal] }}', '{{ `steps.deal` }}'])('leaves %s alone', (text) => {
    const document = scenario([first, { id: 'tell', set: { a: text } }])
    const done = rename(document, '/steps/0', 'order')
    expect(done.document.steps[1]).toEqual(document.steps[1])
    expect(done.places).toBe(0)
  })
  it('follows into conditions, paths, renewals and branches, and leaves what only looks alike', () => {
    const again = { when: 'steps.deal.status == 401', step: 'deal' }
    const done = rename(
      scenario([
        first,
        { id: 'ask', if: 'steps.deal.status == 200 and x == "steps.deal"', then: [{ id: 'b', when: 'steps.deal.ok', http: { url: '', body: { path: 'steps.deal.body' }, success: { when: 'steps.deal.ok' }, renew: again } }], else: [{ id: 'c', stop: { reason: '{{ steps.deal.status }}' } }, { id: 'd', http: { url: '', body: { multipart: { files: [{ name: '{{ steps.deal.body }}', path: 'steps.deal.body' }] } } } }, { id: 'e', http: { url: '', body: { file: 'steps.deal.body' } } }] },
      ], { search: ['event.body.phone', 'steps.deal.body.id'] }),
      '/steps/0',
      'order',
    )
    const [, ask] = done.document.steps
    expect(ask?.if).toBe('steps.order.status == 200 and x == "steps.deal"')
    expect(ask?.else?.slice(1).map((one) => one.http?.body)).toEqual([{ multipart: { files: [{ name: '{{ steps.order.body }}', path: 'steps.order.body' }] } }, { file: 'steps.order.body' }])
    expect(ask?.then?.[0]).toMatchObject({ id: 'b', when: 'steps.order.ok', http: { body: { path: 'steps.order.body' }, success: { when: 'steps.order.ok' }, renew: { when: 'steps.order.status == 401', step: 'order' } } })
    expect(ask?.else?.[0]?.stop?.reason).toBe('{{ steps.order.status }}')
    expect(done.document.search).toEqual(['event.body.phone', 'steps.order.body.id'])
    expect(done.places).toBe(11)
  })
  it('follows into tests, whose replies stand by the paths of steps', () => {
    const tests = [{ name: 'deal', event: { body: { deal: 'deal' } }, replies: { 'ask/deal': { status: 200 }, tell: {} }, expect: { sent: [{ step: 'ask/deal', body: { step: 'deal' } }] } }]
    const done = rename(scenario([{ id: 'ask', if: 'x', then: [first] }], { tests }), '/steps/0/then/0', 'order')
    expect(done.document['tests']).toEqual([{ name: 'deal', event: { body: { deal: 'deal' } }, replies: { 'ask/order': { status: 200 }, tell: {} }, expect: { sent: [{ step: 'ask/order', body: { step: 'deal' } }] } }])
  })
  it('keeps the digits of numbers and the order of members', () => {
    const json = '{"2":1234567890123456789,"1":"{{ steps.deal.id }}"}'
    const done = rename(scenario([first, { id: 'tell', set: [{ name: 'x', value: parseJson(json) }] }]), '/steps/0', 'order')
    const value = done.document.steps[1]?.set?.[0]?.value as Map<string, unknown>
    expect([...value].map(([name, v]) => [name, String(v)])).toEqual([['2', '1234567890123456789'], ['1', '{{ steps.order.id }}']])
  })
  it('remembers by which name it is known, once and no longer than it has another one', () => {
    const known = (document: Scenario, next: string) => rename(document, '/steps/0', next, true).document
    const told = (document: Scenario) => document.steps.map((step) => Object.entries(step).filter(([name]) => name === 'id' || name === 'was').flat().join(' '))
    const document = scenario([first, { id: 'tell', stop: {} }])
    const renamed = known(document, 'order')
    expect(told(renamed)).toEqual(['id order was deal', 'id tell'])
    expect(told(known(renamed, 'sale'))).toEqual(['id sale was deal', 'id tell'])
    // Taken back it is what it was.
    expect(known(renamed, 'deal')).toEqual(document)
    expect(rename(renamed, '/steps/0', 'sale').document.steps[0]?.was).toBe('deal')
    // Of a step that never ran there is nothing to remember.
    expect(told(rename(document, '/steps/0', 'order').document)).toEqual(['id order', 'id tell'])
    // Nobody else takes the name by which it is known, a copy least of all.
    expect(wrongId(renamed, '/steps/1', 'deal')).toBe('former')
    expect(wrongId(renamed, '/steps/0', 'deal')).toBeUndefined()
    expect(freeId(renamed, 'deal')).toBe('deal_2')
    expect(told(copyStep(renamed, '/steps/0').document)).toEqual(['id order was deal', 'id order_2', 'id tell'])
  })
  it('has to be a name that no other step has', () => {
    const document = scenario([first, { id: 'ask', if: 'x', then: [{ id: 'tell', stop: {} }] }])
    expect(wrongId(document, '/steps/0', 'tell')).toBe('taken')
    expect(wrongId(document, '/steps/0', 'deal')).toBeUndefined()
    for (const bad of ['', 'Deal', '1a', 'сделка', 'a-b', 'a'.repeat(65)]) expect(wrongId(document, '/steps/0', bad)).toBe('form')
  })
})
