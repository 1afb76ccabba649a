import { describe, expect, it } from 'vitest'
import { formTypes, rowsToText, shownText, textToRows, typed, typeOf, typesFor, withType } from './body'
import { LongNumber } from './json'
import { hasQuery, splitQuery, tidy } from './url'

describe('a JSON body', () => {
  it('is the same as fields and as a text', () => {
    const rows = [
      { name: 'name', value: '{{ event.body.name }}' },
      { name: 'lead.price', value: 1500 },
      { name: 'lead.note', value: 'От "{{ name }}"\n' },
      { name: 'tags[0]', value: 'a' },
      { name: 'tags[1].x\\.y', value: new LongNumber('12345678901234567890') },
      { name: 'no', value: null },
    ]
    const text = rowsToText(rows)
    expect(text).toBe(
      '{\n  "name": {{ event.body.name }},\n  "lead": {\n    "price": 1500,\n    "note": "От \\"{{ name }}\\"\\n"\n  },\n  "tags": [\n    "a",\n    {\n      "x.y": 12345678901234567890\n    }\n  ],\n  "no": null\n}',
    )
    expect(textToRows(text)).toEqual(rows)
  })
  it('has no fields when it is no object', () => {
    expect([textToRows('[1]'), textToRows('{"a": '), textToRows('{{ x }}'), textToRows('')]).toEqual([undefined, undefined, undefined, []])
    expect(rowsToText([{ name: 'a', value: 1, on: false }])).toBe('{}')
  })
  it.each([
    ['{{ a }}', 'auto'], ['{{ number(a) }}', 'number'], ['{{ string(a) }}', 'text'], ['x {{ a }}', 'text'], [5, 'number'], [true, 'yes-no'], [null, 'nothing'], [[1], 'json'],
  ] as const)('%s is of type %s', (value, type) => expect(typeOf(value as never)).toBe(type))
  it('changes the type of a value and nothing else', () => {
    expect([withType('{{ a }}', 'number'), withType('{{ number(a) }}', 'auto'), withType('{{ number(a ?? "0") }}', 'text'), withType('{{ a ?? "0" }}', 'number')]).toEqual([
      '{{ number(a) }}', '{{ a }}', '{{ string(a ?? "0") }}', '{{ number(a ?? "0") }}',
    ])
    expect([withType('15', 'number'), withType('x', 'number'), withType('true', 'yes-no'), withType('', 'nothing'), withType('[1]', 'json')]).toEqual([15, 'x', true, null, [1]])
    expect([typed(5, '56'), typed(5, '56x'), typed('5', '56'), typed(true, 'false')]).toEqual([56, '56x', '56', false])
    expect(typesFor('a {{ b }}')).toEqual(['text'])
    // A form sends a number as the text that it is; a variable may be made one.
    expect(formTypes('a')).toEqual(['text', 'nothing', 'json'])
    expect(formTypes(5)).toEqual(['text', 'number', 'nothing', 'json'])
    expect(formTypes('{{ b }}')).toEqual(['auto', 'text', 'number'])
    expect(shownText({ a: '{{ b }}' })).toBe('{\n  "a": {{ b }}\n}')
  })
})

describe('an address', () => {
  it('gives its query as rows', () => {
    expect(splitQuery('https://a.ru/x/{{ a ?? "?" }}?q=%D0%B0+b&id={{ event.body["a&b=c#d"] }}-1&empty&w={{ w }}#top')).toEqual({
      url: 'https://a.ru/x/{{ a ?? "?" }}#top',
      rows: [{ name: 'q', value: 'а b' }, { name: 'id', value: '{{ event.body["a&b=c#d"] }}-1' }, { name: 'empty', value: '' }, { name: 'w', value: '{{ w }}' }],
      differs: [{ before: 'q=%D0%B0+b', after: 'q=%D0%B0%20b' }, { before: 'empty', after: 'empty=' }],
      mayGo: true,
    })
    expect([hasQuery('a?'), hasQuery('a?b'), hasQuery('{{ a ?? b }}')]).toEqual([false, true, false])
  })
  it('says what its rows send in other bytes, and only that', () => {
    // The server's rules, in bytes: what it encodes of an address (a) and of a row (r).
    const bytes = (text: string, keeps: (c: string) => boolean) =>
      [...Buffer.from(text)].map((b) => (b < 127 && keeps(String.fromCharCode(b)) ? String.fromCharCode(b) : `%${b.toString(16).toUpperCase().padStart(2, '0')}`)).join('')
    const a = (text: string) => bytes(text, (c) => c > ' ' && !'"<>\\^`{|}'.includes(c))
    const r = (text: string) => bytes(text, (c) => /[A-Za-z0-9._~-]/.test(c))
    const parts = ['q', 'ы', '=', '=', '&', '&', '%20', '%2B', '+', ' ', '%d0%b0', '%D0%B0', '%zz', '/', ':', "'", '"', '[0]', '%26', '%3D', '€', 'a', '7', '~', '|']
    let seed = 20_25
    const next = (n: number) => (seed = (seed * 48_271) % 2_147_483_647) % n
    const kinds = { same: 0, told: 0 }
    for (let turn = 0; turn < 5_000; turn++) {
      const query = Array.from({ length: next(9) + 1 }, () => parts[next(parts.length)]).join('')
      const { rows, differs, url } = splitQuery(`https://a.ru/x?${query}`)
      const sent = rows.map((row) => `${r(row.name)}=${r(row.value)}`).join('&')
      expect(url).toBe('https://a.ru/x')
      expect({ query, same: differs.length === 0 }).toEqual({ query, same: sent === a(query) })
      kinds[differs.length === 0 ? 'same' : 'told']++
    }
    expect(Math.min(kinds.same, kinds.told)).toBeGreaterThan(100)
    // Spaces as most services write them stay what they are.
    expect(splitQuery('https://a.ru/?q=a%20b&c=%D0%B0').differs).toEqual([])
  })
  it('loses what copying put in', () => {
    expect(tidy(' https://a.ru/\n\u200bx y/{{ a b }}')).toBe('https://a.ru/xy/{{ a b }}')
  })
})
