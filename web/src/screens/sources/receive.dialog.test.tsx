import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { keys } from '@/api'
import { t } from '@/i18n'
import { UiProvider } from '@/ui'
import { ReceiveDialog } from './ReceiveDialog'

vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} })

const words = { en: '', ru: '' }
const preset = { id: 'tilda', title: words, help: words, fields: [], methods: ['POST'], verify: 'hmac', reply: { status: 200, text: 'ok', wait_s: 4 }, sample: {} }

it('saves over the source that was read when the form was opened, and waits for its preset', async () => {
  let mark = 'first'
  let givePresets = () => {}
  const presets = new Promise<void>((go) => (givePresets = go))
  const marks: (string | null)[] = []
  const json = (body: unknown) => new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } })
  const read = vi.fn()
  vi.stubGlobal('fetch', async (request: Request) => {
    const path = new URL(request.url).pathname
    if (request.method === 'PUT') return marks.push(request.headers.get('If-Match')), json({})
    if (path.endsWith('/presets')) return await presets, json({ items: [preset] })
    if (path.endsWith('/secrets') || path.endsWith('/samples')) return json({ items: [] })
    read()
    return json({ name: 'site', etag: mark, document: { title: mark } })
  })
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const source = { name: 'site', preset: 'tilda' } as never
  render(<QueryClientProvider client={queries}><UiProvider><ReceiveDialog source={source} onClose={() => undefined} /></UiProvider></QueryClientProvider>)
  await waitFor(() => expect(read).toHaveBeenCalledTimes(1))
  expect(screen.queryByText(t('save'))).toBeNull()
  givePresets()
  const title = await screen.findByDisplayValue('first')
  expect(screen.getByLabelText<HTMLInputElement>('POST').checked).toBe(true)

  // Another person saves, and this page hears of it.
  mark = 'second'
  await act(() => queries.invalidateQueries({ queryKey: keys.source('site') }))
  expect(read).toHaveBeenCalledTimes(2)
  fireEvent.change(title, { target: { value: 'mine' } })
  fireEvent.click(screen.getByText(t('save')))
  await waitFor(() => expect(marks).toEqual(['first']))
})

it.each([
  ['mine', t('receive.keepMine'), { title: 'mine', accept: { methods: ['PUT'] } }],
  ['theirs', t('receive.takeTheirs'), undefined],
])('offers after a conflict to keep or to take what is there now: %s', async (_, press, sent) => {
  let now = { etag: 'first', document: { title: 'first' } as object }
  const saved: { mark: string | null; document: unknown }[] = []
  const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
  vi.stubGlobal('fetch', async (request: Request) => {
    const path = new URL(request.url).pathname
    if (path.endsWith('/presets')) return json({ items: [preset] })
    if (path.endsWith('/secrets') || path.endsWith('/samples')) return json({ items: [] })
    if (request.method !== 'PUT') return json({ name: 'site', ...now })
    const mark = request.headers.get('If-Match')
    if (mark !== now.etag) return json({ status: 412, code: 'draft.conflict', detail: 'changed' }, 412)
    saved.push({ mark, document: (JSON.parse(await request.text()) as { document: unknown }).document })
    return json({})
  })
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  render(<QueryClientProvider client={queries}><UiProvider><ReceiveDialog source={{ name: 'site', preset: 'tilda' } as never} onClose={() => undefined} /></UiProvider></QueryClientProvider>)
  fireEvent.change(await screen.findByDisplayValue('first'), { target: { value: 'mine' } })
  now = { etag: 'second', document: { title: 'theirs', accept: { methods: ['PUT'] } } }
  fireEvent.click(screen.getByText(t('save')))
  fireEvent.click(await screen.findByText(press))
  if (sent) await waitFor(() => expect(saved).toEqual([{ mark: 'second', document: sent }]))
  else {
    expect(await screen.findByDisplayValue('theirs')).toBeTruthy()
    expect(screen.getByLabelText<HTMLInputElement>('PUT').checked).toBe(true)
    expect(screen.queryByText(press)).toBeNull()
    expect(saved).toEqual([])
  }
})
