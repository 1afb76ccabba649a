import { describe, expect, it } from 'vitest'
import type { Preview } from '@/api'
import { answerOf } from './answer'

const value = (pointer: string, type: string, text: string, problem?: object) => ({ pointer: `/r${pointer}`, type, text, empty: false, missing: [], ...(problem ? { problem } : {}) })
const preview = (...values: object[]) => ({ values }) as unknown as Preview

describe('what the sender is answered', () => {
  it('is a text as it becomes, 200 when nothing else is said', () => {
    expect(answerOf({ text: 'hello {{ name }}' }, preview(value('/text', 'text', 'hello Anna')), '/r')).toEqual({ status: '200', body: 'hello Anna' })
  })
  it('has the status that a variable gives', () => {
    expect(answerOf({ status: '{{ code }}' }, preview(value('/status', 'number', '404')), '/r')).toEqual({ status: '404', body: '' })
  })
  it.each(['POST', '', '99', '600', '200.5', '-200'])('is not told with the status «%s», which is none', (status) => {
    expect(answerOf({ status: '{{ code }}' }, preview(value('/status', 'text', status)), '/r')).toBeUndefined()
  })
  it('is JSON of fields, each with its type, without those that are off', () => {
    const json = [{ name: 'ok', value: true }, { name: 'deal.id', value: '{{ x }}' }, { name: 'none', value: null }, { name: 'off', value: 1, on: false as const }]
    const got = answerOf({ json }, preview(value('/json/0/value', 'yes-no', 'true'), value('/json/1/value', 'number', '12345678901234567890'), value('/json/2/value', 'nothing', '')), '/r')
    expect(got?.body.replace(/\s/g, '')).toBe('{"ok":true,"deal":{"id":12345678901234567890},"none":null}')
  })
  it('is JSON of a template', () => {
    expect(answerOf({ json: '{"a": {{ a }}}' }, preview(value('/json', 'text', '{"a": 1}')), '/r')?.body).toBe('{"a": 1}')
  })
  it('is not told while a part of it is mistaken or not there', () => {
    expect(answerOf({ text: '{{' }, preview(value('/text', 'nothing', '', { code: 'x', message: 'x', pointer: '' })), '/r')).toBeUndefined()
    expect(answerOf({ json: [{ name: 'a', value: '{{ x }}' }] }, preview(), '/r')).toBeUndefined()
    expect(answerOf({ text: 'x', status: '{{ code }}' }, preview(value('/text', 'text', 'x')), '/r')).toBeUndefined()
  })
})
