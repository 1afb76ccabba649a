import { describe, expect, it } from 'vitest'
import { parseJson } from './data'
import { drawn, findIn, leadsThrough, mostFound } from './treeFind'

describe('a search in a tree', () => {
  const value = parseJson('{"id":12345678901234567890,"name":"Анна","items":[{"sku":"A-17","Name":"x"},{"sku":null}],"a b":{"c":true}}')!.value
  it.each([
    ['name', ['b.name', 'b.items[0].Name']],
    ['АННА', ['b.name']],
    ['456789012345678', ['b.id']],
    ['items', ['b.items']],
    ['true', ['b["a b"].c']],
    ['null', ['b.items[1].sku']],
    ['a b', ['b["a b"]']],
    ['  ', []],
    ['nothing', []],
  ])('for %j finds %j', (text, paths) => expect(findIn(value, 'b', text)).toEqual(paths))
  it('is bounded', () => expect(findIn(Array.from({ length: 3 * mostFound }, () => 'x'), 'b', 'x')).toHaveLength(mostFound))
  it('opens only what leads to a place', () => {
    expect(leadsThrough('b.items[0].sku', 'b.items')).toBe(true)
    expect(leadsThrough('b.items[10]', 'b.items[1]')).toBe(false)
    expect(leadsThrough('b.item', 'b.item')).toBe(false)
    expect(leadsThrough('b.itemsOf', 'b.items')).toBe(false)
    expect(leadsThrough(undefined, 'b')).toBe(false)
  })
  it.each([
    ['the first ones', [20000, 100, -1], [[0, 100]]],
    ['all of a short list', [7, 100, 3], [[0, 7]]],
    ['those about a far one', [20000, 100, 19010], [[0, 100], [19000, 19100]]],
    ['no more than there are', [19050, 100, 19010], [[0, 100], [19000, 19050]]],
    ['none twice', [20000, 600, 650], [[0, 600], [600, 700]]],
    ['more behind a far one when asked', [20000, 100, 19010, 500], [[0, 100], [19000, 19600]]],
  ] as const)('draws %s', (_, [count, shown, found, more], ranges) => expect(drawn(count, shown, found, more)).toEqual(ranges))
})
