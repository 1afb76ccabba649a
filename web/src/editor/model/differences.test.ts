import { expect, test } from 'vitest'
import { differences } from './differences'
import type { Scenario } from './document'

const http = (url: string, rows: Record<string, string>) => ({ url, body: { json: Object.entries(rows).map(([name, value]) => ({ name, value })) } })
const scenario = (...steps: Scenario['steps']): Scenario => ({ name: 's', title: 'T', steps })
const told = (mine: Scenario, theirs: Scenario) => differences(mine, theirs).map(({ step, field, mine: a, theirs: b }) => [step?.id, field, a, b])

test('a difference is named by its step, its field and both values', () => {
  const mine = scenario({ id: 'a', http: http('https://x/1', { name: 'N', phone: 'P' }) })
  const theirs = { ...scenario({ id: 'a', http: http('https://x/2', { name: 'N', phone: 'Q' }) }), title: 'U' }
  expect(told(mine, theirs)).toEqual([
    [undefined, '/title', 'T', 'U'],
    ['a', '/http/url', 'https://x/1', 'https://x/2'],
    ['a', '/http/body/json/phone', 'P', 'Q'],
  ])
})

test('a step that was renamed on one side is one step', () => {
  const mine = scenario({ id: 'order', was: 'deal', http: http('https://x/1', {}) })
  const theirs = scenario({ id: 'deal', http: http('https://x/2', {}) })
  expect(told(mine, theirs)).toEqual([
    ['order', '/http/url', 'https://x/1', 'https://x/2'],
    ['order', '/id', 'order', 'deal'],
  ])
})

test('a step whose first name one side has lost is one step, with those inside it', () => {
  const inside = (delay: string) => ({ then: [{ id: 'wait', delay }] })
  const kept = scenario({ id: 'order', was: 'deal', if: 'x', ...inside('1m') })
  const lost = scenario({ id: 'order', if: 'x', ...inside('2m') })
  expect(told(kept, lost)).toEqual([['wait', '/delay', '1m', '2m']])
  expect(told(lost, kept)).toEqual([['wait', '/delay', '2m', '1m']])
})

test('steps that one side alone has, that moved into a branch, and that stand in another order are told', () => {
  const delay = (id: string) => ({ id, delay: '5m' })
  expect(told(scenario(delay('a'), delay('b')), scenario(delay('b')))).toEqual([['a', '', delay('a'), undefined]])
  expect(told(scenario(delay('b')), scenario(delay('a'), delay('b')))).toEqual([['a', '', undefined, delay('a')]])
  expect(told(scenario(delay('a'), delay('b')), scenario(delay('b'), delay('a')))).toEqual([[undefined, '/steps', ['a', 'b'], ['b', 'a']]])
  const inside = scenario({ id: 'c', if: 'x', then: [delay('a')] })
  expect(told(inside, scenario({ id: 'c', if: 'x' }, delay('a')))).toEqual([['a', '/', 'c/then', '']])
  expect(told(inside, inside)).toEqual([])
})
