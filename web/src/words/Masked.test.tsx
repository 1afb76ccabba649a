import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { keys } from '@/api'
import { t } from '@/i18n'
import { UiProvider } from '@/ui'
import { Masked } from './Masked'

vi.mock('@tanstack/react-router', () => ({ Link: ({ children }: { children: string }) => <a href="/settings/retention">{children}</a> }))

function shown(texts: (string | undefined)[], settings: unknown) {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
  queries.setQueryData(keys.settings, settings)
  const { unmount } = render(<QueryClientProvider client={queries}><UiProvider><Masked texts={texts} /></UiProvider></QueryClientProvider>)
  const text = document.body.textContent ?? ''
  const link = screen.queryByRole('link', { name: t('masked.change'), hidden: true })
  unmount()
  return { text, link: link !== null }
}

it('tells which fields hide a value and where that is changed, only where a value is hidden', () => {
  const masking = { masking: { fields: ['phone', '*.passport'] } }
  const seen = shown(['{"phone":"***"}', undefined], masking)
  expect(seen.text).toContain(t('masked.fields', { fields: 'phone, *.passport' }))
  expect(seen.text).toContain(t('masked.nobody'))
  expect(seen.link).toBe(true)
  const usual = shown([undefined, 'Bearer ***'], {})
  expect(usual.text).toContain(t('masked.always'))
  expect(usual.link).toBe(false)
  expect(shown(['{"phone":"+7"}', undefined], masking).text).not.toContain(t('masked.why'))
})
