import { expect, test } from 'vitest'
import { askKey, asks } from './asked'

const http = (method: string | undefined, url = 'https://crm.example/leads', body?: object) => ({ url, ...(method ? { method } : {}), ...(body ? { body } : {}) })

test.each([
  [http('POST'), true],
  [http('get'), false],
  [http(undefined), false],
  [http(undefined, 'https://crm.example', { text: 'x' }), true],
  [http(undefined, 'https://crm.example', { none: true }), false],
  [http('POST', 'echo'), false],
])('%j is asked about: %s', (step, wanted) => expect(asks(step, (url) => url === 'echo')).toBe(wanted))

test('another method at the same address is another question', () => {
  expect(askKey('a', http('PUT'))).not.toBe(askKey('a', http('DELETE')))
  expect(askKey('a', http('PUT'))).not.toBe(askKey('b', http('PUT')))
  expect(askKey('a', http('post'))).toBe(askKey('a', http(undefined, 'https://crm.example/leads', { text: 'x' })))
})
