import { describe, expect, it } from 'vitest'
import type { components } from '@/api'
import { quoted } from '@/i18n'
import { indented, jsonMistake, leavesOf, memberText } from '@/ui'
import { differences, fieldsOf, fits, textOf, wish, withField } from './edited'

const event = (body: string, more: Partial<components['schemas']['Event']> = {}) => ({ body, query: '', ...more }) as components['schemas']['Event']

describe('JSON is changed as a text', () => {
  const text = '{"id":12345678901234567890,"sum":1.10,"items":[{"sku":"A,}\\"1"},true,null],"e":{},"a b":"x"}'
  it('whose values have paths and places', () => {
    const leaves = leavesOf(text, 'body')
    expect(leaves.map((leaf) => [leaf.path, leaf.raw])).toEqual([
      ['body.id', '12345678901234567890'],
      ['body.sum', '1.10'],
      ['body.items[0].sku', '"A,}\\"1"'],
      ['body.items[1]', 'true'],
      ['body.items[2]', 'null'],
      ['body["a b"]', '"x"'],
    ])
    expect(leaves.every((leaf) => text.slice(leaf.from, leaf.to) === leaf.raw)).toBe(true)
  })
  it('and keeps every digit', () => {
    const pretty = indented(text)
    expect(pretty.replace(/\n\s*|(?<=:) /g, '')).toBe(text)
    expect(pretty).toContain('\n  "sum": 1.10,\n')
    expect(pretty).toContain('"e": {},')
    const now = { kind: 'json' as const, body: text, query: '' }
    expect(withField(now, 2, 'new "one"')).toBe(text.replace('"A,}\\"1"', '"new \\"one\\""'))
    expect(withField(now, 1, '2.50')).toBe(text.replace('1.10', '2.50'))
  })
  it('whose members can be taken out', () => {
    expect(memberText('{"a":{"item":1,"b":"item"}, "item": {"n":12345678901234567890,"l":[1,2]},"z":1}', 'item')).toBe('{"n":12345678901234567890,"l":[1,2]}')
    expect(memberText('{"item":[1,{"a":2}]}', 'item')).toBe('[1,{"a":2}]')
    expect(memberText('{"a":"item","b":["item",1]}', 'item')).toBeUndefined()
  })
  it.each([
    ['{"a":1}', undefined],
    ['{"a":1,\n"b":}', 2],
    ['{"a":1\n"b":2}', 2],
    ['{\n\n"a": tru}', 3],
    ['[1,\n2', 2],
    ['{"a":"x\n}', 1],
    ['{}\n{}', 2],
    ['', 1],
  ])('%j is wrong in line %s', (wrong, line) => expect(jsonMistake(wrong)?.line).toBe(line))
})

describe('the data of an event', () => {
  it.each([
    ['{"a":1}', {}, 'json'],
    ['Name=%D0%90&b=1', { content_type: 'application/x-www-form-urlencoded; charset=utf-8' }, 'form'],
    ['hello', { content_type: 'text/plain' }, 'text'],
    ['AAA=', { encoding: 'base64' as const }, 'binary'],
    ['', {}, 'text'],
  ])('%s of %j is %s', (body, more, kind) => expect(textOf(event(body, more)).kind).toBe(kind))
  it('of a split batch are those of its element', () => expect(textOf(event('a=1&b=2'), '{"a":1.0}')).toEqual({ kind: 'json', body: '{\n  "a": 1.0\n}', query: '' }))
  it('of an old form are read in its encoding and written in UTF-8', () => {
    const text = textOf(event('name=%C0%ED%ED%E0&n[]=1+2', { content_type: 'application/x-www-form-urlencoded; charset=windows-1251' }))
    expect(fieldsOf(text)?.map((field) => [field.name, field.value])).toEqual([['name', 'Анна'], ['n[]', '1 2']])
    expect(withField(text, 1, 'a&b')).toBe('name=%D0%90%D0%BD%D0%BD%D0%B0&n[]=a%26b')
  })
  it('are a form only where every value has a name', () => {
    expect(fieldsOf({ kind: 'json', body: '"x"', query: '' })).toBeUndefined()
    expect(fieldsOf({ kind: 'json', body: '{"a":', query: '' })).toBeUndefined()
    expect(fieldsOf({ kind: 'json', body: '[1]', query: '' })?.[0]?.name).toBe('[0]')
  })
  it('take numbers where numbers stood', () => {
    expect(['1', '-1.5e3', '', '1,5', '01', 'x'].map((value) => fits({ name: 'a', value, kind: 'number' }))).toEqual([true, true, false, false, false, false])
    expect(fits({ name: 'a', value: '', kind: 'text' })).toBe(true)
  })
})

describe('what was changed', () => {
  const old = textOf(event('{"a":"1","b":2,"c":3}', { query: 'token=***' }))
  it('is told by name', () =>
    expect(differences(old, { ...old, query: 'x', body: '{"a":1,"c":3,"d":null}' })).toEqual([
      { name: '?', old: 'token=***', now: 'x' },
      { name: 'a', old: quoted('1'), now: '1' },
      { name: 'b', old: '2' },
      { name: 'd', now: 'null' },
    ]))
  it('is told as one where there are no names', () => {
    expect(differences({ kind: 'text', body: 'a', query: '' }, { kind: 'text', body: 'b', query: '' })).toEqual([{ name: '' }])
    expect(differences(old, { ...old })).toEqual([])
  })
  it('is told as one where no field tells it', () => {
    const empty = textOf(event('{"a":1,"items":[]}'))
    for (const body of ['{"a":1}', '{"a":1,"items":{}}', '{"a":1,"items":[],"more":{}}', '{"items":[],"a":1}']) expect(differences(empty, { ...empty, body })).toEqual([{ name: '' }])
    expect(differences(empty, { ...empty, query: 'x', body: '{"a":1}' })).toEqual([{ name: '?', old: '', now: 'x' }, { name: '' }])
    expect(differences(empty, { ...empty, body: ' {"a": 1, "items": [ ] }' })).toEqual([])
    expect(differences(empty, { ...empty, body: '{"a":2}' })).toEqual([{ name: 'a', old: '1', now: '2' }])
  })
  it('is all that is sent', () => {
    expect(wish(old, { ...old, body: '{"n":12345678901234567890}' }, false)).toBe('{"text":"{\\"n\\":12345678901234567890}"}')
    expect(wish(old, { ...old, body: '{"n":12345678901234567890}' }, true)).toBe('{"body":{"n":12345678901234567890}}')
    expect(wish(old, { ...old, query: '?q=1' }, false)).toBe('{"query":"q=1"}')
  })
})
