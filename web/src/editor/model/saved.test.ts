import { describe, expect, it } from 'vitest'
import type { Variable } from '@/pill/variables'
import { normalise, type Step } from './document'
import { DraftStore } from './draft'
import { parseJson, writeJson } from './json'
import { write } from './pointer'
import { asDocument, asRequestStep, asScenario, exampleOf, freeParam, oneLine, paramsOf, paramVariables, readAs, renameParam, sendSaved, sentBy, split } from './saved'

const variable = (path: string, type: string, value: string): Variable => ({ group: 'source', path, short: path.replace('event.body.', ''), label: '', type, value, empty: value === '', secret: false })
const came = [variable('event.body.name', 'text', 'Анна'), variable('event.body.price', 'number', '1500.50'), variable('event.body.items', 'list', '[1]')]

const step: Step = {
  id: 'tell',
  was: 'say',
  title: 'Tell the chat',
  when: 'event.body.name != ""',
  http: {
    method: 'POST',
    url: '{{ env.HOST }}/leads/{{ steps.deal.body.id }}?t={{ now }}',
    headers: [{ name: 'X-Name', value: '{{ event.body.name }}' }],
    body: { json: [{ name: 'text', value: 'From {{ event.body.name }}, {{ default(phone, "—") }}' }, { name: 'price', value: '{{ event.body.price }}' }, { name: 'n', value: 1 }] },
    success: { when: 'body.ok && body.name == event.body.name' },
    save: { body: 'told' },
    on_failure: 'continue',
    renew: { when: 'status == 401', step: 'deal' },
  },
}

describe('a step becomes a saved request', () => {
  const { http, params } = split(step, came)

  it('what it reads of its scenario is given to it, each thing once', () => {
    expect(params.map(({ name, value }) => [name, value])).toEqual([
      ['id', '{{ steps.deal.body.id }}'],
      ['name', '{{ event.body.name }}'],
      ['phone', '{{ default(phone, "—") }}'],
      ['price', '{{ event.body.price }}'],
    ])
  })

  it('what every request can read, and its own reply, stay', () => {
    expect(http).toEqual({
      method: 'POST',
      url: '{{ env.HOST }}/leads/{{ params.id }}?t={{ now }}',
      headers: [{ name: 'X-Name', value: '{{ params.name }}' }],
      body: { json: [{ name: 'text', value: 'From {{ params.name }}, {{ params.phone }}' }, { name: 'price', value: '{{ params.price }}' }, { name: 'n', value: 1 }] },
      success: { when: 'body.ok && body.name == params.name' },
    })
  })

  it('types and examples come from the data', () => {
    const of = (name: string) => params.find((one) => one.name === name)
    expect([of('name')?.type, of('name')?.example]).toEqual([undefined, 'Анна'])
    expect([of('price')?.type, String(of('price')?.example)]).toEqual(['number', '1500.50'])
    // What an expression makes of a value may be anything.
    expect([of('phone')?.type, of('phone')?.example]).toEqual([undefined, undefined])
  })

  it('a body that is a value becomes a parameter, and the reply of the step before does too', () => {
    expect(split({ id: 'a', http: { url: 'https://a.b', body: { path: 'event.body.items' } } }, came)).toMatchObject({ http: { body: { path: 'params.items' } }, params: [{ name: 'items', type: 'list', example: [1] }] })
    expect(split({ id: 'a', http: { url: 'https://a.b/{{ body.id }}' } }, []).http.url).toBe('https://a.b/{{ params.id }}')
  })

  it.each([
    ['body.ok == true and status == 200', 'body.ok == true and status == 200'],
    ['not body.failed', 'not body.failed'],
    ['body.text contains event.body.name', 'body.text contains params.name'],
    ['status in [200, 201] or body.kind matches "^a" or (body.kind startsWith event.body.name)', 'status in [200, 201] or body.kind matches "^a" or (body.kind startsWith params.name)'],
    ['body.id != nil and not(body.kind endsWith "x")', 'body.id != nil and not(body.kind endsWith "x")'],
  ])('the words of a condition stay words: %s', (when, left) => {
    expect(split({ id: 'a', http: { url: 'https://a.b', success: { when } } }, []).http.success?.when).toBe(left)
  })

  it('a row that is switched off asks for nothing', () => {
    const http = { url: 'https://a.b', headers: [{ name: 'X-A', value: '{{ event.body.name }}', on: false as const }, { name: 'X-B', value: '{{ event.body.price }}' }] }
    const done = split({ id: 'a', http }, [])
    expect([done.http.headers, done.params.map((one) => one.name)]).toEqual([[http.headers[0], { name: 'X-B', value: '{{ params.price }}' }], ['price']])
  })

  it('the step is found where it stands by then, and left alone when it sends something else', () => {
    const before = normalise({ name: 's', steps: [{ id: 'new', stop: {} }, { ...step, title: 'Renamed' }] })
    const done = sendSaved(before, normalise({ name: 's', steps: [step] }).steps[0]!, 'chat', [])
    expect(done.steps.map((one) => [one.title, one.request])).toEqual([[undefined, undefined], ['Renamed', 'chat']])
    const other = write(before, '/steps/1/http/url', 'https://else.where')
    expect(sendSaved(other, before.steps[1]!, 'chat', [])).toBe(other)
  })

  it('two places of one name are two parameters', () => {
    expect(split({ id: 'a', http: { url: '{{ event.body.id }}/{{ event.query.id }}' } }, []).params.map((one) => one.name)).toEqual(['id', 'id_2'])
  })

  it('what belongs to the place stays in the step', () => {
    expect(asRequestStep(step, 'chat', params)).toEqual({
      id: 'tell', was: 'say', title: 'Tell the chat', when: 'event.body.name != ""',
      request: 'chat', with: params.map(({ name, value }) => ({ name, value })), save: { body: 'told' }, on_failure: 'continue', renew: { when: 'status == 401', step: 'deal' },
    })
    expect(Object.keys(asRequestStep({ id: 'a', http: { url: 'x' } }, 'chat', []))).toEqual(['id', 'request'])
  })

  it('and undo makes it the very step again', async () => {
    const document = normalise({ name: 's', steps: [step] })
    const transport = { load: async () => ({ document, etag: '1', has_changes: false }), save: async () => ({ document, etag: '2', has_changes: false }) }
    const store = new DraftStore({ name: 's', transport, storage: { getItem: () => null, setItem: () => undefined, removeItem: () => undefined }, timers: { now: () => 0, set: () => 0, clear: () => undefined } })
    await store.open()
    store.edit((now) => write(now, '/steps/0', asRequestStep(step, 'chat', params)))
    expect(store.snapshot()?.document.steps[0]?.request).toBe('chat')
    store.undo()
    expect(store.snapshot()?.document).toEqual(document)
  })
})

