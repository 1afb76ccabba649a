import { QueryClient, QueryClientProvider, useInfiniteQuery } from '@tanstack/react-query'
import { act, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, expect, it, vi } from 'vitest'
import { runsQuery, type RunSummary } from '@/api'
import { useFurther } from './useFurther'

afterEach(() => vi.unstubAllGlobals())

it('remembers that a further page failed while hints change the list, until it came or another question is asked', async () => {
  let fails = true
  vi.stubGlobal('fetch', async (request: Request) => {
    const further = new URL(request.url).searchParams.get('cursor') !== null
    if (further && fails) return new Response(JSON.stringify({ status: 500, code: 'internal' }), { status: 500, headers: { 'Content-Type': 'application/problem+json' } })
    return new Response(JSON.stringify({ items: [], ...(!further && { next: 'further' }) }), { headers: { 'Content-Type': 'application/json' } })
  })
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  const { result, rerender } = renderHook(
    (q: string) => {
      const list = useInfiniteQuery(runsQuery(q))
      return { list, ...useFurther(q, list.fetchNextPage) }
    },
    { wrapper, initialProps: '' },
  )
  const pages = (n: number) => waitFor(() => expect(result.current.list.data?.pages).toHaveLength(n))
  const hint = () => act(async () => void queries.setQueryData(runsQuery('').queryKey, (old) => old && { ...old, pages: old.pages.map((page) => ({ ...page, items: [{ id: 'x' } as RunSummary] })) }))

  await pages(1)
  expect(result.current.failed).toBeUndefined()
  await act(() => result.current.further())
  expect(result.current.failed).toBeDefined()
  await hint()
  await waitFor(() => expect(result.current.list.error).toBeNull())
  expect(result.current.failed).toBeDefined()

  fails = false
  await act(() => result.current.further())
  await pages(2)
  expect(result.current.failed).toBeUndefined()

  fails = true
  rerender('state:failed')
  await pages(1)
  await act(() => result.current.further())
  expect(result.current.failed).toBeDefined()
  rerender('')
  expect(result.current.failed).toBeUndefined()
  rerender('state:failed')
  expect(result.current.failed).toBeUndefined()
})
