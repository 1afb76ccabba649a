import { describe, expect, it } from 'vitest'
import { convert, findForeign } from './foreign'
import { build, parse, replacePiece, textOf, variablesOf, wholeVariable } from './template'
import { findVariable, firstName, labelOf, pillOf, search, tail, type Variable, type Words } from './variables'

const words: Words = {
  group: (g) => ({ source: 'Источник', step: 'Шаг', params: 'Что передать', vars: 'Переменная', system: 'Система', secret: 'Секрет' })[g],
  step: (title) => `Шаг «${title}»`,
  field: (name) => ({ name: 'Имя', phone: 'Телефон', email: 'E-mail' })[name],
  both: (text) => text?.ru ?? '',
  place: (path) => ({ status: 'Статус ответа' })[path],
  synonyms: (name) => ({ phone: 'тел номер mobile', name: 'фио' })[name] ?? '',
}
const variable = (path: string, more: Partial<Variable> = {}): Variable => ({
  group: 'source', path, short: path.replace('event.body.', ''), label: '', type: 'text', value: 'v', empty: false, secret: false, ...more,
})
const scope = [
  variable('event.body.name', { value: 'Анна' }),
  variable('event.body.phone'),
  variable('event.body.status', { short: 'event.body.status', reserved: true }),
  variable('event.body.items[0].sku'),
  variable('event.body.comment', { empty: true, value: '' }),
  variable('event.headers["x-key"]'),
  variable('steps.deal.body.id', { group: 'step', step: 'deal', step_title: 'Сделка' }),
  variable('secret.crm', { group: 'secret', secret: true, value: '' }),
  variable('deal', { group: 'vars' }),
]

describe('a template', () => {
  it.each([
    '', 'text', '{{ name }}', 'a{{name}}b{{ event.body.x ?? "}}" }}c', '{{ "{{" }}', '{{ a', '}} {{ x }', '{{ {"a": {"b": 1}}.a }}', '{{ a /* }} */ }}', "{{ 'it\\'s }}' }}", '{{`a``}}`}}', '{ name }', '100 % {{a}}%',
  ])('is its pieces put together: %s', (text) => {
    const pieces = parse(text)
    expect(textOf(pieces)).toBe(text)
    for (const piece of pieces) expect(text.slice(piece.from, piece.to)).toBe(piece.text)
  })
  it.each([
    ['{{ event.body.name }}', 'event.body.name', undefined, undefined],
    ['{{event.headers["x-a b"]}}', 'event.headers["x-a b"]', undefined, undefined],
    ['{{ items[0].имя }}', 'items[0].имя', undefined, undefined],
    ['{{ event.body.fields[id=5].value }}', 'event.body.fields[id=5].value', undefined, undefined],
    ['{{ your-name ?? "a \\"b\\"" }}', 'your-name', 'a "b"', undefined],
    ['{{ default(x, 5) }}', 'x', '5', undefined],
    ['{{ number(price) }}', 'price', undefined, 'number'],
    ['{{ number(price ?? "0") }}', 'price', '0', 'number'],
    ['{{ a * 2 }}', undefined, undefined, undefined],
    ['{{ a - b }}', undefined, undefined, undefined],
    ['{{ number(a) + number(b) }}', undefined, undefined, undefined],
    ['{{ true }}', undefined, undefined, undefined],
  ])('reads %s', (text, path, fallback, call) => {
    expect(variablesOf(text)[0]).toMatchObject({ path, fallback, call })
  })
  it('is required or not', () => {
    expect(variablesOf('{{ required(a.b) }} {{ phone(required(a)) }} {{ a }} {{ required(a, 1) }}').map(({ path, required, call }) => [path, required, call])).toEqual([
      ['a.b', true, undefined],
      ['a', true, 'phone'],
      ['a', false, undefined],
      [undefined, false, undefined],
    ])
    const made = (text: string, change: Parameters<typeof replacePiece>[2]) => replacePiece(text, variablesOf(text)[0]!, change)
    expect(made('{{ phone(a) }}', { required: true })).toBe('{{ phone(required(a)) }}')
    expect(made('{{ default(a, "x") }}', { required: true, fallback: undefined })).toBe('{{ required(a) }}')
    expect(made('{{ required(a) }}', { fallback: 'x', required: false })).toBe('{{ default(a, "x") }}')
    expect(made('{{ phone(required(a)) }}', { required: false })).toBe('{{ phone(a) }}')
    expect(made('{{ phone(required(a)) }}', { call: undefined })).toBe('{{ required(a) }}')
  })
  it('is one variable or more than that', () => {
    expect(wholeVariable(' {{ a }} ')?.path).toBe('a')
    expect(wholeVariable('{{ a }}{{ b }}')).toBeUndefined()
  })
  it('changes only what is asked', () => {
    const text = 'a {{name}} b {{ number(x) }}'
    const [name, x] = variablesOf(text)
    if (!name || !x) throw new Error('no pieces')
    expect(replacePiece(text, name, { fallback: 'нет' })).toBe('a {{ default(name, "нет") }} b {{ number(x) }}')
    expect(replacePiece(text, x, { call: undefined })).toBe('a {{name}} b {{ x }}')
    expect(variablesOf(build({ path: 'a', fallback: 'кавычки " и \\ \n' }))[0]?.fallback).toBe('кавычки " и \\ \n')
  })
})