describe('a saved request is held as a scenario of one step', () => {
  const text = '{"apiVersion":"gonets/v1","kind":"Request","name":"chat","params":[{"name":"price","type":"number","example":1500.50}],"http":{"url":"https://a.b","headers":{"X-A":"1"},"body":{"json":{"2":"b","1":"a"}}}}'
  const held = asScenario(parseJson(text))

  it('and is the same document again', () => {
    expect(JSON.parse(writeJson(asDocument(held)))).toEqual({ ...JSON.parse(text), http: { ...JSON.parse(text).http, headers: [{ name: 'X-A', value: '1' }] } })
    expect(writeJson(asDocument(held))).toContain('1500.50')
    expect(writeJson(asDocument(held))).toContain('{"2":"b","1":"a"}')
  })

  it('its parameters are what its fields are offered', () => {
    expect(paramVariables(paramsOf(held))).toMatchObject([{ group: 'params', path: 'params.price', type: 'number', value: '1500.50', empty: false }])
    expect(paramVariables([{ name: '' }])).toEqual([])
  })

  it('a parameter that is called otherwise is so in every field, and only there', () => {
    const before = asScenario({ name: 'a', params: [{ name: 'text' }, { name: 'text2' }], http: { url: 'https://a.b/{{ params.text }}/{{ params.text2 }}', body: { path: 'params.text.a[0]' }, headers: { A: 'params.text', B: '{{ params["text"] }} {{ params?.text }}' } } })
    const after = renameParam(before, 0, 'words')
    expect(paramsOf(after).map((one) => one.name)).toEqual(['words', 'text2'])
    expect(after.steps[0]?.http).toMatchObject({ url: 'https://a.b/{{ params.words }}/{{ params.text2 }}', body: { path: 'params.words.a[0]' }, headers: [{ name: 'A', value: 'params.text' }, { name: 'B', value: '{{ params["words"] }} {{ params?.words }}' }] })
  })
})

it('a step that names a saved request sends what that one sends, by its own method', () => {
  const saved = [{ name: 'chat', method: 'POST', url: 'https://a.b' }]
  expect(sentBy({ id: 'a', request: 'chat' }, saved)).toEqual({ method: 'POST', url: 'https://a.b' })
  expect(sentBy({ id: 'a', request: 'chat', method: 'PUT' }, saved)?.method).toBe('PUT')
  expect(sentBy({ id: 'a', request: 'gone' }, saved)).toBeUndefined()
  expect(sentBy({ id: 'a', http: { url: 'x' } }, saved)).toEqual({ url: 'x' })
})

it('a name is free, and a value is what its type says', () => {
  expect([freeParam('Имя', []), freeParam('name', ['name', 'name_2']), freeParam('—', [])]).toEqual(['imya', 'name_3', 'value'])
  expect([exampleOf('12'), exampleOf('true', 'boolean'), exampleOf('x', 'number'), exampleOf('[1]', 'list'), exampleOf('[1]', 'object')]).toEqual(['12', true, undefined, [1], undefined])
})

it('an object with variables in it is an object, and reads back what is shown of it', () => {
  const value = readAs('{"a": {{ now }}, "b": "From {{ default(env.X, "y") }}", "c": [1.50]}', 'object')
  expect(value).toMatchObject({ a: '{{ now }}', b: 'From {{ default(env.X, "y") }}' })
  expect(oneLine(value)).toBe('{ "a": {{ now }}, "b": "From {{ default(env.X, "y") }}", "c": [ 1.50 ] }')
  expect(writeJson(readAs(oneLine(value), 'object'))).toBe(writeJson(value))
  expect([readAs('{"a": 1', 'object'), readAs('{{ env.X }}', 'list'), readAs('{{ env.X }}', 'number'), readAs('{"a": 1}')]).toEqual(['{"a": 1', '{{ env.X }}', '{{ env.X }}', '{"a": 1}'])
})
