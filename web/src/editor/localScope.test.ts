import { expect, test } from 'vitest'
import { inItsOrder, variablesOf } from './localScope'

const inOrder = (body: string, content_type: string) => {
  const event = { body, content_type, query: '', headers: [] }
  // The server gives them by the alphabet.
  const given = variablesOf(event).sort((a, b) => (a.path < b.path ? -1 : 1))
  return inItsOrder(given, event).map((one) => one.path.replace('event.body.', ''))
}

test('variables stand as their event has them', () => expect(inOrder('{"zip":1,"name":"Anna","age":3}', 'application/json')).toEqual(['zip', 'name', 'age']))

test('a form in another encoding has its letters', () =>
  expect(variablesOf({ body: 'name=%C0%ED%ED%E0&%F6%E5%ED%E0=5', content_type: 'application/x-www-form-urlencoded; charset=windows-1251', query: '', headers: [] }).map((one) => [one.path, one.value])).toEqual([
    ['event.body.name', 'Анна'],
    ['event.body.цена', '5'],
  ]))

test('a form begins with who sent it', () => expect(inOrder('tranid=1&Email=a&form=f&Phone=2&Name=Anna', 'application/x-www-form-urlencoded')).toEqual(['Name', 'Phone', 'Email', 'tranid', 'form']))
