import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { keys } from '@/api'
import { t } from '@/i18n'
import { UiProvider } from '@/ui'
import { ReceiveDialog } from './ReceiveDialog'

vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} })

const words = { en: '', ru: '' }
const preset = { id: 'tilda', title: words, help: words, fields: [], methods: ['POST'], verify: 'hmac', reply: { status: 200, text: 'ok' }, sample: {} }

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
    if (path.endsWith('/secrets')) return json({ items: [] })
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
}, 30_000)
