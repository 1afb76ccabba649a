import { describe, expect, it } from 'vitest'
import type { Scenario, Step } from './document'
import { giveBack } from './giveBack'

const step = (id: string, url: string, query?: { name: string; value: string }[]) => ({ id, http: { url, ...(query && { query }) } }) as Step
const scenario = (...steps: Step[]) => ({ apiVersion: 'gonets/v1', kind: 'Scenario', name: 's', steps }) as Scenario
const rows = [{ name: 'q', value: '1' }]
const made = { url: 'https://a.example/', query: rows }
const was = { url: 'https://a.example/?q=1', query: undefined }

describe('an address given back', () => {
  it('goes to its step wherever that stands now', () => {
    const before = scenario(step('new', 'https://b.example/'), { id: 'if', if: 'true', then: [step('a', made.url, rows)] } as Step)
    const after = giveBack(before, 'a', made, was)
    expect(after.steps[0]).toEqual(before.steps[0])
    expect(after.steps[1]!.then![0]!.http).toEqual({ url: was.url })
  })
  it.each([
    ['is gone', scenario(step('b', made.url, rows))],
    ['is no request any more', scenario({ id: 'a', delay: '1s' } as Step)],
    ['has another address', scenario(step('a', 'https://c.example/', rows))],
    ['has other rows', scenario(step('a', made.url, [...rows, { name: 'z', value: '' }]))],
  ])('goes nowhere when its step %s', (_, now) => expect(giveBack(now, 'a', made, was)).toBe(now))
})
