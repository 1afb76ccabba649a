import { describe, expect, it } from 'vitest'
import { pathsOf } from './sample'
import { readReceive, writeReceive, type Receive } from './receive'

const generic = { methods: ['POST', 'GET'], verify: 'none' }
const github = { methods: ['POST'], verify: 'hmac' }
const change = (text: string, next: Partial<Receive>, preset = generic) => JSON.parse(writeReceive(text, { ...readReceive(text, preset), ...next }, preset)) as Record<string, unknown>

describe('how a source receives', () => {
  it.each([
    ['{"name":"a","preset":"generic"}', generic],
    ['{"name":"a","preset":"generic","title":"Сайт","accept":{"methods":["POST","PUT"]},"time_zone":"Europe/Moscow"}', generic],
    ['{"name":"a","preset":"generic","verify":{"kind":"token","header":"X-Key","secret":"k"}}', generic],
    ['{"name":"a","preset":"generic","verify":{"kind":"token","places":[{"in":"query","name":"key"}],"secret":"k"}}', generic],
    ['{"name":"a","preset":"generic","verify":{"kind":"token","header":"A","places":[{"in":"body","name":"b","prefix":"x"}],"secret":"k"}}', generic],
    ['{"name":"a","preset":"generic","verify":{"kind":"basic","secret":"k","user":"1c"}}', generic],
    ['{"name":"a","preset":"generic","verify":{"kind":"hmac","header":"X-Sign","secret":"k","algorithm":"sha512","signed":"{body}","timestamp":{"in":"header","name":"T"}}}', generic],
    ['{"name":"a","preset":"github","verify":{"secret":"k"}}', github],
    ['{"name":"a","preset":"github","verify":{"kind":"none"}}', github],
    ['{"name":"a","preset":"github"}', github],
    ['{"name":"a","preset":"generic","order":"body.order.id"}', generic],
    ['{"name":"a","preset":"generic","reply":{"status":202,"text":"","wait":"4s"},"id":"","dedupe_window":"1h"}', generic],
  ])('%s stays as it is', (text, preset) => expect(change(text, {}, preset)).toEqual(JSON.parse(text)))
  it('keeps the digits of its answer', () => {
    const text = '{"name":"a","preset":"generic","reply":{"json":{"n":12345678901234567890,"f":1.0}}}'
    expect(writeReceive(text, { ...readReceive(text, generic), title: 'A' }, generic)).toMatch(/"n": 12345678901234567890,\s+"f": 1.0/)
  })
  it.each<[string, Partial<Receive>, Record<string, unknown>]>([
    ['a key in a header', { guard: 'token', where: 'header', place: ' X-Api-Key ', verify: { secret: 'k' } }, { verify: { kind: 'token', header: 'X-Api-Key', secret: 'k' } }],
    ['a key in the body', { guard: 'token', where: 'body', place: 'key', verify: { secret: 'k' } }, { verify: { kind: 'token', places: [{ in: 'body', name: 'key' }], secret: 'k' } }],
    ['a login', { guard: 'basic', verify: { secret: 'k', user: 'a', algorithm: 'md5' }, place: 'left' }, { verify: { kind: 'basic', secret: 'k', user: 'a' } }],
    ['a signature', { guard: 'hmac', where: 'header', place: 'X-S', verify: { secret: 'k', encoding: 'base64', prefix: '' } }, { verify: { kind: 'hmac', header: 'X-S', secret: 'k', encoding: 'base64' } }],
    ['a key of the order', { order: ' body.order.id ' }, { order: 'body.order.id' }],
    ['one method', { methods: ['DELETE', 'POST'] }, { accept: { methods: ['POST', 'DELETE'] } }],
    ['a text', { answer: 'text', text: 'OK', status: 201, wait: 2.5 }, { reply: { status: 201, text: 'OK', wait: '2.5s' } }],
  ])('takes %s', (_, next, want) => expect(change('{"name":"a","preset":"generic"}', next)).toEqual({ name: 'a', preset: 'generic', ...want }))
  it('takes away what is not wanted any more', () => {
    expect(change('{"name":"a","verify":{"kind":"token","secret":"k"},"reply":{"text":"x"},"accept":{"methods":["PUT"]},"order":"body.id"}', { order: '', guard: 'none', answer: 'service', methods: ['GET', 'POST'] })).toEqual({ name: 'a' })
    expect(change('{"name":"a","verify":{"secret":"k"}}', { guard: 'none' }, github)).toEqual({ name: 'a', verify: { kind: 'none' } })
  })
})

describe('the places of an event', () => {
  it.each<[string, string, string, string[]]>([
    ['{"order":{"id":7,"номер заказа":"A"},"items":[{"sku":"x"},{"sku":"y"}],"empty":null}', 'application/json', 'a=1&b%20c=2', ['body.order.id', 'body.order["номер заказа"]', 'body.items[0].sku', 'query.a', 'query["b c"]']],
    ['phone=8&name=%D0%90', 'application/x-www-form-urlencoded', '', ['body.phone', 'body.name']],
    ['no JSON', 'text/plain', '', []],
  ])('of %s', (body, content_type, query, want) => expect(pathsOf({ body, content_type, query })).toEqual(want))
})
