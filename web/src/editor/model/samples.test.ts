import { describe, expect, it } from 'vitest'
import { newest, toUse, withSource } from './samples'

const event = (id: string, received_at: string) => ({ id, received_at })

describe('events of several sources', () => {
  it('stand in one list, the newest first whoever sent it', () => {
    const site = [event('c', '2026-11-14T12:00:03Z'), event('a', '2026-11-14T12:00:01Z')]
    const shop = [event('d', '2026-11-14T12:00:03Z'), event('b', '2026-11-14T12:00:02.500Z')]
    expect(newest([site, shop], 9).map((one) => one.id)).toEqual(['d', 'c', 'b', 'a'])
    expect(newest([[], site], 9).map((one) => one.id)).toEqual(['c', 'a'])
  })
  it('are no more than are promised', () => {
    const many = (of: string) => [0, 1, 2, 3].map((n) => event(`${of}${n}`, `2026-11-14T12:00:0${9 - n}Z`))
    expect(newest([many('a'), many('b')], 5).map((one) => one.id)).toEqual(['b0', 'a0', 'b1', 'a1', 'b2'])
  })
})

describe('a source that was detached', () => {
  it('comes back to its place beside what was attached meanwhile', () => {
    expect(withSource(['b', 'new'], 'a', 0)).toEqual(['a', 'b', 'new'])
    expect(withSource(['a'], 'b', 4)).toEqual(['a', 'b'])
    expect(withSource(undefined, 'a', 0)).toEqual(['a'])
  })
  it('is not there twice', () => {
    expect(withSource(['b', 'a'], 'a', 0)).toEqual(['b', 'a'])
  })
})

describe('the fields of an event that are to be used', () => {
  const [first, second] = [{ id: '2', received_at: '' }, { id: '1', received_at: '' }]
  it.each([
    ['pin nothing when the newest is shown anyway', first, first, undefined],
    ['pin an event that is not the newest', second, first, { event: second }],
    ['leave a pinned event as it is', second, second, undefined],
    ['end the pin of another event when the newest is meant', first, second, { event: undefined }],
    ['end what was typed in by hand when the newest is meant', first, undefined, { event: undefined }],
  ])('%s', (_, wanted, picked, done) => expect(toUse(wanted, [first, second], picked)).toEqual(done))
})
