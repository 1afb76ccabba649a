import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { t } from '@/i18n'
import { UiProvider } from '@/ui'
import { ErasePanel } from './ErasePanel'

afterEach(() => vi.unstubAllGlobals())

it('says above what was read last that how far a job is cannot be asked', async () => {
  vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} })
  let fails = false
  const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
  const job = { id: 'one', state: 'looking', looked: 7, share: 0.5, created_at: '2026-01-01T00:00:00Z' }
  vi.stubGlobal('fetch', async (request: Request) => {
    const list = new URL(request.url).pathname.endsWith('/erasures')
    if (!list && fails) return json({ status: 500, code: 'internal' }, 500)
    return json(list ? { items: [job] } : job)
  })
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  render(<QueryClientProvider client={queries}><UiProvider><ErasePanel /></UiProvider></QueryClientProvider>)
  const progress = () => screen.queryByRole('progressbar', { name: t('erase.looking') })
  await waitFor(() => expect(progress()).not.toBeNull())
  expect(screen.queryByRole('alert')).toBeNull()
  fails = true
  await act(() => queries.invalidateQueries({ queryKey: ['erasures', 'one'] }))
  await waitFor(() => expect(screen.queryByRole('alert')).not.toBeNull())
  expect(progress()).not.toBeNull()
  expect(screen.getByRole('alert').compareDocumentPosition(progress()!) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy()
  fails = false
  await act(() => queries.invalidateQueries({ queryKey: ['erasures', 'one'] }))
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
})

it('does not say that a value is nowhere else when something could not be read', async () => {
  const json = (body: unknown) => new Response(JSON.stringify(body), { status: 200, headers: { 'Content-Type': 'application/json' } })
  const counts = { found: [], erased: [], unfinished: [], unfinished_count: 0, mentions: [], left: 0, rewrite_at_start: false }
  let unread = 2
  vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} })
  vi.stubGlobal('fetch', async (request: Request) => {
    const job = { ...counts, id: 'one', state: 'closing', looked: 7, unread, share: 1, created_at: '2026-01-01T00:00:00Z' }
    return new URL(request.url).pathname.endsWith('/erasures') ? json({ items: [job] }) : json({ ...job, state: 'finished', finished_at: '2026-01-01T00:00:01Z' })
  })
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  render(<QueryClientProvider client={queries}><UiProvider><ErasePanel /></UiProvider></QueryClientProvider>)
  await waitFor(() => expect(screen.queryByText(t('erase.unread', { n: '2' }))).not.toBeNull())
  expect(screen.queryByText(t('erase.checked'))).toBeNull()
  unread = 0
  await act(() => queries.invalidateQueries({ queryKey: ['erasures', 'one'] }))
  await waitFor(() => expect(screen.queryByText(t('erase.checked'))).not.toBeNull())
  expect(screen.queryByText(t('erase.unread', { n: '2' }))).toBeNull()
})
