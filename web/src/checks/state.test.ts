import { expect, it } from 'vitest'
import { applied, begun, ended, isOver, noCheck, progressed } from './state'

const none = new Map<string, string>()

it('a step that was on its way does not stay so when another one is checked instead', () => {
  const first = applied(begun(noCheck, 'a', 0), { type: 'step', path: 'a', state: 'running' }, none)
  expect(first.results['a']?.state).toBe('running')
  expect(begun(first, 'b', 1).results).toEqual({})
})

it('how steps ended stays when another one is checked, and when a check is over', () => {
  const first = applied(begun(noCheck, 'a', 0), { type: 'step', path: 'a', state: 'done' }, none)
  const second = applied(begun(first, 'b', 1), { type: 'step', path: 'b', state: 'running' }, none)
  expect(Object.keys(second.results)).toEqual(['a', 'b'])
  expect(Object.keys(ended(second, 'cancelled', 2).results)).toEqual(['a'])
})

it('a step that another server is still at has been on its way since it was first seen there', () => {
  const firsts = new Map([['deal', 'lead']])
  const seen = progressed(begun(noCheck, undefined, 0), { requests: 0, at: 'deal', state: 'going' }, firsts)
  const long = { ...seen, results: { lead: { ...seen.results['lead']!, startedAt: 1 } } }
  expect(progressed(long, { requests: 1, at: 'deal', state: 'going' }, firsts).results['lead']).toMatchObject({ state: 'running', startedAt: 1 })
  expect(Object.keys(progressed(long, { requests: 1, at: 'after', state: 'going' }, firsts).results)).toEqual(['after'])
})

it('lines tell of a renamed step under its first path', () => {
  const state = applied(begun(noCheck, 'lead', 0), { type: 'step', path: 'deal', state: 'done' }, new Map([['deal', 'lead']]))
  expect(Object.keys(state.results)).toEqual(['lead'])
})

it('a check that is kept as on its way is not over', () => {
  expect(isOver({ reason: 'check.going' })).toBe(false)
  expect(isOver({ reason: 'cancelled' })).toBe(true)
  expect(isOver({})).toBe(true)
})

it('a check that the server ended says why', () => {
  const state = applied(begun(noCheck, 'a', 0), { type: 'finished', state: 'cancelled', duration_ms: 5, problem: { code: 'check.limit', message: 'an hour', pointer: '' } }, none)
  expect(state.error?.code).toBe('check.limit')
})
