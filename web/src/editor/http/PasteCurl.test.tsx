import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { t } from '@/i18n'
import { UiProvider } from '@/ui'
import { EditorContext } from '../context'
import type { Scenario } from '../model/document'
import { walk } from '../model/steps'
import { PasteCurl } from './PasteCurl'

vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} })
Object.defineProperty(globalThis.document, 'fonts', { value: new EventTarget() })

test('a command replaces what is sent; how the reply is read and what follows from it stays', async () => {
  vi.stubGlobal('fetch', vi.fn(async () => Response.json({ step: { http: { method: 'POST', url: 'https://b' } }, warnings: [], secrets: [] })))
  const document: Scenario = { name: 's', steps: [{ id: 'send', http: { url: 'https://a', timeout: '5s', response: 'text', response_charset: 'windows-1251', success: { when: 'status = 200' } } }] }
  let edited = document
  const edit = (change: (now: Scenario) => Scenario) => { edited = change(edited) }
  render(<UiProvider><EditorContext value={{ edit, store: {} } as never}><PasteCurl placed={walk(document)[0]!} onClose={() => undefined} /></EditorContext></UiProvider>)
  fireEvent.change(screen.getByRole('textbox'), { target: { value: 'curl -X POST https://b' } })
  const take = await screen.findByRole('button', { name: t('curl.replace') })
  await waitFor(() => expect(take.hasAttribute('disabled')).toBe(false))
  fireEvent.click(take)
  expect(edited.steps[0]).toEqual({ id: 'send', http: { method: 'POST', url: 'https://b', response: 'text', response_charset: 'windows-1251', success: { when: 'status = 200' } } })
})
