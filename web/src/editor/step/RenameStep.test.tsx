import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { fireEvent, render, screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { examplesQuery } from '@/api'
import { t } from '@/i18n'
import { UiProvider } from '@/ui'
import { EditorContext } from '../context'
import type { Scenario } from '../model/document'
import { walk } from '../model/steps'
import { RenameStep } from './RenameStep'

vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} })

const document: Scenario = { name: 's', steps: [{ id: 'ask', if: 'x', then: [{ id: 'deal', http: { url: 'https://x' } }] }, { id: 'asked', http: { url: 'https://x' } }] }
const attempt = { n: 1, response: { status: 200, headers: [], body: '' } }

test.each([
  ['a kept reply of its own', 'ask/deal', { kept: ['ask/deal'] }, true],
  ['a kept reply of a step inside', 'ask', { kept: ['ask/deal'] }, true],
  ['a past reply of a step inside', 'ask', { replies: ['ask/deal'] }, true],
  ['a reply of this visit', 'asked', { results: ['asked'] }, true],
  ['nothing but replies of others', 'ask', { kept: ['asked'], replies: ['asked'], results: ['asked'] }, false],
] as const)('a new short name leaves %s with the step', (_, path, has: { kept?: readonly string[]; replies?: readonly string[]; results?: readonly string[] }, remembered) => {
  const check = { replies: Object.fromEntries((has.replies ?? []).map((one) => [one, attempt])), results: Object.fromEntries((has.results ?? []).map((one) => [one, { attempt }])), past: {} }
  const placed = walk(document).find((one) => one.path === path)!
  // What was kept is known from the start: nothing comes later.
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
  client.setQueryData(examplesQuery('s').queryKey, { items: (has.kept ?? []).map((step) => ({ step, status: 200, saved_at: '2026-01-01T00:00:00Z' })) })
  let edited = document
  const edit = (change: (now: Scenario) => Scenario) => { edited = change(edited) }
  const editor = { name: 's', document, edit, open: vi.fn(), kinds: [], check } as never
  render(<QueryClientProvider client={client}><UiProvider><EditorContext value={editor}><RenameStep placed={placed} onClose={() => undefined} /></EditorContext></UiProvider></QueryClientProvider>)
  fireEvent.change(screen.getByRole('textbox'), { target: { value: 'other' } })
  fireEvent.click(screen.getByRole('button', { name: t('save') }))
  expect(walk(edited).find((one) => one.step.id === 'other')).toMatchObject({ first: remembered ? path : path.replace(/[^/]*$/, 'other') })
})
