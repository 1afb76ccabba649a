import { expect, it } from 'vitest'
import type { Preset } from '@/api'
import { sampleOf } from './sample'

const t = ((key: string) => ({ 'quick.name': 'Anna' })[key]) as never
const json = { name: 'Content-Type', value: 'application/json' }
const preset = (id: string, sample: Preset['sample']) => ({ id, sample }) as Preset

it('gives what any service sends in the words of the reader', () => {
  const own = '{"name":"Anna","phone":"+79990001122"}'
  expect(sampleOf(undefined, t)).toEqual({ method: 'POST', query: '', headers: [json], body: own })
  expect(sampleOf(preset('generic', { method: 'PUT', query: 'a=1', headers: [json], body: '{"name":"Фёдор"}' }), t)).toEqual({ method: 'PUT', query: 'a=1', headers: [json], body: own })
})

it('gives what a service sends as that does it', () => {
  const form = { method: 'POST', query: '', headers: [{ name: 'content-type', value: 'application/x-www-form-urlencoded' }], body: 'name=%D0%A4' }
  expect(sampleOf(preset('tilda', form), t)).toEqual(form)
  const asked = { method: 'GET', query: 'a=1', headers: [], body: '' }
  expect(sampleOf(preset('smsru', asked), t)).toEqual(asked)
})
