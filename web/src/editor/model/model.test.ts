import { describe, expect, it } from 'vitest'
import { heldAt, isRows, kindOf, normalise, plain } from './document'
import { emptyHistory, loadHistory, record, redo, saveHistory, undo } from './history'
import { LongNumber, parseJson, writeJson } from './json'
import { merge } from './merge'
import { difference, read, write } from './pointer'
import { copyStep, freeId, insertStep, moveStep, nameFrom, removeStep, shiftStep, walk } from './steps'

const two = normalise({
  name: 'n',
  steps: [
    { id: 'a', http: { url: '' } },
    { id: 'b', if: 'x', then: [{ id: 'c', stop: {} }], else: [{ id: 'd', stop: {} }] },
    { id: 'e', stop: {} },
  ],
})
const order = (document: typeof two): string => walk(document).map((p) => p.path).join(' ')

describe('JSON', () => {
  it('keeps the order of members and all digits', () => {
    const text = '{"b":1,"2":{"10":12345678901234567890,"9":1.10},"a":[null,true,"\\u0000я"]}'
    expect(writeJson(parseJson(text))).toBe(text.replace('\\u0000', '\\u0000'))
    expect(read(parseJson('{"7":{"x":12345678901234567890}}'), '/7/x')).toEqual(new LongNumber('12345678901234567890'))
  })
  it.each(['{', '{"a" 1}', '[1,]', '01', '"a', '{"a":1} x', 'nul', ''])('refuses %s', (text) => {
    expect(() => parseJson(text)).toThrow()
  })
  it('says where it stops', () => {
    expect(() => parseJson('{\n  "a": x\n}')).toThrow('line 2, column 8')
  })
})

describe('documents', () => {
  it('reads rows from maps and lists, steps inside steps included', () => {
    const document = normalise(parseJson('{"name":"x","steps":[{"id":"a","if":"y","then":[{"id":"h","http":{"url":"u","query":{"2":"b","1":"a"},"headers":[{"name":"X","value":"1","on":false}],"body":{"json":{"n":{"m":1}}}}}]}]}'))
    const http = document.steps[0]?.then?.[0]?.http
    expect(http?.query).toEqual([{ name: '2', value: 'b' }, { name: '1', value: 'a' }])
    expect(http?.headers).toEqual([{ name: 'X', value: '1', on: false }])
    expect(http?.body?.json).toEqual([{ name: 'n', value: { m: 1 } }])
  })
  it('are written as files write them', () => {
    const body = (json: unknown) => normalise({ name: 'n', steps: [{ id: 'a', if: 'x', then: [{ id: 'h', http: { url: '', body: { json } } }] }] })
    const sent = (json: unknown) => writeJson(read(plain(body(json)), '/steps/0/then/0/http/body/json'))
    const row = (name: string, on?: false) => ({ name, value: name, ...(on === undefined ? {} : { on }) })
    expect([sent([]), sent([row('2'), row('1')]), sent({ a: [1] })]).toEqual(['{}', '{"2":"2","1":"1"}', '{"a":[1]}'])
    expect([sent([row('a'), row('a')]), sent([row('a', false)]), sent([row('')]), sent([1]), sent('{{ x }}')].map((text) => text[0])).toEqual(['[', '[', '[', '[', '"'])
  })
  it('are looked into where the server names a row by its name', () => {
    const row = (name: string) => ({ name, value: name === 'in' ? { a: 1 } : '' })
    const document = normalise({ name: 'n', steps: [{ id: 'a', if: 'x', then: [{ id: 'h', http: { url: '', headers: [row('X')], body: { multipart: { fields: [row('f')], files: [{ name: '', path: '' }] } } } }] }, { id: 'b', set: [row('in'), row('a/b'), row('0'), row('')] }] })
    const held = (places: Record<string, string>) => expect(Object.fromEntries(Object.keys(places).map((place) => [place, heldAt(document, place)]))).toEqual(places)
    held({
      '/steps/0/then/0/http/headers/X': '/steps/0/then/0/http/headers/0/value',
      '/steps/0/then/0/http/body/multipart/fields/f': '/steps/0/then/0/http/body/multipart/fields/0/value',
      '/steps/0/then/0/http/body/multipart/files/0/path': '/steps/0/then/0/http/body/multipart/files/0/path',
      '/steps/0/then/0/http/url': '/steps/0/then/0/http/url',
      '/steps/1/set/in/a': '/steps/1/set/0/value/a',
      '/steps/1/set/a~1b': '/steps/1/set/1/value',
      '/steps/1/set/0': '/steps/1/set/2/value',
      '/steps/1/set/3': '/steps/1/set/3/name',
      '/steps/1/set/1/value': '/steps/1/set/1/value',
      '/steps/1/set/gone': '/steps/1/set/gone',
      '/steps/9/set': '/steps/9/set',
    })
  })
  it('tells rows from a list of values', () => {
    expect(isRows([{ name: 'a', value: 1 }])).toBe(true)
    expect(isRows([{ name: 'a', price: 1 }])).toBe(false)
    expect(isRows([1])).toBe(false)
    expect(isRows('{}')).toBe(false)
  })
  it('knows the kind of a step that it has never heard of', () => {
    expect(kindOf({ id: 'a', title: 't', email: {} })).toBe('email')
  })
})

