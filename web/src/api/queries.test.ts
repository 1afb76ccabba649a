import { expect, it } from 'vitest'
import { byTitle } from './queries'

it('lists stand in the order of the titles that people read', () => {
  const items = [{ name: 'a', title: 'Лид №14' }, { name: 'b', title: 'Лид №4' }, { name: 'c', title: 'Ёлка' }, { name: 'd', title: 'Заказ' }, { name: 'archive' }]
  expect(byTitle({ items }).items.map((one) => one.name)).toEqual(['archive', 'c', 'd', 'b', 'a'])
  // What the server said stays as it was.
  expect(items[0]!.name).toBe('a')
})
