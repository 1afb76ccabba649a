import { describe, expect, it } from 'vitest'
import { read, write, type Condition } from './condition'
import { amount, milliseconds, parts } from '@/words/duration'
import { missing } from './missing'
import { normalise } from './document'

describe('time spans', () => {
  it.each([['30s', 30_000], ['1h30m', 5_400_000], ['7d', 604_800_000], ['1.5s', 1500], ['250ms', 250], ['0s', 0]])('%s', (text, ms) => {
    expect(milliseconds(text)).toBe(ms)
  })
  it.each(['', '5', 's', '{{ x }}', '1h x', '-5s'])('%s is none', (text) => expect(milliseconds(text)).toBeUndefined())
  it('are shown in the biggest whole unit', () => {
    expect([amount('90s'), amount('120s'), amount('48h'), amount('1500ms')]).toEqual([{ n: 90, unit: 's' }, { n: 2, unit: 'm' }, { n: 2, unit: 'd' }, { n: 1500, unit: 'ms' }])
    expect(parts('1h30m')).toEqual([[1, 'h'], [30, 'm']])
  })
})

describe('conditions', () => {
  it.each([
    '(event.body.phone ?? "") != ""',
    '(a ?? "") == "" or b == "x and y"',
    'deal_status == 200 and name contains "а \\"б\\""',
    'not (name contains "x") and sum >= 1000.5',
    'a == b and c != "d"',
    'deal.created == true and done == false',
    'headers["x-a"] == "1a"',
  ])('are rows and come back the same: %s', (text) => {
    const rows = read(text)
    expect(rows).toBeDefined()
    expect(write(rows as Condition)).toBe(text)
  })
  it.each(['a + b > 3', 'len(items) > 0', 'a == "200"', 'a and b or c', 'a > 1 and b > 2 or c > 3', 'all(items, .price > 1)', '(a == 1)', 'a == (b)'])('stay a formula: %s', (text) => {
    expect(read(text)).toBeUndefined()
  })
  it('have numbers where numbers are meant', () => {
    expect(write({ join: 'and', clauses: [{ path: 'a', comparison: 'above', value: '5', variable: false }, { path: 'b', comparison: 'contains', value: '5', variable: false }, { path: '', comparison: 'filled', value: '', variable: false }] })).toBe('a > 5 and b contains "5"')
  })
})

describe('what is missing', () => {
  it('is told once, with the step', () => {
    const document = normalise({ name: 'n', steps: [{ id: 'a', title: 'Сделка', http: { url: ' ' } }, { id: 'b', if: 'x', then: [{ id: 'c', delay: '1s' }] }] })
    const lacks = missing(document, [
      { pointer: '/steps/0/http/url', code: 'x', message: 'no url' },
      { pointer: '/steps/1/then/0/delay', code: 'x', message: 'bad', suggestion: '1s' },
    ])
    expect(lacks.map((l) => [l.pointer, l.what, l.number, l.title, l.words])).toEqual([
      ['/sources', 'source', '', '', ''],
      ['/steps/0/http/url', 'url', '1', 'Сделка', ''],
      ['/steps/1/then/0/delay', 'problem', '2.1', '', 'bad. Did you mean “1s”?'],
    ])
  })
})