describe('steps', () => {
  it('are walked in order, with numbers', () => {
    expect(order(two)).toBe('a b b/c b/d e')
    expect(walk(two).map((p) => p.number)).toEqual(['1', '2', '2.1', '2.2', '3'])
  })
  it('move down into a branch, along it, into the other one and out', () => {
    let at = '/steps/0'
    let document = two
    const seen: string[] = []
    for (;;) {
      const moved = shiftStep(document, at, 1)
      if (!moved) break
      ({ document, pointer: at } = moved)
      seen.push(order(document))
    }
    expect(seen).toEqual(['b b/a b/c b/d e', 'b b/c b/a b/d e', 'b b/c b/a b/d e', 'b b/c b/d b/a e', 'b b/c b/d a e', 'b b/c b/d e a'])
    for (;;) {
      const moved = shiftStep(document, at, -1)
      if (!moved) break
      ({ document, pointer: at } = moved)
    }
    expect(order(document)).toBe('a b b/c b/d e')
  })
  it('never move into themselves', () => {
    expect(moveStep(two, '/steps/1', '/steps/1/then/0')).toBeUndefined()
  })
  it('get ids of their own when copied', () => {
    const copied = copyStep(two, '/steps/1')
    expect(order(copied.document)).toBe('a b b/c b/d b_2 b_2/c_2 b_2/d_2 e')
    expect(copied.pointer).toBe('/steps/2')
    expect(freeId(two, 'Е')).toBe('e_2')
    expect(nameFrom('  Создать сделку №5')).toBe('sozdat_sdelku_5')
    expect(nameFrom('5')).toBe('')
  })
  it('are put in at the end and taken away', () => {
    const put = insertStep(two, '/steps/1/then/-', { id: 'a', delay: '1s' })
    expect(order(put.document)).toBe('a b b/c b/a_2 b/d e')
    expect(order(removeStep(put.document, put.pointer))).toBe(order(two))
  })
})

describe('undo', () => {
  it('takes back and does again, also after a reload', () => {
    let document = { name: 'n', title: '', steps: [{ id: 'a' }] } as unknown as Record<string, unknown>
    let history = emptyHistory
    const edit = (pointer: string, value: unknown, group: string, at: number): void => {
      const next = write(document, pointer, value)
      history = record(history, document, next, group, at)
      document = next
    }
    edit('/title', 'П', 'title', 0)
    edit('/title', 'Пр', 'title', 100)
    edit('/steps/0', undefined, '', 200)
    expect(history.past.length).toBe(2)
    history = loadHistory(saveHistory(history))
    const back = undo(history, document)
    expect(back?.document).toEqual({ name: 'n', title: 'Пр', steps: [{ id: 'a' }] })
    const start = undo(back?.history ?? emptyHistory, back?.document)
    expect(start?.document).toEqual({ name: 'n', title: '', steps: [{ id: 'a' }] })
    const again = redo(start?.history ?? emptyHistory, start?.document)
    expect(redo(again?.history ?? emptyHistory, again?.document)?.document).toEqual(document)
  })
  it('keeps a member that came or went in its place', () => {
    const before = { a: { x: 1, y: 2, z: 3 } }
    const change = difference(before, { a: { x: 1, z: 3 } })
    expect(writeJson(write({ a: { x: 1, z: 3 } }, change.pointer, change.before))).toBe(writeJson(before))
  })
  it('is bounded', () => {
    let history = emptyHistory
    let document = { t: '' }
    for (let i = 0; i < 500; i++) {
      const next = { t: `${i}${'x'.repeat(2000)}` }
      history = record(history, document, next, '', i)
      document = next
    }
    expect(history.past.length).toBe(200)
    expect(saveHistory(history).length).toBeLessThan(200_001)
    expect(loadHistory('{"past":1}')).toBe(emptyHistory)
  })
})

describe('merging', () => {
  const base = { title: 't', steps: [{ id: 'a', n: 1 }, { id: 'b', n: 1 }, { id: 'c', n: 1 }] }
  it('takes both when they changed different things', () => {
    const mine = { title: 't2', steps: [{ id: 'a', n: 2 }, { id: 'b', n: 1 }, { id: 'x', n: 0 }, { id: 'c', n: 1 }] }
    const theirs = { title: 't', steps: [{ id: 'a', n: 1 }, { id: 'c', n: 3 }, { id: 'y', n: 0 }] }
    expect(merge(base, mine, theirs)).toEqual({
      document: { title: 't2', steps: [{ id: 'a', n: 2 }, { id: 'x', n: 0 }, { id: 'c', n: 3 }, { id: 'y', n: 0 }] },
      conflicts: [],
    })
  })
  it('names what both changed', () => {
    expect(merge(base, { ...base, title: '1' }, { ...base, title: '2' }).conflicts).toEqual(['/title'])
    const gone = { ...base, steps: base.steps.slice(1) }
    expect(merge(base, { ...base, steps: [{ id: 'a', n: 9 }, ...base.steps.slice(1)] }, gone).conflicts).toEqual(['/steps/0'])
  })
  it('knows a step that was renamed on one side', () => {
    const mine = { ...base, steps: [{ id: 'order', was: 'a', n: 1 }, ...base.steps.slice(1)] }
    const theirs = { ...base, steps: [{ id: 'a', n: 2 }, ...base.steps.slice(1)] }
    expect(merge(base, mine, theirs)).toEqual({ document: { ...base, steps: [{ id: 'order', was: 'a', n: 2 }, ...base.steps.slice(1)] }, conflicts: [] })
  })
  it('takes their order when mine is unchanged', () => {
    const theirs = { ...base, steps: [...base.steps].reverse() }
    const mine = { ...base, steps: [{ id: 'a', n: 2 }, ...base.steps.slice(1)] }
    expect(merge(base, mine, theirs).document.steps.map((s) => `${s.id}${s.n}`)).toEqual(['c1', 'b1', 'a2'])
  })
})
