import { expect, test } from 'vitest'
import type { Preview } from '@/api'
import type { Translate } from '@/i18n'
import { missingWords } from './becomes'

const t: Translate = (key, values) => `${key} ${JSON.stringify(values)}`
const before = (...paths: string[]) => ({ scope: paths.map((path) => ({ path })) }) as Preview

test('a value of the last reply is told apart from the event where nothing was answered yet', () => {
  expect(missingWords({ path: 'status' }, before('event.body.status'), t)).toBe('becomes.noReply {"name":"status"} becomes.ownField {"path":"event.body.status"}')
  expect(missingWords({ path: 'body.name' }, before('event.body.name'), t)).toBe('becomes.noReply {"name":"body"} becomes.ownField {"path":"event.body.name"}')
  expect(missingWords({ path: 'headers' }, before(), t)).toBe('becomes.noReply {"name":"headers"}')
})

test('a reply without the value, and a field of the event, are told as missing', () => {
  expect(missingWords({ path: 'body.id' }, before('steps.deal.status', 'event.body.id'), t)).toBe('becomes.missing {"name":"body.id"}')
  expect(missingWords({ path: 'event.body.nam', suggestion: 'event.body.name' }, before(), t)).toBe('becomes.missing {"name":"event.body.nam"} becomes.close {"list":"event.body.name"}')
})
