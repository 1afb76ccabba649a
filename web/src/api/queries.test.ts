import { InfiniteQueryObserver, QueryClient, QueryObserver } from '@tanstack/react-query'
import { waitFor } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { setLanguage } from '@/i18n'
import { byTitle, keys, readAgain, sourcesQuery, staleAfter } from './queries'

afterEach(() => setLanguage('en'))

it('lists stand in the order of the titles that people read', () => {
  const items = [{ name: 'a', title: 'Лид №14' }, { name: 'b', title: 'Лид №4' }, { name: 'c', title: 'Ёлка' }, { name: 'd', title: 'Заказ' }, { name: 'archive' }]
  setLanguage('en')
  expect(byTitle()({ items }).items.map((one) => one.name)).toEqual(['archive', 'c', 'd', 'b', 'a'])
  // What the server said stays as it was.
  expect(items[0]!.name).toBe('a')
})

it('lists that were read already are put in order anew in another language', () => {
  const queries = new QueryClient()
  const list = { items: [{ name: 'a', title: 'Ёлка' }, { name: 'archive' }] }
  queries.setQueryData(sourcesQuery.queryKey, list as never)
  setLanguage('en')
  const observer = new QueryObserver(queries, { ...sourcesQuery, enabled: false })
  const names = () => observer.getCurrentResult().data!.items.map((one) => one.name)
  expect(names()).toEqual(['archive', 'a'])
  setLanguage('ru')
  observer.setOptions({ ...sourcesQuery, enabled: false })
  expect(names()).toEqual(['a', 'archive'])
})

it('an event makes the numbers of scenarios old: of a run that is held nothing else is told', () => {
  expect(staleAfter([{ kind: 'event', source: 'site' }])).toEqual(expect.arrayContaining([keys.scenarios, keys.stats, keys.source('site')]))
})

it('a further page that is asked for is not dropped by hints: the list is read again behind it', async () => {
  const queries = new QueryClient()
  const asked: { page: string; signal: AbortSignal; answer: (next?: string) => void }[] = []
  const observer = new InfiniteQueryObserver(queries, {
    queryKey: [...keys.bulk, 'all'],
    queryFn: ({ pageParam, signal }) => new Promise<{ next?: string }>((go) => asked.push({ page: pageParam, signal, answer: (next) => go(next ? { next } : {}) })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  })
  const leave = observer.subscribe(() => undefined)
  const count = (n: number) => waitFor(() => expect(asked).toHaveLength(n))
  const pages = (n: number) => waitFor(() => expect(observer.getCurrentResult().data?.pages).toHaveLength(n))
  await count(1)
  asked[0]!.answer('second')
  await pages(1)

  void observer.fetchNextPage()
  await count(2)
  for (let i = 0; i < 3; i++) readAgain(queries, [{ kind: 'bulk' }])
  expect(asked).toHaveLength(2)
  expect(asked[1]!.signal.aborted).toBe(false)
  asked[1]!.answer()
  await pages(2)

  // Both pages, once, however many hints there were.
  await count(3)
  asked[2]!.answer('second')
  await count(4)
  asked[3]!.answer()
  await waitFor(() => expect(observer.getCurrentResult().isFetching).toBe(false))
  expect(asked.map((one) => one.page)).toEqual(['', 'second', '', 'second'])
  leave()
})