describe('foreign variables', () => {
  it('are found with what they mean here', () => {
    const text = '({name}) ${localVar.phone} %name% 100%25 %20 %unknown% {{ "({name})" }} ({nope}) %deal% ({Name}) ({PHONE})'
    const found = findForeign(text, scope)
    expect(found.map((f) => [f.text, f.path, f.known])).toEqual([
      ['({name})', 'event.body.name', true],
      ['${localVar.phone}', 'event.body.phone', true],
      ['%name%', 'event.body.name', true],
      ['%deal%', 'deal', true],
      ['({Name})', 'event.body.name', true],
      ['({PHONE})', 'event.body.phone', true],
    ])
    expect(convert('({name}), %20 %name%', findForeign('({name}), %20 %name%', scope))).toBe('{{ event.body.name }}, %20 {{ event.body.name }}')
  })
})

describe('variables', () => {
  it('are called by their place and name', () => {
    expect(scope.map((v) => labelOf(v, words))).toEqual([
      'Источник · Имя', 'Источник · Телефон', 'Источник · status', 'Источник · items[0].sku', 'Источник · comment', 'Источник · x-key', 'Шаг «Сделка» · id', 'Секрет · crm', 'Переменная · deal',
    ])
    expect(tail('event.body.a.b')).toBe('a.b')
  })
  it.each([
    ['{{ event.body.name }}', 'known', 'Источник · Имя'],
    ['{{ name }}', 'known', 'Источник · Имя'],
    ['{{ status }}', 'known', 'Статус ответа'],
    ['{{ nope }}', 'unknown', 'nope'],
    ['{{ event.body.nope }}', 'unknown', 'Источник · nope'],
    ['{{ comment }}', 'empty', 'Источник · comment'],
    ['{{ comment ?? "-" }}', 'known', 'Источник · comment'],
    ['{{ secret.crm }}', 'secret', 'Секрет · crm'],
    ['{{ secret.gone }}', 'unknown', 'Секрет · gone'],
    ['{{ event.headers.x-key }}', 'known', 'Источник · x-key'],
    ['{{ event.body.items[2].sku }}', 'known', 'Источник · items[2].sku'],
    ['{{ a * 2 }}', 'formula', 'a * 2'],
  ])('are shown as pills: %s', (text, look, label) => {
    const [piece] = variablesOf(text)
    if (!piece) throw new Error('no piece')
    expect(pillOf(piece, scope, words)).toMatchObject({ look, label })
  })
  it('are not called unknown before the data are there', () => {
    const [piece] = variablesOf('{{ nope }}')
    if (!piece) throw new Error('no piece')
    expect(pillOf(piece, undefined, words).look).toBe('known')
  })
  it('are told apart from secrets, which no step reads, even before the data are there', () => {
    const [piece] = variablesOf('{{ secret.gone }}')
    if (!piece) throw new Error('no piece')
    expect(pillOf(piece, undefined, words)).toMatchObject({ look: 'unknown', noSecret: true })
    expect([firstName('event.body.status[0].x'), firstName('event.body.source.id'), firstName('event.query.a')]).toEqual(['status', 'source', 'a'])
  })
  it.each([
    ['им', 'event.body.name'], ['NAME', 'event.body.name'], ['фио', 'event.body.name'], ['моб', undefined], ['номер', 'event.body.phone'], ['sku', 'event.body.items[0].sku'], ['анн', 'event.body.name'], ['сдел', 'steps.deal.body.id'],
  ])('are found by %s', (typed, path) => {
    expect(search(typed, scope, words)[0]?.variable.path).toBe(path)
  })
  it('put plain values of the body before lists and headers', () => {
    const v = (path: string, type: string): Variable => ({ group: 'source', path, short: path, label: '', type, value: 'x', empty: false, secret: false })
    const given = [v('event.headers.accept', 'text'), v('event.body.items', 'list'), v('event.body.items[0].sku', 'text'), v('event.body.name', 'text')]
    expect(search('', given, words).map((f) => f.variable.path)).toEqual(['event.body.name', 'event.body.items', 'event.body.items[0].sku', 'event.headers.accept'])
  })
  it('are listed by group when nothing is typed', () => {
    expect(search('', scope, words).map((f) => f.variable.group)).toEqual(['source', 'source', 'source', 'source', 'source', 'source', 'step', 'vars', 'secret'])
    expect(findVariable('event.body.items[-1].sku', scope)?.path).toBe('event.body.items[-1].sku')
  })
  it('a saved reply is found by the place of its step too', () => {
    const kept = [variable('lead', { group: 'step', step: 'branch/send', type: 'object' }), variable('lead.id', { group: 'step', step: 'branch/send' }), variable('steps.send.status', { group: 'step', step: 'branch/send' })]
    expect(findVariable('steps.send.body.id', kept)?.path).toBe('lead.id')
    expect(findVariable('steps.send.body', kept)?.path).toBe('lead')
    expect(findVariable('steps.send.body.no', kept)).toBeUndefined()
    expect(findVariable('steps.other.body.id', kept)).toBeUndefined()
    const list = [...kept, variable('lead.items[0].sku', { group: 'step', step: 'branch/send' }), variable('lead.items[0].no', { group: 'step', step: 'other' })]
    expect(findVariable('steps.send.body.items[3].sku', list)?.path).toBe('lead.items[3].sku')
    expect(findVariable('steps.send.body.items[3].no', list)).toBeUndefined()
  })
})
